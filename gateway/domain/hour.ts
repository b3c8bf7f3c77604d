/**
 * The hour bucket: the site-local hour of one channel, out of its two slots, with kWh, both demands and, for grid
 * import, the coefficient and MJ. Pure: rows in, row out.
 */

import { type Coefficient, UNWEIGHED } from './coefficients/types.ts';
import { demandMicro, type Slot } from './ledger/slot.ts';
import type { ChannelName, ChannelSpec, Role } from './meters.ts';
import { type Quality, worstOf } from './quality.ts';
import { type Rational, roundHalfAway } from './rational.ts';
import type { EpochMs } from './time.ts';

/** What the slots of an hour say, before any coefficient. All quantities in micro-units. */
export interface HourQuantities {
  readonly quality: Quality;
  readonly coverageMicro: number;
  readonly quantityMicro: bigint | null;
  /** 10⁻⁶ kWh; null when missing or when no factor is known. */
  readonly energyMicroKwh: bigint | null;
  readonly demandMicro: readonly [bigint | null, bigint | null];
  readonly startRegisterMicro: bigint | null;
  readonly endRegisterMicro: bigint | null;
}

export interface HourWeight extends Coefficient {
  /** 10⁻⁶ MJ */
  readonly energyMicroMj: bigint | null;
  /** 10⁻⁶ MJ of a sub-meter: its kWh with the hour's coefficient. Part of no total: the meter above has it already. */
  readonly allocatedMicroMj: bigint | null;
}

export interface HourBucket extends HourQuantities, HourWeight {
  readonly startMs: EpochMs;
}

/** Only electricity bought from the grid is weighed by the hour (the law's 買電). */
export function isWeighed(role: Role, channel: ChannelName): boolean {
  return role === 'grid-import' && channel === 'energy-import';
}

/** What the coefficient of the hour does for a channel. As numbers they are stored. */
export const WEIGHINGS = { none: 0, weighed: 1, allocated: 2 } as const;
export type Weighing = (typeof WEIGHINGS)[keyof typeof WEIGHINGS];

/** Sub-meters of bought electricity get a share; those below the site's own generation do not. */
export function weighingOf({ role, channel, isGenerated }: WeighedChannel): Weighing {
  if (isWeighed(role, channel)) return WEIGHINGS.weighed;
  const isShare = role === 'sub' && channel === 'energy-import' && isGenerated !== true;
  return isShare ? WEIGHINGS.allocated : WEIGHINGS.none;
}

type WeighedChannel = Pick<ChannelSpec, 'role' | 'channel' | 'isGenerated'>;

/** Coefficient, MJ and share of one bucket. @param coefficient that of the hour; null while it was not weighed */
export function hourWeight(
  energyMicroKwh: bigint | null,
  weighing: Weighing,
  coefficient: Coefficient | null,
): HourWeight {
  const mj = coefficient?.mjPerKwh ? weigh(energyMicroKwh, coefficient.mjPerKwh) : null;
  if (weighing === WEIGHINGS.weighed)
    return { ...(coefficient ?? UNWEIGHED), energyMicroMj: mj, allocatedMicroMj: null };
  const allocatedMicroMj = weighing === WEIGHINGS.allocated ? mj : null;
  return { ...UNWEIGHED, energyMicroMj: null, allocatedMicroMj };
}

/** kWh of a native quantity: rounded once by the product's rule. */
export function energyOf(quantityMicro: bigint | null, kwhPerUnit: Rational | null): bigint | null {
  if (quantityMicro === null || kwhPerUnit === null) return null;
  return roundHalfAway({ num: quantityMicro * kwhPerUnit.num, den: kwhPerUnit.den });
}

/** MJ = kWh × coefficient: rounded once by the product's rule. */
export function weigh(energyMicroKwh: bigint | null, mjPerKwh: Rational): bigint | null {
  return energyOf(energyMicroKwh, mjPerKwh);
}

/** The factor of one half-hour by itself, and how good kWh by it can be at best. */
export interface HalfFactor {
  readonly kwhPerUnit: Rational | null;
  readonly quality: Quality;
}

/** One factor for both half-hours of an hour, or one for each. */
export type HourFactor = Rational | null | readonly [HalfFactor, HalfFactor];

/** kWh of a half-hour by a factor of its own. Where nothing passed it is 0, whatever a unit holds. */
export function halfEnergy(quantityMicro: bigint | null, kwhPerUnit: Rational | null): bigint | null {
  return quantityMicro === 0n ? 0n : energyOf(quantityMicro, kwhPerUnit);
}

function hourEnergy(first: Slot, second: Slot, factor: HourFactor): bigint | null {
  if (factor === null || 'num' in factor) {
    const [a, b] = [first.quantityMicro, second.quantityMicro];
    return energyOf(a === null || b === null ? null : a + b, factor);
  }
  const a = halfEnergy(first.quantityMicro, factor[0].kwhPerUnit);
  const b = halfEnergy(second.quantityMicro, factor[1].kwhPerUnit);
  return a === null || b === null ? null : a + b;
}

/** A half-hour whose kWh rest on less than its quantity is no better than that. */
function qualityBy({ quality, quantityMicro }: Slot, factor: HalfFactor | null): Quality {
  const rests = factor?.kwhPerUnit && quantityMicro !== null && quantityMicro !== 0n;
  return rests ? worstOf(quality, factor.quality) : quality;
}

export function joinSlots(first: Slot, second: Slot, factor: HourFactor): HourQuantities {
  const quantityMicro =
    first.quantityMicro === null || second.quantityMicro === null
      ? null
      : first.quantityMicro + second.quantityMicro;
  const [half, otherHalf] = factor === null || 'num' in factor ? [null, null] : factor;
  return {
    quality: worstOf(qualityBy(first, half), qualityBy(second, otherHalf)),
    coverageMicro: Math.floor((first.coverageMicro + second.coverageMicro) / 2),
    quantityMicro,
    energyMicroKwh: hourEnergy(first, second, factor),
    demandMicro: [demandMicro(first), demandMicro(second)],
    startRegisterMicro: first.startRegisterMicro,
    endRegisterMicro: second.endRegisterMicro,
  };
}
