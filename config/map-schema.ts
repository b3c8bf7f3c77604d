/** Register maps: the part that a meter type file and a `map` in the site file have in common. */
import * as z from 'zod';
import {
  CHANNEL_NAMES,
  CHANNEL_UNITS,
  type ChannelName,
  GAUGE_NAMES,
  type GaugeName,
} from '../gateway/domain/meters.ts';
import { multiply, ONE, parseDecimal, type Rational, reduced } from '../gateway/domain/rational.ts';
import { AMOUNT_UNITS, gaugeUnits, parseCount } from './exact.ts';
import { exactText, positive, strict } from './fields.ts';
import type { Path } from './places.ts';
import type { TextKey, TextValues } from './problem-texts.ts';
import type { CumulativeMap, MeterType, RegisterMap, RegisterType } from './types.ts';

/** Names a problem at a path of the file. */
export type Report = (path: Path, text: TextKey, values: TextValues) => void;

const BITS: Readonly<Record<RegisterType, number>> = {
  u16: 16,
  s16: 16,
  u32: 32,
  s32: 32,
  u64: 64,
  s64: 64,
  f32: 32,
  f64: 64,
};
export const REGISTER_TYPES = [
  'u16',
  's16',
  'u32',
  's32',
  'u64',
  's64',
  'f32',
  'f64',
] as const satisfies readonly RegisterType[];

const table = z.enum(['input', 'holding']);
const wordOrder = z.enum(['msw', 'lsw']);

/** May be given once for all quantities. */
export const mapDefaults = { table: table.optional(), wordOrder: wordOrder.optional() };

// A scale may be negative: meters that count export downwards as a power exist.
const scale = exactText.transform((written, context): Rational => {
  const value = written.length > 40 ? null : parseDecimal(written);
  if (value && value.num !== 0n) return value;
  context.addIssue({ code: 'custom', message: 'scale', params: { text: 'wrong-form', values: {} } });
  return z.NEVER;
});

const register = {
  table: table.optional(),
  address: z.int().min(0).max(65_535),
  type: z.enum(REGISTER_TYPES),
  wordOrder: wordOrder.optional(),
  scale: scale.optional(),
  unit: z.string().min(1).max(10),
};
const ratio = z.enum(['primary', 'secondary']);
const cumulative = strict({
  ...register,
  scale: positive.optional(),
  step: positive.optional(),
  wrapsAt: positive.optional(),
  ratio,
});
const gauge = strict({
  ...register,
  unit: z.union([z.string().min(1).max(10), z.literal(1)]),
  ratio: ratio.optional(),
});

const named = <Name extends string, Value extends z.ZodType>(names: readonly Name[], value: Value) =>
  strict(
    Object.fromEntries(names.map((name) => [name, value.optional()])) as Record<Name, z.ZodOptional<Value>>,
  );

export const mapBody = {
  ...mapDefaults,
  updateMs: z.int().min(0).max(60_000).optional(),
  invalid: named(REGISTER_TYPES, z.array(exactText).min(1).max(8)).optional(),
  channels: named(CHANNEL_NAMES, cumulative).optional(),
  gauges: named(GAUGE_NAMES, gauge).optional(),
  pulseInputs: z.record(z.string().regex(/^([1-9]|[1-5]\d|6[0-4])$/), cumulative).optional(),
};
const bodySchema = strict(mapBody);
type MapBody = z.output<typeof bodySchema>;
type Register = z.output<typeof gauge> | z.output<typeof cumulative>;

export const LIMITS = { maxRegisters: z.int().min(1).max(125), responseMs: z.int().min(10).max(10_000) };

/** A map in the site file: the limits stand beside the channels, with careful defaults. */
export const genericMap = strict({
  ...mapBody,
  maxRegisters: LIMITS.maxRegisters.optional(),
  responseMs: LIMITS.responseMs.optional(),
});
export const GENERIC_MAX_REGISTERS = 60;
export const GENERIC_RESPONSE_MS = 500;

function registerMap(
  source: Register,
  units: {
    readonly native: string;
    readonly units: Readonly<Record<string, Rational>>;
    readonly what: string;
  },
  path: Path,
  body: MapBody,
  report: Report,
): RegisterMap {
  const written = String(source.unit).replace('³', '3');
  const factor = units.units[written];
  if (!factor)
    report([...path, 'unit'], 'map-unit', {
      found: written,
      channel: units.what,
      known: Object.keys(units.units).join(', '),
    });
  if (source.address + BITS[source.type] / 16 > 65_536)
    report([...path, 'address'], 'map-end', { type: source.type, address: source.address });
  return {
    table: source.table ?? body.table ?? 'holding',
    address: source.address,
    type: source.type,
    wordOrder: source.wordOrder ?? body.wordOrder ?? 'msw',
    scale: reduced(multiply(source.scale ?? ONE, factor ?? ONE)),
    unit: units.native,
    ratio: source.ratio ?? 'primary',
  };
}

function cumulativeMap(
  source: z.output<typeof cumulative>,
  channel: ChannelName | 'pulse',
  path: Path,
  body: MapBody,
  report: Report,
): CumulativeMap {
  const units =
    channel === 'pulse'
      ? { native: 'pulse', units: { pulse: ONE }, what: 'pulse' }
      : { native: CHANNEL_UNITS[channel], units: AMOUNT_UNITS[CHANNEL_UNITS[channel]], what: channel };
  const float = source.type === 'f32' || source.type === 'f64';
  if (float && !source.step) report(path, 'map-step', {});
  return {
    ...registerMap(source, units, path, body, report),
    step: source.step ?? ONE,
    wrapsAt: source.wrapsAt ?? null,
  };
}

function invalidMarkers(body: MapBody, path: Path, report: Report): MeterType['invalid'] {
  const result: Partial<Record<RegisterType, readonly bigint[]>> = {};
  for (const type of REGISTER_TYPES) {
    const markers = body.invalid?.[type];
    if (!markers) continue;
    result[type] = markers.flatMap((found, index) => {
      const count = parseCount(found, BITS[type], type.startsWith('s'));
      if (count === null) report([...path, 'invalid', type, index], 'map-invalid', { found, type });
      return count === null ? [] : [count];
    });
  }
  return result;
}

/** What the gateway uses of a map: units folded into the scales, every default filled. */
export function buildMap(
  body: MapBody,
  path: Path,
  report: Report,
): Pick<MeterType, 'updateMs' | 'invalid' | 'channels' | 'gauges' | 'pulseInputs'> {
  const channels: Partial<Record<ChannelName, CumulativeMap>> = {};
  for (const name of CHANNEL_NAMES) {
    const source = body.channels?.[name];
    if (source) channels[name] = cumulativeMap(source, name, [...path, 'channels', name], body, report);
  }
  const gauges: Partial<Record<GaugeName, RegisterMap>> = {};
  for (const name of GAUGE_NAMES) {
    const source = body.gauges?.[name];
    if (source)
      gauges[name] = registerMap(
        source,
        { ...gaugeUnits(name), what: name },
        [...path, 'gauges', name],
        body,
        report,
      );
  }
  const pulseInputs: Record<number, CumulativeMap> = {};
  for (const [input, source] of Object.entries(body.pulseInputs ?? {})) {
    pulseInputs[Number(input)] = cumulativeMap(
      source,
      'pulse',
      [...path, 'pulseInputs', input],
      body,
      report,
    );
  }
  const counts = Object.keys(channels).length + Object.keys(pulseInputs).length;
  if (counts === 0) report(path, 'map-empty', { hint: '`channels: { energy-import: { … } }`' });
  const modules = Object.keys(pulseInputs).length > 0;
  return {
    updateMs: body.updateMs ?? 0,
    invalid: invalidMarkers(body, path, report),
    channels,
    gauges,
    pulseInputs: modules ? pulseInputs : null,
  };
}
