/**
 * What moved kWh would have made, or would make, of the MJ: each hour's kWh before and after, times that hour's
 * coefficient. Past hours by what was measured, coming ones by what is expected. Exact until each figure is rounded.
 */
import { CodedError, type Fault, fault } from '../faults.ts';
import { formatMicro, type Rational, rational, reduced, roundHalfAway } from '../rational.ts';
import type { EpochMs, HourGrid } from '../time.ts';
import type { AheadHour } from './classes.ts';
import { crudeOilMicroL } from './crude-oil.ts';
import { MIN_DAYS } from './expected.ts';

/** Moves in one question, and hours in one stretch of a move. */
export const MAX_MOVES = 50;
export const MAX_STRETCH_HOURS = 48;

export interface Stretch {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

export interface Move {
  readonly microKwh: bigint;
  /** Taken from each hour in proportion to what it has. */
  readonly from: Stretch;
  /** Put evenly into each hour. */
  readonly to: Stretch;
}

/** `measured` has a bucket with a value; `expected` has not ended; `unknown` is past and has no value. */
export type Basis = 'measured' | 'expected' | 'unknown';

export interface KnownHour extends AheadHour {
  readonly basis: Basis;
  /** 10⁻⁶ kWh of the site; null where it is not known. */
  readonly microKwh: bigint | null;
  /** Days that an expectation stands on; 0 for measured hours. */
  readonly days: number;
}

export interface WhatIfHour extends KnownHour {
  /** null where it is not known how much there was before. */
  readonly afterMicroKwh: bigint | null;
  readonly beforeMicroMj: bigint | null;
  readonly afterMicroMj: bigint | null;
}

export interface WhatIf {
  readonly hours: readonly WhatIfHour[];
  /** Sums of the exact figures of the hours, each rounded once; null where an hour is not known. */
  readonly beforeMicroMj: bigint | null;
  readonly afterMicroMj: bigint | null;
  /** Below zero: it costs. Known in any case. */
  readonly savedMicroMj: bigint;
  readonly savedMicroL: bigint;
  readonly movedMicroKwh: bigint;
  /** Whether announcements stand for all hours that are touched. */
  readonly confirmed: boolean;
}

const ZERO: Rational = { num: 0n, den: 1n };

function plus(a: Rational, b: Rational): Rational {
  return reduced(rational(a.num * b.den + b.num * a.den, a.den * b.den));
}

function times(a: Rational, b: Rational): Rational {
  return rational(a.num * b.num, a.den * b.den);
}

function minus(a: Rational, b: Rational): Rational {
  return plus(a, rational(-b.num, b.den));
}

export interface WhatIfInput {
  readonly moves: readonly Move[];
  /** Every hour of a stretch, in order; null where nothing can be said of an hour: it lies past the data. */
  readonly hourAt: (startMs: EpochMs) => KnownHour | null;
  /** The first and the last instant anything is known of. */
  readonly known: Stretch;
  readonly grid: HourGrid;
  /** Of crude oil (原油換算). */
  readonly litresPerMj: Rational;
}

interface Touched {
  readonly hour: KnownHour;
  /** What moves add and take, 10⁻⁶ kWh. */
  change: Rational;
}

function refuse(subject: Fault): never {
  throw new CodedError(subject);
}

/** The hours of a stretch. @throws CodedError what-if-past-data, what-if-no-coefficient */
function hoursOf(
  stretch: Stretch,
  { hourAt, known, grid }: WhatIfInput,
): (KnownHour & { mjPerKwh: Rational })[] {
  const hours: (KnownHour & { mjPerKwh: Rational })[] = [];
  for (let at = stretch.fromMs; at < stretch.toMs; ) {
    const hour = hourAt(at);
    if (hour === null) {
      const bounds = { from: grid.iso(known.fromMs), to: grid.iso(known.toMs) };
      return refuse(fault('what-if-past-data', { hour: grid.iso(at), ...bounds }));
    }
    const { mjPerKwh } = hour;
    if (mjPerKwh === null) return refuse(fault('what-if-no-coefficient', { hour: grid.iso(at) }));
    hours.push({ ...hour, mjPerKwh });
    at = hour.endMs;
  }
  return hours;
}

function notKnown(hour: KnownHour, grid: HourGrid): Fault {
  const at = grid.iso(hour.startMs);
  if (hour.basis === 'expected')
    return fault('what-if-not-expected', { hour: at, days: hour.days, least: MIN_DAYS });
  return fault('what-if-not-measured', { hour: at });
}

/**
 * @throws CodedError what-if-too-much (more than there is), what-if-not-measured, what-if-not-expected (hours not
 * known), what-if-past-data, what-if-no-coefficient
 */
export function whatIf(input: WhatIfInput): WhatIf {
  const { moves, grid } = input;
  const touched = new Map<EpochMs, Touched>();
  const touch = (hour: KnownHour, change: Rational): void => {
    const known = touched.get(hour.startMs) ?? { hour, change: ZERO };
    touched.set(hour.startMs, { hour, change: plus(known.change, change) });
  };
  let moved = 0n;
  for (const move of moves) {
    const sources = hoursOf(move.from, input);
    const there = sources.reduce((sum, hour) => sum + (hour.microKwh ?? refuse(notKnown(hour, grid))), 0n);
    if (move.microKwh > there) refuse(tooMuch(move, there, sources, grid));
    for (const hour of sources)
      if (there > 0n) touch(hour, rational(-move.microKwh * (hour.microKwh ?? 0n), there));
    const targets = hoursOf(move.to, input);
    for (const hour of targets) touch(hour, rational(move.microKwh, BigInt(targets.length)));
    moved += move.microKwh;
  }
  const rows = [...touched.values()].toSorted((a, b) => a.hour.startMs - b.hour.startMs);
  // Two moves may take from one hour what only one of them could.
  for (const { hour, change } of rows) {
    const left = hour.microKwh === null ? ZERO : plus(rational(hour.microKwh), change);
    if (left.num < 0n)
      refuse(tooMuch({ microKwh: roundHalfAway(minus(ZERO, change)) }, hour.microKwh ?? 0n, [hour], grid));
  }
  return {
    ...sums(rows, input.litresPerMj),
    movedMicroKwh: moved,
    confirmed: rows.every(({ hour }) => hour.confirmed),
  };
}

function tooMuch(
  { microKwh }: Pick<Move, 'microKwh'>,
  there: bigint,
  hours: readonly KnownHour[],
  grid: HourGrid,
): Fault {
  const [first, last] = [hours[0], hours.at(-1)];
  const text = (at: EpochMs | undefined): string => (at === undefined ? '?' : grid.iso(at).slice(0, 16));
  return fault('what-if-too-much', {
    kwh: formatMicro(microKwh),
    there: formatMicro(there),
    from: text(first?.startMs),
    to: text(last?.endMs),
  });
}

function sums(rows: readonly Touched[], litresPerMj: Rational): Omit<WhatIf, 'movedMicroKwh' | 'confirmed'> {
  let before: Rational | null = ZERO;
  let saved = ZERO;
  const hours = rows.map(({ hour, change }): WhatIfHour => {
    const weight = hour.mjPerKwh ?? ZERO;
    saved = minus(saved, times(change, weight));
    if (hour.microKwh === null) {
      before = null;
      return { ...hour, afterMicroKwh: null, beforeMicroMj: null, afterMicroMj: null };
    }
    const own = rational(hour.microKwh);
    const then = plus(own, change);
    before = before && plus(before, times(own, weight));
    return {
      ...hour,
      afterMicroKwh: roundHalfAway(then),
      beforeMicroMj: roundHalfAway(times(own, weight)),
      afterMicroMj: roundHalfAway(times(then, weight)),
    };
  });
  const savedMicroMj = roundHalfAway(saved);
  return {
    hours,
    beforeMicroMj: before && roundHalfAway(before),
    afterMicroMj: before && roundHalfAway(minus(before, saved)),
    savedMicroMj,
    savedMicroL: crudeOilMicroL(savedMicroMj, litresPerMj),
  };
}
