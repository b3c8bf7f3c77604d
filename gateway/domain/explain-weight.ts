/** The coefficient of an hour as plain text, and one sentence on how it was decided. */

import type { DecisionInput } from './coefficients/decide.ts';
import { jstDate, jstHour } from './coefficients/jst.ts';
import type { CoefficientDecision } from './coefficients/types.ts';
import { exact, field, type Print } from './explain-words.ts';
import type { Language } from './faults.ts';
import type { HourBucket } from './hour.ts';
import { formatMicro, toMicro } from './rational.ts';
import type { EpochMs } from './time.ts';

export interface Weighing {
  /** The decision that the stored weight was made with; null where rules have changed so that nobody can retell it. */
  readonly decision: CoefficientDecision | null;
  /** `decision` in the language asked for. */
  readonly why: string | null;
  /** What documents and rules would give now, where that is something else. */
  readonly changed: string | null;
}

export interface ExplainedDocument {
  readonly source: string;
  readonly sha256: string;
  readonly receivedAtMs: EpochMs;
}

interface Weighed {
  readonly bucket: HourBucket;
  /** Null where this channel is not weighed by the hour. */
  readonly weighing: Weighing | null;
  readonly weighQueued: boolean;
  readonly document: ExplainedDocument | null;
}

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
  const value = formatMicro(toMicro(mjPerKwh));
  const reason = document
    ? `${document} 第 ${documentRevision} 版では${CLASS_WORDS[decision.class]}`
    : 'この日の文書がまだないため未確定';
  return `${when}: ${reason}。${ruleSet} により ${value} MJ/kWh (${decision.class})。`;
}

export function weightLines(explanation: Weighed, { say, grid }: Print): string[] {
  const { bucket, weighing, document, weighQueued } = explanation;
  const head = ['', `  ${say('coefficient')}`];
  const again = weighQueued ? [say('willBeWeighed')] : [];
  if (weighing === null) return [...head, ...field(say('value'), say('notWeighed'))];
  const changed = weighing.changed === null ? [] : field(say('later'), weighing.changed, ...again);
  if (bucket.ruleSet === null && weighing.decision?.class !== 'none') {
    return [...head, ...field(say('value'), say('notYetWeighed'))];
  }
  const value = bucket.mjPerKwh && exact(bucket.mjPerKwh);
  const show = (micro: bigint | null, unit: string) =>
    micro === null ? say('notKnown') : `${formatMicro(micro)} ${unit}`;
  return [
    ...head,
    ...field(
      say('value'),
      `${value === null ? say('none') : `${value} MJ/kWh`}; ${say('class')} ${bucket.class}; ${say('ruleSet')} ${bucket.ruleSet ?? say('none')}; ${say(bucket.confirmed ? 'confirmed' : 'notConfirmed')}`,
    ),
    ...field(say('why'), weighing.why ?? say('whyLost')),
    ...changed,
    ...field(
      say('document'),
      ...(document
        ? [
            `${bucket.document}, ${say('revision')} ${bucket.documentRevision}, ${say('received')} ${grid.iso(document.receivedAtMs)}`,
            `${say('source')} ${document.source}`,
            `sha256 ${document.sha256}`,
          ]
        : [say('none')]),
    ),
    ...field(
      say('mj'),
      `${show(bucket.energyMicroKwh, 'kWh')} × ${value ?? say('none')} = ${show(bucket.energyMicroMj, 'MJ')}`,
    ),
  ];
}
