/** Register maps: the part that a meter type file and a `map` in the site file have in common. */
import * as z from 'zod';
import {
  CHANNEL_NAMES,
  CHANNEL_UNITS,
  type ChannelName,
  type GaugeName,
  REGISTER_GAUGES,
} from '../gateway/domain/meters.ts';
import type { SettingName } from '../gateway/domain/quantities.ts';
import { multiply, ONE, parseDecimal, type Rational, reduced } from '../gateway/domain/rational.ts';
import { AMOUNT_UNITS, gaugeUnits, parseCount } from './exact.ts';
import { exactText, positive, strict } from './fields.ts';
import type { Path } from './places.ts';
import type { TextKey, TextValues } from './problem-texts.ts';
import type {
  ByteOrder,
  CumulativeMap,
  MeterType,
  MultiplierRegister,
  RegisterMap,
  RegisterPlace,
  RegisterTable,
  RegisterType,
  SettingMap,
  WordOrder,
} from './types.ts';

/** Names a problem at a path of the file. */
export type Report = (path: Path, text: TextKey, values: TextValues) => void;

/** Width in bits; of decimals and text the words they take. */
const BITS: Readonly<Record<RegisterType, number>> = {
  u16: 16,
  s16: 16,
  u32: 32,
  s32: 32,
  u48: 48,
  s48: 48,
  u64: 64,
  s64: 64,
  f32: 32,
  f64: 64,
  bcd16: 16,
  bcd32: 32,
  bcd48: 48,
  bcd64: 64,
  dec3x2: 32,
  dec4x2: 32,
  dec4x3: 48,
  dec4x4: 64,
  ascii4: 32,
  ascii6: 48,
  ascii8: 64,
  ascii10: 80,
  ascii12: 96,
  ascii14: 112,
  ascii16: 128,
};
export const REGISTER_TYPES = Object.keys(BITS) as [RegisterType, ...RegisterType[]];
const MULTIPLIER_TYPES = ['u16', 's16', 'u32', 's32'] as const satisfies readonly RegisterType[];
/** Most registers added up, the first one not counted. */
const MAX_ADDED = 8;

const table = z.enum(['input', 'holding']);
const wordOrder = z.enum(['msw', 'lsw']);

const byteOrder = z.enum(['msb', 'lsb']);
const address = z.int().min(0).max(65_535);

/** May be given once for all quantities. */
export const mapDefaults = {
  table: table.optional(),
  wordOrder: wordOrder.optional(),
  byteOrder: byteOrder.optional(),
};

// A scale may be negative: meters that count export downwards as a power exist.
const scale = exactText.transform((written, context): Rational => {
  const value = written.length > 40 ? null : parseDecimal(written);
  if (value && value.num !== 0n) return value;
  context.addIssue({ code: 'custom', message: 'scale', params: { text: 'wrong-form', values: {} } });
  return z.NEVER;
});

const place = { ...mapDefaults, address };
const multiplierRegister = strict({
  ...place,
  type: z.enum(MULTIPLIER_TYPES),
  as: z.enum(['exponent', 'factor']),
}).describe('Multiplier register (乗率): a power of ten as its exponent or as itself');
const added = z.union([
  address,
  strict({ address, times: z.int().min(1).max(1_000_000_000_000).optional() }),
]);
const register = {
  ...place,
  type: z.enum(REGISTER_TYPES),
  decimals: z.int().min(0).max(9).optional().describe('Of ascii types: digits after the point'),
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
  multiplier: z
    .union([multiplierRegister, z.literal('given')])
    .optional()
    .describe('Register that says the power of ten, or `given`: the site file says it'),
  plus: z.array(added).min(1).max(MAX_ADDED).optional().describe('Further registers of the same kind, added'),
});
const gauge = strict({
  ...register,
  unit: z.union([z.string().min(1).max(10), z.literal(1)]),
  ratio: ratio.optional(),
  multiplier: multiplierRegister.optional(),
});
export const SETTING_NAMES = [
  'ct-ratio',
  'vt-ratio',
  'ct-primary',
  'ct-secondary',
  'vt-primary',
  'vt-secondary',
] as const satisfies readonly SettingName[];
const setting = strict({ ...place, type: z.enum(REGISTER_TYPES), scale: positive.optional() });

const named = <Name extends string, Value extends z.ZodType>(names: readonly Name[], value: Value) =>
  strict(
    Object.fromEntries(names.map((name) => [name, value.optional()])) as Record<Name, z.ZodOptional<Value>>,
  );

export const mapBody = {
  ...mapDefaults,
  updateMs: z.int().min(0).max(60_000).optional(),
  invalid: named(REGISTER_TYPES, z.array(exactText).min(1).max(8)).optional(),
  channels: named(CHANNEL_NAMES, cumulative).optional(),
  gauges: named(REGISTER_GAUGES, gauge).optional(),
  pulseInputs: z.record(z.string().regex(/^([1-9]|[1-5]\d|6[0-4])$/), cumulative).optional(),
  settings: named(SETTING_NAMES, setting).optional(),
};
const bodySchema = strict(mapBody);
type MapBody = z.output<typeof bodySchema>;
type Register = z.output<typeof gauge> | z.output<typeof cumulative>;

export const LIMITS = {
  maxRegisters: z.int().min(1).max(125),
  responseMs: z.int().min(10).max(10_000),
  pauseMs: z.int().min(0).max(2_000).optional().describe('Least time between two requests to this meter, ms'),
};

/** A map in the site file: the limits stand beside the channels, with careful defaults. */
export const genericMap = strict({
  ...mapBody,
  maxRegisters: LIMITS.maxRegisters.optional(),
  responseMs: LIMITS.responseMs.optional(),
  pauseMs: LIMITS.pauseMs,
});
export const GENERIC_MAX_REGISTERS = 60;
export const GENERIC_RESPONSE_MS = 500;

interface PlaceSource {
  readonly table?: RegisterTable | undefined;
  readonly address: number;
  readonly type: RegisterType;
  readonly wordOrder?: WordOrder | undefined;
  readonly byteOrder?: ByteOrder | undefined;
  readonly decimals?: number | undefined;
}

function placeOf(source: PlaceSource, path: Path, body: MapBody, report: Report): RegisterPlace {
  const { address: first, type, decimals } = source;
  if (first + BITS[type] / 16 > 65_536) report([...path, 'address'], 'map-end', { type, address: first });
  if (decimals !== undefined && !type.startsWith('ascii'))
    report([...path, 'decimals'], 'map-decimals', { type });
  const bytes = source.byteOrder ?? body.byteOrder ?? 'msb';
  return {
    table: source.table ?? body.table ?? 'holding',
    address: first,
    type,
    wordOrder: source.wordOrder ?? body.wordOrder ?? 'msw',
    ...(bytes === 'msb' ? {} : { byteOrder: bytes }),
    ...(decimals ? { decimals } : {}),
  };
}

function multiplierOf(
  source: Register,
  path: Path,
  body: MapBody,
  report: Report,
): MultiplierRegister | 'given' | null {
  const { multiplier } = source;
  if (multiplier === undefined || multiplier === 'given') return multiplier ?? null;
  // It stands where the value stands unless it says otherwise.
  const { table: own, wordOrder: words, byteOrder: bytes } = source;
  const inherited = {
    ...multiplier,
    table: multiplier.table ?? own,
    wordOrder: multiplier.wordOrder ?? words,
  };
  const registerPlace = { ...inherited, byteOrder: multiplier.byteOrder ?? bytes };
  return { ...placeOf(registerPlace, [...path, 'multiplier'], body, report), as: multiplier.as };
}

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
  const multiplier = multiplierOf(source, path, body, report);
  return {
    ...placeOf(source, path, body, report),
    scale: reduced(multiply(source.scale ?? ONE, factor ?? ONE)),
    unit: units.native,
    ratio: source.ratio ?? 'primary',
    ...(multiplier ? { multiplier } : {}),
  };
}

/** A sum of float32 would be coarser than the ledger allows for; a sum starts again wherever one of its parts does. */
function addedTo(source: z.output<typeof cumulative>, path: Path, report: Report): Pick<RegisterMap, 'plus'> {
  if (!source.plus) return {};
  const { type } = source;
  if (type === 'f32') report([...path, 'plus'], 'map-plus-float', {});
  if (source.wrapsAt) report([...path, 'wrapsAt'], 'map-plus-wraps', {});
  const plus = source.plus.map((one, index) => {
    const { address: first, times = 1 } = typeof one === 'number' ? { address: one } : one;
    if (first + BITS[type] / 16 > 65_536)
      report([...path, 'plus', index], 'map-end', { type, address: first });
    return { address: first, times: BigInt(times) };
  });
  return { plus };
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
    ...addedTo(source, path, report),
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

function settingsOf(body: MapBody, path: Path, report: Report): Pick<MeterType, 'settings'> {
  const settings: Partial<Record<SettingName, SettingMap>> = {};
  for (const name of SETTING_NAMES) {
    const source = body.settings?.[name];
    if (!source) continue;
    const at = [...path, 'settings', name];
    settings[name] = { ...placeOf(source, at, body, report), scale: source.scale ?? ONE };
  }
  return Object.keys(settings).length > 0 ? { settings } : {};
}

/** What the gateway uses of a map: units folded into the scales, every default filled. */
export function buildMap(
  body: MapBody,
  path: Path,
  report: Report,
): Pick<MeterType, 'updateMs' | 'invalid' | 'channels' | 'gauges' | 'pulseInputs' | 'settings'> {
  const channels: Partial<Record<ChannelName, CumulativeMap>> = {};
  for (const name of CHANNEL_NAMES) {
    const source = body.channels?.[name];
    if (source) channels[name] = cumulativeMap(source, name, [...path, 'channels', name], body, report);
  }
  const gauges: Partial<Record<GaugeName, RegisterMap>> = {};
  for (const name of REGISTER_GAUGES) {
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
  const counts = [channels, pulseInputs, gauges].reduce((sum, maps) => sum + Object.keys(maps).length, 0);
  if (counts === 0) report(path, 'map-empty', { hint: '`channels: { energy-import: { … } }`' });
  const modules = Object.keys(pulseInputs).length > 0;
  return {
    updateMs: body.updateMs ?? 0,
    invalid: invalidMarkers(body, path, report),
    channels,
    gauges,
    pulseInputs: modules ? pulseInputs : null,
    ...settingsOf(body, path, report),
  };
}
