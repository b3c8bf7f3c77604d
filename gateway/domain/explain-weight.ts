/** The coefficient of an hour as plain text, and one sentence on how it was decided. */

import type { Coefficient, CoefficientDecision } from './coefficients/types.ts';
import { exact, field, type Print } from './explain-words.ts';
import type { HourBucket } from './hour.ts';
import { formatMicro } from './rational.ts';
import type { EpochMs } from './time.ts';

export interface Weighing {
  /** The decision that the stored weight was made with; null where rules have changed so that nobody can retell it. */
  readonly decision: CoefficientDecision | null;
  /** `decision` in the language asked for. */
  readonly why: string | null;
  /** What documents and rules would give now, where that is something else. */
  readonly changed: string | null;
  /** The rules step by step, and what was passed over; empty where the hour is not weighed as they say now. */
  readonly steps: readonly string[];
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
  /** Of a sub-meter that has a share: what its hour weighs. */
  readonly allocatedBy: Coefficient | null;
  readonly weighQueued: boolean;
  readonly document: ExplainedDocument | null;
}

/** A sub-meter's share: the same coefficient, and no total has it. */
function allocatedLines({ bucket, allocatedBy }: Weighed, say: Print['say']): string[] {
  const { mjPerKwh = null, class: name, document, documentRevision } = allocatedBy ?? {};
  if (mjPerKwh === null || bucket.allocatedMicroMj === null) return [];
  const kwh = bucket.energyMicroKwh === null ? say('notKnown') : `${formatMicro(bucket.energyMicroKwh)} kWh`;
  const by = document ? `${document}, ${say('revision')} ${documentRevision}` : say('notConfirmed');
  return field(
    say('allocated'),
    `${kwh} × ${exact(mjPerKwh)} = ${formatMicro(bucket.allocatedMicroMj)} MJ`,
    `${say('class')} ${name}; ${by}`,
    say('allocatedOnly'),
  );
}

export function weightLines(explanation: Weighed, { say, grid }: Print): string[] {
  const { bucket, weighing, document, weighQueued } = explanation;
  const head = ['', `  ${say('coefficient')}`];
  const again = weighQueued ? [say('willBeWeighed')] : [];
  if (weighing === null) {
    return [...head, ...field(say('value'), say('notWeighed')), ...allocatedLines(explanation, say)];
  }
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
    ...weighing.steps,
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
