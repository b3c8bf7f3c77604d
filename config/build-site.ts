/** Fills a sound site file up to the configuration the gateway uses: defaults, exact ratios, absolute paths. */
import { dirname, resolve } from 'node:path';
import { CHANNEL_UNITS, type ChannelName } from '../gateway/domain/meters.ts';
import { ONE, type Rational } from '../gateway/domain/rational.ts';
import { buildNotify } from './build-notify.ts';
import { buildCalendar } from './calendar.ts';
import { methodsOf } from './coefficient-method.ts';
import { buildSources } from './coefficient-sources.ts';
import type { Lookup } from './data-files.ts';
import { buildDemands } from './demand-site.ts';
import type { EnergyFactor } from './factors.ts';
import { kwhFactorsOf } from './factors-site.ts';
import { DEFAULT_INTERVAL_MS } from './intervals.ts';
import {
  channelsOf,
  isTransmitter,
  type LooseMeter,
  ratedPerHour,
  showsRatio,
  weightPerPulse,
} from './meter-checks.ts';
import { defaultFilter, PULSE_INTERVAL_MS, PULSE_TYPES } from './pulse-types.ts';
import { buildReportSettings } from './report-site.ts';
import { type LooseLine, settingsOf } from './site-checks.ts';
import type { LineFile, MeterFile, SiteFile } from './site-schema.ts';
import type {
  AlarmConfig,
  CoefficientsConfig,
  LineConfig,
  MeterConfig,
  MeterType,
  MqttConfig,
  PulseInput,
  Secret,
  SiteConfig,
} from './types.ts';

const DEFAULTS = {
  timezone: 'Asia/Tokyo',
  modbusTcpPort: 502,
  intervalMs: DEFAULT_INTERVAL_MS,
  mqttWindow: 20,
  publishTimeoutMs: 10_000,
  liveIntervalMs: 5_000,
  // A month and some days: the evidence of a monthly bill outlives its arrival.
  retentionDays: 35,
  evidenceMs: 60_000,
  dashboardHost: '127.0.0.1',
  dashboardPort: 8080,
} as const;

const ZERO: Rational = { num: 0n, den: 1n };

/** A value that the checks guarantee; its absence is a bug in them, not in the file. */
function sure<Value>(value: Value | null | undefined, what: string): Value {
  if (value === null || value === undefined) throw new Error(`the checks of the site file let ${what} pass`);
  return value;
}

function buildLine(
  id: string,
  line: LineFile,
  from: string,
  loose: readonly LooseLine[],
  meters: readonly LooseMeter[],
): LineConfig {
  if (line.kind === 'modbus-tcp')
    return { id, kind: line.kind, host: line.host, port: line.port ?? DEFAULTS.modbusTcpPort };
  if (line.kind === 'gpio') {
    const { chip, gpiomon = 'gpiomon', major = null } = line;
    return { id, kind: line.kind, chip, gpiomon: programPath(gpiomon, from), major };
  }
  const own = loose.find((candidate) => candidate.id === id);
  const settings = sure(own && settingsOf(own, meters), `the settings of line ${id}`);
  if (line.kind === 'modbus-rtu') return { id, kind: line.kind, port: resolve(from, line.port), ...settings };
  return { id, kind: line.kind, host: line.host, port: line.port, ...settings };
}

function kwhFactors(
  id: string,
  { gas, steam }: MeterFile,
  channels: readonly ChannelName[],
  factor: EnergyFactor | null,
): MeterConfig['kwhFactors'] {
  const report = (path: readonly (string | number)[]) => void sure(null, `${path.join('.')} of ${id}`);
  return Object.fromEntries(
    channels.flatMap((channel) => {
      const factors = kwhFactorsOf({ channel, gas, steam, factor }, report);
      return factors.length === 0 ? [] : [[channel, factors]];
    }),
  );
}

function buildMeter(
  id: string,
  meter: MeterFile,
  loose: LooseMeter,
  factors: Lookup<EnergyFactor>,
): MeterConfig {
  const type = sure(loose.resolved, `the type of ${id}`);
  const channels = channelsOf(loose);
  // A transmitter has none.
  const channel = isTransmitter(loose) ? null : sure(channels[0], `the channel of ${id}`);
  const rateOf = (name: ChannelName) => sure(ratedPerHour(loose, name), `the rating of ${id}`);
  const units = new Set(channels.map((name) => CHANNEL_UNITS[name]));
  const pulses = type.pulseInputs !== null;
  const gpio = PULSE_TYPES.has(type.id) ? pulseInput(id, type.id, meter) : null;
  const factor =
    meter.energyFactor === undefined ? null : sure(factors.get(meter.energyFactor), `the factor of ${id}`);
  return {
    id,
    name: meter.name ?? id,
    line: meter.line,
    unit: meter.unit ?? 0,
    type: typeAsUsed(type, meter),
    role: meter.role,
    parent: meter.parent ?? null,
    // Of a pulse input they are already in its weight.
    ct: pulses ? ONE : (meter.ct ?? ONE),
    vt: pulses ? ONE : (meter.vt ?? ONE),
    multiplier: pulses ? ONE : (meter.multiplier ?? ONE),
    registerMultiplier: meter.registerMultiplier ?? null,
    ...(type.settings ? { ownRatios: ownRatios(type, meter, channels) } : {}),
    input: typeof meter.input === 'number' && !gpio ? meter.input : null,
    ...(gpio ? { pulse: gpio } : {}),
    pulseWeight: pulses && channel ? sure(weightPerPulse(loose, channel), `the weight of ${id}`) : null,
    channels,
    ratedPerHour: channel ? rateOf(channel) : ZERO,
    ...(units.size > 1 ? { ratedOf: Object.fromEntries(channels.map((name) => [name, rateOf(name)])) } : {}),
    intervalMs: meter.interval ?? (gpio ? PULSE_INTERVAL_MS : DEFAULTS.intervalMs),
    kwhFactors: kwhFactors(id, meter, channels, factor),
  };
}

function pulseInput(id: string, type: string, meter: MeterFile): PulseInput {
  const { filter = defaultFilter(type), activeLow = false, bias = 'as-is', timingInput = null } = meter;
  return { input: sure(meter.input, `the input of ${id}`), filter, activeLow, bias, timingInput };
}

/** The type with the pause and the refresh that the site file gives instead of its own. */
function typeAsUsed(type: MeterType, { pause, refresh }: MeterFile): MeterType {
  const limits = pause === undefined ? type.limits : { ...type.limits, pauseMs: pause };
  return { ...type, limits, updateMs: refresh ?? type.updateMs };
}

/**
 * What the meter itself should be set to. Where its registers show the secondary side, the ratio of the site file
 * (1 when it has none) is what they are multiplied by, so the setting must say the same; else only what is written.
 */
function ownRatios(
  type: MeterType,
  { ct, vt }: MeterFile,
  channels: readonly ChannelName[],
): NonNullable<MeterConfig['ownRatios']> {
  const isSecondary = channels.some((name) => type.channels[name]?.ratio === 'secondary');
  const expected = (side: 'ct' | 'vt', written: Rational | undefined): Rational | null =>
    showsRatio(type, side) ? (written ?? (isSecondary ? ONE : null)) : null;
  return { ct: expected('ct', ct), vt: expected('vt', vt) };
}

function buildSecret(
  secret: { readonly file?: string | undefined; readonly env?: string | undefined } | undefined,
  from: string,
): Secret | null {
  if (secret?.file !== undefined) return { file: resolve(from, secret.file) };
  return secret?.env === undefined ? null : { env: secret.env };
}

function buildMqtt(file: SiteFile, from: string): MqttConfig | null {
  const { mqtt, site, gateway } = file;
  if (!mqtt) return null;
  const path = (name: string | undefined): string | null => (name === undefined ? null : resolve(from, name));
  return {
    url: mqtt.url,
    clientId: mqtt.clientId ?? `hakaru-${site.id}-${gateway.id}`,
    username: mqtt.username ?? null,
    password: buildSecret(mqtt.password, from),
    caFile: path(mqtt.caFile),
    certFile: path(mqtt.certFile),
    keyFile: path(mqtt.keyFile),
    window: mqtt.window ?? DEFAULTS.mqttWindow,
    publishTimeoutMs: mqtt.publishTimeout ?? DEFAULTS.publishTimeoutMs,
    liveIntervalMs: mqtt.liveInterval ?? DEFAULTS.liveIntervalMs,
  };
}

/** A bare name is looked for in the PATH. */
function programPath(program: string, from: string): string {
  return program.includes('/') ? resolve(from, program) : program;
}

function buildAlarm({ alarm }: SiteFile, from: string): AlarmConfig | null {
  if (!alarm) return null;
  const { chip, output, activeLow = false, gpioset = 'gpioset', major = null } = alarm;
  return {
    chip,
    output,
    activeLow,
    on: [...new Set(alarm.on)],
    gpioset: programPath(gpioset, from),
    major,
  };
}

function buildCoefficients(file: SiteFile, from: string): CoefficientsConfig {
  const { ruleSet, method } = file.coefficients ?? {};
  return {
    ruleSet: ruleSet ?? null,
    methods: methodsOf(method),
    ...buildSources(file.coefficients, from),
  };
}

/** @param path absolute path of the site file: relative paths in it begin at its folder */
export function buildSite(
  path: string,
  file: SiteFile,
  meters: readonly LooseMeter[],
  lines: readonly LooseLine[],
  factors: Lookup<EnergyFactor>,
): SiteConfig {
  const from = dirname(path);
  const { site } = file;
  const built = meters.map((loose) =>
    buildMeter(loose.id, sure(file.meters[loose.id], loose.id), loose, factors),
  );
  return {
    site: {
      id: site.id,
      name: site.name ?? site.id,
      timezone: site.timezone ?? DEFAULTS.timezone,
      gridArea: site.gridArea,
    },
    gateway: { id: file.gateway.id },
    clock: { trust: file.clock?.trust ?? 'auto' },
    alarm: buildAlarm(file, from),
    lines: Object.entries(file.lines).map(([id, line]) => buildLine(id, line, from, lines, meters)),
    meters: built,
    mqtt: buildMqtt(file, from),
    coefficients: buildCoefficients(file, from),
    demand: buildDemands(file.demand, meters),
    notify: buildNotify(file.notify, from),
    calendar: buildCalendar(file.calendar),
    retention: {
      evidenceMs: file.retention?.evidence ?? DEFAULTS.evidenceMs,
      readingsDays: file.retention?.readings ?? DEFAULTS.retentionDays,
      messagesDays: file.retention?.messages ?? DEFAULTS.retentionDays,
    },
    report: buildReportSettings(file.report, built),
    dashboard: {
      host: file.dashboard?.host ?? DEFAULTS.dashboardHost,
      port: file.dashboard?.port ?? DEFAULTS.dashboardPort,
    },
  };
}
