/**
 * What a meter of the site file gives, which words that takes, and what the words say. A value may be made of several
 * registers: tariffs that are added up, a high and a low part, a register that says by what power of ten another one
 * is multiplied. A part that is missing or no number leaves the whole value out. Pure.
 */
import type { MeterConfig, MultiplierRegister, RegisterMap, RegisterPlace } from '../../config/types.ts';
import { type Fault, fault } from '../../gateway/domain/faults.ts';
import { type ChannelName, type GaugeName, isPower, type RawRegister } from '../../gateway/domain/meters.ts';
import type { GaugeSample, RegisterSample, SettingSample } from '../../gateway/domain/ports.ts';
import type { SettingName } from '../../gateway/domain/quantities.ts';
import {
  formatFraction,
  multiply,
  ONE,
  type Rational,
  rational,
  reduced,
} from '../../gateway/domain/rational.ts';
import type { EpochMs } from '../../gateway/domain/time.ts';
import { decodeRegister, gaugeValue, powerOfTen, sumOf, wordsOf } from './decode.ts';
import type { Piece } from './read-plan.ts';

export interface Quantity {
  readonly name: ChannelName | GaugeName;
  readonly kind: 'channel' | 'gauge';
  readonly map: RegisterMap;
}

/** Words as they came, and between which instants. */
export interface GotWords {
  readonly words: readonly number[];
  readonly sinceMs: EpochMs;
  readonly atMs: EpochMs;
}

/** What one poll has read so far. */
export type GotPieces = Map<string, GotWords>;

/**
 * The quantities a meter of the site file gives: its channels and gauges, or one counter of a pulse module.
 * @throws RangeError when it names a channel or an input that its type does not have (the loader checks that)
 */
export function quantitiesOf(meter: MeterConfig): readonly Quantity[] {
  const { type } = meter;
  const channels = meter.channels.map((name): Quantity => {
    const map = meter.input === null ? type.channels[name] : type.pulseInputs?.[meter.input];
    if (!map)
      throw new RangeError(`${type.id} has no ${meter.input === null ? name : `input ${meter.input}`}`);
    return { name, kind: 'channel', map };
  });
  const gauges = Object.entries(type.gauges).map(
    ([name, map]): Quantity => ({ name: name as GaugeName, kind: 'gauge', map }),
  );
  return [...channels, ...gauges];
}

/** Finds a piece in {@link GotPieces}. */
export function keyOf({ table, address, words }: Pick<Piece, 'table' | 'address' | 'words'>): string {
  return `${table} ${address} ${words}`;
}

function placeOf({ table, address, type }: RegisterPlace, kind: Piece['kind']): Piece {
  return { kind, table, address, words: wordsOf(type) };
}

/** Where the registers of a value stand; one span where they must be read together. */
function valuePieces(map: RegisterMap, kind: Piece['kind']): readonly Piece[] {
  const own = placeOf(map, kind);
  const pieces = [own, ...(map.plus ?? []).map(({ address }) => ({ ...own, address }))];
  if (!map.plus?.some(({ times }) => times !== 1n)) return pieces;
  const first = Math.min(...pieces.map(({ address }) => address));
  const end = Math.max(...pieces.map(({ address }) => address)) + own.words;
  return [{ ...own, address: first, words: end - first }];
}

function multiplierOf({ multiplier }: RegisterMap): MultiplierRegister | null {
  return multiplier === undefined || multiplier === 'given' ? null : multiplier;
}

/** All words these quantities take, each once. */
export function piecesOf(quantities: readonly Quantity[]): readonly Piece[] {
  const pieces = new Map<string, Piece>();
  // A channel's pieces go first: a gauge of the same words adds nothing.
  for (const { map, kind } of quantities.toSorted((a, b) => a.kind.localeCompare(b.kind))) {
    const multiplier = multiplierOf(map);
    const scaled = multiplier ? [placeOf(multiplier, kind === 'channel' ? 'multiplier' : 'gauge')] : [];
    for (const piece of [...valuePieces(map, kind), ...scaled]) {
      if (!pieces.has(keyOf(piece))) pieces.set(keyOf(piece), piece);
    }
  }
  return [...pieces.values()];
}

interface Value {
  readonly raw: RawRegister | null;
  /** The words, for a person. */
  readonly shown: string;
  readonly sinceMs: EpochMs;
  readonly atMs: EpochMs;
}

/** @returns null when a part of it was not read */
function valueOf(meter: MeterConfig, map: RegisterMap, got: GotPieces): Value | null {
  const pieces = valuePieces(map, 'channel');
  const found = pieces.map((piece) => ({ piece, got: got.get(keyOf(piece)) }));
  const parts: { readonly own: readonly number[]; readonly times: bigint }[] = [];
  const times: GotWords[] = [];
  const size = wordsOf(map.type);
  for (const part of [{ address: map.address, times: 1n }, ...(map.plus ?? [])]) {
    const holder = found.find(
      ({ piece }) => piece.address <= part.address && part.address + size <= piece.address + piece.words,
    );
    if (!holder?.got) return null;
    const offset = part.address - holder.piece.address;
    parts.push({ own: holder.got.words.slice(offset, offset + size), times: part.times });
    times.push(holder.got);
  }
  const raws = parts.flatMap((part) => {
    const raw = decodeRegister(part.own, map, meter.type.invalid);
    return raw ? [{ raw, times: part.times }] : [];
  });
  const single = raws.length === 1 && map.plus === undefined ? (raws[0]?.raw ?? null) : null;
  return {
    raw: single ?? (raws.length === parts.length && raws.length > 0 ? sumOf(raws) : null),
    shown: parts
      .map(({ own }) => own.map((word) => word.toString(16).padStart(4, '0')).join(' '))
      .join(' + '),
    // Totals that rise: their sum was what it says at some instant between the first request and the last answer.
    sinceMs: times.reduce(
      (least, { sinceMs }) => (sinceMs < least ? sinceMs : least),
      times[0]?.sinceMs as EpochMs,
    ),
    atMs: times.reduce((most, { atMs }) => (atMs > most ? atMs : most), times[0]?.atMs as EpochMs),
  };
}

export interface Told {
  readonly registers: readonly RegisterSample[];
  readonly gauges: readonly GaugeSample[];
  /** The first. */
  readonly fault: Fault | null;
}

/** What the words say. What was not read is left out without a word: its fault is known already. */
export function tell(meter: MeterConfig, quantities: readonly Quantity[], got: GotPieces): Told {
  const registers: RegisterSample[] = [];
  const gauges: GaugeSample[] = [];
  let problem: Fault | null = null;
  for (const { name, kind, map } of quantities) {
    const value = valueOf(meter, map, got);
    if (!value) continue;
    const { raw, sinceMs, atMs } = value;
    const multiplier = multiplierOf(map);
    const place = multiplier && placeOf(multiplier, 'multiplier');
    const words = place && got.get(keyOf(place))?.words;
    const said = multiplier && words ? decodeRegister(words, multiplier, meter.type.invalid) : null;
    const times = multiplier && said ? powerOfTen(said, multiplier.as) : null;
    if (kind === 'gauge') {
      // A gauge without a value is no trouble: a phase that is not wired shows none for ever.
      if (!raw || (multiplier && !times)) continue;
      const gauge = name as GaugeName;
      const scale = multiply(map.scale, multiply(times ?? ONE, gaugeRatio(meter, map.ratio, gauge)));
      gauges.push({ gauge, value: gaugeValue(raw, scale), unit: map.unit, atMs });
      continue;
    }
    const wrong = multiplier ? multiplierFault(meter, name, times, words ?? null) : null;
    if (!raw) problem ??= fault('invalid-value', { meter: meter.id, quantity: name, raw: value.shown });
    else if (wrong) problem ??= wrong;
    else if (!multiplier || times) registers.push({ channel: name as ChannelName, raw, sinceMs, atMs });
  }
  return { registers, gauges, fault: problem };
}

/** A register is only as good as its multiplier: it must be what the site file says. */
function multiplierFault(
  meter: MeterConfig,
  quantity: string,
  times: Rational | null,
  words: readonly number[] | null,
): Fault | null {
  if (words === null) return null;
  if (times === null) {
    const raw = words.map((word) => word.toString(16).padStart(4, '0')).join(' ');
    return fault('invalid-value', { meter: meter.id, quantity: `${quantity} multiplier`, raw });
  }
  const expected = meter.registerMultiplier ?? null;
  const shown = decimalText(times);
  if (expected === null) return fault('multiplier-unknown', { meter: meter.id, quantity, shown });
  if (isSame(expected, times)) return null;
  return fault('multiplier-differs', { meter: meter.id, quantity, shown, expected: decimalText(expected) });
}

function isSame(a: Rational, b: Rational): boolean {
  return a.num * b.den === b.num * a.den;
}

/** Powers of ten as people write them: 0.01, 1, 100. */
function decimalText(power: Rational): string {
  const { num, den } = reduced(power);
  const zeros = String(den).length - 1;
  return den === 1n ? String(num) : `0.${'0'.repeat(zeros - 1)}1`;
}

/** What CT and VT make of a secondary value: power both, current the CT, voltage the VT. */
function gaugeRatio({ ct, vt }: MeterConfig, ratio: 'primary' | 'secondary', gauge: GaugeName): Rational {
  if (ratio === 'primary') return ONE;
  if (isPower(gauge)) return multiply(ct, vt);
  if (gauge.startsWith('current')) return ct;
  return gauge.startsWith('voltage') ? vt : ONE;
}

/** The words of the meter's own CT and VT setting. */
export function settingPieces({ type }: MeterConfig): readonly Piece[] {
  const pieces = Object.values(type.settings ?? {}).map((map) => placeOf(map, 'setting'));
  return [...new Map(pieces.map((piece) => [keyOf(piece), piece])).values()];
}

/** What the meter's own settings say; those that are no number are left out. */
export function tellSettings(meter: MeterConfig, got: GotPieces): readonly SettingSample[] {
  return Object.entries(meter.type.settings ?? {}).flatMap(([name, map]): SettingSample[] => {
    const read = got.get(keyOf(placeOf(map, 'setting')));
    const raw = read && decodeRegister(read.words, map, meter.type.invalid);
    if (!raw) return [];
    const shown =
      raw.exp2 >= 0 ? rational(raw.count << BigInt(raw.exp2)) : rational(raw.count, 1n << BigInt(-raw.exp2));
    return [{ setting: name as SettingName, value: reduced(multiply(shown, map.scale)), atMs: read.atMs }];
  });
}

/** Secondary sides that are made: a setting of the primary side alone means one of these. */
const USUAL_SECONDARIES = { ct: [5n, 1n], vt: [110n, 100n] } as const;

/** The first setting that is not as the site file says; null when all are, or it says nothing. */
export function settingFault(meter: MeterConfig, samples: readonly SettingSample[]): Fault | null {
  const said = new Map(samples.map(({ setting, value }) => [setting, value]));
  for (const side of ['ct', 'vt'] as const) {
    const expected = meter.ownRatios?.[side] ?? null;
    const ratio = said.get(`${side}-ratio`);
    const primary = said.get(`${side}-primary`);
    const secondary = said.get(`${side}-secondary`);
    if (!expected || (!ratio && !primary)) continue;
    const seconds = secondary ? [secondary] : USUAL_SECONDARIES[side].map((value) => rational(value));
    const agrees = ratio
      ? isSame(ratio, expected)
      : seconds.some((value) => primary && isSame(primary, multiply(expected, value)));
    if (agrees) continue;
    const shown = ratio ?? primary;
    return fault('setting-differs', {
      meter: meter.id,
      setting: side,
      shown: `${formatFraction(shown ?? ONE)}${ratio ? '' : `/${secondary ? formatFraction(secondary) : '…'}`}`,
      expected: formatFraction(expected),
    });
  }
  return null;
}
