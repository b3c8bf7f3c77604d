/** The decision as the rules are told: each hour by itself, each document looked at. Slow, and plain to read. */

import type { DecisionInput } from '../../gateway/domain/coefficients/decide.ts';
import { currentDocuments, validateDocument } from '../../gateway/domain/coefficients/documents.ts';
import { jstDate, jstHour } from '../../gateway/domain/coefficients/jst.ts';
import type {
  Coefficient,
  CoefficientDocument,
  GridArea,
  RuleSet,
} from '../../gateway/domain/coefficients/types.ts';

/** Of all acceptable documents that speak for the date the one issued last, then that with the higher id. */
export function documentFor(
  date: string,
  area: GridArea,
  ruleSet: RuleSet,
  documents: readonly CoefficientDocument[],
): CoefficientDocument | null {
  const speaking = currentDocuments(documents).filter(
    (document) =>
      document.area === area &&
      document.ruleSet === ruleSet.id &&
      document.complete.some(({ from, to }) => from <= date && date <= to) &&
      validateDocument(document, ruleSet) === null,
  );
  const after = (a: CoefficientDocument, b: CoefficientDocument): boolean =>
    a.issuedAt > b.issuedAt || (a.issuedAt === b.issuedAt && a.document > b.document);
  return speaking.reduce<CoefficientDocument | null>(
    (found, document) => (found === null || after(document, found) ? document : found),
    null,
  );
}

function announced(document: CoefficientDocument, ruleSet: RuleSet, date: string, hour: number) {
  const { curtailment, tightWindow } = ruleSet;
  const within = (window: { fromHour: number; toHour: number }): boolean =>
    window.fromHour <= hour && hour < window.toHour;
  const curtailed =
    curtailment.announcedBy === 'days'
      ? document.curtailmentDays.includes(date) && within(curtailment.window)
      : document.curtailmentHours.some((entry) => entry.date === date && within(entry));
  const tight = ruleSet.values.tight !== null && document.tightDays.includes(date) && within(tightWindow);
  return { curtailment: curtailed, tight, normal: true };
}

/** @param input the rule set that governs the hour is found beforehand: null when none does */
export function decidedByHand(input: DecisionInput, ruleSet: RuleSet | null): Coefficient {
  const nothing = { document: null, documentRevision: null, confirmed: false } as const;
  if (!ruleSet) return { ...nothing, mjPerKwh: null, class: 'none', ruleSet: null };
  const date = jstDate(input.hourStart);
  const document = documentFor(date, input.area, ruleSet, input.documents);
  const { normal, [ruleSet.unconfirmed]: otherwise } = ruleSet.values;
  if (!document) {
    const { mjPerKwh } = otherwise ?? normal;
    return { ...nothing, mjPerKwh, class: ruleSet.unconfirmed, ruleSet: ruleSet.id };
  }
  const now = announced(document, ruleSet, date, jstHour(input.hourStart));
  const name = ruleSet.precedence.find((candidate) => now[candidate]) ?? 'normal';
  return {
    mjPerKwh: (ruleSet.values[name] ?? normal).mjPerKwh,
    class: name,
    ruleSet: ruleSet.id,
    document: document.document,
    documentRevision: document.revision,
    confirmed: true,
  };
}
