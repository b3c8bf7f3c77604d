/**
 * Which document speaks for a date or a month. Of several the one issued last decides it whole; then the higher
 * document id. A document that breaks its rules is passed over whole.
 */
import { parseDecimal, type Rational } from '../rational.ts';
import { validateDocument } from './documents.ts';
import { dayNumber } from './jst.ts';
import type { CoefficientDocument, GridArea, RuleSet } from './types.ts';

/** A month's figure, and whose it is. */
export interface MonthSpeaker {
  readonly document: CoefficientDocument;
  readonly mjPerKwh: Rational;
}

export interface Speakers {
  /** By days since 1970-01-01, JST. */
  readonly byDay: ReadonlyMap<number, CoefficientDocument>;
  /** By `2026-04`. */
  readonly byMonth: ReadonlyMap<string, MonthSpeaker>;
}

/** Negative where `b` decides over `a`. */
export function earlierFirst(a: CoefficientDocument, b: CoefficientDocument): number {
  return a.issuedAt - b.issuedAt || (a.document < b.document ? -1 : 1);
}

/** @param documents of each (area, document) one revision, in any order */
export function speakersOf(
  documents: readonly CoefficientDocument[],
  area: GridArea,
  ruleSet: RuleSet,
): Speakers {
  const byDay = new Map<number, CoefficientDocument>();
  const byMonth = new Map<string, MonthSpeaker>();
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
    for (const { month, mjPerKwh: printed } of document.monthly ?? []) {
      const mjPerKwh = parseDecimal(printed);
      if (mjPerKwh) byMonth.set(month, { document, mjPerKwh });
    }
  }
  return { byDay, byMonth };
}
