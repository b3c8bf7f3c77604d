/**
 * Demand (デマンド): the mean power of a period of 30 minutes from :00 and :30 (gas: often 60). What a site wants
 * watched, in whole micro-units per hour (10⁻⁶ kW, 10⁻⁶ m³/h): no float ever adds up here.
 */
import type { ChannelName, ChannelUnit } from '../meters.ts';
import { boundaryAt, type EpochMs, HOUR_MS, type HourGrid, slotOf } from '../time.ts';

/** How the power of the rest of a period is told; see predict.ts. */
export const DEMAND_METHODS = ['two-point', 'moving-average', 'least-squares'] as const;
export type DemandMethod = (typeof DEMAND_METHODS)[number];

/** From the lowest to the highest: 注意, 警報, 限界. */
export const DEMAND_LEVELS = ['caution', 'warning', 'limit'] as const;
export type DemandLevel = (typeof DEMAND_LEVELS)[number];

/**
 * When the month of the contract begins. `metering`: at 0:00 of the metering day (計量日) of the supplier; `closing`:
 * after the last day (締め日). In a month that is too short for the day its last day stands for it.
 */
export interface DemandMonthRule {
  readonly kind: 'metering' | 'closing';
  /** 1…31 */
  readonly day: number;
}

/** One demand that is watched: the sum of some channels of one unit. */
export interface DemandPlan {
  readonly id: string;
  readonly name: string;
  readonly channels: readonly { readonly meter: string; readonly channel: ChannelName }[];
  readonly unit: ChannelUnit;
  /** kW, m3/h … */
  readonly demandUnit: string;
  readonly periodMs: number;
  /** What a period should stay below, micro-units per hour. */
  readonly targetMicro: bigint;
  /** Contract power (契約電力), null where none is written. */
  readonly contractMicro: bigint | null;
  readonly levelsMicro: Readonly<Record<DemandLevel, bigint>>;
  /** An alarm ends this far below its level. */
  readonly hysteresisMicro: bigint;
  /** A level is passed for this long before it is believed, both ways, ms. */
  readonly holdMs: number;
  /** At the beginning of a period nothing but what is urgent raises an alarm, ms. */
  readonly quietMs: number;
  readonly method: DemandMethod;
  readonly month: DemandMonthRule;
  /** Maxima of months before this gateway, from the supplier's bills: YYYY-MM → micro-units per hour. */
  readonly billed: Readonly<Record<string, bigint>>;
}

/** When the period of an instant begins: at :00 or :30, or with the hour of the site. */
export function periodStart(at: EpochMs, periodMs: number, grid: Pick<HourGrid, 'hourOf'>): EpochMs {
  return periodMs === HOUR_MS ? grid.hourOf(at) : boundaryAt(slotOf(at));
}

/** Energy of a period in which the mean power was that; micro-units, cut off. */
export function energyOf(powerMicro: bigint, ms: number): bigint {
  return (powerMicro * BigInt(ms)) / BigInt(HOUR_MS);
}

/** Mean power over so long, micro-units per hour. */
export function powerOf(energyMicro: bigint, ms: number): bigint {
  return (energyMicro * BigInt(HOUR_MS)) / BigInt(ms);
}
