/** What an hour rests on, as plain text: its eras, its boundaries with their readings, and dial readings. */
import { exact, field, type Print } from './explain-words.ts';
import type { Boundary, Marked } from './ledger/boundary.ts';
import type { DialReading, Fill } from './ledger/dial.ts';
import { type Era, totalMicro } from './ledger/era.ts';
import { microOf, type Reading, registerMicro } from './ledger/register.ts';
import { type ChannelSpec, formatRaw } from './meters.ts';
import { formatMicro } from './rational.ts';
import { boundaryAt } from './time.ts';

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

export function eraLines({ era, previous }: ExplainedEra, print: Print): string[] {
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

export function boundaryLines(boundary: Boundary, keptBy: ChannelSpec['keptBy'], print: Print): string[] {
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

export function dialLines({ before, after, fills }: DialInterval, { say, grid, unit }: Print): string[] {
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
