/**
 * Words of the demand-optimization coefficient (電気需要最適化係数): a weight in MJ/kWh for electricity bought from
 * the grid, by grid area and JST hour. The law's numbers are data (`RuleSet`); what the utilities announce is data
 * (`CoefficientDocument`); this room only joins the two.
 */
import type { Rational } from '../rational.ts';
import type { EpochMs } from '../time.ts';

export const GRID_AREAS = [
  'hokkaido',
  'tohoku',
  'tokyo',
  'chubu',
  'hokuriku',
  'kansai',
  'chugoku',
  'shikoku',
  'kyushu',
  'okinawa',
] as const;
/** Supply area of a 一般送配電事業者, in the order of OCCTO's codes 1…10. */
export type GridArea = (typeof GRID_AREAS)[number];

export type RuleClass = 'normal' | 'curtailment' | 'tight';
export const RULE_CLASSES = ['normal', 'curtailment', 'tight'] as const satisfies readonly RuleClass[];

/** H official or two sources; M one good source; L weak. */
export type Confidence = 'H' | 'M' | 'L';

/** How a business weighs: each hour by its own class, or all hours of a month by one printed coefficient (月別). */
export type Method = 'hourly' | 'monthly';
export const METHODS = ['hourly', 'monthly'] as const satisfies readonly Method[];

/** From the first day of a fiscal year on (1 April, JST), until a later entry. */
export interface MethodFrom {
  readonly fiscalYear: number;
  readonly method: Method;
}

/** JST hours [from, to), 0…24. */
export interface HourWindow {
  readonly fromHour: number;
  readonly toHour: number;
}

/** Both ends included, JST. */
export interface DateRange {
  readonly from: string;
  readonly to: string;
}

export interface RuleValue {
  readonly mjPerKwh: Rational;
  readonly source: string;
  readonly confidence: Confidence;
}

/** One edition of the rules; a file of config/rule-sets. */
export interface RuleSet {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly confidence: Confidence;
  /** JST dates, both included; `validTo` null while in force. */
  readonly validFrom: string;
  readonly validTo: string | null;
  /** `tight` is null where no factor was ever fixed: such days are refused, never guessed. */
  readonly values: {
    readonly normal: RuleValue;
    readonly curtailment: RuleValue;
    readonly tight: RuleValue | null;
  };
  /** `days`: a whole day is announced and the rules know its hours. `hours`: the hours are announced. */
  readonly curtailment:
    | { readonly announcedBy: 'days'; readonly window: HourWindow }
    | { readonly announcedBy: 'hours' };
  /** The hours of a tight day. */
  readonly tightWindow: HourWindow;
  /** The first that holds in an hour decides; `normal` holds always and comes last. */
  readonly precedence: readonly RuleClass[];
  /** Where that order is from. */
  readonly precedenceSource: { readonly source: string; readonly confidence: Confidence };
  /** The monthly method under these rules; null where they have none. */
  readonly monthly: MonthlyRule | null;
  /** What hours count as while no document speaks for them. */
  readonly unconfirmed: RuleClass;
  /** What of this is not yet sourced well enough, in plain words of both languages. */
  readonly unverified: readonly { readonly en: string; readonly ja: string }[];
}

/** What rules say of the monthly tables (月別電気需要最適化係数). Their figures are documents, never part of the rules. */
export interface MonthlyRule {
  /** `area`: a table per grid area. `nation`: one table for all of them. */
  readonly tables: 'area' | 'nation';
  /** A table with a figure outside is a slip of the pen and refused: a month's mean lies between the hours' values. */
  readonly least: Rational;
  readonly greatest: Rational;
  readonly source: string;
  readonly confidence: Confidence;
}

export interface MonthlyValue {
  /** `2026-04`, JST */
  readonly month: string;
  /** MJ/kWh as printed: `9.12`. Its last digit says how far it was rounded. */
  readonly mjPerKwh: string;
}

export interface CurtailmentHours extends HourWindow {
  readonly date: string;
}

/**
 * Announcements for one area. Inside `complete` an hour that is not listed is *confirmed* normal; outside it the
 * document says nothing. Identity is (area, document); a higher revision replaces the whole document.
 */
export interface CoefficientDocument {
  readonly document: string;
  /** 1… */
  readonly revision: number;
  readonly ruleSet: string;
  readonly area: GridArea;
  readonly issuedAt: EpochMs;
  readonly source: string;
  readonly complete: readonly DateRange[];
  readonly curtailmentDays: readonly string[];
  readonly curtailmentHours: readonly CurtailmentHours[];
  readonly tightDays: readonly string[];
  /** A monthly table: it speaks for the months it lists, under the monthly method only. */
  readonly monthly?: readonly MonthlyValue[];
}

export type CoefficientClass = RuleClass | 'monthly' | 'none';

/** What one hour weighs: a coefficient belongs to the hour of the site, not to a meter. */
export interface Coefficient {
  /** null only with class `none`: no rule set was in force, or the month's table is not known. Never guessed. */
  readonly mjPerKwh: Rational | null;
  readonly class: CoefficientClass;
  readonly ruleSet: string | null;
  /** The document that speaks for the hour, null while none does. */
  readonly document: string | null;
  readonly documentRevision: number | null;
  /** A document is complete for that date. */
  readonly confirmed: boolean;
}

/** A coefficient, and why it is this one. */
export interface CoefficientDecision extends Coefficient {
  /** One English sentence that a person can check. */
  readonly why: string;
}

/** The rules a site lives under. */
export interface CoefficientRules {
  readonly area: GridArea;
  readonly ruleSets: ReadonlyMap<string, RuleSet>;
  /** A rule set's id: it holds for every date. null: the one in force on the date. */
  readonly ruleSetChoice: string | null;
  /** By fiscal year, rising. Hourly before the first entry, and where there is none. */
  readonly methods?: readonly MethodFrom[];
}

/** Of an hour for which there are no rules, and of a bucket that is not weighed, or not yet. */
export const UNWEIGHED: Coefficient = {
  mjPerKwh: null,
  class: 'none',
  ruleSet: null,
  document: null,
  documentRevision: null,
  confirmed: false,
};
