/**
 * A million pulses, 1 to 200 a second, with contacts that bounce for 1 to 20 ms, as text of both majors through the
 * parser, the filter and the counter: none is lost and none is counted twice. HAKARU_SEED replays a run.
 */
import { expect, it } from 'vitest';
import type { GpiodMajor } from '../../drivers/libgpiod.ts';
import { createCounter, type PulseCounter, TELLING_MS } from '../../drivers/pulse/counter.ts';
import type { FilterSetting } from '../../drivers/pulse/filter.ts';
import { createGpiomonReader } from '../../drivers/pulse/gpiomon-text.ts';
import { boundaryAt, instant, slotOf } from '../../gateway/domain/time.ts';
import { type Contact, playPulse } from '../../simulators/pulse/contact.ts';
import { hashBetween } from '../../simulators/seeded.ts';

const SEED = Number(process.env['HAKARU_SEED'] ?? 20_261_104);
/** The steady clock's zero, as wall time: pulses pass half-hour boundaries. */
const WALL_MS = Date.parse('2026-07-01T09:59:00+09:00');
const CHUNK = 60_000;

interface Run {
  readonly major: GpiodMajor;
  readonly hz: number;
  readonly pulses: number;
  readonly filter: FilterSetting;
  readonly bounceMs: readonly [low: number, high: number];
  readonly opensCleanly: boolean;
}

/** Together a million pulses; bounces as long as the frequency leaves room for. */
const RUNS: readonly Run[] = [
  {
    major: 2,
    hz: 200,
    pulses: 400_000,
    filter: { kind: 'edge', ms: 3 },
    bounceMs: [1, 2],
    opensCleanly: true,
  },
  {
    major: 1,
    hz: 200,
    pulses: 200_000,
    filter: { kind: 'pulse', ms: 1 },
    bounceMs: [0, 0],
    opensCleanly: true,
  },
  {
    major: 1,
    hz: 50,
    pulses: 200_000,
    filter: { kind: 'pulse', ms: 5 },
    bounceMs: [1, 4],
    opensCleanly: false,
  },
  {
    major: 2,
    hz: 20,
    pulses: 150_000,
    filter: { kind: 'pulse', ms: 21 },
    bounceMs: [1, 2],
    opensCleanly: false,
  },
  {
    major: 1,
    hz: 10,
    pulses: 40_000,
    filter: { kind: 'pulse', ms: 21 },
    bounceMs: [1, 20],
    opensCleanly: false,
  },
  {
    major: 2,
    hz: 1,
    pulses: 10_000,
    filter: { kind: 'edge', ms: 600 },
    bounceMs: [1, 20],
    opensCleanly: false,
  },
];

function line(major: GpiodMajor, high: boolean, us: number): string {
  const seconds = Math.floor(us / 1_000_000);
  const nanos = (us - seconds * 1_000_000) * 1_000;
  if (major === 1) return `${high ? 1 : 0} 17 ${seconds} ${nanos}\n`;
  return `${high ? 1 : 2} 17 ${seconds}.${String(nanos).padStart(9, '0')} unnamed\n`;
}

function contactOf({ hz, bounceMs, opensCleanly }: Run, pulse: number): Contact {
  const bounceUs = hashBetween(SEED, 'bounce', pulse, bounceMs[0] * 1_000, bounceMs[1] * 1_000);
  const openBounceUs = opensCleanly
    ? 0
    : hashBetween(SEED, 'opening', pulse, bounceMs[0] * 1_000, bounceMs[1] * 1_000);
  return { closedUs: Math.floor(500_000 / hz), bounceUs, openBounceUs };
}

function play(run: Run): {
  counter: PulseCounter;
  stamps: number[];
  samples: ReturnType<PulseCounter['samples']>;
} {
  let nowUs = 0;
  const stamps: number[] = [];
  const counter = createCounter({
    channel: 'gas-volume',
    filter: run.filter,
    run: 'r',
    wallMs: (us) => WALL_MS + us / 1_000,
    nowUs: () => nowUs,
  });
  const reader = createGpiomonReader(run.major, {
    begun: () => counter.begin(0),
    edge: ({ active, stampUs }) => counter.edge(active, stampUs),
    unknown: (text) => expect.fail(text),
  });
  if (run.major === 1) counter.begin(0);
  else reader.push("Monitoring line '17'...\n");
  const both = run.filter.kind === 'pulse';
  const samples: ReturnType<PulseCounter['samples']> = [];
  let text = '';
  for (let pulse = 0; pulse < run.pulses; pulse++) {
    const fromUs = 2_000_000 + Math.round((pulse * 1_000_000) / run.hz);
    stamps.push(fromUs);
    playPulse(contactOf(run, pulse), SEED, pulse, (atUs, high) => {
      if (high || both) text += line(run.major, high, fromUs + atUs);
      nowUs = fromUs + atUs;
    });
    if (text.length < CHUNK) continue;
    reader.push(text);
    text = '';
    samples.push(...counter.samples());
  }
  reader.push(text);
  nowUs += 3_000_000 + TELLING_MS * 1_000;
  samples.push(...counter.samples());
  return { counter, stamps, samples };
}

it(`loses none and doubles none (seed ${SEED})`, { timeout: 60_000 }, () => {
  expect(RUNS.reduce((sum, { pulses }) => sum + pulses, 0)).toBe(1_000_000);
  for (const run of RUNS) {
    const { counter, stamps, samples } = play(run);
    expect({ ...run, counted: counter.report().pulses }).toEqual({ ...run, counted: run.pulses });
    expect(samples.at(-1)?.raw.count).toBe(BigInt(run.pulses));
    expect(counter.report().lost).toBe(0);
    // Each half-hour boundary has a sample of its own, with exactly what was stamped before it.
    const endMs = samples.at(-1)?.atMs ?? WALL_MS;
    const atBoundary = new Map(samples.map(({ atMs, raw }) => [Number(atMs), raw.count]));
    for (let slot = slotOf(instant(WALL_MS)) + 1; boundaryAt(slot) <= endMs; slot++) {
      const before = stamps.filter((us) => WALL_MS + us / 1_000 < boundaryAt(slot)).length;
      expect(atBoundary.get(boundaryAt(slot))).toBe(BigInt(before));
    }
  }
});
