/**
 * Which document and which rule decide an hour, step by step, and what was passed over and why. A test holds that the
 * step that decides gives the decision's figure.
 */
import type { EpochMs } from '../time.ts';
import { EVERY_YEAR, methodChoiceOn, ruleSetOn } from './choices.ts';
import { prepare } from './decide.ts';
import { currentDocuments } from './documents.ts';
import { keyOf, passedOver } from './explain-passed.ts';
import { type Ground, hourlySteps, monthlySteps, noSteps } from './explain-steps.ts';
import type { CoefficientExplanation, KeptDocument, NamedDocument, RuleStep } from './explain-types.ts';
import { dateOf, fiscalYearOf, jstDay, jstHour, monthOf } from './jst.ts';
import { decimalsOf } from './printed.ts';
import { type Speakers, speakersOf } from './speakers.ts';
import type { CoefficientDocument, CoefficientRules, MethodFrom, RuleSet } from './types.ts';

/** Explains many hours under the same documents. */
export interface Explainer {
  explain(hourStart: EpochMs): CoefficientExplanation;
}

function named(kept: ReadonlyMap<string, KeptDocument>, document: CoefficientDocument): NamedDocument {
  const { document: id, revision, area, ruleSet, issuedAt, source } = document;
  const row = kept.get(keyOf(document));
  const received = row ? { sha256: row.sha256, from: row.source, receivedAtMs: row.receivedAtMs } : null;
  return { document: id, revision, area, ruleSet, issuedAtMs: issuedAt, source, received };
}

function chosenSince(choice: MethodFrom | null): CoefficientExplanation['method']['since'] {
  if (choice === null) return 'left-out';
  return choice.fiscalYear === EVERY_YEAR ? null : choice.fiscalYear;
}

/** A figure that ends in 0 is printed like its neighbours, whoever typed it in. */
function decimalsIn(table: CoefficientDocument | null): number | null {
  const digits = (table?.monthly ?? []).map(({ mjPerKwh }) => decimalsOf(mjPerKwh));
  return digits.length > 0 ? Math.max(...digits) : null;
}

function stepsOf(
  ruleSet: RuleSet | null,
  speakers: Speakers | null,
  speaker: CoefficientDocument | null,
  byMonth: boolean,
  at: Ground,
): RuleStep[] {
  if (!ruleSet || !speakers) return noSteps();
  return byMonth ? monthlySteps(ruleSet, speakers, at) : hourlySteps(ruleSet, speaker, at);
}

/** @param rows all documents that are kept, of any area, rule set and revision, in any order */
export function prepareToExplain(rules: CoefficientRules, rows: readonly KeptDocument[]): Explainer {
  const { area, ruleSets, ruleSetChoice, methods } = rules;
  const documents = rows.map(({ parsed }) => parsed);
  const kept = new Map(rows.map((row) => [keyOf(row.parsed), row]));
  const decider = prepare({ ...rules, documents });
  const current = currentDocuments(documents);
  const inForce = new Map(current.map((document) => [`${document.area}/${document.document}`, document]));
  const speaking = new Map<RuleSet, Speakers>();
  const name = (document: CoefficientDocument) => named(kept, document);

  function speakersUnder(ruleSet: RuleSet): Speakers {
    const found = speaking.get(ruleSet) ?? speakersOf(current, area, ruleSet);
    speaking.set(ruleSet, found);
    return found;
  }

  return {
    explain(hourStartMs) {
      const day = jstDay(hourStartMs);
      const date = dateOf(day);
      const at: Ground = { date, hour: jstHour(hourStartMs), month: monthOf(date) };
      const ruleSet = ruleSetOn(date, ruleSets, ruleSetChoice);
      const choice = methodChoiceOn(date, methods);
      const method = choice?.method ?? 'hourly';
      const byMonth = method === 'monthly';
      const speakers = ruleSet && speakersUnder(ruleSet);
      const speaker =
        (byMonth ? speakers?.byMonth.get(at.month)?.document : speakers?.byDay.get(day)) ?? null;
      const steps = stepsOf(ruleSet, speakers, speaker, byMonth, at);
      const isContested = steps.some((each) => each.reason === 'comes-later' && each.class !== 'normal');
      return {
        hourStartMs,
        area,
        ...at,
        fiscalYear: fiscalYearOf(date),
        coefficient: decider.coefficientOf(hourStartMs),
        method: { name: method, since: chosenSince(choice) },
        ruleSet: ruleSet && factsOf(ruleSet, ruleSetChoice !== null),
        unknownRuleSet: ruleSet === null ? ruleSetChoice : null,
        document: speaker && name(speaker),
        steps,
        contested: ruleSet && isContested ? ruleSet.precedenceSource : null,
        printedDecimals: byMonth ? decimalsIn(speaker) : null,
        passedOver: passedOver(documents, inForce, { speaker, ruleSet, method, area, at }, name),
      };
    },
  };
}

function factsOf(ruleSet: RuleSet, isChosen: boolean): NonNullable<CoefficientExplanation['ruleSet']> {
  const { id, title, source, confidence, validFrom, validTo, unverified } = ruleSet;
  return { id, title, source, confidence, validFrom, validTo, unverified, isChosen };
}
