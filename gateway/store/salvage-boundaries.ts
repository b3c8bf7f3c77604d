/**
 * Boundaries that a damaged database lost are made again from the readings around them, as far as those are kept. A
 * channel whose newest boundary cannot be made again goes back to the newest one there is: the next reading then
 * closes what lies between, loosely and with exact sums, as after an outage.
 */
import { closedBy, isAfter, type Marked, slotsWithin } from '../domain/ledger/boundary.ts';
import type { Era } from '../domain/ledger/era.ts';
import type { KeptBy } from '../domain/meters.ts';
import { boundaryAt, instant, plus, slotOf } from '../domain/time.ts';
import type { Db } from './database.ts';
import { boundaryRows, eraRows, readingRows } from './ledger-rows.ts';
import { toReading } from './rows.ts';

interface ReadingRow {
  readonly at_ms: bigint;
  readonly since_ms: bigint;
  readonly count: bigint;
  readonly exp2: bigint;
  readonly era: bigint;
}

/** Who keeps the totals of a channel, as the gateway wrote it down; the meter where that is not known. */
function keptByOf(db: Db, channelId: bigint): KeptBy {
  const row = db
    .prepare(
      `SELECT spec.value ->> 'keptBy' AS kept FROM channel, fact, json_each(fact.value, '$.specs') AS spec
       WHERE fact.key = 'site' AND channel.id = ? AND spec.value ->> 'meter' = channel.meter
         AND spec.value ->> 'channel' = channel.channel`,
    )
    .get(channelId) as { readonly kept: string } | undefined;
  return row?.kept === 'gateway' ? 'gateway' : 'meter';
}

/** Yields now and then: a year of one channel is 17,520 slots. */
export function* renewBoundaries(db: Db): Generator<void> {
  const boundaries = boundaryRows(db);
  const readings = readingRows(db);
  const of = (text: string) =>
    db.prepare<[bigint, number], ReadingRow>(
      `SELECT * FROM reading WHERE channel_id = ? AND state = 'accepted' AND ${text} LIMIT 1`,
    );
  const before = of('at_ms <= ? ORDER BY at_ms DESC');
  const after = of('at_ms >= ? ORDER BY at_ms');
  const surely = of('since_ms >= ? ORDER BY at_ms');
  const known = db.prepare<[bigint], { slot: bigint }>('SELECT slot FROM boundary WHERE channel_id = ?');
  const oldest = db.prepare<[bigint], { at_ms: bigint | null }>(
    "SELECT min(at_ms) AS at_ms FROM reading WHERE channel_id = ? AND state = 'accepted'",
  );
  const marked = (row: ReadingRow | undefined, eras: readonly Era[]): Marked | null => {
    const era = row && eras[Number(row.era) - 1];
    return row && era ? { reading: toReading(row), era } : null;
  };

  for (const { id } of db.prepare('SELECT id FROM channel').all() as { readonly id: bigint }[]) {
    const channelId = Number(id);
    const eras = eraRows(db).of(channelId);
    const head = readings.head(channelId)?.reading;
    if (!head || eras.length === 0) continue;
    const keptBy = keptByOf(db, id);
    const have = new Set(known.all(id).map(({ slot }) => Number(slot)));
    const from = oldest.get(id)?.at_ms ?? BigInt(head.atMs);
    let missing = 0;
    for (const slot of slotsWithin(instant(Number(from)), plus(head.atMs, 1))) {
      if (have.has(slot)) continue;
      const at = boundaryAt(slot);
      const lower = marked(before.get(id, at), eras);
      const upper = marked(after.get(id, at), eras);
      const sure = marked(surely.get(id, at + (upper?.era.scale.updateMs ?? 0)), eras);
      if (lower && upper && sure && isAfter(at, sure)) {
        boundaries.put(channelId, closedBy(sure, { slot, lower, upper }, keptBy));
        have.add(slot);
      }
      if (++missing % 100 === 0) yield;
    }
    goBackToEvidence(db, id, eras, have, slotOf(head.atMs));
    yield;
  }
  endAtHeads(db);
}

/** Boundaries that nothing surely follows yet are open: the next reading closes them. Others must be there. */
function goBackToEvidence(
  db: Db,
  id: bigint,
  eras: readonly Era[],
  have: ReadonlySet<number>,
  headSlot: number,
): void {
  const opening = eras[0]?.opening.atMs;
  const first = opening === undefined ? headSlot : slotOf(opening);
  if (headSlot <= first || have.has(headSlot)) return;
  const isOpen = db
    .prepare("SELECT 1 FROM reading WHERE channel_id = ? AND state = 'accepted' AND at_ms <= ? LIMIT 1")
    .get(id, boundaryAt(headSlot));
  if (isOpen && have.has(headSlot - 1)) return;
  const newest = Math.max(-1, ...have);
  const row = db
    .prepare(
      `SELECT upper_at_ms AS at_ms, upper_since_ms AS since_ms, upper_count AS count, upper_exp2 AS exp2, upper_era AS era
       FROM boundary WHERE channel_id = @id AND slot = @newest
       UNION ALL SELECT at_ms, since_ms, count, exp2, no FROM era WHERE channel_id = @id AND no = 1 LIMIT 1`,
    )
    .get({ id, newest }) as ReadingRow | undefined;
  if (!row) return;
  db.prepare(
    'UPDATE head SET at_ms = ?, since_ms = ?, count = ?, exp2 = ?, era = ? WHERE channel_id = ?',
  ).run(row.at_ms, row.since_ms, row.count, row.exp2, row.era, id);
}

/** Nothing of a channel is later than its head: what was, the next reading finds out again. */
function endAtHeads(db: Db): void {
  const later = (table: string, column: string) =>
    `(SELECT at_ms FROM head WHERE head.channel_id = ${table}.channel_id) < ${table}.${column}`;
  db.transaction(() => {
    db.exec(`
      DELETE FROM reading WHERE state <> 'rejected' AND ${later('reading', 'at_ms')};
      DELETE FROM era WHERE ${later('era', 'at_ms')};
      DELETE FROM unwatched WHERE ${later('unwatched', 'from_ms')}
        OR from_ms = (SELECT at_ms FROM head WHERE head.channel_id = unwatched.channel_id);
      UPDATE unwatched SET to_ms = (SELECT at_ms FROM head WHERE head.channel_id = unwatched.channel_id)
        WHERE ${later('unwatched', 'to_ms')};`);
  })();
}
