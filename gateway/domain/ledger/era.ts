/**
 * An era is a stretch in which a register rises monotonically with one scale. A rollover, a reset, an exchange of
 * the meter and a change of ratio each end an era and open the next.
 */
import type { RegisterScale } from '../meters.ts';
import type { Rational } from '../rational.ts';
import { largestRiseMicro, microOf, type Reading, registerMicro } from './register.ts';

/**
 * `first` the channel's opening; `rollover` the register wrapped at its known end; `register-change` it fell or
 * jumped for another reason (reset, exchange): what passed in between is unknown; `scale-change` the site file
 * gives another ratio from here on.
 */
export type EraCause = 'first' | 'rollover' | 'register-change' | 'scale-change';

export interface Era {
  /** 1, 2, 3 … per channel. */
  readonly no: number;
  readonly cause: EraCause;
  readonly opening: Reading;
  readonly scale: RegisterScale;
  /** The channel's total at the opening reading, micro-units. 0 in the first era. */
  readonly baseMicro: bigint;
  /**
   * What passed between the last reading of the era before and this opening, micro-units: computed for a
   * rollover, answered by a person otherwise; null while nobody knows (an unresolved step counts as nothing).
   */
  readonly stepMicro: bigint | null;
}

/** The channel's total at a reading of this era, micro-units since the channel's opening. */
export function totalMicro(era: Era, reading: Reading): bigint {
  return era.baseMicro + registerMicro(reading.raw, era.scale) - registerMicro(era.opening.raw, era.scale);
}

export function firstEra(opening: Reading, scale: RegisterScale): Era {
  return { no: 1, cause: 'first', opening, scale, baseMicro: 0n, stepMicro: 0n };
}

/** The energy of a rollover: up to the register's end and on from 0. Null when the type knows no end. */
export function rolloverStepMicro(era: Era, last: Reading, opening: Reading): bigint | null {
  if (era.scale.wrapsAt === null) return null;
  return (
    microOf(era.scale.wrapsAt, era.scale) -
    registerMicro(last.raw, era.scale) +
    registerMicro(opening.raw, era.scale)
  );
}

/** A meter that was read in the meantime did not go round unseen, ms: shorter than any gap that is told. */
export const UNSEEN_MS = 600_000;

/**
 * Whether the register may have gone once more round its whole range between the two readings than they show: nobody
 * looked for long, and its rating allows for it.
 */
export function mayHideWrap(
  from: Reading,
  to: Reading,
  scale: RegisterScale,
  ratedPerHour: Rational,
): boolean {
  if (scale.wrapsAt === null || to.sinceMs - from.atMs <= UNSEEN_MS) return false;
  const round = microOf(scale.wrapsAt, scale);
  const shown = registerMicro(to.raw, scale) - registerMicro(from.raw, scale);
  const rise = shown < 0n ? shown + round : shown;
  return rise + round <= largestRiseMicro(from, to, scale, ratedPerHour);
}

/**
 * Whether the second era begins because the first reading of all was no true one: it stood alone, and those that agree
 * came soon after it.
 */
export function openedWrongly(era: Era, before: Era | undefined, after: Reading | null): boolean {
  return (
    era.no === 2 &&
    era.cause === 'register-change' &&
    before !== undefined &&
    after?.atMs === before.opening.atMs &&
    era.opening.atMs - after.atMs <= UNSEEN_MS
  );
}

export function nextEra(
  era: Era,
  last: Reading,
  opening: Reading,
  cause: Exclude<EraCause, 'first'>,
  scale: RegisterScale,
  stepMicro: bigint | null,
): Era {
  return {
    no: era.no + 1,
    cause,
    opening,
    scale,
    baseMicro: totalMicro(era, last) + (stepMicro ?? 0n),
    stepMicro,
  };
}
