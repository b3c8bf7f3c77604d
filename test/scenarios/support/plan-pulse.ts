/**
 * One pulse input of a scenario: when its contact closes and bounces, when nobody watches it, which hand-overs get
 * lost, and when somebody reads the dial beside it.
 */
import type { FilterSetting } from '../../../drivers/pulse/filter.ts';
import type { ChannelSpec } from '../../../gateway/domain/meters.ts';
import { multiply, rational } from '../../../gateway/domain/rational.ts';
import { SLOT_MS } from '../../../gateway/domain/time.ts';
import { HOUR, MINUTE, SECOND, specWith } from '../../ledger/support/ledger.ts';
import type { Random } from './random.ts';
import type { Span } from './troubles.ts';

export interface Edge {
  readonly active: boolean;
  readonly atMs: number;
}

export interface DialPlan {
  /** When somebody looks. */
  readonly atMs: number;
  /** So much later it is typed in. */
  readonly saidAfterMs: number;
  /** The meter is replaced then, and the new dial shows so many pulses; null: it is only read. */
  readonly next: bigint | null;
}

export interface PulsePlan {
  readonly id: string;
  readonly spec: ChannelSpec;
  readonly filter: FilterSetting;
  /** True instants at which the contact closes, at half a ms: nothing else happens then. By time. */
  readonly pulses: readonly number[];
  /** The same with all bounces and openings. */
  readonly edges: readonly Edge[];
  /** A pulse comes 10 s or more after the one before: it is told and kept at once. */
  readonly isRare: boolean;
  /** gpiomon is not there. */
  readonly deaf: readonly Span[];
  /** Of 1,000 hand-overs so many never arrive. */
  readonly lostPermille: number;
  readonly dials: readonly DialPlan[];
  /** What the dial shows at the start of the scenario, pulses; it shows whole multiples of `dialStep`. */
  readonly dialStart: bigint;
  readonly dialStep: bigint;
}

interface Frame {
  readonly startMs: number;
  readonly endMs: number;
  readonly isTroubled: boolean;
}

const WEIGHTS = [rational(1n), rational(1n, 10n), rational(1n, 100n), rational(37n, 100n)] as const;
const MOST_PULSES = 700;
const MOST_RARE = 120;
/** A contact is closed for so long, ms. */
const CLOSED_MS = 120;
/** It bounces for so long, ms. */
const BOUNCE_MS = 6;
/** The fastest pulses come so far apart, ms. */
const CLOSEST_MS = 400;

function planPulses(random: Random, { startMs, endMs }: Frame, isRare: boolean): number[] {
  const pulses: number[] = [];
  const most = isRare ? MOST_RARE : MOST_PULSES;
  const [least, longest] = isRare ? [11 * SECOND, 40 * MINUTE] : [CLOSEST_MS, 20 * SECOND];
  for (let atMs = startMs + random.int(0, HOUR); atMs < endMs && pulses.length < most; ) {
    const apartMs = random.int(least, random.pick([4 * least, longest]));
    for (let n = random.int(1, isRare ? 6 : 80); n > 0 && pulses.length < most; n--) {
      pulses.push(atMs + 0.5);
      atMs += Math.max(least, random.int(Math.floor(apartMs / 2), apartMs));
    }
    if (random.chance(300)) atMs += random.int(MINUTE, 3 * HOUR);
  }
  return pulses.filter((atMs) => atMs < endMs);
}

/** An edge filter sees closing edges only, and bounces of these. */
function edgesOf(random: Random, pulses: readonly number[], filter: FilterSetting): Edge[] {
  const isBouncing = random.chance(500);
  const bounces = (atMs: number, level: boolean): Edge[] =>
    isBouncing
      ? [2, BOUNCE_MS - 1].flatMap((ms) => [
          { active: !level, atMs: atMs + ms },
          { active: level, atMs: atMs + ms + 1 },
        ])
      : [];
  // Bounces of the opening are what an edge filter cannot tell from pulses: it is for contacts without.
  if (filter.kind === 'edge')
    return pulses.flatMap((atMs) =>
      [{ active: true, atMs }, ...bounces(atMs, true)].filter(({ active }) => active),
    );
  // A level is stamped where its last bounce ends.
  const leadMs = isBouncing ? BOUNCE_MS : 0;
  return pulses.flatMap((atMs) => [
    { active: true, atMs: atMs - leadMs },
    ...bounces(atMs - leadMs, true),
    { active: false, atMs: atMs + CLOSED_MS },
    ...bounces(atMs + CLOSED_MS, false),
  ]);
}

function planDials(random: Random, { startMs, endMs }: Frame): DialPlan[] {
  const slotMs = (ms: number) => Math.ceil(ms / SLOT_MS) * SLOT_MS;
  const times = Array.from({ length: random.pick([0, 2, 3, 5]) }, () => {
    const atMs = random.int(startMs + 2 * MINUTE, endMs);
    return random.chance(500) ? slotMs(atMs) : atMs;
  });
  return [...new Set(times)]
    .toSorted((a, b) => a - b)
    .map((atMs) => ({
      atMs,
      saidAfterMs: random.pick([0, 0, random.int(0, 30) * MINUTE, 2 * HOUR]),
      next: random.chance(100) ? BigInt(random.int(0, 50)) : null,
    }));
}

function planDeaf(random: Random, { startMs, endMs }: Frame): Span[] {
  const spans: Span[] = [];
  let nowMs = startMs + random.int(MINUTE, HOUR);
  for (let n = random.int(1, 4); n > 0 && nowMs < endMs; n--) {
    const lengthMs = random.pick([200, 400, 1_600, 30_000, 12 * MINUTE, 2 * HOUR]);
    spans.push({ fromMs: nowMs, toMs: nowMs + lengthMs });
    nowMs += lengthMs + random.int(MINUTE, 4 * HOUR);
  }
  return spans;
}

export function planPulse(random: Random, id: string, frame: Frame): PulsePlan {
  const isRare = random.chance(400);
  const weight = random.pick(WEIGHTS);
  const filter: FilterSetting = random.pick([
    { kind: 'edge', ms: 10 },
    { kind: 'pulse', ms: 20 },
  ]);
  const pulses = planPulses(random, frame, isRare);
  return {
    id,
    spec: specWith({
      meter: id,
      channel: 'gas-volume',
      unit: 'm3',
      role: 'gas',
      keptBy: 'gateway',
      // Twice what the contact can do.
      ratedPerHour: multiply(weight, rational(BigInt((2 * HOUR) / CLOSEST_MS))),
      kwhPerUnit: rational(12n),
      scale: { unitsPerCount: weight },
    }),
    filter,
    pulses,
    edges: edgesOf(random, pulses, filter),
    isRare,
    deaf: frame.isTroubled ? planDeaf(random, frame) : [],
    lostPermille: frame.isTroubled ? random.pick([0, 0, 30]) : 0,
    dials: planDials(random, frame),
    dialStart: BigInt(random.int(0, 90_000)),
    dialStep: random.pick([1n, 1n, 10n]),
  };
}

/** How many of the instants lie before this one. */
export function countBefore(instants: readonly number[], atMs: number): number {
  let [low, high] = [0, instants.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((instants[middle] as number) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What the dial shows at an instant, pulses. */
export function dialAt({ pulses, dialStart, dialStep, dials }: PulsePlan, atMs: number): bigint {
  const exchange = dials.findLast(({ next, atMs: then }) => next !== null && then < atMs);
  const base = exchange ? (exchange.next ?? 0n) - BigInt(countBefore(pulses, exchange.atMs)) : dialStart;
  const shown = base + BigInt(countBefore(pulses, atMs));
  return exchange ? shown : (shown / dialStep) * dialStep;
}
