/** Days of a factory in numbers, without rows and wires: what is announced, and what each hour uses. */
import { crudeOilByDate } from '../../config/report-factors.ts';
import type { CoefficientOf } from '../../gateway/domain/ahead/classes.ts';
import { PLAIN_CALENDAR } from '../../gateway/domain/ahead/day-types.ts';
import type { DayLoad } from '../../gateway/domain/ahead/expected.ts';
import { type AheadPlan, planOf } from '../../gateway/domain/ahead/plan.ts';
import { type Rational, rational } from '../../gateway/domain/rational.ts';
import { type EpochMs, instant } from '../../gateway/domain/time.ts';
import { hourGrid } from '../../gateway/platform/hour-grid.ts';
import { isJapaneseHoliday } from '../../gateway/platform/japanese-holidays.ts';

export const GRID = hourGrid('Asia/Tokyo');
export const at = (text: string): EpochMs =>
  instant(Date.parse(text.includes('+') || text.endsWith('Z') ? text : `${text}:00+09:00`));

const WEIGHTS: Readonly<Record<string, Rational>> = {
  normal: rational(94n, 10n),
  curtailment: rational(36n, 10n),
  tight: rational(122n, 10n),
};

export interface Announced {
  /** JST dates. */
  readonly curtailed?: readonly string[];
  readonly tight?: readonly string[];
  /** Dates that nobody has said anything about. */
  readonly silent?: readonly string[];
}

/** As `fy2023` decides, written down once more for the tests. */
export function announced({ curtailed = [], tight = [], silent = [] }: Announced): CoefficientOf {
  return (ms) => {
    const iso = GRID.iso(ms);
    const date = iso.slice(0, 10);
    const hour = Number(iso.slice(11, 13));
    const isCurtailed = curtailed.includes(date) && hour >= 8 && hour < 16;
    const name = isCurtailed ? 'curtailment' : tight.includes(date) ? 'tight' : 'normal';
    const isSilent = silent.includes(date);
    return {
      mjPerKwh: WEIGHTS[isSilent ? 'normal' : name] as Rational,
      class: isSilent ? 'normal' : name,
      ruleSet: 'fy2023',
      document: isSilent ? null : 'kyushu-2026-11',
      documentRevision: isSilent ? null : 1,
      confirmed: !isSilent,
    };
  };
}

export const label = (hour: number): string => String(hour).padStart(2, '0');
export const kwh = (value: number): bigint => BigInt(Math.round(value * 1e6));

/** @param load kWh of the hours 0 to 23; null: not known */
export function dayLoad(load: readonly (number | null)[]): DayLoad {
  return new Map(load.flatMap((value, hour) => (value === null ? [] : [[label(hour), kwh(value)] as const])));
}

/** 50 kWh an hour, 300 from 18 to 20, 200 by day. */
export const EVENING_LOAD = Array.from({ length: 24 }, (_, hour) =>
  hour >= 18 && hour < 20 ? 300 : hour >= 7 && hour < 18 ? 200 : 50,
);

export function planAt(
  now: string,
  says: Announced,
  loads: readonly DayLoad[] = Array.from({ length: 8 }, () => dayLoad(EVENING_LOAD)),
): AheadPlan {
  return planOf({
    nowMs: at(now),
    grid: GRID,
    coefficientOf: announced(says),
    calendar: PLAIN_CALENDAR,
    isHoliday: isJapaneseHoliday,
    litresPerMj: crudeOilByDate()(now),
    loadsOf: () => loads,
  });
}
