/** Quantities as an installer writes them, read from the source text and kept exact. */
import { type ChannelUnit, type GaugeName, isPower } from '../gateway/domain/meters.ts';
import {
  divide,
  multiply,
  ONE,
  parseDecimal,
  type Rational,
  rational,
  reduced,
} from '../gateway/domain/rational.ts';

/** Longest text of a number or quantity: longer ones are no measure of anything. */
const MAX_TEXT = 40;

export interface Quantity {
  readonly value: Rational;
  /** As written, with ³ as 3 and ℓ as L: `m3/h`, `pulse/kWh`; empty when none is written. */
  readonly unit: string;
}

/** "600 kW", "0.1 m3", "100 L", "50000 pulse/kWh". Null when it does not begin with a number above zero. */
export function parseQuantity(text: string): Quantity | null {
  if (text.length > MAX_TEXT) return null;
  const match = /^\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?)\s*([\p{L}%].*?)?\s*$/u.exec(text);
  const value = match?.[1] === undefined ? null : parseDecimal(match[1]);
  if (!value || value.num <= 0n) return null;
  const unit = (match?.[2] ?? '')
    .replaceAll(/[ \t]/g, '')
    .replaceAll('³', '3')
    .replaceAll(/^[lℓ](?=$|\/)/g, 'L')
    .replace(/^pulses?\//, 'pulse/');
  return { value, unit };
}

/** A decimal above zero as written. Null otherwise. */
export function parsePositive(text: string): Rational | null {
  const value = text.length > MAX_TEXT ? null : parseDecimal(text);
  return value && value.num > 0n ? value : null;
}

/** A whole number, also hexadecimal, as written. For signed types a hexadecimal is the bit pattern. */
export function parseCount(text: string, bits: number, signed: boolean): bigint | null {
  if (text.length > MAX_TEXT || !/^(-?\d+|0x[0-9a-fA-F]+)$/.test(text)) return null;
  const written = BigInt(text);
  const value = signed && text.startsWith('0x') ? BigInt.asIntN(bits, written) : written;
  const [low, high] = signed
    ? [-(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n]
    : [0n, (1n << BigInt(bits)) - 1n];
  const fits = text.startsWith('0x') ? written < 1n << BigInt(bits) : value >= low && value <= high;
  return fits ? value : null;
}

const THOUSANDTH = rational(1n, 1000n);
/** GJ per kWh, exact: 3.6 MJ. */
export const GJ_PER_KWH = rational(36n, 10_000n);

/** What units people write are worth. Without a prototype: `constructor` is no unit. */
const worth = <Units extends Readonly<Record<string, unknown>>>(units: Units): Units =>
  Object.assign(Object.create(null) as Units, units);

/** Native units of a channel in one of each unit a register or pulse may have. */
export const AMOUNT_UNITS: Readonly<Record<ChannelUnit, Readonly<Record<string, Rational>>>> = {
  kWh: worth({ kWh: ONE, Wh: THOUSANDTH, MWh: rational(1000n) }),
  m3: worth({ m3: ONE, L: THOUSANDTH }),
  t: worth({ t: ONE, kg: THOUSANDTH }),
  GJ: worth({ GJ: ONE, MJ: THOUSANDTH, kWh: GJ_PER_KWH, MWh: multiply(GJ_PER_KWH, rational(1000n)) }),
};

/** Native units per hour of a channel in one of each unit a rating may have. */
export const RATE_UNITS: Readonly<Record<ChannelUnit, Readonly<Record<string, Rational>>>> = {
  kWh: worth({ kW: ONE, W: THOUSANDTH, MW: rational(1000n) }),
  m3: worth({ 'm3/h': ONE, 'L/h': THOUSANDTH, 'L/min': rational(60n, 1000n), 'm3/min': rational(60n) }),
  t: worth({ 't/h': ONE, 'kg/h': THOUSANDTH }),
  GJ: worth({ 'GJ/h': ONE, 'MJ/h': THOUSANDTH, kW: GJ_PER_KWH }),
};

const GAUGE_KINDS = {
  power: worth({ W: ONE, kW: rational(1000n), MW: rational(1_000_000n) }),
  voltage: worth({ V: ONE, kV: rational(1000n), mV: THOUSANDTH }),
  current: worth({ A: ONE, mA: THOUSANDTH, kA: rational(1000n) }),
  factor: worth({ '1': ONE, '%': rational(1n, 100n) }),
  frequency: worth({ Hz: ONE, mHz: THOUSANDTH }),
  time: worth({ s: ONE, ms: THOUSANDTH }),
  flow: worth({ 'm3/h': ONE, 'L/h': THOUSANDTH, 'L/min': rational(60n, 1000n) }),
  pressure: worth({
    kPa: ONE,
    Pa: THOUSANDTH,
    hPa: rational(1n, 10n),
    MPa: rational(1000n),
    bar: rational(100n),
    mbar: rational(1n, 10n),
  }),
  temperature: worth({ '°C': ONE, '℃': ONE, C: ONE }),
} as const;

/** The display unit of a gauge, and how much of it is in one of each unit a register may have. */
export function gaugeUnits(gauge: GaugeName): {
  readonly native: string;
  readonly units: Readonly<Record<string, Rational>>;
} {
  if (isPower(gauge)) return { native: 'W', units: GAUGE_KINDS.power };
  if (gauge === 'power-factor') return { native: '1', units: GAUGE_KINDS.factor };
  if (gauge === 'frequency') return { native: 'Hz', units: GAUGE_KINDS.frequency };
  if (gauge === 'timing-offset') return { native: 's', units: GAUGE_KINDS.time };
  if (gauge === 'flow') return { native: 'm3/h', units: GAUGE_KINDS.flow };
  if (gauge.startsWith('pressure')) return { native: 'kPa', units: GAUGE_KINDS.pressure };
  if (gauge === 'temperature') return { native: '°C', units: GAUGE_KINDS.temperature };
  return gauge.startsWith('voltage')
    ? { native: 'V', units: GAUGE_KINDS.voltage }
    : { native: 'A', units: GAUGE_KINDS.current };
}

/** A pulse weight as native units per pulse; `secondary` when CT and VT still have to be multiplied in. */
export function pulseWeightOf(
  quantity: Quantity,
  unit: ChannelUnit,
): { readonly perPulse: Rational; readonly ratio: 'primary' | 'secondary' } | null {
  const amounts = AMOUNT_UNITS[unit];
  const secondary = /^pulse\/(.+)$/.exec(quantity.unit)?.[1];
  // A constant in pulse/kWh is the secondary side's, one in kWh/pulse the primary side's.
  if (secondary !== undefined) {
    const each = amounts[secondary];
    return each ? { perPulse: reduced(divide(each, quantity.value)), ratio: 'secondary' } : null;
  }
  const each = amounts[quantity.unit.replace(/\/pulse$/, '')];
  return each ? { perPulse: reduced(multiply(quantity.value, each)), ratio: 'primary' } : null;
}

/** "35 d" as whole days; null when it is anything else. */
export function parseDays(text: string): number | null {
  const quantity = parseQuantity(text);
  if (quantity?.unit !== 'd') return null;
  const days = reduced(quantity.value);
  return days.den === 1n && days.num <= 100_000n ? Number(days.num) : null;
}

/** ms in one of each. */
const DURATION_UNITS: Readonly<Record<string, bigint>> = worth({
  ms: 1n,
  s: 1000n,
  min: 60_000n,
  h: 3_600_000n,
});

/** "5 s", "500 ms", "1 min" as whole milliseconds; null when it is none of these. */
export function parseDurationMs(text: string): number | null {
  const quantity = parseQuantity(text);
  const each = quantity && DURATION_UNITS[quantity.unit];
  if (!quantity || !each) return null;
  const ms = reduced(multiply(quantity.value, rational(each)));
  return ms.den === 1n && ms.num <= 86_400_000n ? Number(ms.num) : null;
}
