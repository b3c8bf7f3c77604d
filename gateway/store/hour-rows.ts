/** Hour buckets and the work queues between stages. */

import type { Coefficient } from '../domain/coefficients/types.ts';
import { type HourBucket, type HourQuantities, hourWeight, type Weighing } from '../domain/hour.ts';
import type { Quality } from '../domain/quality.ts';
import type { EpochMs } from '../domain/time.ts';
import { type CoefficientColumns, coefficientRows, toCoefficient } from './coefficient-rows.ts';
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
  readonly weighed: bigint;
  readonly revision: bigint | null;
  readonly digest: string | null;
}

function toHour(row: HourColumns, coefficient: Coefficient | null): HourRow {
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
    ...hourWeight(row.energy_micro_kwh, Number(row.weighed) as Weighing, coefficient),
    revision: Number(row.revision ?? 0n),
    sentDigest: row.digest,
  };
}

// CROSS JOIN: the tables are searched in the order they are written. Channels are few, and say which are weighed.
const HOURS = 'channel CROSS JOIN hour ON hour.channel_id = channel.id';
const SENT =
  'LEFT JOIN hour_sent ON hour_sent.start_ms = hour.start_ms AND hour_sent.channel_id = hour.channel_id';
const WEIGHED = `SELECT hour.*, channel.weighed, hour_sent.revision, hour_sent.digest, coefficient.mj_per_kwh, coefficient.class,
  coefficient.rule_set, coefficient.document, coefficient.document_revision, coefficient.confirmed
  FROM ${HOURS} ${SENT}
  LEFT JOIN hour_coefficient AS coefficient ON coefficient.start_ms = hour.start_ms AND channel.weighed > 0`;

type WeighedColumns = HourColumns & CoefficientColumns;
const toWeighed = (row: WeighedColumns): HourRow => toHour(row, toCoefficient(row));

/** Hour buckets. Their coefficient is that of the hour; their MJ are calculated when they are read. */
export function hourRows(db: Db) {
  // One bucket is looked up in three tables by their keys: that is four times as fast as joining them.
  const one = db.prepare<[number, number], Omit<HourColumns, 'weighed' | 'revision' | 'digest'>>(
    'SELECT * FROM hour WHERE channel_id = ? AND start_ms = ?',
  );
  const weighing = db.prepare<[number], { weighed: bigint }>('SELECT weighed FROM channel WHERE id = ?');
  const sentAs = db.prepare<[number, number], { revision: bigint; digest: string }>(
    'SELECT revision, digest FROM hour_sent WHERE start_ms = ? AND channel_id = ?',
  );
  const within = db.prepare<[number, number, number], WeighedColumns>(
    `${WEIGHED} WHERE channel.id = ? AND hour.start_ms >= ? AND hour.start_ms < ? ORDER BY hour.start_ms`,
  );
  const inHour = db.prepare<[number, number, number], HourColumns>(
    `SELECT hour.*, channel.weighed, hour_sent.revision, hour_sent.digest FROM ${HOURS} ${SENT}
     WHERE channel.weighed > 0 AND channel.id >= ? AND hour.start_ms = ? ORDER BY channel.id LIMIT ?`,
  );
  const coefficients = coefficientRows(db);
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
  const firstSent = db.prepare(
    'INSERT INTO hour_sent (revision, digest, start_ms, channel_id) VALUES (?, ?, ?, ?)',
  );
  const sentAgain = db.prepare(
    'UPDATE hour_sent SET revision = ?, digest = ? WHERE start_ms = ? AND channel_id = ?',
  );
  return {
    find(channelId: number, startMs: EpochMs): HourRow | null {
      const row = one.get(channelId, startMs);
      if (!row) return null;
      const { weighed } = weighing.get(channelId) ?? { weighed: 0n };
      const { revision = null, digest = null } = sentAs.get(startMs, channelId) ?? {};
      return toHour(
        { ...row, weighed, revision, digest },
        weighed === 0n ? null : coefficients.find(startMs),
      );
    },
    within: (channelId: number, fromMs: EpochMs, toMs: EpochMs): HourRow[] =>
      within.all(channelId, fromMs, toMs).map(toWeighed),
    /** The buckets of one hour of the channels that are weighed or have a share, from a channel on: the coefficient is read once. */
    weighedIn(startMs: EpochMs, fromChannel: number, limit: number): HourRow[] {
      const coefficient = coefficients.find(startMs);
      return inHour.all(fromChannel, startMs, limit).map((row) => toHour(row, coefficient));
    },
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
    /** @param revision 1 for the first message, one more each time */
    markSent(channelId: number, startMs: EpochMs, revision: number, digest: string): void {
      (revision === 1 ? firstSent : sentAgain).run(revision, digest, startMs, channelId);
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
  const addAllOf = db.prepare(
    `INSERT OR IGNORE INTO work (stage, start_ms, channel_id)
     SELECT ?, start_ms, channel_id FROM hour WHERE channel_id = ?`,
  );
  const take = db.prepare<[string, number], { start_ms: bigint; channel_id: bigint }>(
    'SELECT start_ms, channel_id FROM work WHERE stage = ? ORDER BY start_ms, channel_id LIMIT ?',
  );
  const has = db.prepare<[string, number, number]>(
    'SELECT 1 FROM work WHERE stage = ? AND start_ms = ? AND channel_id = ?',
  );
  const done = db.prepare('DELETE FROM work WHERE stage = ? AND start_ms = ? AND channel_id = ?');
  const doneTo = db.prepare('DELETE FROM work WHERE stage = ? AND (start_ms, channel_id) <= (?, ?)');
  return {
    add(stage: Stage, item: WorkItem): void {
      add.run(stage, item.startMs, item.channelId);
    },
    /** Every hour of one channel. */
    addAllOf: (stage: Stage, channelId: number): void => void addAllOf.run(stage, channelId),
    has: (stage: Stage, item: WorkItem): boolean =>
      has.get(stage, item.startMs, item.channelId) !== undefined,
    take: (stage: Stage, limit: number): WorkItem[] =>
      take
        .all(stage, limit)
        .map((row) => ({ startMs: toInstant(row.start_ms), channelId: Number(row.channel_id) })),
    /** The item and every earlier one. */
    doneTo: (stage: Stage, item: WorkItem): void => void doneTo.run(stage, item.startMs, item.channelId),
    done(stage: Stage, item: WorkItem): void {
      done.run(stage, item.startMs, item.channelId);
    },
  };
}
