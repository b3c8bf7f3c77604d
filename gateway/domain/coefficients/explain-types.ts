/** What an explained coefficient says: the step and the document that decide, and what was passed over and why. */
import type { Fault } from '../faults.ts';
import type { Rational } from '../rational.ts';
import type { EpochMs } from '../time.ts';
import type {
  Coefficient,
  CoefficientDocument,
  Confidence,
  GridArea,
  Method,
  RuleClass,
  RuleSet,
} from './types.ts';

/** How a document came, as it was kept. */
export interface ReceivedFacts {
  readonly sha256: string;
  /** An address, a file name, a topic. */
  readonly from: string;
  readonly receivedAtMs: EpochMs;
}

/** A document as far as an explanation names it. */
export interface NamedDocument {
  readonly document: string;
  readonly revision: number;
  readonly area: GridArea;
  readonly ruleSet: string;
  readonly issuedAtMs: EpochMs;
  /** Where its announcements are from, in its own words. */
  readonly source: string;
  /** null where the file is not kept. */
  readonly received: ReceivedFacts | null;
}

export type PassedOverReason =
  | 'superseded'
  | 'issued-earlier'
  | 'other-area'
  | 'other-rule-set'
  | 'breaks-rules'
  | 'other-method';

/** A document that speaks for the hour's date or month, and does not decide. */
export interface PassedOver {
  readonly document: NamedDocument;
  readonly reason: PassedOverReason;
  /** What stands in its place; null where nothing does. */
  readonly by: { readonly document: string; readonly revision: number } | null;
  /** Of `breaks-rules`. */
  readonly fault: Fault | null;
}

export type StepReason =
  /** Announced, and within the hours that the rules give it. */
  | 'announced'
  | 'not-announced'
  /** Announced for the date, but the rules give it other hours. */
  | 'other-hours'
  /** Holds as well, but a step before it decides. */
  | 'comes-later'
  /** These rules never fixed a factor for it. */
  | 'no-factor'
  /** What is left when nothing else holds. */
  | 'otherwise'
  /** No document speaks for the date. */
  | 'nobody-speaks'
  | 'table'
  | 'no-table'
  | 'no-monthly-method'
  | 'no-rule-set';

/** One step of the precedence, in its order. */
export interface RuleStep {
  readonly class: RuleClass | 'monthly' | 'none';
  readonly decides: boolean;
  readonly reason: StepReason;
  /** JST hours that the rules give it; null where it has no hours of its own. */
  readonly window: { readonly fromHour: number; readonly toHour: number } | null;
  readonly mjPerKwh: Rational | null;
  /** Where that figure is from; null without one. */
  readonly source: string | null;
  readonly confidence: Confidence | null;
}

export interface CoefficientExplanation {
  readonly hourStartMs: EpochMs;
  readonly area: GridArea;
  /** JST */
  readonly date: string;
  readonly hour: number;
  readonly month: string;
  readonly fiscalYear: number;
  readonly coefficient: Coefficient;
  readonly method: {
    readonly name: Method;
    /** From which fiscal year on the site file says so; null: for every year; `left-out`: it says nothing. */
    readonly since: number | null | 'left-out';
  };
  readonly ruleSet: {
    readonly id: string;
    readonly title: string;
    readonly source: string;
    readonly confidence: Confidence;
    readonly validFrom: string;
    readonly validTo: string | null;
    /** The site file names it; else it is the one in force on the date. */
    readonly isChosen: boolean;
    readonly unverified: RuleSet['unverified'];
  } | null;
  /** The rule set that the site file names and nobody knows. */
  readonly unknownRuleSet: string | null;
  readonly document: NamedDocument | null;
  readonly steps: readonly RuleStep[];
  /** More than one of the announced classes holds: the order of the rules decided, and this is where it is from. */
  readonly contested: { readonly source: string; readonly confidence: Confidence } | null;
  /** Digits after the point of a monthly table's figure; null for the hourly method. */
  readonly printedDecimals: number | null;
  readonly passedOver: readonly PassedOver[];
}

/** A document as it is kept, with how its file came. */
export interface KeptDocument {
  readonly parsed: CoefficientDocument;
  readonly sha256: string;
  readonly source: string;
  readonly receivedAtMs: EpochMs;
}
