/**
 * The derivation of one hour bucket as plain text: the readings, the bracket, the interpolation, the slots, the
 * coefficient with its document, and the message. Whoever has this print, a pencil and the rounding rule arrives at
 * the same figures, in either language (tests do). What is written is never passed off as following from evidence
 * that came later: where the two differ the print says so.
 */
import type { Coefficient } from './coefficients/types.ts';
import {
  boundaryLines,
  type DialInterval,
  dialLines,
  type ExplainedEra,
  eraLines,
} from './explain-evidence.ts';
import { type Halves, halvesLines } from './explain-halves.ts';
import { type ExplainedSlot, slotLines, sum } from './explain-slot.ts';
import { type ExplainedDocument, type Weighing, weightLines } from './explain-weight.ts';
import { exact, field, type Print, result, type Say, wordsOf } from './explain-words.ts';
import type { Language } from './faults.ts';
import { energyOf, type HourBucket, joinSlots } from './hour.ts';
import type { Boundary } from './ledger/boundary.ts';
import type { HourMessage } from './messages.ts';
import type { ChannelSpec } from './meters.ts';
import { formatMicro } from './rational.ts';
import { factorLines, volumeLines } from './thermo/factor-lines.ts';
import { factorOf, isFixed, type KwhFactor } from './thermo/kwh-factor.ts';
import { type EpochMs, HOUR_MS, type HourGrid, plus } from './time.ts';

export interface ExplainedMessage {
  readonly seq: number;
  readonly revision: number | null;
  readonly topic: string;
  readonly createdAtMs: EpochMs;
  readonly acknowledgedAtMs: EpochMs | null;
  readonly refused: string | null;
  /** Null where a tombstone has taken its place. */
  readonly said: Pick<HourMessage, 'quantity' | 'unit' | 'kwh' | 'mj' | 'quality' | 'coefficient'> | null;
}

export interface Explanation {
  readonly spec: ChannelSpec;
  readonly bucket: HourBucket;
  readonly revision: number;
  readonly generation: number;
  readonly slots: readonly [ExplainedSlot, ExplainedSlot];
  /** Where each half-hour has a factor of its own. */
  readonly halves: Halves | null;
  /** The boundaries known of the hour's three. */
  readonly boundaries: readonly Boundary[];
  /** Those that the boundaries lie in, and all between. */
  readonly eras: readonly ExplainedEra[];
  /** For a register that the gateway keeps: those that overlap the hour. */
  readonly dials: readonly DialInterval[];
  /** Null where this channel is not weighed by the hour. */
  readonly weighing: Weighing | null;
  /** Of a sub-meter that has a share: what its hour weighs. */
  readonly allocatedBy: Coefficient | null;
  /** The hour waits to be weighed. */
  readonly weighQueued: boolean;
  readonly document: ExplainedDocument | null;
  readonly messages: readonly ExplainedMessage[];
  /** The last message says less or something else than the bucket. */
  readonly messageDue: boolean;
}

/** kWh of an hour with one factor. */
function kwhLines(
  { spec, bucket }: Explanation,
  factor: KwhFactor | null,
  { say, unit }: Print,
  language: Language,
): string[] {
  const kwhPerUnit = factor?.kwhPerUnit ?? null;
  const times = kwhPerUnit && exact(kwhPerUnit);
  const source = factor?.label ? ` (${factor.label})` : '';
  const unknown = say(spec.kwhFactors.length === 0 ? 'noFactor' : 'noFactorThen');
  return [
    ...field(
      'kWh',
      ...result(
        `${show(bucket.quantityMicro, unit, say)} × ${times ?? unknown}${source}`,
        energyOf(bucket.quantityMicro, kwhPerUnit) === bucket.energyMicroKwh,
        show(bucket.energyMicroKwh, 'kWh', say),
        say('factorChanged', { factor: times ?? say('none') }),
      ),
    ),
    ...(factor?.label && isFixed(factor) ? field(say('factor'), ...factorLines(factor, unit, language)) : []),
    ...(factor?.basis?.kind === 'gas' && bucket.quantityMicro !== null
      ? field(say('volumes'), ...volumeLines(factor.basis, bucket.quantityMicro, language))
      : []),
  ];
}

function show(micro: bigint | null, of: string, say: Say): string {
  return micro === null ? say('notKnown') : `${formatMicro(micro)} ${of}`;
}

function hourLines(explanation: Explanation, print: Print, language: Language): string[] {
  const { spec, bucket, slots, halves } = explanation;
  const { say, unit, grid } = print;
  const [first, second] = [slots[0].slot, slots[1].slot];
  const factor = factorOf(spec, bucket.startMs, grid);
  const now = joinSlots(first, second, halves ? halves.of : (factor?.kwhPerUnit ?? null));
  const changed = say('evidenceChanged');
  const coverage = (micro: number) => formatMicro(BigInt(micro));
  const follows = now.energyMicroKwh === bucket.energyMicroKwh;
  return [
    '',
    `  ${say('hour')}`,
    ...field(
      say('quantity'),
      ...result(
        sum(first.quantityMicro, '+', second.quantityMicro, say),
        now.quantityMicro === bucket.quantityMicro,
        show(bucket.quantityMicro, unit, say),
        changed,
      ),
    ),
    ...field(say('quality'), bucket.quality, ...(now.quality === bucket.quality ? [] : [changed])),
    ...field(
      say('coverage'),
      ...result(
        `⌊(${coverage(first.coverageMicro)} + ${coverage(second.coverageMicro)}) ÷ 2⌋`,
        now.coverageMicro === bucket.coverageMicro,
        coverage(bucket.coverageMicro),
        changed,
      ),
    ),
    ...field(
      say('registers'),
      `${show(bucket.startRegisterMicro, unit, say)} … ${show(bucket.endRegisterMicro, unit, say)}`,
    ),
    ...(halves
      ? halvesLines(
          halves,
          [first, second],
          bucket.energyMicroKwh,
          follows,
          { ...print, unit: spec.unit },
          language,
        )
      : kwhLines(explanation, factor, print, language)),
  ];
}

function saidText(
  { quantity, unit, kwh, mj, quality, coefficient }: NonNullable<ExplainedMessage['said']>,
  say: Say,
): string {
  const figures = [
    quantity === null ? say('notKnown') : `${quantity} ${unit}`,
    ...(kwh === null ? [] : [`${kwh} kWh`]),
    ...(mj === null ? [] : [`${mj} MJ`]),
  ];
  return [...figures, quality, `${say('class')} ${coefficient.class}`].join(', ');
}

function messageLines({ messages, messageDue, revision }: Explanation, { say, grid }: Print): string[] {
  const each = messages.map((message) => {
    const arrived =
      message.acknowledgedAtMs === null
        ? say('waiting')
        : `${say('acknowledged')} ${grid.iso(message.acknowledgedAtMs)}`;
    return [
      '',
      `  ${say('message')} ${message.seq}, ${say('revision')} ${message.revision ?? '–'}`,
      ...field(say('topic'), message.topic),
      ...(message.said === null ? [] : field(say('said'), saidText(message.said, say))),
      ...field(say('made'), grid.iso(message.createdAtMs)),
      ...field(
        say('fate'),
        ...(message.refused === null ? [] : [say('refused', { reason: message.refused })]),
        arrived,
      ),
    ];
  });
  // Messages are kept for a time; what was sent is known by the bucket's revision.
  const sent = revision > 0 ? say('messagesDeleted', { revision }) : say('noMessage');
  const none = messages.length === 0 ? ['', `  ${say('message')} ${sent}`] : [];
  return [...each.flat(), ...none, ...(messageDue ? field(say('later'), say('due')) : [])];
}

export function printExplanation(
  explanation: Explanation,
  grid: HourGrid,
  language: Language = 'en',
): string {
  const { spec, bucket, slots, boundaries } = explanation;
  const print: Print = { say: wordsOf(language), grid, unit: spec.unit };
  const { say } = print;
  const lines = [
    `${spec.meter}/${spec.channel}  ${grid.iso(bucket.startMs)} … ${grid.iso(plus(bucket.startMs, HOUR_MS))}`,
    `  ${say('role')} ${spec.role}; ${say('keptBy')} ${spec.keptBy}; ${say('generation')} ${explanation.generation}, ${say('revision')} ${explanation.revision}`,
    `  ${say('rounding')}: ${say('roundingRule')}`,
    ...explanation.eras.flatMap((era) => eraLines(era, print)),
    ...boundaries.flatMap((boundary) => boundaryLines(boundary, spec.keptBy, print)),
    ...explanation.dials.flatMap((interval) => dialLines(interval, print)),
    ...slots.flatMap((slot, i) =>
      slotLines(slot, bucket.demandMicro[i] ?? null, {
        ...print,
        keptBy: spec.keptBy,
        boundaries,
      }),
    ),
    ...hourLines(explanation, print, language),
    ...weightLines(explanation, print),
    ...messageLines(explanation, print),
  ];
  return `${lines.join('\n')}\n`;
}
