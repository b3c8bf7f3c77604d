/**
 * Makes sense of what was read from a damaged database. Every row that is left refers to rows that are there; a
 * channel's eras are the first ones without a hole, its head is its newest evidence, and no number is used again.
 */
import { formatFraction } from '../domain/rational.ts';
import type { Db } from './database.ts';
import { type EraColumns, toEra } from './rows.ts';
import type { Run, SalvageReport } from './salvage-report.ts';

/** No reading is older than this product, and none is from beyond the century. */
const FIRST_MS = Date.parse('2000-01-01T00:00:00Z');
const LAST_MS = Date.parse('2100-01-01T00:00:00Z');

const hasEra = (channel: string, era: string): string =>
  `EXISTS (SELECT 1 FROM era WHERE era.channel_id = ${channel} AND era.no = ${era})`;
const fraction = (column: string): string =>
  `(${column} IS NULL OR (${column} GLOB '[0-9-]*/[1-9]*' AND ${column} NOT GLOB '*[^0-9/-]*'))`;

/** Rows of the table for which this does not hold make no sense. */
const SENSE: readonly (readonly [table: string, holds: string])[] = [
  ['fact', `key <> 'site' OR json_valid(value)`],
  ['channel', `since_ms BETWEEN ${FIRST_MS} AND ${LAST_MS} AND next_hour_ms BETWEEN 0 AND ${LAST_MS}`],
  [
    'reading',
    `since_ms <= at_ms AND at_ms BETWEEN ${FIRST_MS} AND ${LAST_MS} AND (state = 'accepted') = (era IS NOT NULL)
     AND (era IS NULL OR ${hasEra('reading.channel_id', 'reading.era')})`,
  ],
  [
    'head',
    `since_ms <= at_ms AND at_ms BETWEEN ${FIRST_MS} AND ${LAST_MS} AND ${hasEra('head.channel_id', 'head.era')}`,
  ],
  [
    'boundary',
    `low_micro <= total_micro AND total_micro <= high_micro AND resolution_micro >= 0
     AND lower_at_ms <= slot * 1800000 AND lower_at_ms <= upper_at_ms AND lower_era <= upper_era
     AND ${hasEra('boundary.channel_id', 'boundary.lower_era')} AND ${hasEra('boundary.channel_id', 'boundary.upper_era')}`,
  ],
  ['unwatched', 'from_ms < to_ms'],
  [
    'gauge_slot',
    `min_micro <= max_micro AND sum_micro_ms BETWEEN min_micro * watched_ms AND max_micro * watched_ms
     AND to_ms > slot * 1800000 AND to_ms <= (slot + 1) * 1800000`,
  ],
  ['fill', 'from_ms < to_ms'],
  ['step_answer', 'from_ms < to_ms'],
  ['step_fill', 'from_ms < to_ms'],
  [
    'hour',
    `quality IN ('measured', 'interpolated', 'estimated', 'missing', 'withdrawn')
     AND coverage_micro BETWEEN 0 AND 1000000 AND start_ms % 900000 = 0 AND start_ms BETWEEN ${FIRST_MS} AND ${LAST_MS}
     AND (quantity_micro IS NOT NULL OR quality IN ('missing', 'withdrawn'))`,
  ],
  [
    'hour_coefficient',
    `class IN ('normal', 'curtailment', 'tight', 'monthly', 'none') AND ${fraction('mj_per_kwh')}`,
  ],
  ['hour_sent', 'revision > 0'],
  ['document', 'json_valid(parsed) AND in_force IN (0, 1)'],
  ['notice', 'json_valid(body)'],
  ['outbox', 'json_valid(payload) AND length(topic) > 0'],
  ['outbox_done', 'first_seq <= last_seq'],
  ['outbox_answer', 'first_seq <= last_seq'],
];

type Tally = Record<string, { kept: number; refused: number; gaps: number }>;

function refuse(db: Db, tally: Tally, table: string, condition: string): void {
  const { changes } = db.prepare(`DELETE FROM "${table}" WHERE ${condition}`).run();
  const of = tally[table];
  if (!of) return;
  of.kept -= changes;
  of.refused += changes;
}

/** Rows whose parent is gone. */
function refuseOrphans(db: Db, tally: Tally): void {
  for (const table of Object.keys(tally)) {
    const keys = db
      .prepare('SELECT "table" AS parent, "from", "to" FROM pragma_foreign_key_list(?)')
      .all(table);
    for (const { parent, from, to } of keys as { parent: string; from: string; to: string }[])
      refuse(
        db,
        tally,
        table,
        `"${from}" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "${parent}" AS p WHERE p."${to}" = "${table}"."${from}")`,
      );
  }
}

function isEra(row: EraColumns): boolean {
  try {
    const { scale } = toEra(row);
    return row.since_ms <= row.at_ms && formatFraction(scale.unitsPerCount) !== '0/1';
  } catch {
    return false;
  }
}

/** Eras are numbered without a hole: what comes after a missing one stands on a footing that nobody knows. */
function refuseEras(db: Db, tally: Tally): void {
  const channels = db.prepare('SELECT DISTINCT channel_id AS id FROM era').all() as { readonly id: bigint }[];
  for (const { id } of channels) {
    const eras = db.prepare('SELECT * FROM era WHERE channel_id = ? ORDER BY no').all(id) as EraColumns[];
    const sound = eras.findIndex((row, n) => row.no !== BigInt(n + 1) || !isEra(row));
    if (sound >= 0) refuse(db, tally, 'era', `channel_id = ${id} AND no > ${sound}`);
  }
}

/** A total that is above the next or below the one before it, while its neighbours agree. */
const ODD_BOUNDARY = `(slot, channel_id) IN (
  SELECT slot, channel_id FROM (
    SELECT slot, channel_id, total_micro AS total,
      lag(total_micro) OVER w AS before, lead(total_micro) OVER w AS after
    FROM boundary WINDOW w AS (PARTITION BY channel_id ORDER BY slot)
  ) WHERE before <= after AND (total < before OR total > after)
)`;

/** The head is the newest of what is left: its own row, the last accepted reading, the last bracket. */
function renewHeads(db: Db): void {
  db.exec(`
    CREATE TEMP TABLE newest AS
      SELECT channel_id, max(at_ms) AS at_ms, since_ms, count, exp2, era FROM (
        SELECT channel_id, at_ms, since_ms, count, exp2, era FROM head
        UNION ALL SELECT channel_id, at_ms, since_ms, count, exp2, era FROM reading WHERE state = 'accepted'
        UNION ALL SELECT channel_id, upper_at_ms, upper_since_ms, upper_count, upper_exp2, upper_era FROM boundary
        UNION ALL SELECT channel_id, at_ms, since_ms, count, exp2, no FROM era
      ) GROUP BY channel_id;
    DELETE FROM head;
    INSERT INTO head (channel_id, at_ms, since_ms, count, exp2, era)
      SELECT channel_id, at_ms, since_ms, count, exp2, era FROM newest;
    DROP TABLE newest;`);
}

/** The highest number in what was sent, and in what was known to be sent. */
function lastSeqLeft(db: Db): number {
  const { last } = db
    .prepare(
      `SELECT max(ifnull((SELECT max(seq) FROM outbox), 0), ifnull((SELECT max(last_seq) FROM outbox_done), 0)) AS last`,
    )
    .get() as { readonly last: bigint };
  return Number(last);
}

function generationLeft(db: Db): number | null {
  const fact = db.prepare("SELECT value FROM fact WHERE key = 'generation'").get() as
    | { value: string }
    | undefined;
  if (fact && /^\d{1,15}$/.test(fact.value)) return Number(fact.value);
  const sent = db.prepare("SELECT max(payload ->> 'generation') AS value FROM outbox").get() as {
    value: bigint | null;
  };
  return sent.value === null ? null : Number(sent.value);
}

/**
 * It must be above every generation that was ever sent, whatever the clock says now: consumers drop what is lower. A
 * generation is the second in which a database was made, so it lies before whatever was stamped later.
 * @param nowMs null: the time is not known
 * @returns null: nothing says how high it must be, and it waits for the time
 */
function nextGeneration(db: Db, before: number | null, nowMs: number | null): number | null {
  const { newest } = db
    .prepare(
      `SELECT max(at_ms) AS newest FROM (
         SELECT max(at_ms) AS at_ms FROM head UNION ALL SELECT max(at_ms) FROM reading
         UNION ALL SELECT max(upper_at_ms) FROM boundary UNION ALL SELECT max(since_ms) FROM channel
         UNION ALL SELECT max(start_ms) FROM hour_sent UNION ALL SELECT max(created_at_ms) FROM outbox)`,
    )
    .get() as { readonly newest: bigint | null };
  const stampedMs = newest === null ? null : Number(newest);
  const seconds = [nowMs, stampedMs].flatMap((ms) => (ms === null ? [] : [Math.floor(ms / 1_000)]));
  const known = before === null ? seconds : [...seconds, before];
  return known.length === 0 ? null : Math.max(...known) + 1;
}

/** What either table knows to be acknowledged, as few runs as there can be. */
function joinAcknowledged(db: Db): void {
  const runs = db
    .prepare(
      `SELECT first_seq AS first, last_seq AS last FROM outbox_done
       UNION ALL SELECT first_seq, last_seq FROM outbox_answer ORDER BY first`,
    )
    .all() as { first: bigint; last: bigint }[];
  const joined: { first: bigint; last: bigint }[] = [];
  for (const run of runs) {
    const before = joined.at(-1);
    if (before && run.first <= before.last + 1n)
      before.last = run.last > before.last ? run.last : before.last;
    else joined.push({ ...run });
  }
  db.exec('DELETE FROM outbox_done');
  const put = db.prepare('INSERT INTO outbox_done (first_seq, last_seq) VALUES (?, ?)');
  for (const { first, last } of joined) put.run(first, last);
}

/**
 * Messages that are not known to be acknowledged and that nobody can send any more. Where the table of what is
 * acknowledged was damaged, those from before the oldest message that is left are taken as acknowledged and purged.
 */
function lostMessages(db: Db, tally: Tally, last: number): Run[] {
  const { lowest } = db.prepare('SELECT min(seq) AS lowest FROM outbox').get() as { lowest: bigint | null };
  const done = tally['outbox_done'];
  const first = done && (done.gaps > 0 || done.refused > 0) ? Number(lowest ?? last + 1) : 1;
  if (first > 1)
    db.prepare(
      'INSERT INTO outbox_done (first_seq, last_seq) VALUES (1, ?) ON CONFLICT (first_seq) DO UPDATE SET last_seq = max(last_seq, excluded.last_seq)',
    ).run(first - 1);
  joinAcknowledged(db);
  const missing = db.prepare(
    `WITH known (first, last) AS (
       SELECT first_seq, last_seq FROM outbox_done UNION ALL SELECT seq, seq FROM outbox
       UNION ALL SELECT @first - 1, @first - 1 UNION ALL SELECT @last + 1, @last + 1
     ), reached AS (
       SELECT first, max(last) OVER (ORDER BY first, last ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
       FROM known
     )
     SELECT before + 1 AS first, first - 1 AS last FROM reached
     WHERE first > before + 1 AND before >= @first - 1 AND first <= @last + 1 ORDER BY first`,
  );
  const rows = missing.all({ first, last }) as { first: bigint; last: bigint }[];
  return rows.map((row) => ({ first: Number(row.first), last: Number(row.last) }));
}

export function repair(
  db: Db,
  found: Pick<SalvageReport, 'tables' | 'lastSeq' | 'aside' | 'reason'> & { readonly nowMs: number | null },
): SalvageReport {
  const { tables, lastSeq, nowMs } = found;
  const tally: Tally = Object.fromEntries(Object.entries(tables).map(([name, of]) => [name, { ...of }]));
  return db.transaction((): SalvageReport => {
    refuseOrphans(db, tally);
    refuseEras(db, tally);
    for (const [table, holds] of SENSE) refuse(db, tally, table, `NOT coalesce((${holds}), 0)`);
    refuse(db, tally, 'boundary', ODD_BOUNDARY);
    // A channel that made no sense takes its rows with it.
    refuseOrphans(db, tally);
    db.exec(
      'UPDATE outbox SET channel_id = NULL, start_ms = NULL WHERE channel_id NOT IN (SELECT id FROM channel)',
    );
    renewHeads(db);
    const last = Math.max(lastSeq, lastSeqLeft(db));
    db.prepare("DELETE FROM sqlite_sequence WHERE name = 'outbox'").run();
    db.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('outbox', ?)").run(last);
    const generationBefore = generationLeft(db);
    const generation = nextGeneration(db, generationBefore, nowMs);
    db.prepare("DELETE FROM fact WHERE key = 'generation'").run();
    if (generation !== null)
      db.prepare("INSERT INTO fact (key, value) VALUES ('generation', ?)").run(String(generation));
    const lostSeqs = lostMessages(db, tally, last);
    // What may have been among them is sent again; so is what cannot be shown to have been sent.
    if (lostSeqs.length > 0)
      db.exec(`DELETE FROM hour_sent WHERE NOT EXISTS (
        SELECT 1 FROM outbox WHERE outbox.start_ms = hour_sent.start_ms
          AND outbox.channel_id = hour_sent.channel_id AND outbox.revision = hour_sent.revision)`);
    const { aside, reason } = found;
    return { generationBefore, generation, lastSeq: last, lostSeqs, tables: tally, aside, reason };
  })();
}
