/** Today and tomorrow as one plan: what each hour weighs, what it is expected to use, and what that advises. */
import { dateOf, dayNumber } from '../coefficients/jst.ts';
import type { Rational } from '../rational.ts';
import type { EpochMs, HourGrid } from '../time.ts';
import { type Advice, adviceFor, type LoadHour } from './advice.ts';
import { type AheadDay, type CoefficientOf, twoDays } from './classes.ts';
import { type DayType, dayTypeOf, type FactoryCalendar, type IsHoliday } from './day-types.ts';
import { BACK_DAYS, type DayLoad, expectedAt, MAX_DAYS } from './expected.ts';

export interface PlannedDay {
  readonly day: 'today' | 'tomorrow';
  readonly date: string;
  readonly type: DayType;
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly hours: readonly LoadHour[];
  /** Expectations stand on so many days at the most; 0: nothing is known of such days. */
  readonly days: number;
}

export interface AheadPlan {
  readonly nowMs: EpochMs;
  readonly today: PlannedDay;
  readonly tomorrow: PlannedDay;
  readonly advice: readonly Advice[];
}

export interface DayTypes {
  readonly calendar: FactoryCalendar;
  readonly isHoliday: IsHoliday;
}

export interface PlanInput extends DayTypes {
  readonly nowMs: EpochMs;
  readonly grid: HourGrid;
  readonly coefficientOf: CoefficientOf;
  /** Of crude oil (原油換算). */
  readonly litresPerMj: Rational;
  /** Recent days of a type, see {@link recentDates}. */
  readonly loadsOf: (type: DayType) => readonly DayLoad[];
}

/** "13": by it hours of different days are compared. */
export function hourLabel(at: EpochMs, grid: HourGrid): string {
  return grid.iso(at).slice(11, 13);
}

/** Dates before a date that are of a type, the newest first; as many as may be asked. */
export function recentDates(before: string, type: DayType, { calendar, isHoliday }: DayTypes): string[] {
  const first = dayNumber(before);
  return Array.from({ length: BACK_DAYS }, (_, back) => dateOf(first - 1 - back)).filter(
    (date) => dayTypeOf(date, calendar, isHoliday) === type,
  );
}

/** The newest of them that know anything, at most {@link MAX_DAYS}. */
export function usableLoads(dates: readonly string[], loadOf: (date: string) => DayLoad): DayLoad[] {
  const loads: DayLoad[] = [];
  for (const date of dates) {
    const load = loadOf(date);
    if (load.size > 0) loads.push(load);
    if (loads.length === MAX_DAYS) break;
  }
  return loads;
}

function plannedDay(day: 'today' | 'tomorrow', ahead: AheadDay, input: PlanInput): PlannedDay {
  const type = dayTypeOf(ahead.date, input.calendar, input.isHoliday);
  const loads = input.loadsOf(type);
  const hours = ahead.hours.map((hour): LoadHour => {
    const { energyMicroKwh, days } = expectedAt(hourLabel(hour.startMs, input.grid), loads);
    return { ...hour, day, expectedMicroKwh: energyMicroKwh, days };
  });
  const days = Math.max(0, ...hours.map((hour) => hour.days));
  return { day, date: ahead.date, type, fromMs: ahead.fromMs, toMs: ahead.toMs, hours, days };
}

export function planOf(input: PlanInput): AheadPlan {
  const { nowMs, grid, coefficientOf } = input;
  const days = twoDays(nowMs, grid, coefficientOf);
  const today = plannedDay('today', days.today, input);
  const tomorrow = plannedDay('tomorrow', days.tomorrow, input);
  const hours = [...today.hours.filter((hour) => hour.endMs > nowMs), ...tomorrow.hours];
  const types = { today: today.type, tomorrow: tomorrow.type };
  const advice = adviceFor({ hours, types, litresPerMj: input.litresPerMj });
  return { nowMs, today, tomorrow, advice };
}
