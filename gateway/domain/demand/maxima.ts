/** The largest demand of each month of the contract, out of the half-hours that were measured. Nothing else counts. */
import { type EpochMs, instant } from '../time.ts';
import type { DemandMonthRule } from './plan.ts';

/** 実量制: contract power is the largest of this month and the eleven before. */
export const MONTHS = 12;

export interface DemandMonth {
  /** YYYY-MM of its first day; see {@link nameOf} for the months that begin a day late. */
  readonly name: string;
  /** First date, and the first one after it. */
  readonly from: string;
  readonly to: string;
}

export interface MonthMaximum extends DemandMonth {
  /** Micro-units per hour; null where no period was measured. */
  readonly maximumMicro: bigint | null;
  /** The period began then; null for a figure of the supplier's bill. */
  readonly atMs: EpochMs | null;
  /** Periods that were measured … */
  readonly measured: number;
  /** … and those that are over and were not: no maximum rests on them. */
  readonly leftOut: number;
  /** From the supplier's bill, as the site file has it. */
  readonly isBilled: boolean;
}

const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0');
const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** Years and months as one number, so that months can be counted. */
function firstDay(index: number, { kind, day }: DemandMonthRule): string {
  const year = Math.floor(index / 12);
  const month = (index % 12) + 1;
  const within = Math.min(day, daysIn(year, month));
  if (kind === 'metering') return `${pad(year, 4)}-${pad(month)}-${pad(within)}`;
  // The day after the closing day.
  return new Date(Date.UTC(year, month - 1, within + 1)).toISOString().slice(0, 10);
}

/**
 * One name for each month: after a closing day that February, say, has not, the month begins on 1 March instead of
 * 29 February and goes by February all the same, or March would have two.
 */
function nameOf(index: number, { kind, day }: DemandMonthRule): string {
  const own = kind === 'closing' && day === 31 ? index + 1 : index;
  return `${pad(Math.floor(own / 12), 4)}-${pad((own % 12) + 1)}`;
}

/** The months of the contract up to the one of a date, newest first. */
export function contractMonths(date: string, rule: DemandMonthRule, count = MONTHS): DemandMonth[] {
  let index = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
  // The last one that does not begin after the date.
  index += 1;
  while (firstDay(index, rule) > date) index -= 1;
  return Array.from({ length: count }, (_, n) => {
    const from = firstDay(index - n, rule);
    return { name: nameOf(index - n, rule), from, to: firstDay(index - n + 1, rule) };
  });
}

/** One site-local hour of one channel: its two half-hour demands. */
export interface HourDemands {
  readonly startMs: EpochMs;
  readonly demandMicro: readonly [bigint | null, bigint | null];
}

export interface MaximumFound {
  readonly maximumMicro: bigint | null;
  readonly atMs: EpochMs | null;
  readonly measured: number;
  readonly leftOut: number;
}

/**
 * The largest demand of some hours, and how many periods it rests on.
 * @param channels the hours of each channel that adds up, in order of time
 * @param fromMs, toMs the hours that are over, half-open
 */
export function largestDemand(
  channels: readonly (readonly HourDemands[])[],
  span: { readonly fromMs: EpochMs; readonly toMs: EpochMs },
  periodMs: number,
): MaximumFound {
  const perHour = Math.round(3_600_000 / periodMs);
  const byHour = channels.map(
    (hours) => new Map(hours.map((hour) => [Number(hour.startMs), hour.demandMicro])),
  );
  let maximumMicro: bigint | null = null;
  let atMs: EpochMs | null = null;
  let measured = 0;
  let leftOut = 0;
  const starts = new Set(channels.flatMap((hours) => hours.map(({ startMs }) => Number(startMs))));
  for (const startMs of [...starts].sort((a, b) => a - b)) {
    if (startMs < span.fromMs || startMs >= span.toMs) continue;
    for (let n = 0; n < perHour; n++) {
      const value = periodDemand(byHour, startMs, perHour === 1 ? null : n);
      if (value === null) {
        leftOut += 1;
        continue;
      }
      measured += 1;
      if (maximumMicro !== null && value <= maximumMicro) continue;
      maximumMicro = value;
      atMs = instant(startMs + n * periodMs);
    }
  }
  return { maximumMicro, atMs, measured, leftOut };
}

/** @param half 0 or 1; null: the mean of both */
function periodDemand(
  channels: readonly ReadonlyMap<number, HourDemands['demandMicro']>[],
  startMs: number,
  half: number | null,
): bigint | null {
  let sum = 0n;
  for (const hours of channels) {
    const [a, b] = hours.get(startMs) ?? [null, null];
    const value = half === 0 ? a : half === 1 ? b : a === null || b === null ? null : (a + b) / 2n;
    if (value === null) return null;
    sum += value;
  }
  return sum;
}

/** The largest of all months: contract power by 実量制; null where no month knows one. */
export function contractBasis(
  months: readonly MonthMaximum[],
): (MonthMaximum & { readonly maximumMicro: bigint }) | null {
  let basis: (MonthMaximum & { readonly maximumMicro: bigint }) | null = null;
  for (const month of months) {
    const { maximumMicro } = month;
    if (maximumMicro !== null && (basis === null || maximumMicro > basis.maximumMicro))
      basis = { ...month, maximumMicro };
  }
  return basis;
}
