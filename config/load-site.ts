/**
 * A site file becomes a SiteConfig: read, judged as a whole, every problem listed with its place, every default
 * filled in. Opens no connection and reads no secret.
 */
import { resolve } from 'node:path';
import type { Language } from '../gateway/domain/faults.ts';
import { buildSite } from './build-site.ts';
import { checkCalendar } from './calendar.ts';
import { checkSources } from './coefficient-sources.ts';
import { type Lookup, readText } from './data-files.ts';
import { checkDemand, checkNotify, demandBlocks } from './demand-site.ts';
import { type EnergyFactor, openFactors } from './factors.ts';
import { checkEnergy } from './factors-checks.ts';
import { buildMap, GENERIC_MAX_REGISTERS, GENERIC_RESPONSE_MS } from './map-schema.ts';
import { type CheckContext, checkMeter, type LooseMeter } from './meter-checks.ts';
import { openMeterTypes } from './meter-types.ts';
import type { Path } from './places.ts';
import { ConfigError, worded } from './problems.ts';
import { checkAlarm, checkChips, checkGpioInputs, checkGpioMeter } from './pulse-checks.ts';
import { PULSE_TYPES, SERVICE_PULSE } from './pulse-types.ts';
import { checkReport } from './report-checks.ts';
import { ruleSetIds } from './rule-sets.ts';
import {
  checkAddresses,
  checkCoefficients,
  checkLines,
  checkMqtt,
  checkParents,
  checkZone,
  type LooseLine,
} from './site-checks.ts';
import { lineSchema, type MeterFile, meterSchema, siteSchema } from './site-schema.ts';
import { warnOfBusyLines } from './site-warnings.ts';
import type { ConfigProblem, LineBudget, LineConfig, MeterType, SiteConfig } from './types.ts';
import { type RawProblem, readYaml } from './yaml-source.ts';
import { placeOf, zodProblems } from './zod-problems.ts';

/** A site file is some kilobytes; more than this is another file, bytes. */
const MAX_SOURCE_LENGTH = 1_000_000;

/** What a site file may refer to; the files of the gateway unless given. */
export interface SiteKnowledge {
  readonly meterTypes: Lookup<MeterType>;
  readonly factors: Lookup<EnergyFactor>;
  readonly ruleSetIds: readonly string[];
}

export interface SiteOptions {
  /** Of the reasons and the advice; English when left out. */
  readonly language?: Language;
  readonly knowledge?: SiteKnowledge;
  /** Estimates how busy each line will be; without it lines that are too slow are not warned of. */
  readonly budget?: (site: SiteConfig) => readonly LineBudget[];
}

export interface SiteCheck {
  /** null when there is any problem. */
  readonly site: SiteConfig | null;
  readonly problems: readonly ConfigProblem[];
  /** What may be meant so, but deserves a look. */
  readonly warnings: readonly ConfigProblem[];
  /** The text of the file, for showing the lines. */
  readonly source: string;
}

export function loadSiteKnowledge(): SiteKnowledge {
  return { meterTypes: openMeterTypes(), factors: openFactors(), ruleSetIds: ruleSetIds() };
}

/** The keys that are given a value, readable or not. */
function givenKeys(written: Block): ReadonlySet<string> {
  return new Set(Object.keys(written).filter((key) => written[key] !== undefined));
}

type Block = Readonly<Record<string, unknown>>;

function block(data: unknown, key: string): Block {
  const value =
    typeof data === 'object' && data !== null && Object.hasOwn(data, key) ? (data as Block)[key] : undefined;
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Block) : {};
}

/** Each field judged alone: those that can be read, whatever is wrong with the others. */
function looseFields(raw: Block): LooseMeter['fields'] {
  const fields: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(meterSchema.shape)) {
    const parsed = schema.safeParse(raw[key]);
    if (parsed.success && parsed.data !== undefined) fields[key] = parsed.data;
  }
  return fields;
}

function genericType(map: NonNullable<MeterFile['map']>, path: Path, context: CheckContext): MeterType {
  const { maxRegisters = GENERIC_MAX_REGISTERS, responseMs = GENERIC_RESPONSE_MS, pauseMs } = map;
  return {
    id: 'generic',
    maker: '-',
    model: 'generic',
    manual: 'not seen',
    source: 'site file',
    status: 'unverified',
    notes: null,
    line: null,
    limits: { maxRegisters, responseMs, ...(pauseMs ? { pauseMs } : {}) },
    ...buildMap(map, path, context.report),
  };
}

function looseMeters(data: unknown, knowledge: SiteKnowledge, context: CheckContext): LooseMeter[] {
  const section = block(data, 'meters');
  return Object.keys(section).map((id) => {
    const found = looseFields(block(section, id));
    const pulse = PULSE_TYPES.get(found.type ?? '');
    // There are no registers, whatever the meter is said to be.
    const isOnGpio = context.lines.get(found.line ?? '') === 'gpio';
    const fields = pulse?.id === 'service-pulse' ? { ...found, pulseWeight: SERVICE_PULSE } : found;
    const generic =
      fields.type === 'generic' && fields.map
        ? genericType(fields.map, ['meters', id, 'map'], context)
        : null;
    return {
      id,
      fields,
      resolved: pulse ?? (isOnGpio ? null : (generic ?? knowledge.meterTypes.get(fields.type ?? '') ?? null)),
    };
  });
}

const KINDS = [
  'modbus-rtu',
  'modbus-rtu-over-tcp',
  'modbus-tcp',
  'gpio',
] as const satisfies readonly LineConfig['kind'][];

function looseLines(data: unknown): LooseLine[] {
  const section = block(data, 'lines');
  return Object.keys(section).map((id) => {
    const raw = block(section, id);
    const kind = KINDS.find((candidate) => candidate === raw.kind);
    const shape = lineSchema.options.find((option) => option.shape.kind.value === kind)?.shape as
      | Readonly<Record<string, { safeParse(value: unknown): { success: boolean; data?: unknown } }>>
      | undefined;
    const read = (key: string): unknown => {
      const parsed = shape?.[key]?.safeParse(raw[key]);
      return parsed?.success ? parsed.data : undefined;
    };
    const settings: Record<string, unknown> = {};
    for (const key of ['baudRate', 'parity', 'stopBits'])
      if (read(key) !== undefined) settings[key] = read(key);
    const port = raw.port === undefined && kind === 'modbus-tcp' ? 502 : read('port');
    return {
      id,
      kind,
      host: read('host') as string | undefined,
      port: port as string | number | undefined,
      chip: read('chip') as string | undefined,
      major: read('major') as 1 | 2 | undefined,
      settings,
    };
  });
}

/** Judges the text of a site file. @param path where it stands: paths in it begin there */
export function checkSiteText(path: string, source: string, options: SiteOptions = {}): SiteCheck {
  const language = options.language ?? 'en';
  const doubts: RawProblem[] = [];
  const refuse = (problems: readonly RawProblem[]): SiteCheck => ({
    site: null,
    problems: worded(problems, language),
    warnings: worded(doubts, language),
    source,
  });
  if (source.length > MAX_SOURCE_LENGTH) {
    return refuse([
      { path: [], place: { line: 1, column: 1 }, text: 'too-large', values: { limit: MAX_SOURCE_LENGTH } },
    ]);
  }
  const knowledge = options.knowledge ?? loadSiteKnowledge();
  const { data, places, problems } = readYaml(source);
  if (data === undefined) return refuse(problems);
  const found: RawProblem[] = [...problems];
  const parsed = siteSchema.safeParse(data ?? {});
  if (!parsed.success) found.push(...zodProblems(parsed.error.issues, { data, places, language }, problems));

  const lines = looseLines(data);
  const context: CheckContext = {
    lines: new Map(lines.map(({ id, kind }) => [id, (kind ?? null) as LineConfig['kind'] | null])),
    gpioMajors: new Map(lines.flatMap(({ id, major }) => (major ? [[id, major] as const] : []))),
    meterIds: Object.keys(block(data, 'meters')),
    typeIds: [...knowledge.meterTypes.keys()],
    factors: knowledge.factors,
    language,
    report: (at, text, values = {}) =>
      found.push({ path: at, place: placeOf(data, places, at), text, values }),
    warn: (at, text, values = {}) =>
      doubts.push({ path: at, place: placeOf(data, places, at), text, values }),
  };
  const meters = looseMeters(data, knowledge, context);
  for (const meter of meters) {
    const given = givenKeys(block(block(data, 'meters'), meter.id));
    checkMeter(meter, given, context);
    checkEnergy(meter, given, context, meters);
    checkGpioMeter(meter, given, context);
  }
  checkParents(meters, context.report);
  checkAddresses(meters, context.report);
  checkGpioInputs(meters, context);
  checkChips(lines, context.report);
  checkAlarm(block(data, 'alarm'), lines, meters, context.report);
  checkLines(lines, (id) => givenKeys(block(block(data, 'lines'), id)), meters, context);
  const { timezone } = block(data, 'site');
  if (typeof timezone === 'string') checkZone(timezone, language, context.report);
  checkMqtt(block(data, 'mqtt'), context.report);
  const coefficients = block(data, 'coefficients');
  checkCalendar(block(data, 'calendar'), context.report);
  checkCoefficients(coefficients, knowledge.ruleSetIds, language, context.report);
  const prefix = `hakaru/v1/${String(block(data, 'site').id)}/${String(block(data, 'gateway').id)}`;
  const hasBroker = block(data, 'mqtt').url !== undefined;
  checkSources(coefficients, { prefix, hasBroker }, language, context.report);
  const demand = typeof data === 'object' && data !== null && 'demand' in data ? data.demand : undefined;
  checkDemand(demand, meters, context);
  checkNotify(block(data, 'notify'), demandBlocks(demand).length > 0, context);
  checkReport(block(data, 'report'), { meters, language, report: context.report });
  if (found.length > 0 || !parsed.success) return refuse(found);
  const site = buildSite(resolve(path), parsed.data, meters, lines, knowledge.factors);
  warnOfBusyLines(options.budget?.(site) ?? [], context.warn);
  return { site, problems: [], warnings: worded(doubts, language), source };
}

/**
 * Judges a site file for `hakaru check`: never throws for what is wrong in it.
 * @throws CodedError `file-missing` when it cannot be read at all
 */
export function checkSite(path: string, options: SiteOptions = {}): SiteCheck {
  return checkSiteText(path, readText(path), options);
}

/**
 * Loads a site file for use.
 * @throws ConfigError `config-invalid` with every problem; CodedError `file-missing`
 */
export function loadSite(
  path: string,
  options: SiteOptions = {},
): { readonly site: SiteConfig; readonly warnings: readonly ConfigProblem[] } {
  const { site, problems, warnings, source } = checkSite(path, options);
  if (site === null) throw new ConfigError('config-invalid', path, source, problems);
  return { site, warnings };
}
