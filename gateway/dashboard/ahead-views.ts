/** The JSON of /api/v1/ahead and /api/v1/what-if, as types; the page imports them too. As views.ts otherwise. */
import type { Advice } from '../domain/ahead/advice.ts';
import type { HourClass } from '../domain/ahead/classes.ts';
import type { DayType } from '../domain/ahead/day-types.ts';
import type { Basis } from '../domain/ahead/what-if.ts';
import type { Decimal } from '../domain/messages.ts';

export interface AheadSpanView {
  readonly start: string;
  readonly end: string;
  readonly class: HourClass;
  readonly mjPerKwh: Decimal | null;
  readonly confirmed: boolean;
}

export interface AheadHourView extends AheadSpanView {
  readonly ruleSet: string | null;
  readonly document: string | null;
  readonly revision: number | null;
  /** Median of recent days of the same type; null while they are too few. */
  readonly expectedKwh: Decimal | null;
  /** So many days know this hour. */
  readonly days: number;
}

export interface AheadDayView {
  readonly date: string;
  readonly type: DayType;
  readonly confirmed: boolean;
  /** Expectations stand on so many days at the most. */
  readonly days: number;
  /** Sum over the hours that are expected; null where one is not. */
  readonly expectedKwh: Decimal | null;
  readonly spans: readonly AheadSpanView[];
  readonly hours: readonly AheadHourView[];
}

export interface WindowView extends Omit<AheadSpanView, 'confirmed'> {
  readonly day: 'today' | 'tomorrow';
}

export interface AdviceView {
  readonly kind: Advice['kind'];
  readonly ja: string;
  readonly en: string;
  /** Where to move load to, and from where; null where it is not about that. */
  readonly to: WindowView | null;
  readonly from: WindowView | null;
  /** What is moved; 1 where only the figure for one kWh is known. */
  readonly kwh: Decimal | null;
  readonly savedMj: Decimal | null;
  readonly savedCrudeOilL: Decimal | null;
  /** All that is expected in `from`. */
  readonly atMostKwh: Decimal | null;
  /** The expectation stands on so many days. */
  readonly days: number | null;
}

export interface AheadView {
  readonly now: string;
  readonly timezone: string;
  /** Fewer days than these say nothing. */
  readonly leastDays: number;
  /** Null while the time is not known, as tomorrow. */
  readonly today: AheadDayView | null;
  readonly tomorrow: AheadDayView | null;
  readonly advice: readonly AdviceView[];
}

export interface WhatIfHourView extends AheadSpanView {
  readonly basis: Basis;
  /** Days that an expectation stands on; 0 for measured hours. */
  readonly days: number;
  readonly kwhBefore: Decimal | null;
  readonly kwhAfter: Decimal | null;
  readonly mjBefore: Decimal | null;
  readonly mjAfter: Decimal | null;
}

export interface WhatIfView {
  /** The hours that are touched, in order. */
  readonly hours: readonly WhatIfHourView[];
  readonly movedKwh: Decimal;
  /** Sums over these hours; null where the kWh of one are not known. */
  readonly mjBefore: Decimal | null;
  readonly mjAfter: Decimal | null;
  /** Below zero: it costs. */
  readonly savedMj: Decimal;
  readonly savedCrudeOilL: Decimal;
  /** Announcements stand for all of these hours; false: the figures may change. */
  readonly confirmed: boolean;
}
