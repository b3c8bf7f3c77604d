/**
 * The derivation of one hour bucket as plain text: the readings, the bracket, the interpolation, the slots, the
 * coefficient with its document, and the message. Whoever has this print, a pencil and the rounding rule arrives at
 * the same figures, in either language (tests do). What is written is never passed off as following from evidence
 * that came later: where the two differ the print says so.
 */
import type { CoefficientDecision } from './coefficients/types.ts';
import { type ExplainedSlot, slotLines, sum } from './explain-slot.ts';
import { field, type Say, wordsOf } from './explain-words.ts';
import type { Language } from './faults.ts';
import { energyOf, type HourBucket, joinSlots, weigh } from './hour.ts';
import type { Boundary, Marked } from './ledger/boundary.ts';
import type { DialReading, Fill } from './ledger/dial.ts';
import { type Era, totalMicro } from './ledger/era.ts';
import { microOf, type Reading, registerMicro } from './ledger/register.ts';
import type { HourMessage } from './messages.ts';
import { type ChannelSpec, formatRaw } from './meters.ts';
import { formatFraction, formatMicro, type Rational } from './rational.ts';
import { boundaryAt, type EpochMs, HOUR_MS, type HourGrid, plus } from './time.ts';

export interface ExplainedEra {
  readonly era: Era;
  /** The last reading of the era before; null for the first era printed, whose base is where the sums begin. */
  readonly previous: Marked | null;
}

/** Two neighbouring dial readings and what they gave to the spans between them. */
export interface DialInterval {
  readonly before: DialReading;
  readonly after: DialReading;
  readonly fills: readonly Fill[];
}

export interface Weighing {
  /** The decision that the stored weight was made with; null where rules have changed so that nobody can retell it. */
  readonly decision: CoefficientDecision | null;
  /** `decision` in the language asked for. */
  readonly why: string | null;
  /** What documents and rules would give now, where that is something else. */
  readonly changed: string | null;
}

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
  /** The boundaries known of the hour's three. */
  readonly boundaries: readonly Boundary[];
  /** Those that the boundaries lie in, and all between. */
  readonly eras: readonly ExplainedEra[];
  /** For a register that the gateway keeps: those that overlap the hour. */
  readonly dials: readonly DialInterval[];
  /** Null where this channel is not weighed by the hour. */
  readonly weighing: Weighing | null;
  /** The hour waits to be weighed. */
  readonly weighQueued: boolean;
  readonly document: {
    readonly source: string;
    readonly sha256: string;
    readonly receivedAtMs: EpochMs;
  } | null;
  readonly messages: readonly ExplainedMessage[];
  /** The last message says less or something else than the bucket. */
  readonly messageDue: boolean;
}

interface Print {
  readonly say: Say;
  readonly grid: HourGrid;
  readonly unit: string;
}

/** A decimal where six digits hold the value, else a fraction: both are exact. */
function exact(value: Rational): string {
  const micro = value.num * 1_000_000n;
  return micro % value.den === 0n ? formatMicro(micro / value.den) : formatFraction(value);
}

function readingLines({ sinceMs, atMs, raw }: Reading, era: Era, { grid, unit }: Print): string[] {
  const times = sinceMs === atMs ? grid.iso(atMs) : `${grid.iso(sinceMs)} … ${grid.iso(atMs)}`;
  const shown = formatMicro(registerMicro(raw, era.scale));
  return [times, `${formatRaw(raw)} × ${exact(era.scale.unitsPerCount)} = ${shown} ${unit}`];
}

function markedLines(marked: Marked, print: Print): string[] {
  const { era, reading } = marked;
  const [base, shown, opening] = [
    era.baseMicro,
    registerMicro(reading.raw, era.scale),
    registerMicro(era.opening.raw, era.scale),
  ].map(formatMicro);
  return [
    ...readingLines(reading, era, print),
    `${print.say('era')} ${era.no}: ${base} + ${shown} − ${opening} = ${formatMicro(totalMicro(era, reading))} ${print.unit}`,
  ];
}

/** What passed between two eras, as a sum of registers. */
function passed(era: Era, previous: Marked, { say, unit }: Print): string {
  if (era.stepMicro === null) return say('passedUnknown');
  const last = formatMicro(registerMicro(previous.reading.raw, previous.era.scale));
  const opening = formatMicro(registerMicro(era.opening.raw, era.scale));
  const step = `${formatMicro(era.stepMicro)} ${unit}`;
  const { wrapsAt } = previous.era.scale;
  if (era.cause === 'rollover' && wrapsAt !== null) {
    return `${formatMicro(microOf(wrapsAt, previous.era.scale))} − ${last} + ${opening} = ${step}`;
  }
  return era.cause === 'scale-change' ? `${opening} − ${last} = ${step}` : step;
}

function eraLines({ era, previous }: ExplainedEra, print: Print): string[] {
  const { say, unit } = print;
  const { wrapsAt, unitsPerCount } = era.scale;
  const base = formatMicro(era.baseMicro);
  const before = previous && formatMicro(totalMicro(previous.era, previous.reading));
  return [
    '',
    `  ${say('era')} ${era.no} (${era.cause})`,
    ...(previous ? field(say('previous'), ...markedLines(previous, print)) : []),
    ...field(say('opening'), ...readingLines(era.opening, era, print)),
    ...(previous ? field(say('passed'), passed(era, previous, print)) : []),
    ...field(
      say('base'),
      before === null
        ? `${base} ${unit}`
        : `${before} + ${formatMicro(era.stepMicro ?? 0n)} = ${base} ${unit}`,
    ),
    ...(wrapsAt
      ? field(
          say('end'),
          `${exact(wrapsAt)} × ${exact(unitsPerCount)} = ${formatMicro(microOf(wrapsAt, era.scale))} ${unit}`,
        )
      : []),
  ];
}

function registerText(boundary: Boundary, { say, unit }: Print): string {
  const { lower, registerMicro: shown } = boundary;
  if (shown === null) return say('notKnown');
  const { scale } = lower.era;
  const from = registerMicro(lower.reading.raw, scale);
  const fromTotal = totalMicro(lower.era, lower.reading);
  const risen = from + boundary.totalMicro - fromTotal;
  const end = risen === shown ? '' : ` − ${formatMicro(risen - shown)}`;
  return `${formatMicro(from)} + ${formatMicro(boundary.totalMicro)} − ${formatMicro(fromTotal)}${end} = ${formatMicro(shown)} ${unit}`;
}

function boundaryLines(boundary: Boundary, keptBy: ChannelSpec['keptBy'], print: Print): string[] {
  const { say, grid, unit } = print;
  const { lower, upper, lowMicro, highMicro } = boundary;
  const from = totalMicro(lower.era, lower.reading);
  const to = totalMicro(upper.era, upper.reading);
  const elapsedMs = boundaryAt(boundary.slot) - lower.reading.atMs;
  const spanMs = upper.reading.atMs - lower.reading.atMs;
  const arithmetic =
    keptBy === 'gateway' || spanMs === 0
      ? formatMicro(from)
      : `${formatMicro(from)} + (${formatMicro(to)} − ${formatMicro(from)}) × ${elapsedMs} ms ÷ ${spanMs} ms`;
  return [
    '',
    `  ${say('boundary')} ${grid.iso(boundaryAt(boundary.slot))}`,
    ...field(say('before'), ...markedLines(lower, print)),
    ...field(say('after'), ...markedLines(upper, print)),
    ...field(
      say('total'),
      `${arithmetic} = ${formatMicro(boundary.totalMicro)} ${unit}`,
      ...(keptBy === 'gateway' ? [say('notSmoothed')] : []),
    ),
    ...field(say('register'), registerText(boundary, print)),
    ...field(
      say('bound'),
      `${formatMicro(lowMicro)} … ${formatMicro(highMicro)} ${unit}: ${say('wide')} ${formatMicro(highMicro - lowMicro)} ${unit}; ${say('step')} ${formatMicro(boundary.resolutionMicro)} ${unit}; ${say('bracket')} ${spanMs} ms`,
    ),
  ];
}

function dialLines({ before, after, fills }: DialInterval, { say, grid, unit }: Print): string[] {
  const line = ({ atMs, dialMicro, countedMicro }: DialReading) =>
    `${grid.iso(atMs)}  ${say('dial')} ${formatMicro(dialMicro)}, ${say('counted')} ${formatMicro(countedMicro)} ${unit}`;
  const unseen = after.dialMicro - before.dialMicro - (after.countedMicro - before.countedMicro);
  const given = fills.reduce((total, fill) => total + fill.micro, 0n);
  const [d1, d0, c1, c0] = [after.dialMicro, before.dialMicro, after.countedMicro, before.countedMicro].map(
    formatMicro,
  );
  return [
    '',
    `  ${say('dials')} ${grid.iso(before.atMs)} … ${grid.iso(after.atMs)}`,
    ...field(say('before'), line(before)),
    ...field(say('after'), line(after)),
    ...field(say('unseen'), `(${d1} − ${d0}) − (${c1} − ${c0}) = ${formatMicro(unseen)} ${unit}`),
    ...fills.flatMap((fill) =>
      field(
        say('fill'),
        `${grid.iso(fill.fromMs)} … ${grid.iso(fill.toMs)}  ${fill.toMs - fill.fromMs} ms: ${formatMicro(fill.micro)} ${unit}`,
      ),
    ),
    ...field(
      say('adjustment'),
      `${formatMicro(unseen)} − ${formatMicro(given)} = ${formatMicro(unseen - given)} ${unit}`,
    ),
  ];
}

/** `working = figure`, or the figure alone with the reason why it does not follow from what is printed. */
function result(working: string, follows: boolean, figure: string, otherwise: string): string[] {
  return follows ? [`${working} = ${figure}`] : [figure, otherwise];
}

function hourLines({ spec, bucket, slots }: Explanation, { say, unit }: Print): string[] {
  const show = (micro: bigint | null, of: string) =>
    micro === null ? say('notKnown') : `${formatMicro(micro)} ${of}`;
  const [first, second] = [slots[0].slot, slots[1].slot];
  const now = joinSlots(first, second, spec.kwhPerUnit);
  const changed = say('evidenceChanged');
  const coverage = (micro: number) => formatMicro(BigInt(micro));
  const factor = spec.kwhPerUnit && exact(spec.kwhPerUnit);
  const source = spec.kwhFactor === null ? '' : ` (${spec.kwhFactor})`;
  return [
    '',
    `  ${say('hour')}`,
    ...field(
      say('quantity'),
      ...result(
        sum(first.quantityMicro, '+', second.quantityMicro, say),
        now.quantityMicro === bucket.quantityMicro,
        show(bucket.quantityMicro, unit),
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
      `${show(bucket.startRegisterMicro, unit)} … ${show(bucket.endRegisterMicro, unit)}`,
    ),
    ...field(
      'kWh',
      ...result(
        `${show(bucket.quantityMicro, unit)} × ${factor ?? say('noFactor')}${source}`,
        energyOf(bucket.quantityMicro, spec.kwhPerUnit) === bucket.energyMicroKwh,
        show(bucket.energyMicroKwh, 'kWh'),
        say('factorChanged', { factor: factor ?? say('none') }),
      ),
    ),
  ];
}

function weightLines(explanation: Explanation, { say, grid }: Print): string[] {
  const { bucket, weighing, document, weighQueued } = explanation;
  const head = ['', `  ${say('coefficient')}`];
  const again = weighQueued ? [say('willBeWeighed')] : [];
  if (weighing === null) return [...head, ...field(say('value'), say('notWeighed'))];
  const changed = weighing.changed === null ? [] : field(say('later'), weighing.changed, ...again);
  if (bucket.ruleSet === null && weighing.decision?.class !== 'none') {
    return [...head, ...field(say('value'), say('notYetWeighed'))];
  }
  const value = bucket.mjPerKwh && exact(bucket.mjPerKwh);
  const mj = bucket.mjPerKwh && weigh(bucket.energyMicroKwh, bucket.mjPerKwh);
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
      ...result(
        `${show(bucket.energyMicroKwh, 'kWh')} × ${value ?? say('none')}`,
        mj === bucket.energyMicroMj,
        show(bucket.energyMicroMj, 'MJ'),
        say('weighedBefore'),
      ),
    ),
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

function messageLines({ messages, messageDue }: Explanation, { say, grid }: Print): string[] {
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
  const none = messages.length === 0 ? ['', `  ${say('message')} ${say('noMessage')}`] : [];
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
    ...hourLines(explanation, print),
    ...weightLines(explanation, print),
    ...messageLines(explanation, print),
  ];
  return `${lines.join('\n')}\n`;
}
