/** An explained coefficient as plain JSON, for `--json` and the API: codes to decide by, sentences to read. */
import { faultText } from '../faults.ts';
import { formatMicro, type Rational, toMicro } from '../rational.ts';
import type { EpochMs } from '../time.ts';
import type { CoefficientExplanation, NamedDocument } from './explain-types.ts';
import { coefficientWords } from './explain-words.ts';
import { type DecidedOn, decisionText } from './sentences.ts';
import type { Coefficient } from './types.ts';

type Iso = (at: EpochMs) => string;

/** Exact: coefficients have few digits, and the JSON number is printed from the integer. */
function decimal(value: Rational | null): number | null {
  return value === null ? null : Number(formatMicro(toMicro(value)));
}

function coefficientView(coefficient: Coefficient) {
  const { mjPerKwh, class: name, ruleSet, document, documentRevision: revision, confirmed } = coefficient;
  return { mjPerKwh: decimal(mjPerKwh), class: name, ruleSet, document, revision, confirmed };
}

function documentView({ issuedAtMs, received, ...rest }: NamedDocument, iso: Iso) {
  return {
    ...rest,
    issuedAt: iso(issuedAtMs),
    received: received && {
      sha256: received.sha256,
      from: received.from,
      at: iso(received.receivedAtMs),
    },
  };
}

/**
 * @param stored what the hour is weighed with in the database; null where it was never weighed
 * @param rules for the sentence
 */
export function explanationView(
  explanation: CoefficientExplanation,
  stored: Coefficient | null,
  rules: Omit<DecidedOn, 'hourStart'>,
  iso: Iso,
) {
  const { hourStartMs, coefficient, document, steps, passedOver, contested } = explanation;
  const on = { ...rules, hourStart: hourStartMs };
  const [en, ja] = [coefficientWords('en'), coefficientWords('ja')];
  return {
    start: iso(hourStartMs),
    jst: { date: explanation.date, hour: explanation.hour, month: explanation.month },
    area: explanation.area,
    fiscalYear: explanation.fiscalYear,
    coefficient: coefficientView(coefficient),
    why: { en: decisionText(coefficient, on, 'en'), ja: decisionText(coefficient, on, 'ja') },
    stored: stored && coefficientView(stored),
    method: explanation.method,
    ruleSet: explanation.ruleSet,
    unknownRuleSet: explanation.unknownRuleSet,
    steps: steps.map(({ mjPerKwh, reason, ...step }) => ({
      ...step,
      mjPerKwh: decimal(mjPerKwh),
      reason,
      text: { en: en.stepReason(reason), ja: ja.stepReason(reason) },
    })),
    contested,
    document: document && documentView(document, iso),
    printedDecimals: explanation.printedDecimals,
    passedOver: passedOver.map(({ document: passed, reason, by, fault }) => {
      const { area, ruleSet } = passed;
      const about = (words: typeof en, language: 'en' | 'ja') => ({
        area,
        ruleSet,
        by: by ? words.revisionOf(by) : '',
        fault: fault ? faultText(fault, language) : '',
      });
      return {
        ...documentView(passed, iso),
        reason,
        by,
        text: { en: en.passedOver(reason, about(en, 'en')), ja: ja.passedOver(reason, about(ja, 'ja')) },
      };
    }),
  };
}

export type ExplanationView = ReturnType<typeof explanationView>;
