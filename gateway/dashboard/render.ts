/** From what the gateway reads (integers, instants) to what the API says (decimals, ISO times). Pure. */
import { type Fault, faultText } from '../domain/faults.ts';
import type { ChannelUnit } from '../domain/meters.ts';
import { formatMicro } from '../domain/rational.ts';
import { type EpochMs, instant } from '../domain/time.ts';
import { hintText } from '../domain/validation/hints.ts';
import { halfView } from './half-view.ts';
import type {
  CoefficientRead,
  CoefficientsRead,
  HourRead,
  MeterRead,
  SiteFacts,
  StatusRead,
} from './reads.ts';
import { localDate, localIso } from './site-day.ts';
import type {
  CoefficientsView,
  CoefficientView,
  DemandsView,
  FaultView,
  HourView,
  MeterView,
  StatusView,
} from './views.ts';

/** Micro-units as a JSON number: the same digits up to 15 of them, which is 10⁹ units to the millionth. */
export function decimal(micro: bigint): number {
  return Number(formatMicro(micro));
}

export function decimalOrNull(micro: bigint | null): number | null {
  return micro === null ? null : decimal(micro);
}

function isoOrNull(at: EpochMs | null, timezone: string): string | null {
  return at === null ? null : localIso(at, timezone);
}

export function faultView(subject: Fault | null): FaultView | null {
  return subject && { code: subject.code, ja: faultText(subject, 'ja'), en: faultText(subject, 'en') };
}

function coefficientView(read: CoefficientRead): CoefficientView {
  return {
    mjPerKwh: decimalOrNull(read.mjPerKwhMicro),
    class: read.class,
    ruleSet: read.ruleSet,
    document: read.document,
    revision: read.revision,
    confirmed: read.confirmed,
  };
}

export function coefficientsView(read: CoefficientsRead, timezone: string): CoefficientsView {
  return {
    ruleSet: read.ruleSet,
    flatMjPerKwh: decimalOrNull(read.normalMjPerKwhMicro),
    spans: read.spans.map((span) => ({
      start: localIso(span.startMs, timezone),
      end: localIso(span.endMs, timezone),
      ...coefficientView(span),
    })),
  };
}

export function hourView(read: HourRead, unit: ChannelUnit, timezone: string): HourView {
  return {
    meter: read.meter,
    channel: read.channel,
    start: localIso(read.startMs, timezone),
    end: localIso(read.endMs, timezone),
    generation: read.generation,
    revision: read.revision,
    quality: read.quality,
    coverage: decimal(BigInt(read.coverageMicro)),
    kwh: decimalOrNull(read.energyMicroKwh),
    quantity: decimalOrNull(read.quantityMicro),
    unit,
    register: { start: decimalOrNull(read.startRegisterMicro), end: decimalOrNull(read.endRegisterMicro) },
    coefficient: coefficientView(read.coefficient),
    mj: decimalOrNull(read.energyMicroMj),
    mjAllocated: decimalOrNull(read.allocatedMicroMj),
    ...(read.halves ? { halves: read.halves.map((half) => halfView(half, timezone)) } : {}),
  };
}

function meterView(read: MeterRead, timezone: string): MeterView {
  return {
    id: read.id,
    name: read.name,
    type: read.type,
    typeName: read.typeName,
    role: read.role,
    parent: read.parent,
    line: read.line,
    health: read.health,
    lastAnswer: isoOrNull(read.lastAnswerMs, timezone),
    fault: faultView(read.fault),
    channels: read.channels.map(({ channel, unit, keptBy, registerMicro, registerAtMs }) => ({
      channel,
      unit,
      keptBy,
      register: decimalOrNull(registerMicro),
      registerAt: isoOrNull(registerAtMs, timezone),
    })),
    gauges: read.gauges.map(({ gauge, value, unit, atMs }) => ({
      gauge,
      value,
      unit,
      at: localIso(atMs, timezone),
    })),
    hints: read.hints.map((hint) => ({
      code: hint.code,
      since: localIso(hint.sinceMs, timezone),
      ja: hintText(hint, 'ja'),
      en: hintText(hint, 'en'),
    })),
  };
}

export function statusView(
  site: SiteFacts,
  status: StatusRead,
  coefficients: { readonly today: CoefficientsRead; readonly tomorrow: CoefficientsRead },
  demand: DemandsView,
): StatusView {
  const zone = site.timezone;
  const { mqtt, alarm, newestDocument } = status;
  return {
    site: { id: site.id, name: site.name, timezone: zone, gridArea: site.gridArea },
    gateway: { id: site.gateway, version: site.version, startedAt: localIso(status.startedMs, zone) },
    now: localIso(status.nowMs, zone),
    today: localDate(status.nowMs, zone),
    dataAsOf: isoOrNull(status.dataAsOfMs, zone),
    clockTrust: status.clockTrust,
    clock: {
      state: status.clock.state,
      since: isoOrNull(status.clock.sinceMs === null ? null : instant(status.clock.sinceMs), zone),
      fault: faultView(status.clock.fault),
    },
    storage: {
      state: status.storage.state,
      since: isoOrNull(status.storage.sinceMs === null ? null : instant(status.storage.sinceMs), zone),
      fault: faultView(status.storage.fault),
    },
    alarm: alarm && {
      state: alarm.state,
      since: localIso(instant(alarm.sinceMs), zone),
      causes: alarm.causes,
      fault: faultView(alarm.fault),
    },
    mqtt: mqtt && {
      connected: mqtt.connected,
      backlog: mqtt.backlog,
      oldestUnsent: isoOrNull(mqtt.oldestUnsentMs, zone),
      fault: faultView(mqtt.fault),
    },
    coefficients: {
      today: coefficientsView(coefficients.today, zone),
      tomorrow: coefficientsView(coefficients.tomorrow, zone),
      newestDocument: newestDocument && {
        document: newestDocument.document,
        revision: newestDocument.revision,
        issuedAt: localIso(newestDocument.issuedMs, zone),
      },
      fault: faultView(status.coefficientFault),
    },
    meters: status.meters.map((meter) => meterView(meter, zone)),
    questions: status.questions.map(({ sinceMs, ...question }) => ({
      ...question,
      at: localIso(sinceMs, zone),
    })),
    demand,
  };
}
