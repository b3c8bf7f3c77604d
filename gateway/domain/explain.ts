/**
 * The derivation of one hour bucket as plain text: the readings, the bracket, the interpolation, the slots, the
 * coefficient with its document, and the message. Whoever has this print, a pencil and the rounding rule arrives at
 * the same figures (a test does).
 */
import type { HourBucket } from './hour.ts';
import type { Boundary, Marked } from './ledger/boundary.ts';
import { totalMicro } from './ledger/era.ts';
import { registerMicro } from './ledger/register.ts';
import type { Slot } from './ledger/slot.ts';
import { type ChannelSpec, formatRaw } from './meters.ts';
import { formatFraction, formatMicro, roundHalfAway } from './rational.ts';
import { boundaryAt, type EpochMs, HOUR_MS, type HourGrid, plus } from './time.ts';

export interface Explanation {
  readonly spec: ChannelSpec;
  readonly bucket: HourBucket;
  readonly revision: number;
  readonly generation: number;
  readonly slots: readonly [Slot, Slot];
  /** The boundaries known of the hour's three. */
  readonly boundaries: readonly Boundary[];
  /** One sentence of the rule engine; null where nothing is weighed. */
  readonly coefficientWhy: string | null;
  readonly document: {
    readonly source: string;
    readonly sha256: string;
    readonly receivedAtMs: EpochMs;
  } | null;
  readonly messages: readonly {
    readonly seq: number;
    readonly revision: number | null;
    readonly topic: string;
    readonly createdAtMs: EpochMs;
    readonly acknowledgedAtMs: EpochMs | null;
    readonly refused: string | null;
  }[];
}

const show = (micro: bigint | null, unit: string): string =>
  micro === null ? 'not known' : `${formatMicro(micro)} ${unit}`;

function readingLines(name: string, { reading, era }: Marked, unit: string, grid: HourGrid): string[] {
  const register = registerMicro(reading.raw, era.scale);
  const sampled =
    reading.sinceMs === reading.atMs
      ? grid.iso(reading.atMs)
      : `${grid.iso(reading.sinceMs)} … ${grid.iso(reading.atMs)}`;
  return [
    `    ${name}  read ${sampled}`,
    `      register ${formatRaw(reading.raw)} × ${formatFraction(era.scale.unitsPerCount)} = ${show(register, unit)}; era ${era.no}, total ${show(totalMicro(era, reading), unit)}`,
  ];
}

function boundaryLines(boundary: Boundary, spec: ChannelSpec, grid: HourGrid): string[] {
  const { lower, upper } = boundary;
  const from = totalMicro(lower.era, lower.reading);
  const to = totalMicro(upper.era, upper.reading);
  const elapsedMs = boundaryAt(boundary.slot) - lower.reading.atMs;
  const spanMs = upper.reading.atMs - lower.reading.atMs;
  const rise = `(${formatMicro(to)} − ${formatMicro(from)})`;
  const arithmetic =
    spec.keptBy === 'gateway' || spanMs === 0
      ? formatMicro(from)
      : `${formatMicro(from)} + ${rise} × ${elapsedMs} ms ÷ ${spanMs} ms`;
  return [
    `  boundary ${grid.iso(boundaryAt(boundary.slot))}`,
    ...readingLines('before', lower, spec.unit, grid),
    ...readingLines('after ', upper, spec.unit, grid),
    `    total ${arithmetic} = ${show(boundary.totalMicro, spec.unit)}`,
    `    register here ${show(boundary.registerMicro, spec.unit)}; the true total lies within ${formatMicro(boundary.lowMicro)} … ${show(boundary.highMicro, spec.unit)}`,
  ];
}

function eraLines(explanation: Explanation, grid: HourGrid): string[] {
  const { spec } = explanation;
  const eras = new Map(
    explanation.boundaries.flatMap(({ lower, upper }) => [lower.era, upper.era].map((era) => [era.no, era])),
  );
  return [...eras.values()].map((era) => {
    const opening = registerMicro(era.opening.raw, era.scale);
    const step =
      era.no === 1
        ? ''
        : `; passed since the era before: ${era.stepMicro === null ? 'not known, counted as nothing' : show(era.stepMicro, spec.unit)}`;
    return `  era ${era.no} (${era.cause}) opened ${grid.iso(era.opening.atMs)} with the register at ${show(opening, spec.unit)}, total ${show(era.baseMicro, spec.unit)}${step}`;
  });
}

function slotLines(slot: Slot, spec: ChannelSpec, grid: HourGrid): string {
  const from = grid.iso(boundaryAt(slot.slot)).slice(11, 16);
  const to = grid.iso(boundaryAt(slot.slot + 1)).slice(11, 16);
  return `  slot ${from}–${to}  ${show(slot.quantityMicro, spec.unit)}  ${slot.quality}, coverage ${formatMicro(BigInt(slot.coverageMicro))}`;
}

function weightLines({ bucket, coefficientWhy, document }: Explanation, grid: HourGrid): string[] {
  if (coefficientWhy === null)
    return ['  coefficient  none: only electricity bought from the grid is weighed by the hour'];
  const coefficient = bucket.mjPerKwh
    ? formatMicro(roundHalfAway({ num: bucket.mjPerKwh.num * 1_000_000n, den: bucket.mjPerKwh.den }))
    : '?';
  return [
    `  coefficient  ${coefficient} MJ/kWh, ${bucket.class}, rule set ${bucket.ruleSet ?? 'none'}, ${bucket.confirmed ? 'confirmed' : 'not confirmed'}`,
    `    ${coefficientWhy}`,
    document
      ? `    document ${bucket.document} revision ${bucket.documentRevision}, from ${document.source}, received ${grid.iso(document.receivedAtMs)}, sha256 ${document.sha256}`
      : '    document none',
    `  mj  ${show(bucket.energyMicroKwh, 'kWh')} × ${coefficient} = ${show(bucket.energyMicroMj, 'MJ')}`,
  ];
}

function messageLines({ messages }: Explanation, grid: HourGrid): string[] {
  if (messages.length === 0) return ['  message  none yet'];
  return messages.map((message) => {
    const fate = message.refused
      ? `refused by the broker (${message.refused})`
      : message.acknowledgedAtMs === null
        ? 'waiting for the broker'
        : `acknowledged ${grid.iso(message.acknowledgedAtMs)}`;
    return `  message  seq ${message.seq}, revision ${message.revision ?? '–'}, ${message.topic}, made ${grid.iso(message.createdAtMs)}, ${fate}`;
  });
}

export function printExplanation(explanation: Explanation, grid: HourGrid): string {
  const { spec, bucket, slots, boundaries } = explanation;
  const factor = spec.kwhPerUnit === null ? null : formatFraction(spec.kwhPerUnit);
  const lines = [
    `${spec.meter}/${spec.channel}  ${grid.iso(bucket.startMs)} … ${grid.iso(plus(bucket.startMs, HOUR_MS))}  generation ${explanation.generation}, revision ${explanation.revision}`,
    `  role ${spec.role}; kept by the ${spec.keptBy}; rounding: to 6 decimals, halves away from zero`,
    ...eraLines(explanation, grid),
    ...boundaries.flatMap((boundary) => boundaryLines(boundary, spec, grid)),
    ...slots.map((slot) => slotLines(slot, spec, grid)),
    `  hour  ${show(bucket.quantityMicro, spec.unit)}  ${bucket.quality}, coverage ${formatMicro(BigInt(bucket.coverageMicro))}`,
    `  kwh  ${show(bucket.quantityMicro, spec.unit)} × ${factor ?? 'no factor known'}${spec.kwhFactor ? ` (${spec.kwhFactor})` : ''} = ${show(bucket.energyMicroKwh, 'kWh')}`,
    ...weightLines(explanation, grid),
    ...messageLines(explanation, grid),
  ];
  return `${lines.join('\n')}\n`;
}
