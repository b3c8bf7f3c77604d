/**
 * Which coefficient each hour has. The forecast fixes the coefficient, actual use fixes the kWh: a decision depends
 * on documents and rules alone, and so can be taken again at any time with the same result.
 */
import { formatMicro, type Rational, toMicro } from '../rational.ts';
import type { EpochMs } from '../time.ts';
import { currentDocuments, validateDocument } from './documents.ts';
import { dateOf, dayNumber, jstDay, jstHour } from './jst.ts';
import type {
  Coefficient,
  CoefficientDecision,
  CoefficientDocument,
  CoefficientRules,
  GridArea,
  RuleClass,
  RuleSet,
} from './types.ts';

export interface DecidingInput extends CoefficientRules {
  /** All that are stored, of any area, rule set and revision, in any order. */
  readonly documents: readonly CoefficientDocument[];
}

export interface DecisionInput extends DecidingInput {
  /** Any instant of the hour; the JST hour it falls in decides. */
  readonly hourStart: EpochMs;
}

/** Documents and rules made ready for many hours. It keeps up to {@link MAX_DAYS} days. */
export interface Decider {
  /** Curtailment, else tight supply, else normal, in the order the rule set gives. Never throws. */
  coefficientOf(hourStart: EpochMs): Coefficient;
  /** The same with its reason. */
  decide(hourStart: EpochMs): CoefficientDecision;
}

/** Days whose decisions are kept: more than eleven years, some 2 MB. */
const MAX_DAYS = 4_096;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** The rule set that governs a JST date; null when none is in force then. Where two are, the one that came last. */
export function ruleSetOn(
  date: string,
  ruleSets: ReadonlyMap<string, RuleSet>,
  choice: string | null,
): RuleSet | null {
  if (choice !== null) return ruleSets.get(choice) ?? null;
  let found: RuleSet | null = null;
  for (const ruleSet of ruleSets.values()) {
    const inForce = ruleSet.validFrom <= date && (ruleSet.validTo === null || date <= ruleSet.validTo);
    if (inForce && (found === null || ruleSet.validFrom > found.validFrom)) found = ruleSet;
  }
  return found;
}

/** Of several documents for one date the one issued last decides that date whole; then the higher document id. */
function earlierFirst(a: CoefficientDocument, b: CoefficientDocument): number {
  return a.issuedAt - b.issuedAt || (a.document < b.document ? -1 : 1);
}

/** The document that speaks for each JST day under a rule set. One that breaks the rules is passed over whole. */
function speakers(
  documents: readonly CoefficientDocument[],
  area: GridArea,
  ruleSet: RuleSet,
): Map<number, CoefficientDocument> {
  const byDay = new Map<number, CoefficientDocument>();
  const sound = documents.filter(
    (document) =>
      document.area === area &&
      document.ruleSet === ruleSet.id &&
      validateDocument(document, ruleSet) === null,
  );
  for (const document of sound.toSorted(earlierFirst)) {
    for (const { from, to } of document.complete) {
      const last = dayNumber(to);
      for (let day = dayNumber(from); day <= last; day++) byDay.set(day, document);
    }
  }
  return byDay;
}

function holds(
  name: RuleClass,
  document: CoefficientDocument,
  ruleSet: RuleSet,
  date: string,
  hour: number,
): boolean {
  if (name === 'normal') return true;
  if (name === 'tight') {
    const { fromHour, toHour } = ruleSet.tightWindow;
    return (
      ruleSet.values.tight !== null && document.tightDays.includes(date) && fromHour <= hour && hour < toHour
    );
  }
  if (ruleSet.curtailment.announcedBy === 'days') {
    const { fromHour, toHour } = ruleSet.curtailment.window;
    return document.curtailmentDays.includes(date) && fromHour <= hour && hour < toHour;
  }
  return document.curtailmentHours.some(
    (entry) => entry.date === date && entry.fromHour <= hour && hour < entry.toHour,
  );
}

const NO_RULES: Coefficient = {
  mjPerKwh: null,
  class: 'none',
  ruleSet: null,
  document: null,
  documentRevision: null,
  confirmed: false,
};

function classOf(ruleSet: RuleSet, document: CoefficientDocument, date: string, hour: number): RuleClass {
  return ruleSet.precedence.find((candidate) => holds(candidate, document, ruleSet, date, hour)) ?? 'normal';
}

function coefficientAs(name: RuleClass, ruleSet: RuleSet, document: CoefficientDocument | null): Coefficient {
  // A factor that was never fixed cannot be the unconfirmed default either: the loader of rule sets refuses that.
  const { mjPerKwh } = ruleSet.values[name] ?? ruleSet.values.normal;
  return {
    mjPerKwh,
    class: name,
    ruleSet: ruleSet.id,
    document: document?.document ?? null,
    documentRevision: document?.revision ?? null,
    confirmed: document !== null,
  };
}

function clock(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}

function printed(mjPerKwh: Rational): string {
  // Rounded for reading only; the arithmetic uses the exact value.
  return formatMicro(toMicro(mjPerKwh));
}

const CLASS_WORDS: Readonly<Record<Coefficient['class'], string>> = {
  normal: 'nothing is announced for this hour',
  curtailment: 'curtailment of renewables is announced for this hour',
  tight: 'tight supply is announced for this day',
  none: '',
};

function sentence(coefficient: Coefficient, { area, ruleSetChoice }: DecidingInput, at: EpochMs): string {
  const hour = jstHour(at);
  const when = `${dateOf(jstDay(at))} ${clock(hour)}–${clock(hour + 1)} JST, ${area}`;
  const { mjPerKwh, ruleSet, document, documentRevision } = coefficient;
  if (mjPerKwh === null) {
    const missing =
      ruleSetChoice === null
        ? 'no rule set is in force on this date'
        : `the rule set ${ruleSetChoice} is not known`;
    return `${when}: ${missing}, so the hour is not weighed.`;
  }
  const reason =
    document === null
      ? 'no document speaks for this date yet, so the figure is not confirmed'
      : `${CLASS_WORDS[coefficient.class]} in ${document} revision ${documentRevision}`;
  return `${when}: ${reason}; ${ruleSet} weighs it with ${printed(mjPerKwh)} MJ/kWh (${coefficient.class}).`;
}

/** Checks and sorts the documents once. Give the same decider to as many hours as live under the same documents. */
export function prepare(input: DecidingInput): Decider {
  const { area, ruleSets, ruleSetChoice } = input;
  const current = currentDocuments(input.documents);
  const byRuleSet = new Map<RuleSet, Map<number, CoefficientDocument>>();
  const days = new Map<number, readonly Coefficient[]>();

  function decideDay(day: number): readonly Coefficient[] {
    const date = dateOf(day);
    const ruleSet = ruleSetOn(date, ruleSets, ruleSetChoice);
    if (ruleSet === null) return HOURS.map(() => NO_RULES);
    const speaking = byRuleSet.get(ruleSet) ?? speakers(current, area, ruleSet);
    byRuleSet.set(ruleSet, speaking);
    const document = speaking.get(day) ?? null;
    const shared = new Map<RuleClass, Coefficient>();
    return HOURS.map((hour) => {
      const name = document ? classOf(ruleSet, document, date, hour) : ruleSet.unconfirmed;
      const coefficient = shared.get(name) ?? coefficientAs(name, ruleSet, document);
      shared.set(name, coefficient);
      return coefficient;
    });
  }

  function coefficientOf(hourStart: EpochMs): Coefficient {
    const day = jstDay(hourStart);
    let hours = days.get(day);
    if (!hours) {
      if (days.size >= MAX_DAYS) days.clear();
      hours = decideDay(day);
      days.set(day, hours);
    }
    return hours[jstHour(hourStart)] ?? NO_RULES;
  }

  return {
    coefficientOf,
    decide(hourStart) {
      const coefficient = coefficientOf(hourStart);
      return { ...coefficient, why: sentence(coefficient, input, hourStart) };
    },
  };
}

/** One hour, with its reason. For many hours under the same documents see {@link prepare}. */
export function decide(input: DecisionInput): CoefficientDecision {
  return prepare(input).decide(input.hourStart);
}

/** Whether two coefficients say the same in everything. */
export function sameCoefficient(a: Coefficient, b: Coefficient): boolean {
  const [x, y] = [a.mjPerKwh, b.mjPerKwh];
  return (
    (x === null || y === null ? x === y : x.num * y.den === y.num * x.den) &&
    a.class === b.class &&
    a.ruleSet === b.ruleSet &&
    a.document === b.document &&
    a.documentRevision === b.documentRevision &&
    a.confirmed === b.confirmed
  );
}
