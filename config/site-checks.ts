/** Rules between the parts of a site file: who shares a wire with whom, who is whose parent, what stays secret. */
import type { Language } from '../gateway/domain/faults.ts';
import { checkMethod } from './coefficient-method.ts';
import { HINTS } from './hints.ts';
import { type CheckContext, channelsOf, type LooseMeter } from './meter-checks.ts';
import { nearest } from './nearest.ts';
import { suggestionText } from './problem-texts.ts';
import type { CumulativeMap, MeterType, SerialSettings } from './types.ts';
import { knownZones, zoneProblem } from './zones.ts';

type Report = CheckContext['report'];

/** The first meter in file order of every circle of parents names the circle. */
export function checkParents(meters: readonly LooseMeter[], report: Report): void {
  const parents = new Map(meters.map((meter) => [meter.id, meter.fields.parent]));
  const told = new Set<string>();
  for (const { id } of meters) {
    const chain = [id];
    let next = parents.get(id);
    while (next !== undefined && !chain.includes(next)) {
      chain.push(next);
      next = parents.get(next);
    }
    if (next !== id || chain.length === 1 || told.has(id)) continue;
    for (const member of chain) told.add(member);
    report(['meters', id, 'parent'], 'parent-cycle', { chain: [...chain, id].join(' → ') });
  }
}

function registerNames(meter: LooseMeter): Set<string> {
  const maps: readonly (CumulativeMap | undefined)[] = channelsOf(meter).map(
    (name) => meter.resolved?.channels[name],
  );
  return new Set(maps.flatMap((map) => (map ? [`${map.table} ${map.address}`] : [])));
}

function checkPair(meter: LooseMeter, other: LooseMeter, report: Report): void {
  const { line = '', unit = 0, type, input } = meter.fields;
  const about = { meter: meter.id, other: other.id, line, unit };
  const at = ['meters', meter.id];
  if (type === undefined || other.fields.type === undefined) return;
  if (type !== other.fields.type)
    report([...at, 'unit'], 'unit-shared', { ...about, type: other.fields.type });
  else if (meter.resolved?.pulseInputs && other.resolved?.pulseInputs) {
    if (input !== undefined && input === other.fields.input)
      report([...at, 'input'], 'same-input', { ...about, input });
  } else if (type === 'generic' && meter.resolved && other.resolved) {
    // Circuits of one device may be mapped one by one, each with a register of its own.
    const mine = registerNames(meter);
    if ([...registerNames(other)].some((name) => mine.has(name)))
      report([...at, 'unit'], 'same-register', about);
  } else if (type !== 'generic') report([...at, 'unit'], 'same-meter', about);
}

/** Meters with one line and unit must be inputs of one module or circuits of one mapped device. */
export function checkAddresses(meters: readonly LooseMeter[], report: Report): void {
  const seen = new Map<string, LooseMeter[]>();
  for (const meter of meters) {
    const { line, unit } = meter.fields;
    if (line === undefined || unit === undefined) continue;
    const key = `${line}\n${unit}`;
    const others = seen.get(key) ?? [];
    const clash =
      others.find((other) => other.fields.type !== meter.fields.type) ??
      others.find((other) => clashes(meter, other)) ??
      null;
    if (clash) checkPair(meter, clash, report);
    seen.set(key, [...others, meter]);
  }
}

function clashes(meter: LooseMeter, other: LooseMeter): boolean {
  let found = false;
  checkPair(meter, other, () => {
    found = true;
  });
  return found;
}

/** The fields of a line that could be read. */
export interface LooseLine {
  readonly id: string;
  readonly kind: string | undefined;
  readonly host: string | undefined;
  readonly port: string | number | undefined;
  readonly settings: Partial<SerialSettings>;
  /** Of a gpio line. */
  readonly chip?: string | undefined;
  readonly major?: 1 | 2 | undefined;
}

/** What a serial line is set to: as written, else the factory setting its meter types share; null when unclear. */
export function settingsOf(line: LooseLine, meters: readonly LooseMeter[]): SerialSettings | null {
  const factory = meters.flatMap((meter) =>
    meter.fields.line === line.id && meter.resolved?.line ? [meter.resolved.line] : [],
  );
  const pick = <Key extends keyof SerialSettings>(key: Key): SerialSettings[Key] | undefined => {
    const values = new Set(factory.map((setting) => setting[key]));
    return line.settings[key] ?? (values.size === 1 ? [...values][0] : undefined);
  };
  const [baudRate, parity, stopBits] = [pick('baudRate'), pick('parity'), pick('stopBits')];
  return baudRate && parity && stopBits ? { baudRate, parity, stopBits } : null;
}

function checkSettings(
  line: LooseLine,
  written: ReadonlySet<string>,
  meters: readonly LooseMeter[],
  report: Report,
): void {
  const own = meters.filter((meter) => meter.fields.line === line.id && meter.resolved?.line);
  for (const field of ['baudRate', 'parity', 'stopBits'] as const) {
    if (written.has(field)) continue;
    const values = new Set(own.map((meter) => meter.resolved?.line?.[field]));
    if (values.size === 1) continue;
    const settings = own.map((meter) => `${meter.id} ${meter.resolved?.line?.[field]}`).join(', ');
    if (values.size > 1) report(['lines', line.id], 'line-settings', { line: line.id, field, settings });
    else
      report(['lines', line.id], 'line-settings-unknown', {
        line: line.id,
        field,
        hint: HINTS[`lines.*.${field}`]?.example ?? '',
      });
  }
}

const SETTINGS = ['baudRate', 'parity', 'stopBits'] as const;

function settingText({ baudRate, parity, stopBits }: SerialSettings): string {
  return `${baudRate} 8${parity.charAt(0).toUpperCase()}${stopBits}`;
}

interface Sharing {
  readonly id: string;
  readonly type: MeterType;
}

function choicesOf(
  { lineChoices }: MeterType,
  field: keyof SerialSettings,
): readonly (string | number)[] | null {
  return lineChoices?.[field] ?? null;
}

/** What each type can be set to against the line, and against the others on it. */
function checkChoices(line: LooseLine, own: readonly Sharing[], report: Report): void {
  for (const [index, { id, type }] of own.entries()) {
    for (const field of SETTINGS) {
      const choices = choicesOf(type, field);
      const found = line.settings[field];
      if (!choices) continue;
      const about = { line: line.id, field, meter: id, type: type.id, choices: choices.join(' / ') };
      const rival = own
        .slice(0, index)
        .find((one) => choicesOf(one.type, field)?.every((choice) => !choices.includes(choice)));
      if (rival) {
        const otherChoices = choicesOf(rival.type, field)?.join(' / ') ?? '';
        const other = { other: rival.id, otherType: rival.type.id, otherChoices };
        report(['meters', id, 'line'], 'line-no-common', { ...about, ...other });
      } else if (found !== undefined && !choices.includes(found))
        report(['lines', line.id, field], 'line-impossible', { ...about, found });
    }
  }
}

/** Meters that were probably set by hand: one warning a type. */
function warnOfSettings(
  line: LooseLine,
  settings: SerialSettings | null,
  own: readonly Sharing[],
  warn: CheckContext['warn'],
): void {
  if (!settings) return;
  for (const [type, same] of Map.groupBy(own, (one) => one.type)) {
    const factory = type.line;
    const isPossible = SETTINGS.every((field) => choicesOf(type, field)?.includes(settings[field]) ?? true);
    if (!isPossible || !factory || SETTINGS.every((field) => settings[field] === factory[field])) continue;
    warn(['lines', line.id], 'line-not-factory', {
      line: line.id,
      settings: settingText(settings),
      meters: same.map(({ id }) => `\`${id}\``).join(', '),
      type: type.id,
      factory: settingText(factory),
    });
  }
}

function checkSharing(line: LooseLine, meters: readonly LooseMeter[], { report, warn }: CheckContext): void {
  const own = meters.flatMap(({ id, fields, resolved }) =>
    resolved && fields.line === line.id ? [{ id, type: resolved }] : [],
  );
  checkChoices(line, own, report);
  warnOfSettings(line, settingsOf(line, meters), own, warn);
}

export function checkLines(
  lines: readonly LooseLine[],
  written: (line: string) => ReadonlySet<string>,
  meters: readonly LooseMeter[],
  context: CheckContext,
): void {
  const { report } = context;
  const ports = new Map<string, string>();
  for (const line of lines) {
    if (line.kind === 'modbus-rtu' || line.kind === 'modbus-rtu-over-tcp') {
      checkSettings(line, written(line.id), meters, report);
      checkSharing(line, meters, context);
    }
    if (line.kind === undefined || line.port === undefined) continue;
    const key = line.kind === 'modbus-rtu' ? String(line.port) : `${line.host}:${line.port}`;
    const other = ports.get(key);
    if (other !== undefined) report(['lines', line.id, 'port'], 'port-shared', { line: line.id, other });
    else ports.set(key, line.id);
  }
}

export function checkZone(zone: string, language: Language, report: Report): void {
  const found = zoneProblem(zone);
  const at = ['site', 'timezone'];
  if (found?.kind === 'unknown') {
    const near = nearest(zone, knownZones()) ?? 'Asia/Tokyo';
    report(at, 'unknown-zone', { found: zone, suggestion: suggestionText(near, [near], language) });
  } else if (found)
    report(at, found.kind === 'offset' ? 'zone-offset' : 'zone-step', {
      found: zone,
      minutes: found.minutes,
    });
}

function urlOf(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}

const MQTT_HINT = '`url: mqtts://broker.example:8883`';

/** @param mqtt the section as written; unreadable parts are reported by the schema */
export function checkMqtt(mqtt: Readonly<Record<string, unknown>>, report: Report): void {
  const url = typeof mqtt.url === 'string' ? urlOf(mqtt.url) : null;
  const at = ['mqtt', 'url'];
  if (typeof mqtt.url === 'string') {
    const scheme = url?.protocol === 'mqtt:' || url?.protocol === 'mqtts:';
    if (url && scheme && (url.username !== '' || url.password !== '')) report(at, 'secret-in-url');
    else if (
      !url ||
      !scheme ||
      url.hostname === '' ||
      (url.pathname !== '' && url.pathname !== '/') ||
      url.search !== '' ||
      url.hash !== ''
    ) {
      report(at, 'wrong-form', { field: 'url', hint: MQTT_HINT });
    }
  }
  for (const field of ['caFile', 'certFile', 'keyFile']) {
    if (mqtt[field] !== undefined && url?.protocol === 'mqtt:')
      report(['mqtt', field], 'tls-unused', { field });
  }
  if ((mqtt.certFile === undefined) !== (mqtt.keyFile === undefined)) {
    const [there, field] = mqtt.certFile !== undefined ? ['certFile', 'keyFile'] : ['keyFile', 'certFile'];
    report(['mqtt', there], 'key-pair', { field });
  }
  if (mqtt.password !== undefined && mqtt.username === undefined)
    report(['mqtt', 'password'], 'password-alone');
}

export function checkCoefficients(
  section: Readonly<Record<string, unknown>>,
  ruleSets: readonly string[],
  language: Language,
  report: Report,
): void {
  const { ruleSet, method } = section;
  checkMethod(method, language, report);
  if (typeof ruleSet === 'string' && !ruleSets.includes(ruleSet)) {
    const what = language === 'ja' ? '規則' : 'rule set';
    const suggestion = suggestionText(nearest(ruleSet, ruleSets), ruleSets, language);
    report(['coefficients', 'ruleSet'], 'unknown-reference', { what, found: ruleSet, suggestion });
  }
}
