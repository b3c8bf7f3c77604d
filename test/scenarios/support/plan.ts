/**
 * What happens in one scenario, all of it out of one seed: the meters with their loads, what befalls their registers,
 * what the wire does to their readings, what becomes of the process and of its clock. True time throughout; what the
 * gateway's clock says meanwhile is worked out in factory.ts.
 */
import type { ClockTrust } from '../../../gateway/domain/time.ts';
import { at, HOUR, MINUTE, SECOND } from '../../ledger/support/ledger.ts';
import type { Saying } from './desk.ts';
import { type MeterPlan, planMeter } from './plan-meter.ts';
import { type PulsePlan, planPulse } from './plan-pulse.ts';
import { createRandom, type Random } from './random.ts';
import { type Span, TROUBLES, type Trouble } from './troubles.ts';

export const DAY = 24 * HOUR;
export const START = at('2026-06-30T23:00:00+09:00');

export type ProcessTrouble =
  /** Ends and starts as one should. */
  | { readonly kind: 'restart'; readonly atMs: number; readonly downMs: number }
  /** Ends at once: what is held in memory is gone. */
  | { readonly kind: 'crash'; readonly atMs: number; readonly downMs: number }
  /** Ends inside of a transaction. */
  | { readonly kind: 'crash-inside'; readonly atMs: number; readonly downMs: number };

export interface ClockStep {
  readonly atMs: number;
  /** What the clock is wrong by from then on, ms. */
  readonly offsetMs: number;
  /** Between the question to a meter and its answer. */
  readonly duringRequest: boolean;
}

export interface ScenarioPlan {
  readonly seed: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly pollMs: number;
  readonly meters: readonly MeterPlan[];
  /** Contacts that the gateway counts itself. */
  readonly pulses: readonly PulsePlan[];
  /** By time; those after the end are said in the quiet behind it. */
  readonly sayings: readonly Saying[];
  /** Nobody can be asked: the line is cut. */
  readonly gaps: readonly Span[];
  readonly process: readonly ProcessTrouble[];
  readonly clock: readonly ClockStep[];
  /** The stages take their turn after so many polls. */
  readonly turnEvery: number;
  readonly trust: ClockTrust;
  /** The clock is not to be believed. */
  readonly untrusted: readonly Span[];
}

function someTroubles(random: Random): ReadonlySet<Trouble> {
  const share = random.pick([0, 150, 350, 600]);
  return new Set(TROUBLES.filter(() => random.chance(share)));
}

function gapMs(random: Random): number {
  const [low, high] = random.pick([
    [2 * MINUTE, 15 * MINUTE],
    [15 * MINUTE, 2 * HOUR],
    [2 * HOUR, 12 * HOUR],
    [DAY, 3 * DAY],
  ] as const);
  return random.int(low, high);
}

/** True spans in order, with at least half an hour of work between them. */
function spans(random: Random, startMs: number, worksMs: number, lengths: readonly number[]): Span[] {
  let spentMs = 0;
  const starts = lengths.map(() => random.int(10 * MINUTE, worksMs)).sort((a, b) => a - b);
  return starts.map((start, i) => {
    const fromMs = startMs + start + spentMs + i * 30 * MINUTE;
    spentMs += lengths[i] as number;
    return { fromMs, toMs: fromMs + (lengths[i] as number) };
  });
}

const isApart = (list: readonly Span[], atMs: number, marginMs: number): boolean =>
  list.every(({ fromMs, toMs }) => atMs < fromMs - marginMs || atMs > toMs + marginMs);

function planClock(random: Random, startMs: number, endMs: number, down: readonly Span[]): ClockStep[] {
  const steps: ClockStep[] = [];
  let nowMs = startMs;
  for (let n = random.int(1, 3); n > 0; n--) {
    const atMs = random.int(nowMs, Math.max(nowMs, endMs - 2 * HOUR));
    const size = random.pick([
      random.int(1, 20) * SECOND,
      random.int(60, 1_200) * SECOND,
      random.int(1, 8) * HOUR,
      DAY + random.int(0, 5) * HOUR,
    ]);
    const wrongMs = random.pick([random.int(2, 40) * MINUTE, random.int(1, 5) * HOUR]);
    const backMs = Math.min(atMs + wrongMs, endMs - HOUR);
    const sure = (ms: number) => isApart(down, ms, 3 * MINUTE);
    if (backMs > atMs && sure(atMs) && sure(backMs)) {
      const duringRequest = random.chance(150);
      steps.push({ atMs, offsetMs: random.pick([-size, size]), duringRequest });
      steps.push({ atMs: backMs, offsetMs: 0, duringRequest });
      nowMs = backMs + 10 * MINUTE;
    }
  }
  return steps;
}

function planProcess(random: Random, startMs: number, worksMs: number): ProcessTrouble[] {
  const count = random.int(1, 5);
  const down = Array.from({ length: count }, () => random.pick([0, 0, 40 * SECOND, 15 * MINUTE, 3 * HOUR]));
  return spans(random, startMs, worksMs, down).map(({ fromMs }, i) => ({
    kind: random.pick(['restart', 'crash', 'crash-inside'] as const),
    atMs: fromMs,
    downMs: down[i] as number,
  }));
}

/** Who says what in the course of it; most of it afterwards. */
function planSayings(random: Random, startMs: number, endMs: number): Saying[] {
  if (random.chance(500)) return [];
  const one = (atMs: number): Saying => ({
    atMs,
    what: random.pick(['slip', 'slip', 'slip', 'truth', 'nonsense', 'setting'] as const),
  });
  const during = Array.from({ length: random.int(0, 4) }, () => one(random.int(startMs, endMs)));
  const after = Array.from({ length: random.int(1, 5) }, () => one(endMs + 1));
  return [...during.toSorted((a, b) => a.atMs - b.atMs), ...after];
}

/** The same seed makes the same plan. */
export function planScenario(seed: number): ScenarioPlan {
  const random = createRandom(seed);
  const troubles = someTroubles(random);
  const startMs = START + random.pick([0, random.int(0, 2 * HOUR)]);
  const pollMs = random.pick([30 * SECOND, MINUTE, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE]);
  const worksMs = Math.min(pollMs * random.int(50, 160), 20 * HOUR);
  const gaps = troubles.has('gap')
    ? spans(
        random,
        startMs,
        worksMs,
        Array.from({ length: random.int(1, 3) }, () => gapMs(random)),
      )
    : [];
  const process = troubles.has('process') ? planProcess(random, startMs, worksMs) : [];
  const offMs = gaps.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
  const endMs = Math.max(startMs + worksMs + offMs, (process.at(-1)?.atMs ?? 0) + 4 * HOUR);
  const down = process.map(({ atMs, downMs }) => ({ fromMs: atMs, toMs: atMs + downMs }));
  const clock = troubles.has('clock') ? planClock(random, startMs, endMs, down) : [];
  const untrusted = troubles.has('untrusted')
    ? spans(random, startMs, worksMs, [random.int(MINUTE, 2 * HOUR)])
    : [];
  const meters = Array.from({ length: random.pick([1, 1, 2, 3]) }, (_, i) =>
    planMeter(random, `m${i + 1}`, { startMs, endMs, pollMs, troubles, gaps }),
  );
  const trust = random.pick<ClockTrust>(['ntp', 'ntp', 'manual', 'rtc']);
  const turnEvery = random.pick([1, 3, 4, 6]);
  // What came later draws from a source of its own: seeds keep what they were about.
  const second = createRandom(seed ^ 0x0b5e_55ed);
  const isTroubled = second.chance(600);
  const pulses = Array.from({ length: second.pick([0, 0, 0, 1, 1, 2]) }, (_, i) =>
    planPulse(second, `p${i + 1}`, { startMs, endMs, isTroubled }),
  );
  const sayings = planSayings(second, startMs, endMs);
  return {
    seed,
    startMs,
    endMs,
    pollMs,
    meters,
    pulses,
    sayings,
    gaps,
    process,
    clock,
    turnEvery,
    trust,
    untrusted,
  };
}
