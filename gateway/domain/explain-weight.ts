/** One sentence on a coefficient decision: the English one that the decision carries, or the same in Japanese. */

import type { DecisionInput } from './coefficients/decide.ts';
import { jstDate, jstHour } from './coefficients/jst.ts';
import type { CoefficientDecision } from './coefficients/types.ts';
import type { Language } from './faults.ts';
import { formatMicro, roundHalfAway } from './rational.ts';

const CLASS_WORDS: Readonly<Record<CoefficientDecision['class'], string>> = {
  normal: 'この時間の発表なし',
  curtailment: 'この時間に再エネ出力制御の発表あり',
  tight: 'この日に需給ひっ迫の発表あり',
  none: '',
};

/** @param input what was decided on: its area and hour are named */
export function weightText(
  decision: CoefficientDecision,
  input: Pick<DecisionInput, 'area' | 'hourStart' | 'ruleSetChoice'>,
  language: Language,
): string {
  if (language === 'en') return decision.why;
  const clock = (hour: number) => `${String(hour).padStart(2, '0')}:00`;
  const hour = jstHour(input.hourStart);
  const when = `${jstDate(input.hourStart)} ${clock(hour)}–${clock(hour + 1)} JST, ${input.area}`;
  const { mjPerKwh, ruleSet, document, documentRevision } = decision;
  if (mjPerKwh === null || ruleSet === null) {
    const missing =
      input.ruleSetChoice === null ? 'この日に有効な規則がない' : `規則 ${input.ruleSetChoice} がない`;
    return `${when}: ${missing}ため、係数を掛けない。`;
  }
  const value = formatMicro(roundHalfAway({ num: mjPerKwh.num * 1_000_000n, den: mjPerKwh.den }));
  const reason = document
    ? `${document} 第 ${documentRevision} 版では${CLASS_WORDS[decision.class]}`
    : 'この日の文書がまだないため未確定';
  return `${when}: ${reason}。${ruleSet} により ${value} MJ/kWh (${decision.class})。`;
}
