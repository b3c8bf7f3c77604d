/** Ways to wire a contact wrongly, by the first column of the second table in docs/wiring.md. */
import type { Edge } from '../../simulators/pulse/contact.ts';

/** The contact closes so often. */
export const CLOSINGS = 20;
/** All of it takes so long, ms. */
export const TAKES_MS = 2_000;
const CLOSED_MS = 50;
const EACH_MS = TAKES_MS / CLOSINGS;

type At = readonly [ms: number, high: boolean];

export interface PulseMistake {
  /** What its site file says beside line, input and role. */
  readonly keys: string;
  /** What is seen at its pin, from an instant on. */
  readonly seen: readonly At[];
}

const CLOSES: readonly At[] = Array.from({ length: CLOSINGS }, (_, n): At[] => [
  [n * EACH_MS, true],
  [n * EACH_MS + CLOSED_MS, false],
]).flat();

/** Closes again 3 and 6 ms after it closed. */
const BOUNCES: readonly At[] = Array.from({ length: CLOSINGS }, (_, n) =>
  [0, 3, 6].map((ms): At => [n * EACH_MS + ms, true]),
).flat();

/** Mains of 50 Hz. */
const HUM: readonly At[] = Array.from({ length: TAKES_MS / 10 }, (_, n): At => [n * 10, n % 2 === 0]);

const LITRE = 'type: pulse, pulseWeight: 1 L, role: water, rated: 20 m3/h';
const HELD = 'filter: { kind: pulse, ms: 20 }';

export const PULSE_MISTAKES: Readonly<Record<string, PulseMistake>> = {
  pulse_bounce: { keys: `${LITRE}, filter: { kind: edge, ms: 2 }`, seen: BOUNCES },
  pulse_long: { keys: `${LITRE}, filter: { kind: pulse, ms: 80 }`, seen: CLOSES },
  pulse_low: { keys: `${LITRE}, ${HELD}, activeLow: true`, seen: CLOSES },
  pulse_floating: { keys: `${LITRE}, ${HELD}`, seen: HUM },
  pulse_weight: {
    keys: `type: pulse, pulseWeight: 10 L, role: water, rated: 200 m3/h, ${HELD}`,
    seen: CLOSES,
  },
  pulse_swapped: { keys: `${LITRE}, ${HELD}`, seen: [] },
  // Nothing is wrong.
  right: { keys: `${LITRE}, ${HELD}`, seen: CLOSES },
};

/** Edges of the machine's steady clock, the last one now. */
export function edgesEnding(seen: readonly At[], nowNs: bigint): Edge[] {
  const fromNs = nowNs - BigInt(TAKES_MS) * 1_000_000n;
  return seen.map(([ms, high]) => ({ high, ns: fromNs + BigInt(ms) * 1_000_000n }));
}
