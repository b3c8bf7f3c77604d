/**
 * Registers and values that stand still although they should not. Pure: what was known and one poll in, what is known
 * now out. A meter at rest is never called frozen: the first rule needs power that must have passed, the second values
 * that usually move.
 */
import type { ChannelName } from '../meters.ts';
import type { GaugeSample, MeterPoll } from '../ports.ts';
import type { EpochMs } from '../time.ts';

/** So many of its own steps must have passed … */
const FROZEN_STEPS = 5n;
/** … and so long: some meters refresh their registers every few minutes, whatever their manual says, ms. */
const FROZEN_MS = 600_000;
/** Below this share of the rating a meter may rightly count nothing (始動電流). */
const COUNTING_SHARE = 0.01;
/** Between two polls further apart nothing is known of the power, ms. */
const BLIND_MS = 180_000;

/** A register as it stands. */
export interface Standing {
  readonly registerMicro: bigint;
  readonly sinceMs: EpochMs;
  readonly atMs: EpochMs;
  readonly perHour: number | null;
  /** What must have passed since, micro-units: an estimate, never accounted. */
  readonly expectedMicro: bigint;
}

export interface StandingInput {
  readonly registerMicro: bigint;
  readonly atMs: EpochMs;
  /** Native units per hour by the meter's own gauge; null without one. */
  readonly perHour: number | null;
  /** What its sub-meters have counted since the last poll, micro-units. */
  readonly belowMicro: bigint;
}

export interface FreezeRules {
  /** The most it can rise, native units per hour. */
  readonly ratedPerHour: number;
  /** One step of the register, micro-units. */
  readonly stepMicro: bigint;
  readonly updateMs: number;
}

function passedMicro(before: Standing, now: StandingInput, { ratedPerHour }: FreezeRules): bigint {
  const elapsedMs = now.atMs - before.atMs;
  if (now.perHour === null || before.perHour === null) return now.belowMicro;
  // The lesser of both ends: never more than what must have passed.
  const perHour = Math.min(now.perHour, before.perHour);
  if (elapsedMs <= 0 || elapsedMs > BLIND_MS || perHour < COUNTING_SHARE * ratedPerHour) return 0n;
  return BigInt(Math.floor((perHour * 1e6 * elapsedMs) / 3_600_000));
}

/** @returns how the register stands now, and whether it is stuck */
export function standStill(
  before: Standing | null,
  now: StandingInput,
  rules: FreezeRules,
): { readonly standing: Standing; readonly frozen: boolean } {
  if (before === null || before.registerMicro !== now.registerMicro) {
    const { registerMicro, atMs, perHour } = now;
    return { standing: { registerMicro, sinceMs: atMs, atMs, perHour, expectedMicro: 0n }, frozen: false };
  }
  const expectedMicro = before.expectedMicro + passedMicro(before, now, rules);
  const long = now.atMs - before.sinceMs >= FROZEN_MS + 2 * rules.updateMs;
  return {
    standing: { ...before, atMs: now.atMs, perHour: now.perHour, expectedMicro },
    frozen: long && expectedMicro >= FROZEN_STEPS * rules.stepMicro,
  };
}

/** The gauge that says how fast a channel must rise, native units per hour; null where there is none. */
export function gaugePerHour(channel: ChannelName, gauges: readonly GaugeSample[]): number | null {
  const value = (name: GaugeSample['gauge']) => gauges.find(({ gauge }) => gauge === name)?.value ?? null;
  const power = value('power');
  switch (channel) {
    case 'energy-import':
      return power === null ? null : Math.max(0, power / 1_000);
    case 'energy-export':
      return power === null ? null : Math.max(0, -power / 1_000);
    case 'gas-volume':
    case 'water-volume':
      return value('flow');
    default:
      return null;
  }
}

/** So long all values must have been the same, ms … */
const SAME_MS = 1_800_000;
/** … and so many times as long as ever before. */
const SAME_TIMES = 20;
/** So often they must have changed before anybody knows how they usually move. */
const CHANGES = 20;
/** Gauges of a live net that never stand still to the last digit. */
const RESTLESS = /^(voltage|current|frequency)/;

/** How the values of a meter move. */
export interface Motion {
  readonly values: string;
  readonly sinceMs: EpochMs;
  readonly changes: number;
  /** The longest time without a change until the last one, ms. */
  readonly longestMs: number;
}

function valuesOf({ registers, gauges }: MeterPoll): string {
  const shown = registers.map(({ channel, raw }) => `${channel}=${raw.count}*${raw.exp2}`);
  return [...shown, ...gauges.map(({ gauge, value }) => `${gauge}=${value}`)].join(' ');
}

/** @returns how they move now, and whether they stand although they usually do not */
export function moveOn(
  before: Motion | null,
  poll: MeterPoll,
): { readonly motion: Motion; readonly frozen: boolean } {
  const values = valuesOf(poll);
  if (before === null)
    return { motion: { values, sinceMs: poll.atMs, changes: 0, longestMs: 0 }, frozen: false };
  const sameMs = poll.atMs - before.sinceMs;
  if (values !== before.values) {
    const longestMs = Math.max(before.longestMs, sameMs);
    return {
      motion: { values, sinceMs: poll.atMs, changes: before.changes + 1, longestMs },
      frozen: false,
    };
  }
  const isLive = poll.gauges.some(({ gauge, value }) => RESTLESS.test(gauge) && value !== 0);
  const usual = Math.max(SAME_MS, SAME_TIMES * before.longestMs);
  return { motion: before, frozen: isLive && before.changes >= CHANGES && sameMs >= usual };
}
