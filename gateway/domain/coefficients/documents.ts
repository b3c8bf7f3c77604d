/** What makes a document acceptable, which of several revisions counts, and which days a change can touch. */
import { type Fault, fault, type Said } from '../faults.ts';
import { parseDecimal, type Rational } from '../rational.ts';
import type { EpochMs } from '../time.ts';
import { datesOf, datesOfMonth, dayNumber, isDate, isMonth } from './jst.ts';
import type { CoefficientDocument, DateRange, RuleSet } from './types.ts';

/** A document speaks for at most this many days (ten years): more is a slip of the pen, and costs memory. */
export const MAX_DOCUMENT_DAYS = 3_660;

/** One thing wrong in a document: where, as a path into it, and what. */
export interface DocumentProblem {
  readonly path: readonly (string | number)[];
  readonly fault: Fault;
}

function within(date: string, ranges: readonly DateRange[]): boolean {
  return ranges.some((range) => range.from <= date && date <= range.to);
}

/** Whether the document speaks for a JST date. */
export function speaksFor(document: CoefficientDocument, date: string): boolean {
  return within(date, document.complete);
}

function problem(
  document: CoefficientDocument,
  path: readonly (string | number)[],
  reason: Said,
): DocumentProblem {
  const where = path.map((step) => (typeof step === 'number' ? `[${step + 1}]` : step)).join('');
  return { path, fault: fault('document-invalid', { source: document.document, where, reason }) };
}

function rangeProblem(document: CoefficientDocument): DocumentProblem | null {
  let days = 0;
  for (const [index, range] of document.complete.entries()) {
    const path = ['complete', index];
    if (!isDate(range.from) || !isDate(range.to))
      return problem(document, path, { en: 'a date that does not exist', ja: '存在しない日付です' });
    if (range.from > range.to)
      return problem(document, path, {
        en: `the range ends (${range.to}) before it begins (${range.from})`,
        ja: `期間の終わり (${range.to}) が始まり (${range.from}) より前です`,
      });
    days += dayNumber(range.to) - dayNumber(range.from) + 1;
    if (days > MAX_DOCUMENT_DAYS)
      return problem(document, path, {
        en: `more than ${MAX_DOCUMENT_DAYS} days in one document`,
        ja: `1 つの文書は ${MAX_DOCUMENT_DAYS} 日分までです`,
      });
    const other = document.complete
      .slice(0, index)
      .find((earlier) => earlier.from <= range.to && range.from <= earlier.to);
    if (other)
      return problem(document, path, {
        en: `overlaps the range ${other.from} to ${other.to}`,
        ja: `期間 ${other.from}〜${other.to} と重なります`,
      });
  }
  return document.complete.length > 0 || (document.monthly ?? []).length > 0
    ? null
    : problem(document, ['complete'], {
        en: 'no date range for which the document is complete',
        ja: '文書の対象期間 (complete) がありません',
      });
}

function dayProblem(
  document: CoefficientDocument,
  key: 'curtailmentDays' | 'tightDays',
): DocumentProblem | null {
  const seen = new Set<string>();
  for (const [index, date] of document[key].entries()) {
    const path = [key, index];
    if (!isDate(date))
      return problem(document, path, {
        en: `${date} is not a date of the calendar`,
        ja: `${date} は暦にない日付です`,
      });
    if (seen.has(date))
      return problem(document, path, { en: `${date} is listed twice`, ja: `${date} が二度書かれています` });
    if (!speaksFor(document, date))
      return problem(document, path, {
        en: `${date} is outside the dates for which the document is complete`,
        ja: `${date} は文書の対象期間 (complete) の外です`,
      });
    seen.add(date);
  }
  return null;
}

function hoursProblem(document: CoefficientDocument): DocumentProblem | null {
  for (const [index, entry] of document.curtailmentHours.entries()) {
    const path = ['curtailmentHours', index];
    if (!isDate(entry.date))
      return problem(document, path, {
        en: `${entry.date} is not a date of the calendar`,
        ja: `${entry.date} は暦にない日付です`,
      });
    const whole = Number.isInteger(entry.fromHour) && Number.isInteger(entry.toHour);
    if (!whole || entry.fromHour < 0 || entry.toHour > 24 || entry.fromHour >= entry.toHour) {
      return problem(document, path, {
        en: 'the hours must be whole, rise, and lie within 00:00 and 24:00',
        ja: '時刻は 00:00〜24:00 の正時で、始まりを終わりより前に書いてください',
      });
    }
    if (!speaksFor(document, entry.date)) {
      return problem(document, path, {
        en: `${entry.date} is outside the dates for which the document is complete`,
        ja: `${entry.date} は文書の対象期間 (complete) の外です`,
      });
    }
    const overlaps = (earlier: typeof entry): boolean =>
      earlier.date === entry.date && earlier.fromHour < entry.toHour && entry.fromHour < earlier.toHour;
    if (document.curtailmentHours.slice(0, index).some(overlaps)) {
      return problem(document, path, {
        en: `hours of ${entry.date} are listed twice`,
        ja: `${entry.date} の時間帯が重複しています`,
      });
    }
  }
  return null;
}

/** More digits than anybody prints are a figure that was reckoned, not a published one. */
const PRINTED = /^\d{1,3}(\.\d{1,4})?$/;

function monthProblem(document: CoefficientDocument): DocumentProblem | null {
  const seen = new Set<string>();
  for (const [index, { month, mjPerKwh }] of (document.monthly ?? []).entries()) {
    const path = ['monthly', index];
    if (!isMonth(month))
      return problem(document, path, {
        en: `${month} is not a month; write it like 2026-04`,
        ja: `${month} は月ではありません。2026-04 のように書いてください`,
      });
    if (seen.has(month))
      return problem(document, path, { en: `${month} is listed twice`, ja: `${month} が二度書かれています` });
    if (!PRINTED.test(mjPerKwh))
      return problem(document, path, {
        en: `${mjPerKwh} is not a coefficient as printed; write it like 9.12`,
        ja: `${mjPerKwh} は公表値の形ではありません。9.12 のように書いてください`,
      });
    seen.add(month);
  }
  return null;
}

/** What can be said of a document alone, without knowing the rules it is written under. */
export function contentProblem(document: CoefficientDocument): DocumentProblem | null {
  return (
    rangeProblem(document) ??
    dayProblem(document, 'curtailmentDays') ??
    hoursProblem(document) ??
    dayProblem(document, 'tightDays') ??
    monthProblem(document)
  );
}

function isAbove(a: Rational, b: Rational): boolean {
  return a.num * b.den > b.num * a.den;
}

/** A figure that no mean of the hours' values can be is a slip of the pen. */
function monthlyRuleProblem(document: CoefficientDocument, { id, monthly }: RuleSet): DocumentProblem | null {
  const values = document.monthly ?? [];
  if (values.length > 0 && monthly === null)
    return problem(document, ['monthly', 0], {
      en: `${id} knows no monthly method`,
      ja: `${id} には月別の係数がありません`,
    });
  for (const [index, { month, mjPerKwh }] of values.entries()) {
    const value = parseDecimal(mjPerKwh);
    if (value && monthly && (isAbove(monthly.least, value) || isAbove(value, monthly.greatest)))
      return problem(document, ['monthly', index], {
        en: `${mjPerKwh} MJ/kWh for ${month} is outside of what ${id} allows for a month`,
        ja: `${month} の ${mjPerKwh} MJ/kWh は ${id} の月別係数としてあり得ない値です`,
      });
  }
  return null;
}

/** What a document says that its rule set has no words for. */
export function ruleProblem(document: CoefficientDocument, ruleSet: RuleSet): DocumentProblem | null {
  if (document.ruleSet !== ruleSet.id)
    return problem(document, ['ruleSet'], {
      en: `written under ${document.ruleSet}, not ${ruleSet.id}`,
      ja: `規則 ${document.ruleSet} の文書で、${ruleSet.id} のものではありません`,
    });
  if (ruleSet.curtailment.announcedBy === 'days' && document.curtailmentHours.length > 0) {
    return problem(document, ['curtailmentHours', 0], {
      en: `under ${ruleSet.id} whole days are announced: list them as curtailment days`,
      ja: `${ruleSet.id} では日単位で公表されます。curtailment day として書いてください`,
    });
  }
  if (ruleSet.curtailment.announcedBy === 'hours' && document.curtailmentDays.length > 0) {
    return problem(document, ['curtailmentDays', 0], {
      en: `under ${ruleSet.id} hours are announced: list them as curtailment hours`,
      ja: `${ruleSet.id} では時間単位で公表されます。curtailment hours として書いてください`,
    });
  }
  const [tightDay] = document.tightDays;
  if (ruleSet.values.tight === null && tightDay !== undefined) {
    return {
      path: ['tightDays', 0],
      fault: fault('tight-day-without-factor', { ruleSet: ruleSet.id, date: tightDay }),
    };
  }
  return monthlyRuleProblem(document, ruleSet);
}

/** @returns the first reason why nothing of the document may be applied under the rule set, null when it may */
export function validateDocument(document: CoefficientDocument, ruleSet: RuleSet): Fault | null {
  return (contentProblem(document) ?? ruleProblem(document, ruleSet))?.fault ?? null;
}

/** What is known of the stored document with the same (area, document). `digest` is a hash of its bytes. */
export interface HeldDocument {
  readonly revision: number;
  readonly digest: string;
}

/** Clocks differ, and a date alone is read as its noon or its end; a year typed wrong is further ahead, ms. */
const ISSUED_AHEAD_MS = 86_400_000;

/**
 * What an arriving document means beside the one already held.
 * @returns `new`, `replaces` (a higher revision), `same` (nothing to do), or the fault that refuses it
 */
export function arrival(
  document: CoefficientDocument,
  digest: string,
  held: HeldDocument | null,
  nowMs: EpochMs,
): { readonly kind: 'new' | 'replaces' | 'same' } | { readonly kind: 'refused'; readonly fault: Fault } {
  if (document.issuedAt > nowMs + ISSUED_AHEAD_MS) {
    const [issued, now] = [document.issuedAt, nowMs].map((at) => new Date(at).toISOString());
    const about = { document: document.document, issued: issued ?? '?', now: now ?? '?' };
    return { kind: 'refused', fault: fault('document-not-yet-issued', about) };
  }
  if (held === null) return { kind: 'new' };
  if (document.revision > held.revision) return { kind: 'replaces' };
  const about = { document: document.document, revision: document.revision, have: held.revision };
  if (document.revision < held.revision) return { kind: 'refused', fault: fault('document-older', about) };
  return digest === held.digest
    ? { kind: 'same' }
    : { kind: 'refused', fault: fault('document-conflict', about) };
}

/** Of each (area, document) the highest revision. Two of one revision are never stored ({@link arrival}). */
export function currentDocuments(documents: readonly CoefficientDocument[]): CoefficientDocument[] {
  const byIdentity = new Map<string, CoefficientDocument>();
  for (const document of documents) {
    const identity = `${document.area}/${document.document}`;
    const known = byIdentity.get(identity);
    if (!known || document.revision > known.revision) byIdentity.set(identity, document);
  }
  return [...byIdentity.values()];
}

/**
 * The JST dates whose decision may change when `next` takes the place of `previous`: all dates either speaks for,
 * because even an unchanged announcement now stands in another revision. Sorted, each once.
 */
export function affectedDays(previous: CoefficientDocument | null, next: CoefficientDocument): string[] {
  const ranges = [...(previous?.complete ?? []), ...next.complete];
  const months = [...(previous?.monthly ?? []), ...(next.monthly ?? [])].map(({ month }) => month);
  return [...new Set([...ranges.flatMap(datesOf), ...months.flatMap(datesOfMonth)])].sort();
}
