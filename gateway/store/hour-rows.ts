/** Hour buckets and the work queues between stages. */

import type { HourBucket, HourQuantities, HourWeight } from '../domain/hour.ts';
import type { CoefficientClass } from '../domain/messages.ts';
import type { Quality } from '../domain/quality.ts';
import { formatFraction, parseFraction } from '../domain/rational.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Db } from './database.ts';
import { toInstant } from './rows.ts';

export interface HourRow extends HourBucket {
  readonly channelId: number;
  /** 0 while nothing was sent. */
  readonly revision: number;
  readonly sentDigest: string | null;
}

interface HourColumns {
  readonly channel_id: bigint;
  readonly start_ms: bigint;
  readonly quality: string;
  readonly coverage_micro: bigint;
  readonly quantity_micro: bigint | null;
  readonly energy_micro_kwh: bigint | null;
  readonly demand_a_micro: bigint | null;
  readonly demand_b_micro: bigint | null;
  readonly start_register_micro: bigint | null;
  readonly end_register_micro: bigint | null;
  readonly mj_per_kwh: string | null;
  readonly class: string;
  readonly rule_set: string | null;
  readonly document: string | null;
  readonly document_revision: bigint | null;
  readonly confirmed: bigint;
  readonly energy_micro_mj: bigint | null;
  readonly revision: bigint;
  readonly sent_digest: string | null;
}

function toHour(row: HourColumns): HourRow {
  return {
    channelId: Number(row.channel_id),
    startMs: toInstant(row.start_ms),
    quality: row.quality as Quality,
    coverageMicro: Number(row.coverage_micro),
    quantityMicro: row.quantity_micro,
    energyMicroKwh: row.energy_micro_kwh,
    demandMicro: [row.demand_a_micro, row.demand_b_micro],
    startRegisterMicro: row.start_register_micro,
    endRegisterMicro: row.end_register_micro,
    mjPerKwh: row.mj_per_kwh === null ? null : parseFraction(row.mj_per_kwh),
    class: row.class as CoefficientClass,
    ruleSet: row.rule_set,
    document: row.document,
    documentRevision: row.document_revision === null ? null : Number(row.document_revision),
    confirmed: row.confirmed === 1n,
    energyMicroMj: row.energy_micro_mj,
    revision: Number(row.revision),
    sentDigest: row.sent_digest,
  };
}

export function hourRows(db: Db) {
  const one = db.prepare<[number, number], HourColumns>(
    'SELECT * FROM hour WHERE channel_id = ? AND start_ms = ?',
  );
  const within = db.prepare<[number, number, number], HourColumns>(
    'SELECT * FROM hour WHERE channel_id = ? AND start_ms >= ? AND start_ms < ? ORDER BY start_ms',
  );
  const putQuantities = db.prepare(
    `INSERT INTO hour (channel_id, start_ms, quality, coverage_micro, quantity_micro, energy_micro_kwh,
       demand_a_micro, demand_b_micro, start_register_micro, end_register_micro)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (channel_id, start_ms) DO UPDATE SET quality = excluded.quality,
       coverage_micro = excluded.coverage_micro, quantity_micro = excluded.quantity_micro,
       energy_micro_kwh = excluded.energy_micro_kwh, demand_a_micro = excluded.demand_a_micro,
       demand_b_micro = excluded.demand_b_micro, start_register_micro = excluded.start_register_micro,
       end_register_micro = excluded.end_register_micro`,
  );
  const putWeight = db.prepare(
    `UPDATE hour SET mj_per_kwh = ?, class = ?, rule_set = ?, document = ?, document_revision = ?, confirmed = ?,
       energy_micro_mj = ? WHERE channel_id = ? AND start_ms = ?`,
  );
  const markSent = db.prepare(
    'UPDATE hour SET revision = ?, sent_digest = ? WHERE channel_id = ? AND start_ms = ?',
  );
  return {
    find(channelId: number, startMs: EpochMs): HourRow | null {
      const row = one.get(channelId, startMs);
      return row ? toHour(row) : null;
    },
    within: (channelId: number, fromMs: EpochMs, toMs: EpochMs): HourRow[] =>
      within.all(channelId, fromMs, toMs).map(toHour),
    putQuantities(channelId: number, startMs: EpochMs, hour: HourQuantities): void {
      putQuantities.run(
        channelId,
        startMs,
        hour.quality,
        hour.coverageMicro,
        hour.quantityMicro,
        hour.energyMicroKwh,
        hour.demandMicro[0],
        hour.demandMicro[1],
        hour.startRegisterMicro,
        hour.endRegisterMicro,
      );
    },
    putWeight(channelId: number, startMs: EpochMs, weight: HourWeight): void {
      putWeight.run(
        weight.mjPerKwh === null ? null : formatFraction(weight.mjPerKwh),
        weight.class,
        weight.ruleSet,
        weight.document,
        weight.documentRevision,
        weight.confirmed ? 1 : 0,
        weight.energyMicroMj,
        channelId,
        startMs,
      );
    },
    markSent(channelId: number, startMs: EpochMs, revision: number, digest: string): void {
      markSent.run(revision, digest, channelId, startMs);
    },
  };
}

export type Stage = 'close' | 'weigh' | 'send';

export interface WorkItem {
  readonly channelId: number;
  readonly startMs: EpochMs;
}

/** Rows are the queue: a stage takes items, and deletes them in the transaction that did the work. */
export function workRows(db: Db) {
  const add = db.prepare('INSERT OR IGNORE INTO work (stage, start_ms, channel_id) VALUES (?, ?, ?)');
  const addAll = db.prepare(
    'INSERT OR IGNORE INTO work (stage, start_ms, channel_id) SELECT ?, start_ms, channel_id FROM hour',
  );
  const take = db.prepare<[string, number], { start_ms: bigint; channel_id: bigint }>(
    'SELECT start_ms, channel_id FROM work WHERE stage = ? ORDER BY start_ms, channel_id LIMIT ?',
  );
  const done = db.prepare('DELETE FROM work WHERE stage = ? AND start_ms = ? AND channel_id = ?');
  return {
    add(stage: Stage, item: WorkItem): void {
      add.run(stage, item.startMs, item.channelId);
    },
    /** Every hour there is. */
    addAll: (stage: Stage): void => void addAll.run(stage),
    take: (stage: Stage, limit: number): WorkItem[] =>
      take
        .all(stage, limit)
        .map((row) => ({ startMs: toInstant(row.start_ms), channelId: Number(row.channel_id) })),
    done(stage: Stage, item: WorkItem): void {
      done.run(stage, item.startMs, item.channelId);
    },
  };
}
