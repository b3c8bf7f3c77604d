/** Half-hour demands of the past. */
import type { HourDemands } from '../domain/demand/maxima.ts';
import type { Db } from './database.ts';
import { toInstant } from './rows.ts';

interface DemandColumns {
  readonly start_ms: bigint;
  readonly demand_a_micro: bigint | null;
  readonly demand_b_micro: bigint | null;
}

export function demandRows(db: Db) {
  const within = db.prepare<[number, number, number], DemandColumns>(
    `SELECT start_ms, demand_a_micro, demand_b_micro FROM hour
     WHERE channel_id = ? AND start_ms >= ? AND start_ms < ? ORDER BY start_ms`,
  );
  return {
    /** Both half-hours of each hour that starts in [from, to); null where they were not measured. */
    within: (channelId: number, fromMs: number, toMs: number): HourDemands[] =>
      within.all(channelId, fromMs, toMs).map((row) => ({
        startMs: toInstant(row.start_ms),
        demandMicro: [row.demand_a_micro, row.demand_b_micro],
      })),
  };
}
