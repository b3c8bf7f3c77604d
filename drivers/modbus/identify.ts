/**
 * Which type a meter is. Only what it says of itself counts as known: a register and its value that the type file
 * names (`identify:`). Beside that, voltages and a frequency that a mains can have are told, so that an electrician
 * can judge: a map that gives them fits, and another may fit as well.
 */
import type { Identification, MeterType, RegisterMap } from '../../config/types.ts';
import { decodeRegister, gaugeValue, wordsOf } from './decode.ts';
import type { Scanner, ScanRead } from './scan.ts';

export interface Mains {
  /** V; null where the meter shows none. */
  readonly voltages: readonly (number | null)[];
  readonly frequencyHz: number | null;
}

/** What the voltages say to an electrician; `none`: no mains is like that. */
export type MainsClass = 'vt-63' | '100' | '110' | '200' | '230' | '400' | '6600' | 'none';

/**
 * V, both ends included. The law keeps lamps at 101 ± 6 V and power at 202 ± 20 V (電気事業法施行規則 38 条); the
 * others with 10 %. 110 V is the secondary side of a VT, or 200 V between phase and star point.
 */
const CLASSES: readonly (readonly [MainsClass, number, number])[] = [
  ['vt-63', 57, 70],
  ['100', 90, 108],
  ['110', 108, 124],
  ['200', 180, 223],
  ['230', 223, 255],
  ['400', 360, 460],
  ['6600', 5_900, 7_300],
];
/** Below this a phase is taken as not wired, V. */
const DEAD_V = 5;

export function mainsClass(volts: number): MainsClass {
  return CLASSES.find(([, from, to]) => volts >= from && volts <= to)?.[0] ?? 'none';
}

/** Whether a mains can be like this: a frequency of 50 or 60 Hz, and all wired phases of one class. */
export function isPlausible({ voltages, frequencyHz }: Mains): boolean {
  const wired = voltages.filter((volts): volts is number => volts !== null && Math.abs(volts) >= DEAD_V);
  const classes = new Set(wired.map(mainsClass));
  const frequencyFits =
    frequencyHz === null || [50, 60].some((nominal) => Math.abs(frequencyHz - nominal) <= 1);
  return wired.length > 0 && classes.size === 1 && !classes.has('none') && frequencyFits;
}

/** Characters, two a register; what is not printable ends them. */
function textOf(words: readonly number[]): string {
  const text = words.map((word) => String.fromCharCode(word >> 8, word & 0xff)).join('');
  return (/^[\x20-\x7e]*/.exec(text)?.[0] ?? '').trim();
}

function identityRead(unit: number, { table, address, text }: Identification): ScanRead {
  const letters = Math.max(2, ...(text ?? []).map(({ length }) => length));
  return { unit, fn: table === 'input' ? 4 : 3, address, words: text ? Math.ceil(letters / 2) : 1 };
}

function says({ text, value }: Identification, words: readonly number[]): boolean {
  const shown = textOf(words).toUpperCase();
  const known = text?.some((prefix) => shown.startsWith(prefix.toUpperCase())) ?? false;
  return known || (value?.includes(words[0] ?? -1) ?? false);
}

/** The types that the unit itself claims to be. Each register is asked for once. */
export async function identify(
  scanner: Scanner,
  unit: number,
  types: readonly MeterType[],
): Promise<readonly MeterType[]> {
  const asked = new Map<string, readonly number[] | null>();
  const found: MeterType[] = [];
  for (const type of types) {
    if (!type.identify) continue;
    const read = identityRead(unit, type.identify);
    const key = `${read.fn}/${read.address}/${read.words}`;
    if (!asked.has(key)) {
      const heard = await scanner.ask(read);
      asked.set(key, heard.kind === 'words' ? heard.words : null);
    }
    const words = asked.get(key);
    if (words && says(type.identify, words)) found.push(type);
  }
  return found;
}

async function gauge(
  scanner: Scanner,
  unit: number,
  type: MeterType,
  map: RegisterMap | undefined,
): Promise<number | null> {
  if (!map || map.multiplier) return null;
  const fn = map.table === 'input' ? 4 : 3;
  const heard = await scanner.ask({ unit, fn, address: map.address, words: wordsOf(map.type) });
  if (heard.kind !== 'words') return null;
  const raw = decodeRegister(heard.words, map, type.invalid);
  return raw ? gaugeValue(raw, map.scale) : null;
}

/** What the unit shows by the map of a type; null where it refuses its voltage. */
export async function mainsBy(scanner: Scanner, unit: number, type: MeterType): Promise<Mains | null> {
  const { gauges } = type;
  const first = await gauge(scanner, unit, type, gauges['voltage-l1']);
  if (first === null) return null;
  return {
    voltages: [
      first,
      await gauge(scanner, unit, type, gauges['voltage-l2']),
      await gauge(scanner, unit, type, gauges['voltage-l3']),
    ],
    frequencyHz: await gauge(scanner, unit, type, gauges.frequency),
  };
}
