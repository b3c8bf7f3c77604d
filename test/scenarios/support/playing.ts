/** A scenario under way, and what is left of it for the judge. */
import type { Reading } from '../../../gateway/domain/ledger/register.ts';
import type { ChannelSpec } from '../../../gateway/domain/meters.ts';
import type { Clock } from '../../../gateway/domain/time.ts';
import type { Store } from '../../../gateway/store/store.ts';
import type { Desk } from './desk.ts';
import type { GatewayProcess, GRID } from './gateway-process.ts';
import type { ScenarioPlan } from './plan.ts';
import type { MeterPlan, OddKind } from './plan-meter.ts';
import type { PulseInput } from './pulse-input.ts';
import type { Random } from './random.ts';
import type { Span } from './troubles.ts';
import type { MeterTruth } from './truth.ts';

/** A reading as the gateway was given it, and when it was taken in truth. */
export interface Given {
  readonly reading: Reading;
  readonly trueSinceMs: number;
  readonly trueAtMs: number;
  /** Null: the register showed this. */
  readonly odd: OddKind | null;
  readonly turn: number;
  readonly wraps: bigint;
  /** Handed over at once, to a process that could use it and did not end right after. */
  heard: boolean;
}

export interface PlayedMeter {
  readonly plan: MeterPlan;
  readonly truth: MeterTruth;
  /** In the order in which they were taken. */
  readonly given: readonly Given[];
}

export interface SeenStep {
  readonly wallMs: number;
  readonly stepMs: number;
  /** The time was known before and after. */
  readonly known: boolean;
}

export interface PlayedScenario {
  readonly plan: ScenarioPlan;
  readonly store: Store;
  readonly meters: readonly PlayedMeter[];
  readonly desk: Desk;
  /** Counted and not kept when the gateway was killed, of contacts whose pulses are kept at once. */
  readonly lostAtKills: readonly { readonly meter: string; readonly pulses: number }[];
  /** Steps of more than 30 s that a process was there to see, ms. */
  readonly seenSteps: readonly SeenStep[];
  readonly grid: typeof GRID;
  readonly specOf: (meter: string) => ChannelSpec;
}

export interface Waiting {
  readonly meter: PlayingMeter;
  readonly reading: Reading;
  readonly ticks: number;
}

export interface PlayingMeter extends PlayedMeter {
  readonly given: Given[];
  settingsDueMs: number;
}

/** A scenario under way. */
export interface Playing {
  readonly plan: ScenarioPlan;
  readonly random: Random;
  /** Of what came later, so that seeds keep what they were about. */
  readonly second: Random;
  readonly store: Store;
  readonly clock: Clock;
  readonly meters: readonly PlayingMeter[];
  readonly desk: Desk;
  /** What was said of what was planned. */
  readonly said: Set<object>;
  /** The drivers that count, of this process. */
  inputs: readonly PulseInput[];
  lives: number;
  readonly basesOfLife: Map<string, bigint>;
  readonly lostAtKills: { meter: string; pulses: number }[];
  readonly seenSteps: SeenStep[];
  trueMs: number;
  /** The tick before, and up to when contacts were heard. */
  beforeMs: number;
  heardMs: number;
  process: GatewayProcess;
  waiting: Waiting[];
  /** The next transactions fail before they commit. */
  readonly power: { isFailing: boolean };
  wasKnown: boolean;
  /** What the clock was wrong by when this process looked last; null: it has not looked yet. */
  watchedOffset: number | null;
}

export const isIn = (list: readonly Span[], ms: number): boolean =>
  list.some(({ fromMs, toMs }) => fromMs <= ms && ms < toMs);

export const offsetAt = ({ clock }: ScenarioPlan, ms: number): number =>
  clock.findLast(({ atMs }) => atMs <= ms)?.offsetMs ?? 0;

export const isUntrusted = ({ plan, trueMs }: Pick<Playing, 'plan' | 'trueMs'>): boolean =>
  isIn(plan.untrusted, trueMs);

/**
 * Notes what the process must notice of its clock by its two clocks.
 * @returns whether it was set, or never looked at: the gateway looks each second
 */
export function watchClock(playing: Playing): boolean {
  const { watchedOffset, process, clock, wasKnown, seenSteps } = playing;
  const offset = offsetAt(playing.plan, playing.trueMs);
  const stepMs = watchedOffset === null ? 0 : offset - watchedOffset;
  const isKnown = process.pipeline.clockHealth().fault === null && !isUntrusted(playing);
  if (Math.abs(stepMs) > 30_000) seenSteps.push({ wallMs: clock.now(), stepMs, known: wasKnown && isKnown });
  playing.wasKnown = isKnown;
  playing.watchedOffset = offset;
  return stepMs !== 0 || watchedOffset === null;
}
