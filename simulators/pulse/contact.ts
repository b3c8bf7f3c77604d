/** A pulse contact as the electricity sees it: it closes and opens, and bounces at both; a seed replays it. */
import { hash32 } from '../seeded.ts';

export interface Edge {
  readonly high: boolean;
  /** The machine's steady clock, ns. */
  readonly ns: bigint;
}

export interface Contact {
  /** It stays closed for so long, bounces included, µs. */
  readonly closedUs: number;
  /** It bounces for this long when it closes, µs; 0: clean. */
  readonly bounceUs: number;
  /** And when it opens, µs. */
  readonly openBounceUs: number;
}

const MOST_BOUNCES = 4;

/**
 * Calls `edge` with each edge of one pulse, in order: µs after the first one, and the level after it.
 * @param pulse which pulse it is: the same number bounces in the same way again
 */
export function playPulse(
  { closedUs, bounceUs, openBounceUs }: Contact,
  seed: number,
  pulse: number,
  edge: (atUs: number, high: boolean) => void,
): void {
  const bounce = (fromUs: number, spanUs: number, high: boolean, salt: string): void => {
    edge(fromUs, high);
    if (spanUs < 2) return;
    const bounces = hash32(seed, salt, pulse) % (MOST_BOUNCES + 1);
    // Pairs of edges, spread over the span, each a little apart from the one before.
    for (let n = 1; n <= bounces; n++) {
      const from = fromUs + Math.floor((spanUs * (2 * n - 1)) / (2 * bounces));
      const width = 1 + (hash32(seed, salt, pulse * 8 + n) % Math.max(1, Math.floor(spanUs / (2 * bounces))));
      edge(Math.min(from, fromUs + spanUs - 1), !high);
      edge(Math.min(from + width, fromUs + spanUs), high);
    }
  };
  bounce(0, bounceUs, true, 'close');
  bounce(closedUs, openBounceUs, false, 'open');
}

/** The edges of one pulse that begins at an instant of the steady clock. */
export function pulseEdges(contact: Contact, seed: number, pulse: number, fromNs: bigint): Edge[] {
  const edges: Edge[] = [];
  playPulse(contact, seed, pulse, (atUs, high) => edges.push({ high, ns: fromNs + BigInt(atUs) * 1_000n }));
  return edges;
}
