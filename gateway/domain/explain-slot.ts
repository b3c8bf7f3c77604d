/** One slot as plain text: its difference, its demand, why it is covered as it is, and why it has its quality. */
import { field, type Print, type Say } from './explain-words.ts';
import { type Boundary, bracketMs } from './ledger/boundary.ts';
import type { Fill } from './ledger/dial.ts';
import type { Era } from './ledger/era.ts';
import { demandMicro, type Slot, slotSpan } from './ledger/slot.ts';
import { overlapMs, type Span } from './ledger/spans.ts';
import type { KeptBy } from './meters.ts';
import { formatMicro } from './rational.ts';
import { boundaryAt, type EpochMs, HOUR_MS, type HourGrid, SLOT_MS } from './time.ts';

/** What somebody said passed between two readings, and what of it comes to this slot beside its boundaries. */
export interface ExplainedAnswer extends Span {
  readonly no: number;
  readonly by: string;
  readonly saidAtMs: EpochMs;
  readonly kind: string;
  /** Registers of the two readings, and what the old and the new one showed in between; null where nobody said. */
  readonly fromMicro: bigint | null;
  readonly toMicro: bigint | null;
  readonly finalMicro: bigint | null;
  readonly startMicro: bigint | null;
  readonly passedMicro: bigint | null;
  readonly exact: boolean;
  /** Added to this slot, micro-units. */
  readonly hereMicro: bigint;
}

export interface ExplainedSlot {
  readonly slot: Slot;
  /** Stretches that touch the slot, as they are stored: they may begin before it and end after it. */
  readonly unwatched: readonly Span[];
  readonly unresolved: readonly Span[];
  readonly fills: readonly Fill[];
  /** What answers of people add to this slot, each with the whole of what it says. */
  readonly answers?: readonly ExplainedAnswer[];
  /** The channel's first era; null while it was never read. */
  readonly first: Era | null;
  /** The newest accepted reading of the channel. */
  readonly newestAtMs: EpochMs | null;
}

export interface SlotPrint extends Print {
  readonly keptBy: KeptBy;
  readonly boundaries: readonly Boundary[];
}

/** `a + b`, with words for what is not known. */
export function sum(a: bigint | null, sign: '+' | '−', b: bigint | null, say: Say): string {
  const [left, right] = [a, b].map((micro) => (micro === null ? say('notKnown') : formatMicro(micro)));
  return `${left} ${sign} ${right}`;
}

const spanText = (span: Span, grid: HourGrid): string => `${grid.iso(span.fromMs)} … ${grid.iso(span.toMs)}`;

/** What a fill gives to the slot, as the difference of two parts that are each rounded down. */
function fillText(fill: Fill, span: Span, { grid, unit }: SlotPrint): string {
  const lengthMs = fill.toMs - fill.fromMs;
  const part = (atMs: number) => Math.min(Math.max(atMs - fill.fromMs, 0), lengthMs);
  const micro = (ms: number) => (fill.micro * BigInt(ms)) / BigInt(lengthMs);
  const [from, to] = [part(span.fromMs), part(span.toMs)];
  const whole = formatMicro(fill.micro);
  return `⌊${whole} × ${to} ms ÷ ${lengthMs} ms⌋ − ⌊${whole} × ${from} ms ÷ ${lengthMs} ms⌋ = ${formatMicro(micro(to) - micro(from))} ${unit}  (${spanText(fill, grid)})`;
}

function coverageLines(
  { slot, unwatched }: ExplainedSlot,
  { say, grid }: SlotPrint,
  begun: boolean,
): string[] {
  const coverage = formatMicro(BigInt(slot.coverageMicro));
  if (slot.countedMicro === null) return field(say('coverage'), `${coverage}: ${say('coverageNone')}`);
  if (!begun) return field(say('coverage'), `${coverage}: ${say('coverageBefore')}`);
  const missed = unwatched.reduce((ms, span) => ms + overlapMs(span, slotSpan(slot.slot)), 0);
  return [
    ...field(say('coverage'), `${coverage}: ${say('unwatchedOf', { missed, length: SLOT_MS })}`),
    ...unwatched.flatMap((span) => field(say('unwatched'), spanText(span, grid))),
  ];
}

/** Mirrors the order of judgement in ledger/slot.ts; every figure is printed, so that it can be judged again. */
function boundaryReason(boundary: Boundary, quantityMicro: bigint, { say, unit }: SlotPrint): string {
  if (boundary.registerMicro === null) return `estimated: ${say('stepNear')}`;
  const bound = boundary.highMicro - boundary.lowMicro;
  const limit = `max(2 × ${formatMicro(boundary.resolutionMicro)} ${unit}, ${say('onePercent')} ${formatMicro(quantityMicro)} ${unit})`;
  const wide = `${say('bound')} ${formatMicro(bound)} ${unit}`;
  if (bound <= 2n * boundary.resolutionMicro || bound * 100n <= quantityMicro)
    return `measured: ${wide} ≤ ${limit}`;
  const ms = bracketMs(boundary);
  return ms <= HOUR_MS
    ? `interpolated: ${wide} > ${limit}; ${say('bracket')} ${ms} ms ≤ ${HOUR_MS} ms`
    : `estimated: ${wide} > ${limit}; ${say('bracket')} ${ms} ms > ${HOUR_MS} ms`;
}

function missingReason({ slot, first, newestAtMs }: ExplainedSlot, { say, grid }: SlotPrint): string {
  if (first === null) return say('neverRead');
  if (first.opening.atMs >= slotSpan(slot.slot).toMs)
    return say('notBegun', { at: grid.iso(first.opening.atMs) });
  const newest = newestAtMs === null ? '' : `; ${say('newest', { at: grid.iso(newestAtMs) })}`;
  return `${say('noBoundary', { at: grid.iso(boundaryAt(slot.slot + 1)) })}${newest}`;
}

interface Ends {
  readonly start: Boundary | null;
  readonly end: Boundary | null;
}

function reasons(explained: ExplainedSlot, { start, end }: Ends, print: SlotPrint): string[] {
  const { slot, unwatched, unresolved, first } = explained;
  const { say, grid, keptBy } = print;
  if (slot.countedMicro === null) return [`missing: ${missingReason(explained, print)}`];
  if (keptBy === 'gateway' && unwatched.length > 0) {
    return [slot.quantityMicro === null ? `missing: ${say('noDial')}` : `estimated: ${say('dialFilled')}`];
  }
  const opened =
    (start && end) || first === null
      ? []
      : [`estimated: ${say('fromOpening', { at: grid.iso(first.opening.atMs) })}`];
  const steps = unresolved.map(
    ({ fromMs, toMs }) => `estimated: ${say('unresolved', { from: grid.iso(fromMs), to: grid.iso(toMs) })}`,
  );
  const shared = answerReasons(explained, print);
  if (opened.length + steps.length + shared.length > 0) return [...opened, ...steps, ...shared];
  const quantity = slot.quantityMicro ?? 0n;
  return [
    ...(start ? [`${say('atStart')}: ${boundaryReason(start, quantity, print)}`] : []),
    ...(end ? [`${say('atEnd')}: ${boundaryReason(end, quantity, print)}`] : []),
  ];
}

/** Who said it, what passed by it, and what of that is added here. */
function answerText(answer: ExplainedAnswer, { say, grid, unit }: SlotPrint): string[] {
  const { no, by, kind, fromMicro, toMicro, finalMicro, startMicro, passedMicro, hereMicro } = answer;
  const shown = (micro: bigint | null) => (micro === null ? say('notKnown') : formatMicro(micro));
  const parts =
    finalMicro !== null && startMicro !== null
      ? `(${shown(finalMicro)} − ${shown(fromMicro)}) + (${shown(toMicro)} − ${shown(startMicro)}) = `
      : '';
  return [
    `${no}: ${kind}, ${by}, ${grid.iso(answer.saidAtMs)}`,
    `${spanText(answer, grid)}: ${parts}${shown(passedMicro)} ${unit}; ${say('here')} ${formatMicro(hereMicro)} ${unit}`,
  ];
}

/** Answers that reach beyond the slot, or leave something open: how much of it passed in here is an estimate. */
function answerReasons({ slot, answers = [] }: ExplainedSlot, { say }: SlotPrint): string[] {
  const { fromMs, toMs } = slotSpan(slot.slot);
  return answers
    .filter((answer) => answer.exact && (answer.fromMs < fromMs || answer.toMs > toMs))
    .map(({ no }) => `estimated: ${say('sharedAnswer', { no })}`);
}

const answeredMicro = ({ answers = [] }: ExplainedSlot): bigint =>
  answers.reduce((all, { hereMicro }) => all + hereMicro, 0n);

function quantityText(explained: ExplainedSlot, { start, end }: Ends, { say, unit }: SlotPrint): string[] {
  const { slot } = explained;
  if (slot.countedMicro === null) return [say('notKnown')];
  // Where there is no boundary the channel's opening stands for it: the total is 0 until then.
  const said = answeredMicro(explained);
  const difference = sum(end?.totalMicro ?? 0n, '−', start?.totalMicro ?? 0n, say);
  const counted =
    said === 0n
      ? difference
      : `${difference} ${said < 0n ? '−' : '+'} ${formatMicro(said < 0n ? -said : said)}`;
  if (slot.quantityMicro === null) {
    return [say('notKnown'), `${say('counted')} ${counted} = ${formatMicro(slot.countedMicro)} ${unit}`];
  }
  const filled = slot.quantityMicro - slot.countedMicro;
  const fill = filled === 0n ? '' : ` + ${formatMicro(filled)}`;
  return [`${counted}${fill} = ${formatMicro(slot.quantityMicro)} ${unit}`];
}

/** @param storedDemand the demand of the written bucket, micro-units per hour */
export function slotLines(explained: ExplainedSlot, storedDemand: bigint | null, print: SlotPrint): string[] {
  const { say, grid, unit, boundaries } = print;
  const { slot, first, fills } = explained;
  const span = slotSpan(slot.slot);
  const find = (no: number) => boundaries.find((boundary) => boundary.slot === no) ?? null;
  const ends = { start: find(slot.slot), end: find(slot.slot + 1) };
  const begun = ends.start !== null || first === null || first.opening.atMs < span.toMs;
  const clock = (at: EpochMs) => grid.iso(at).slice(11, 16);
  const demand = demandMicro(slot);
  const demandUnit = unit === 'kWh' ? 'kW' : `${unit}/h`;
  const stored = storedDemand === null ? say('demandNone') : `${formatMicro(storedDemand)} ${demandUnit}`;
  return [
    '',
    `  ${say('slot')} ${clock(boundaryAt(slot.slot))}–${clock(boundaryAt(slot.slot + 1))}`,
    ...fills.flatMap((fill) => field(say('fill'), fillText(fill, span, print))),
    ...(explained.answers ?? []).flatMap((answer) => field(say('answer'), ...answerText(answer, print))),
    ...field(say('quantity'), ...quantityText(explained, ends, print)),
    ...field(
      say('demand'),
      ...(demand !== storedDemand
        ? [stored, say('evidenceChanged')]
        : demand === null
          ? [stored]
          : [`${formatMicro(slot.quantityMicro ?? 0n)} × 2 = ${stored}`]),
    ),
    ...coverageLines(explained, print, begun),
    ...field(say('quality'), slot.quality, ...reasons(explained, ends, print)),
  ];
}
