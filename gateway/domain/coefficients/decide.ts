/**
 * Which coefficient one hour has. The forecast fixes the coefficient, actual use fixes the kWh: a decision depends
 * on documents and rules alone, and so can be taken again at any time with the same result.
 */
import { formatMicro, type Rational, toMicro } from '../rational.ts';
import type { EpochMs } from '../time.ts';
import { currentDocuments, speaksFor, validateDocument } from './documents.ts';
import { jstDate, jstHour } from './jst.ts';
import type { CoefficientDecision, CoefficientDocument, GridArea, RuleClass, RuleSet } from './types.ts';

export interface DecisionInput {
  readonly area: GridArea;
  /** Any instant of the hour; the JST hour it falls in decides. */
  readonly hourStart: EpochMs;
  /** All that are stored, of any area, rule set and revision, in any order. */
  readonly documents: readonly CoefficientDocument[];
  readonly ruleSets: ReadonlyMap<string, RuleSet>;
  /** A rule set's id: it holds for every date. null: the one in force on the date. */
  readonly ruleSetChoice: string | null;
}

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
function later(a: CoefficientDocument, b: CoefficientDocument): boolean {
  return a.issuedAt !== b.issuedAt ? a.issuedAt > b.issuedAt : a.document > b.document;
}

/** The document that speaks for a date. One that breaks the rules is passed over whole. */
export function documentFor(
  date: string,
  area: GridArea,
  ruleSet: RuleSet,
  documents: readonly CoefficientDocument[],
): CoefficientDocument | null {
  let found: CoefficientDocument | null = null;
  for (const document of currentDocuments(documents)) {
    if (document.area !== area || document.ruleSet !== ruleSet.id || !speaksFor(document, date)) continue;
    if ((found === null || later(document, found)) && validateDocument(document, ruleSet) === null)
      found = document;
  }
  return found;
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

function clock(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}

function printed(mjPerKwh: Rational): string {
  // Rounded for reading only; the arithmetic uses the exact value.
  return formatMicro(toMicro(mjPerKwh));
}

const CLASS_WORDS: Readonly<Record<RuleClass, string>> = {
  normal: 'nothing is announced for this hour',
  curtailment: 'curtailment of renewables is announced for this hour',
  tight: 'tight supply is announced for this day',
};

/** Curtailment, else tight supply, else normal, in the order the rule set gives. Never throws. */
export function decide(input: DecisionInput): CoefficientDecision {
  const date = jstDate(input.hourStart);
  const hour = jstHour(input.hourStart);
  const when = `${date} ${clock(hour)}–${clock(hour + 1)} JST, ${input.area}`;
  const ruleSet = ruleSetOn(date, input.ruleSets, input.ruleSetChoice);
  if (ruleSet === null) {
    const missing =
      input.ruleSetChoice === null
        ? 'no rule set is in force on this date'
        : `the rule set ${input.ruleSetChoice} is not known`;
    const why = `${when}: ${missing}, so the hour is not weighed.`;
    return {
      mjPerKwh: null,
      class: 'none',
      ruleSet: null,
      document: null,
      documentRevision: null,
      confirmed: false,
      why,
    };
  }
  const document = documentFor(date, input.area, ruleSet, input.documents);
  const found =
    document && ruleSet.precedence.find((candidate) => holds(candidate, document, ruleSet, date, hour));
  const name: RuleClass = document ? (found ?? 'normal') : ruleSet.unconfirmed;
  // A factor that was never fixed cannot be the unconfirmed default either: the loader of rule sets refuses that.
  const { mjPerKwh } = ruleSet.values[name] ?? ruleSet.values.normal;
  const reason = document
    ? `${CLASS_WORDS[name]} in ${document.document} revision ${document.revision}`
    : 'no document speaks for this date yet, so the figure is not confirmed';
  return {
    mjPerKwh,
    class: name,
    ruleSet: ruleSet.id,
    document: document?.document ?? null,
    documentRevision: document?.revision ?? null,
    confirmed: document !== null,
    why: `${when}: ${reason}; ${ruleSet.id} weighs it with ${printed(mjPerKwh)} MJ/kWh (${name}).`,
  };
}
