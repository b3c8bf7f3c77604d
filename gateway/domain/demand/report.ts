/** What is told of a demand, in one shape for MQTT, page, command and notices; and the sentences of its alarms. */
import type { Fault } from '../faults.ts';
import type { Decimal } from '../messages.ts';
import type { EpochMs } from '../time.ts';
import type { NoticeWay } from './delivery.ts';
import type { AlarmState } from './levels.ts';
import { contractBasis, type MonthMaximum } from './maxima.ts';
import type { DemandFooting, DemandNow, DemandPoint, DemandReason } from './period.ts';
import type { DemandLevel, DemandMethod, DemandPlan } from './plan.ts';

/** Our clock against the utility's timing pulse (時限パルス). */
export interface TimingRead {
  readonly meter: string;
  /** s, positive when our clock is ahead. */
  readonly offsetS: number;
  readonly atMs: EpochMs;
}

export interface WayHealth {
  readonly way: NoticeWay;
  /** Notices not yet delivered. */
  readonly waiting: number;
  /** Why the last try failed; null when it did not. */
  readonly fault: Fault | null;
}

export interface DemandsRead {
  readonly demands: readonly DemandRead[];
  readonly notify: readonly WayHealth[];
}

/** Everything that is known of one demand. */
export interface DemandRead {
  readonly plan: DemandPlan;
  readonly now: DemandNow;
  readonly picture: readonly DemandPoint[];
  readonly alarm: AlarmState;
  readonly months: readonly MonthMaximum[];
  readonly timing: TimingRead | null;
}

export interface DemandMonthEntry {
  /** YYYY-MM, and its dates: the first one, and the first one after it. */
  readonly month: string;
  readonly from: string;
  readonly to: string;
  readonly maximum: Decimal | null;
  /** When the period of the maximum began. */
  readonly at: string | null;
  readonly measured: number;
  readonly leftOut: number;
  readonly billed: boolean;
}

export interface DemandEntry {
  readonly id: string;
  readonly name: string;
  readonly meters: readonly string[];
  readonly unit: string;
  readonly energyUnit: string;
  readonly period: { readonly start: string; readonly end: string; readonly minutes: number };
  readonly asOf: string | null;
  /** Why nothing is known, and of which meter; null when something is. */
  readonly reason: DemandReason | null;
  readonly reasonMeter: string | null;
  readonly footing: DemandFooting;
  readonly because: DemandNow['because'];
  readonly step: Decimal | null;
  readonly coarse: boolean;
  readonly energy: Decimal | null;
  readonly now: Decimal | null;
  readonly nowLow: Decimal | null;
  readonly nowHigh: Decimal | null;
  readonly power: Decimal | null;
  readonly predicted: Decimal | null;
  readonly predictedLow: Decimal | null;
  readonly predictedHigh: Decimal | null;
  readonly method: DemandMethod;
  readonly byMethod: Readonly<Record<DemandMethod, Decimal | null>>;
  readonly target: Decimal;
  readonly contract: Decimal | null;
  readonly levels: Readonly<Record<DemandLevel, Decimal>>;
  readonly shed: Decimal | null;
  readonly holdable: boolean | null;
  readonly level: DemandLevel | null;
  readonly levelSince: string | null;
  readonly timing: { readonly meter: string; readonly offsetSeconds: number; readonly at: string } | null;
  /** The largest of the running month of the contract, of measured periods only. */
  readonly month: DemandMonthEntry | null;
  /** The largest of this month and the eleven before: contract power by 実量制. */
  readonly basis: { readonly maximum: Decimal; readonly month: string; readonly at: string | null } | null;
}

export interface Printer {
  readonly iso: (at: EpochMs) => string;
  readonly decimal: (micro: bigint) => Decimal;
}

export function monthEntry(month: MonthMaximum, { iso, decimal }: Printer): DemandMonthEntry {
  return {
    month: month.name,
    from: month.from,
    to: month.to,
    maximum: month.maximumMicro === null ? null : decimal(month.maximumMicro),
    at: month.atMs === null ? null : iso(month.atMs),
    measured: month.measured,
    leftOut: month.leftOut,
    billed: month.isBilled,
  };
}

export function demandEntry(read: DemandRead, print: Printer): DemandEntry {
  const { plan, now, alarm, months, timing } = read;
  const { iso, decimal } = print;
  const or = (micro: bigint | null): Decimal | null => (micro === null ? null : decimal(micro));
  const basis = contractBasis(months);
  const [month] = months;
  return {
    id: plan.id,
    name: plan.name,
    meters: plan.channels.map(({ meter }) => meter),
    unit: plan.demandUnit,
    energyUnit: plan.unit,
    period: { start: iso(now.startMs), end: iso(now.endMs), minutes: plan.periodMs / 60_000 },
    asOf: now.asOfMs === null ? null : iso(now.asOfMs),
    reason: now.reason,
    reasonMeter: now.meter,
    footing: now.footing,
    because: now.because,
    step: or(now.stepMicro),
    coarse: now.coarse,
    energy: or(now.energyMicro),
    now: or(now.nowMicro),
    nowLow: or(now.nowLowMicro),
    nowHigh: or(now.nowHighMicro),
    power: or(now.powerMicro),
    predicted: or(now.predictedMicro),
    predictedLow: or(now.predictedLowMicro),
    predictedHigh: or(now.predictedHighMicro),
    method: plan.method,
    byMethod: {
      'two-point': or(now.byMethod['two-point']),
      'moving-average': or(now.byMethod['moving-average']),
      'least-squares': or(now.byMethod['least-squares']),
    },
    target: decimal(plan.targetMicro),
    contract: or(plan.contractMicro),
    levels: {
      caution: decimal(plan.levelsMicro.caution),
      warning: decimal(plan.levelsMicro.warning),
      limit: decimal(plan.levelsMicro.limit),
    },
    shed: or(now.shedMicro),
    holdable: now.holdable,
    level: alarm.level,
    levelSince: alarm.level === null ? null : iso(alarm.sinceMs),
    timing: timing && { meter: timing.meter, offsetSeconds: timing.offsetS, at: iso(timing.atMs) },
    month: month ? monthEntry(month, print) : null,
    basis: basis && {
      maximum: decimal(basis.maximumMicro),
      month: basis.name,
      at: basis.atMs === null ? null : iso(basis.atMs),
    },
  };
}

/** The `demand` message of MQTT. */
export interface DemandMessage {
  readonly v: 1;
  readonly site: string;
  readonly gateway: string;
  readonly demands: readonly DemandEntry[];
  /** null while the time is not known. */
  readonly producedAt: string | null;
}
