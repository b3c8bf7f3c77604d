/** Fills a sound site file up to the configuration the gateway uses: defaults, exact ratios, absolute paths. */
import { dirname, resolve } from 'node:path';
import { CHANNEL_UNITS } from '../gateway/domain/meters.ts';
import { ONE } from '../gateway/domain/rational.ts';
import type { Lookup } from './data-files.ts';
import type { EnergyFactor } from './factors.ts';
import { channelsOf, type LooseMeter, ratedPerHour, weightPerPulse } from './meter-checks.ts';
import { type LooseLine, settingsOf } from './site-checks.ts';
import type { LineFile, MeterFile, SiteFile } from './site-schema.ts';
import type { CoefficientsConfig, LineConfig, MeterConfig, MqttConfig, Secret, SiteConfig } from './types.ts';

const DEFAULTS = {
  timezone: 'Asia/Tokyo',
  modbusTcpPort: 502,
  intervalMs: 5_000,
  mqttWindow: 20,
  publishTimeoutMs: 10_000,
  liveIntervalMs: 5_000,
  // OCCTO's figures for the next day appear after 18:00 JST.
  downloadSchedule: '30 18 * * *',
  downloadTimeoutMs: 30_000,
  downloadMaxBytes: 1_000_000,
  // A month and some days: the evidence of a monthly bill outlives its arrival.
  retentionDays: 35,
  evidenceMs: 60_000,
  dashboardHost: '127.0.0.1',
  dashboardPort: 8080,
} as const;

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
  const own = loose.find((candidate) => candidate.id === id);
  const settings = sure(own && settingsOf(own, meters), `the settings of line ${id}`);
  if (line.kind === 'modbus-rtu') return { id, kind: line.kind, port: resolve(from, line.port), ...settings };
  return { id, kind: line.kind, host: line.host, port: line.port, ...settings };
}

function buildMeter(
  id: string,
  meter: MeterFile,
  loose: LooseMeter,
  factors: Lookup<EnergyFactor>,
): MeterConfig {
  const type = sure(loose.resolved, `the type of ${id}`);
  const channels = channelsOf(loose);
  const channel = sure(channels[0], `the channel of ${id}`);
  const pulses = type.pulseInputs !== null;
  const factor =
    meter.energyFactor === undefined ? null : sure(factors.get(meter.energyFactor), `the factor of ${id}`);
  return {
    id,
    name: meter.name ?? id,
    line: meter.line,
    unit: meter.unit,
    type,
    role: meter.role,
    parent: meter.parent ?? null,
    // Of a pulse input they are already in its weight.
    ct: pulses ? ONE : (meter.ct ?? ONE),
    vt: pulses ? ONE : (meter.vt ?? ONE),
    multiplier: pulses ? ONE : (meter.multiplier ?? ONE),
    input: meter.input ?? null,
    pulseWeight: pulses ? sure(weightPerPulse(loose, channel), `the weight of ${id}`) : null,
    channels,
    ratedPerHour: sure(ratedPerHour(loose, channel), `the rating of ${id}`),
    intervalMs: meter.interval ?? DEFAULTS.intervalMs,
    kwhPerUnit: CHANNEL_UNITS[channel] === 'kWh' ? ONE : (factor?.kwhPerUnit ?? null),
    kwhFactor: factor?.label ?? null,
  };
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

function buildCoefficients(file: SiteFile, from: string): CoefficientsConfig {
  const { ruleSet, download } = file.coefficients ?? {};
  return {
    ruleSet: ruleSet ?? null,
    download: download
      ? {
          url: download.url,
          schedule: download.schedule ?? DEFAULTS.downloadSchedule,
          caFile: download.caFile === undefined ? null : resolve(from, download.caFile),
          timeoutMs: download.timeout ?? DEFAULTS.downloadTimeoutMs,
          maxBytes: download.maxBytes ?? DEFAULTS.downloadMaxBytes,
        }
      : null,
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
  return {
    site: {
      id: site.id,
      name: site.name ?? site.id,
      timezone: site.timezone ?? DEFAULTS.timezone,
      gridArea: site.gridArea,
    },
    gateway: { id: file.gateway.id },
    clock: { trust: file.clock?.trust ?? 'auto' },
    lines: Object.entries(file.lines).map(([id, line]) => buildLine(id, line, from, lines, meters)),
    meters: meters.map((loose) =>
      buildMeter(loose.id, sure(file.meters[loose.id], loose.id), loose, factors),
    ),
    mqtt: buildMqtt(file, from),
    coefficients: buildCoefficients(file, from),
    retention: {
      evidenceMs: file.retention?.evidence ?? DEFAULTS.evidenceMs,
      readingsDays: file.retention?.readings ?? DEFAULTS.retentionDays,
      messagesDays: file.retention?.messages ?? DEFAULTS.retentionDays,
    },
    dashboard: {
      host: file.dashboard?.host ?? DEFAULTS.dashboardHost,
      port: file.dashboard?.port ?? DEFAULTS.dashboardPort,
    },
  };
}
