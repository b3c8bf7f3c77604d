/** What gauges showed in each half-hour; the evidence of kWh that follow from a pressure or a temperature. */
import type { GaugeRef, StoredGaugeSlot } from '../domain/thermo/gauge-slot.ts';
import { type EpochMs, slotOf } from '../domain/time.ts';
import type { Db } from './database.ts';
import { toInstant } from './rows.ts';

interface GaugeColumns {
  readonly sum_micro_ms: bigint;
  readonly watched_ms: bigint;
  readonly min_micro: bigint;
  readonly max_micro: bigint;
  readonly to_ms: bigint;
}

export function gaugeRows(db: Db) {
  const one = db.prepare<[string, string, number], GaugeColumns>(
    `SELECT gauge_slot.* FROM gauge JOIN gauge_slot ON gauge_slot.gauge_id = gauge.id
     WHERE gauge.meter = ? AND gauge.gauge = ? AND gauge_slot.slot = ?`,
  );
  const name = db.prepare('INSERT OR IGNORE INTO gauge (meter, gauge) VALUES (?, ?)');
  const put = db.prepare(
    `INSERT INTO gauge_slot (slot, gauge_id, sum_micro_ms, watched_ms, min_micro, max_micro, to_ms)
     VALUES (?, (SELECT id FROM gauge WHERE meter = ? AND gauge = ?), ?, ?, ?, ?, ?)
     ON CONFLICT (slot, gauge_id) DO UPDATE SET sum_micro_ms = excluded.sum_micro_ms,
       watched_ms = excluded.watched_ms, min_micro = excluded.min_micro, max_micro = excluded.max_micro,
       to_ms = excluded.to_ms`,
  );
  const removeAfter = db.prepare('DELETE FROM gauge_slot WHERE slot > ? OR (slot = ? AND to_ms > ?)');
  return {
    find({ meter, gauge }: GaugeRef, slot: number): StoredGaugeSlot | null {
      const row = one.get(meter, gauge, slot);
      return row
        ? {
            sumMicroMs: row.sum_micro_ms,
            watchedMs: Number(row.watched_ms),
            minMicro: row.min_micro,
            maxMicro: row.max_micro,
            toMs: toInstant(row.to_ms),
          }
        : null;
    },
    put({ meter, gauge }: GaugeRef, slot: number, evidence: StoredGaugeSlot): void {
      const { sumMicroMs, watchedMs, minMicro, maxMicro, toMs } = evidence;
      name.run(meter, gauge);
      put.run(slot, meter, gauge, sumMicroMs, watchedMs, minMicro, maxMicro, toMs);
    },
    /** What a clock stamped that ran ahead of this instant. */
    removeAfter(atMs: EpochMs): void {
      const slot = slotOf(atMs);
      removeAfter.run(slot, slot, atMs);
    },
  };
}
