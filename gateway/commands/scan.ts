/**
 * `hakaru scan LINE` or `hakaru scan --port /dev/ttyUSB0`: which units answer on a wire, at which settings, and what
 * they are. It needs the wire for itself: a port that the gateway holds is refused with a sentence.
 */
import { loadSite } from '../../config/load-site.ts';
import { openMeterTypes } from '../../config/meter-types.ts';
import type { MeterType, ModbusLineConfig, Parity, SerialSettings } from '../../config/types.ts';
import { identify, isPlausible, type Mains, mainsBy, mainsClass } from '../../drivers/modbus/identify.ts';
import { type Heard, isPortFault, openScanner, type Scanner } from '../../drivers/modbus/scan.ts';
import { CodedError, fault, faultText } from '../domain/faults.ts';
import { untilStopped } from '../platform/signals.ts';
import { systemClock } from '../platform/system-clock.ts';
import { type Console, type Words, words } from './console.ts';

export interface ScanOptions {
  readonly config: string;
  readonly port?: string;
  readonly tcp?: string;
  readonly baud?: readonly number[];
  readonly parity?: readonly Parity[];
  readonly stopBits?: 1 | 2;
  /** First and last unit. */
  readonly units: readonly [number, number];
  /** How long a meter may think, ms. */
  readonly response: number;
  readonly json?: boolean;
}

/** Settings that meters leave the factory with, the usual ones first. */
const USUAL: readonly SerialSettings[] = [
  { baudRate: 9_600, parity: 'none', stopBits: 1 },
  { baudRate: 9_600, parity: 'even', stopBits: 1 },
  { baudRate: 19_200, parity: 'even', stopBits: 1 },
  { baudRate: 19_200, parity: 'none', stopBits: 1 },
  { baudRate: 38_400, parity: 'none', stopBits: 1 },
  { baudRate: 2_400, parity: 'none', stopBits: 1 },
];
const MODBUS_TCP_PORT = 502;
/** A progress line is written at least so often. */
const EVERY_UNITS = 10;
/** Types whose map fits, shown at most. */
const MOST_FITS = 5;

interface FoundUnit {
  readonly unit: number;
  readonly settings: string;
  readonly heard: Heard;
  /** What it says of itself. */
  readonly types: readonly MeterType[];
  /** Maps that give a mains. */
  readonly fits: readonly { readonly type: MeterType; readonly mains: Mains }[];
}

const WHICH: Words = {
  en: 'Name a line of the site file, or --port /dev/… or --tcp host:port.',
  ja: '設定ファイルの回線名、または --port /dev/…、--tcp host:port を指定してください。',
};
const BEGIN: Words = {
  en: '{settings}: units {from} to {to}, at most {seconds} s',
  ja: '{settings}: 局番 {from}～{to}、最大 {seconds} 秒',
};
const PROGRESS: Words = {
  en: '  unit {unit} of {to}, {found} found, {silent} silent, {trouble} with trouble',
  ja: '  局番 {unit}/{to}、発見 {found}、無応答 {silent}、異常 {trouble}',
};
const HERE: Words = {
  en: 'unit {unit} answers ({settings}): {what}',
  ja: '局番 {unit} 応答あり ({settings}): {what}',
};
const REFUSES: Words = {
  en: 'it refuses the probe with exception {exception}, so somebody is there',
  ja: '例外 {exception} で拒否 (機器は存在します)',
};
const IS: Words = { en: 'it says it is {types}', ja: '機種の自己申告 {types}' };
const UNKNOWN: Words = {
  en: 'it does not say what it is',
  ja: '機種は判別できません',
};
const FITS: Words = {
  en: '  by the map of {type}: {mains}',
  ja: '  {type} のマップで読むと {mains}',
};
const TROUBLE: Words = { en: 'unit {unit} ({settings}): {text}', ja: '局番 {unit} ({settings}): {text}' };
const NOTHING: Words = {
  en: 'Nobody answered. Check power, A and B, the address and the settings of the wire.',
  ja: '応答がありません。電源、A/B の接続、局番、通信設定を確認してください。',
};
const CLASSES: Readonly<Record<ReturnType<typeof mainsClass>, Words>> = {
  'vt-63': { en: 'VT secondary 110 V, to star point', ja: 'VT 二次 110 V の相電圧' },
  '100': { en: '100 V (lamps)', ja: '100 V 電灯' },
  '110': { en: 'VT secondary 110 V, or 200 V to star point', ja: 'VT 二次 110 V または 200 V の相電圧' },
  '200': { en: '200 V', ja: '200 V' },
  '230': { en: '230 V, or 400 V to star point', ja: '230 V または 400 V の相電圧' },
  '400': { en: '400 V', ja: '400 V' },
  '6600': { en: '6.6 kV', ja: '6.6 kV' },
  none: { en: 'no mains is like that', ja: '商用電源の値ではありません' },
};

function linesOf(
  line: string | undefined,
  options: ScanOptions,
  language: Console['language'],
): ModbusLineConfig[] {
  const { port, tcp, baud, parity, stopBits } = options;
  if (tcp !== undefined) {
    const [host = tcp, number] = tcp.split(':');
    return [{ id: tcp, kind: 'modbus-tcp', host, port: Number(number ?? MODBUS_TCP_PORT) }];
  }
  if (port === undefined) {
    const { site } = loadSite(options.config, { language });
    const own = site.lines.find((one) => one.id === line);
    if (!own || own.kind === 'gpio') {
      const known = site.lines.flatMap(({ id, kind }) => (kind === 'gpio' ? [] : [id])).join(', ');
      throw new CodedError(fault('line-unknown', { line: line ?? '-', known }));
    }
    if (own.kind === 'modbus-tcp' || (!baud && !parity && !stopBits)) return [own];
    return settingsOf(options, [own]).map((settings) => ({ ...own, ...settings }));
  }
  return settingsOf(options, USUAL).map((settings) => ({ id: port, kind: 'modbus-rtu', port, ...settings }));
}

function settingsOf(
  { baud, parity, stopBits }: ScanOptions,
  usual: readonly SerialSettings[],
): SerialSettings[] {
  if (!baud && !parity && !stopBits) return [...usual];
  const first = usual[0] ?? { baudRate: 9_600, parity: 'none', stopBits: 1 };
  return (baud ?? [first.baudRate]).flatMap((baudRate) =>
    (parity ?? [first.parity]).map(
      (one): SerialSettings => ({ baudRate, parity: one, stopBits: stopBits ?? first.stopBits }),
    ),
  );
}

function settingsText(line: ModbusLineConfig): string {
  if (!('baudRate' in line)) return line.id;
  return `${line.baudRate} 8${line.parity[0]?.toUpperCase()}${line.stopBits}`;
}

function mainsText(console: Console, { voltages, frequencyHz }: Mains): string {
  const volts = voltages.flatMap((one, i) => (one === null ? [] : [`L${i + 1} ${one.toFixed(1)} V`]));
  const wired = voltages.find((one) => one !== null && Math.abs(one) >= 5) ?? 0;
  const name = words(console, CLASSES[mainsClass(wired)]);
  const hz = frequencyHz === null ? '' : `, ${frequencyHz.toFixed(1)} Hz`;
  return `${volts.join(', ')}${hz} (${name})`;
}

function tellFound(console: Console, found: FoundUnit): void {
  const { unit, settings, heard, types, fits } = found;
  const named = types.map(({ id, maker, model }) => `${id} (${maker} ${model})`).join(', ');
  const what = [
    ...(heard.kind === 'exception'
      ? [words(console, REFUSES, { exception: Number(heard.fault.about['exception'] ?? 0) })]
      : []),
    types.length > 0 ? words(console, IS, { types: named }) : words(console, UNKNOWN),
  ].join('; ');
  console.out(words(console, HERE, { unit, settings, what }));
  for (const { type, mains } of fits)
    console.out(words(console, FITS, { type: type.id, mains: mainsText(console, mains) }));
}

/** Maps of sister types name the same registers: each is asked for once. */
function remembering(scanner: Scanner): Scanner {
  const heard = new Map<string, Promise<Heard>>();
  return {
    close: () => scanner.close(),
    ask(read) {
      const key = `${read.fn}/${read.address}/${read.words}`;
      const known = heard.get(key) ?? scanner.ask(read);
      heard.set(key, known);
      return known;
    },
  };
}

async function lookAt(
  wire: Scanner,
  unit: number,
  settings: string,
  heard: Heard,
  types: readonly MeterType[],
): Promise<FoundUnit> {
  const scanner = remembering(wire);
  const own = await identify(scanner, unit, types);
  const fits: { type: MeterType; mains: Mains }[] = [];
  for (const type of own.length > 0 ? own : types) {
    if (fits.length >= MOST_FITS) break;
    const mains = await mainsBy(scanner, unit, type);
    // What the meter says of itself is shown also where nobody would believe its voltages.
    if (mains && (own.length > 0 || isPlausible(mains))) fits.push({ type, mains });
  }
  return { unit, settings, heard, types: own, fits };
}

interface Run {
  readonly console: Console;
  readonly options: ScanOptions;
  readonly types: readonly MeterType[];
  readonly stopped: () => boolean;
}

interface Result {
  readonly found: FoundUnit[];
  readonly troubles: { readonly unit: number; readonly settings: string; readonly heard: Heard }[];
  silent: number;
}

/** One wire at one setting. @throws CodedError when its port cannot be used */
async function scanLine(
  line: ModbusLineConfig,
  { console, options, types, stopped }: Run,
  result: Result,
): Promise<void> {
  const [from, to] = options.units;
  const settings = settingsText(line);
  const scanner = openScanner(line, systemClock('auto'), options.response);
  const seconds = Math.ceil(((to - from + 1) * (options.response + 200)) / 1_000);
  console.say(words(console, BEGIN, { settings, from, to, seconds }));
  try {
    for (let unit = from; unit <= to && !stopped(); unit++) {
      const heard = await scanner.ask({ unit, fn: 3, address: 0, words: 1 });
      if ('fault' in heard && isPortFault(heard.fault)) throw new CodedError(heard.fault);
      if (heard.kind === 'silent') result.silent += 1;
      else if (heard.kind === 'trouble') {
        result.troubles.push({ unit, settings, heard });
        console.say(words(console, TROUBLE, { unit, settings, text: textOf(console, heard.fault) }));
      } else {
        const found = await lookAt(scanner, unit, settings, heard, types);
        result.found.push(found);
        if (!options.json) tellFound(console, found);
      }
      if (unit % EVERY_UNITS === 0 || unit === to) {
        const counts = { found: result.found.length, silent: result.silent, trouble: result.troubles.length };
        console.say(words(console, PROGRESS, { unit, to, ...counts }));
      }
    }
  } finally {
    await scanner.close();
  }
}

const textOf = (console: Console, subject: Parameters<typeof faultText>[0]): string =>
  `${subject.code}: ${faultText(subject, console.language)}`;

function toJson({ found, troubles, silent }: Result): string {
  return JSON.stringify(
    {
      found: found.map(({ unit, settings, heard, types, fits }) => ({
        unit,
        settings,
        answer: heard.kind,
        types: types.map(({ id }) => id),
        fits: fits.map(({ type, mains }) => ({ type: type.id, ...mains })),
      })),
      troubles: troubles.map(({ unit, settings, heard }) => ({
        unit,
        settings,
        fault: 'fault' in heard ? heard.fault : null,
      })),
      silent,
    },
    null,
    2,
  );
}

/**
 * @returns 0 when somebody was found, 1 when nobody was, 2 when no wire was named, 130 after Ctrl-C
 * @throws CodedError line-unknown, or what is wrong with the port
 */
export async function scan(
  console: Console,
  line: string | undefined,
  options: ScanOptions,
): Promise<number> {
  if (line === undefined && options.port === undefined && options.tcp === undefined) {
    console.say(words(console, WHICH));
    return 2;
  }
  let isStopped = false;
  void untilStopped().then(() => (isStopped = true));
  const known = openMeterTypes();
  const types = [...known.keys()].flatMap((id) => known.get(id) ?? []);
  const run: Run = { console, options, types, stopped: () => isStopped };
  const result: Result = { found: [], troubles: [], silent: 0 };
  for (const wire of linesOf(line, options, console.language)) {
    if (isStopped) break;
    await scanLine(wire, run, result);
  }
  if (options.json) console.out(toJson(result));
  else if (result.found.length === 0) console.say(words(console, NOTHING));
  if (isStopped) return 130;
  return result.found.length > 0 ? 0 : 1;
}
