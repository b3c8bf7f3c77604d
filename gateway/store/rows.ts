/** Between table rows and domain values. All integers of a row are BigInts. */

import type { Era, EraCause } from '../domain/ledger/era.ts';
import type { Reading } from '../domain/ledger/register.ts';
import type { RegisterScale } from '../domain/meters.ts';
import { formatFraction, parseFraction } from '../domain/rational.ts';
import { type EpochMs, instant } from '../domain/time.ts';

export function toInstant(value: bigint): EpochMs {
  return instant(Number(value));
}

export interface ReadingColumns {
  readonly at_ms: bigint;
  readonly since_ms: bigint;
  readonly count: bigint;
  readonly exp2: bigint;
}

export function toReading(row: ReadingColumns): Reading {
  return {
    atMs: toInstant(row.at_ms),
    sinceMs: toInstant(row.since_ms),
    raw: { count: row.count, exp2: Number(row.exp2) },
  };
}

export interface EraColumns extends ReadingColumns {
  readonly no: bigint;
  readonly cause: string;
  readonly units_per_count: string;
  readonly step_counts: string;
  readonly encoding: string;
  readonly wraps_at: string | null;
  readonly update_ms: bigint;
  readonly base_micro: bigint;
  readonly step_micro: bigint | null;
  readonly after_at_ms: bigint | null;
}

export function toEra(row: EraColumns): Era {
  return {
    no: Number(row.no),
    cause: row.cause as EraCause,
    opening: toReading(row),
    scale: {
      unitsPerCount: parseFraction(row.units_per_count),
      stepCounts: parseFraction(row.step_counts),
      encoding: row.encoding as RegisterScale['encoding'],
      wrapsAt: row.wraps_at === null ? null : parseFraction(row.wraps_at),
      updateMs: Number(row.update_ms),
    },
    baseMicro: row.base_micro,
    stepMicro: row.step_micro,
  };
}

export function scaleColumns(scale: RegisterScale) {
  return {
    units_per_count: formatFraction(scale.unitsPerCount),
    step_counts: formatFraction(scale.stepCounts),
    encoding: scale.encoding,
    wraps_at: scale.wrapsAt === null ? null : formatFraction(scale.wrapsAt),
    update_ms: scale.updateMs,
  };
}

/** Whether two scales say the same in everything, so that a restart with the same site file opens no new era. */
export function sameScale(a: RegisterScale, b: RegisterScale): boolean {
  return JSON.stringify(scaleColumns(a)) === JSON.stringify(scaleColumns(b));
}
