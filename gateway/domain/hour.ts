/**
 * The hour bucket: the site-local hour of one channel, out of its two slots, with kWh, both demands and, for grid
 * import, the coefficient and MJ. Pure: rows in, row out.
 */

import type { Coefficient } from './coefficients/types.ts';
import { demandMicro, type Slot } from './ledger/slot.ts';
import type { ChannelName, Role } from './meters.ts';
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
}

export interface HourBucket extends HourQuantities, HourWeight {
  readonly startMs: EpochMs;
}

/** Only electricity bought from the grid is weighed by the hour (the law's 買電). */
export function isWeighed(role: Role, channel: ChannelName): boolean {
  return role === 'grid-import' && channel === 'energy-import';
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

export function joinSlots(first: Slot, second: Slot, kwhPerUnit: Rational | null): HourQuantities {
  const quantityMicro =
    first.quantityMicro === null || second.quantityMicro === null
      ? null
      : first.quantityMicro + second.quantityMicro;
  return {
    quality: worstOf(first.quality, second.quality),
    coverageMicro: Math.floor((first.coverageMicro + second.coverageMicro) / 2),
    quantityMicro,
    energyMicroKwh: energyOf(quantityMicro, kwhPerUnit),
    demandMicro: [demandMicro(first), demandMicro(second)],
    startRegisterMicro: first.startRegisterMicro,
    endRegisterMicro: second.endRegisterMicro,
  };
}
