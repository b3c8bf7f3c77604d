/** The outbox as SQLite keeps it: what waits, what an acknowledgement costs the card, what is kept and for how long. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { array, assert, integer, property, record } from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { type EpochMs, instant, plus } from '../../gateway/domain/time.ts';
import { openStore, openStoreInMemory, type Store } from '../../gateway/store/store.ts';

const NOW = instant(Date.parse('2026-07-01T10:01:30+09:00'));
const TOPIC = 'hakaru/v1/site/gw1/hour/main/energy-import';
const DAY_MS = 86_400_000;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-outbox-'));
  folders.push(folder);
  return folder;
}

function fill(store: Store, count: number, { payload = '{}', atMs = NOW } = {}): void {
  store.write(() => {
    for (let n = 0; n < count; n += 1) {
      const about = { channelId: 1, startMs: instant(n * 3_600_000), revision: 1 };
      store.outbox.append({ kind: 'hour', topic: TOPIC, payload: () => payload, about, createdAtMs: atMs });
    }
  });
}

const acknowledge = (store: Store, first: number, last: number, atMs: EpochMs = NOW): void =>
  store.writeSoon(() => store.outbox.acknowledge(first, last, atMs));
const seqs = (rows: readonly { readonly seq: number }[]): number[] => rows.map(({ seq }) => seq);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1);

test('what waits is what was not acknowledged, whatever the order of the answers', () => {
  const run = record({ first: integer({ min: 1, max: 60 }), length: integer({ min: 1, max: 15 }) });
  const story = property(array(run, { maxLength: 12 }), integer({ min: 0, max: 60 }), (runs, after) => {
    const store = openStoreInMemory();
    fill(store, 60);
    const answered = new Map<number, number>();
    for (const [n, { first, length }] of runs.entries()) {
      const last = Math.min(first + length - 1, 60);
      acknowledge(store, first, last, instant(NOW + n));
      for (let seq = first; seq <= last; seq += 1) if (!answered.has(seq)) answered.set(seq, NOW + n);
    }
    const waiting = upTo(60).filter((seq) => !answered.has(seq));
    const later = waiting.filter((seq) => seq > after);
    expect(store.outbox.backlog().waiting).toBe(waiting.length);
    expect(seqs(store.outbox.unsent(after, 1000))).toEqual(later);
    expect(seqs(store.outbox.unsent(after, 7))).toEqual(later.slice(0, 7));
    for (const seq of upTo(60)) {
      const atMs = answered.get(seq) ?? null;
      expect(store.outbox.find(seq)).toMatchObject({
        state: atMs === null ? 'waiting' : 'acknowledged',
        acknowledgedAtMs: atMs,
      });
    }
    store.close();
  });
  assert(story, { numRuns: 100 });
});

test('the backlog tells since when its first message waits', () => {
  const store = openStoreInMemory();
  expect(store.outbox.backlog()).toEqual({ waiting: 0, oldestMs: null });
  fill(store, 2, { atMs: NOW });
  fill(store, 2, { atMs: plus(NOW, 5000) });
  expect(store.outbox.backlog()).toEqual({ waiting: 4, oldestMs: NOW });
  acknowledge(store, 1, 2);
  expect(store.outbox.backlog()).toEqual({ waiting: 2, oldestMs: NOW + 5000 });
  acknowledge(store, 4, 4);
  expect(store.outbox.backlog()).toEqual({ waiting: 1, oldestMs: NOW + 5000 });
  acknowledge(store, 3, 3);
  expect(store.outbox.backlog()).toEqual({ waiting: 0, oldestMs: null });
});

test('an acknowledgement of 500 messages writes a few pages, not the messages', () => {
  const folder = newFolder();
  const store = openStore(folder);
  fill(store, 1000, { payload: 'x'.repeat(700) });
  store.checkpoint();
  acknowledge(store, 1, 1);
  const pages = (from: number, to: number): number => {
    const db = new Database(join(folder, 'hakaru.db'), { readonly: true });
    const before = Number((db.pragma('wal_checkpoint(NOOP)') as { log: number }[])[0]?.log);
    acknowledge(store, from, to);
    const after = Number((db.pragma('wal_checkpoint(NOOP)') as { log: number }[])[0]?.log);
    db.close();
    return after - before;
  };
  expect(pages(2, 501)).toBeLessThanOrEqual(4);
  expect(pages(502, 502)).toBeLessThanOrEqual(4);
  store.close();
});

describe('retention', () => {
  test('old messages go in bounded steps; what waits stays, and the count goes on', () => {
    const store = openStoreInMemory();
    fill(store, 30);
    acknowledge(store, 1, 9, NOW);
    acknowledge(store, 11, 20, NOW);
    acknowledge(store, 21, 25, plus(NOW, DAY_MS));
    const purge = (limit: number): number =>
      store.write(() => store.outbox.purgeAcknowledged(NOW + 1, limit));
    expect([purge(7), purge(7), purge(7), purge(7)]).toEqual([7, 7, 5, 0]);
    expect(seqs(store.outbox.unsent(0, 100))).toEqual([10, 26, 27, 28, 29, 30]);
    expect(store.outbox.backlog().waiting).toBe(6);
    expect(store.outbox.find(9)).toBeNull();
    expect(store.outbox.find(10)).toMatchObject({ state: 'waiting' });
    expect(store.outbox.find(21)).toMatchObject({ acknowledgedAtMs: NOW + DAY_MS });
    expect(store.outbox.lastSeq()).toBe(30);
  });

  test('nothing is left and nothing waits: the next message still follows the last one', () => {
    const folder = newFolder();
    const first = openStore(folder);
    fill(first, 12);
    acknowledge(first, 1, 12);
    expect(first.write(() => first.outbox.purgeAcknowledged(NOW + 1, 1000))).toBe(12);
    first.close();
    const store = openStore(folder);
    expect(store.outbox.backlog()).toEqual({ waiting: 0, oldestMs: null });
    fill(store, 1);
    expect(seqs(store.outbox.unsent(0, 10))).toEqual([13]);
    expect(store.outbox.backlog()).toEqual({ waiting: 1, oldestMs: NOW });
    store.close();
  });

  test('a message acknowledged under a clock that ran ahead does not keep the others', () => {
    const store = openStoreInMemory();
    fill(store, 30);
    acknowledge(store, 1, 10, plus(NOW, 10_000 * DAY_MS));
    acknowledge(store, 11, 30, NOW);
    expect(store.write(() => store.outbox.purgeAcknowledged(NOW + 1, 1000))).toBe(20);
    expect(store.outbox.find(10)).toMatchObject({ state: 'acknowledged' });
    expect(store.outbox.find(11)).toBeNull();
  });
});

test('the outage budget is reckoned from the newest messages and the number since then', () => {
  const store = openStoreInMemory();
  expect(store.outbox.bytesSince(0)).toEqual({ bytes: 0, spanMs: 0 });
  const payload = 'x'.repeat(100 - TOPIC.length);
  for (let hour = 0; hour < 48; hour += 1) {
    fill(store, 50, { payload, atMs: plus(NOW, hour * 3_600_000) });
  }
  acknowledge(store, 1, 2400);
  store.write(() => store.outbox.purgeAcknowledged(NOW + 1, 300));
  const dayAgoMs = NOW + 24 * 3_600_000;
  expect(store.outbox.bytesSince(dayAgoMs)).toEqual({ bytes: 24 * 50 * 100, spanMs: 23 * 3_600_000 });
  expect(store.outbox.bytesSince(0)).toEqual({ bytes: 42 * 50 * 100, spanMs: 41 * 3_600_000 });
  expect(store.outbox.bytesSince(NOW + 100 * DAY_MS)).toEqual({ bytes: 0, spanMs: 0 });
});

test('a database from before keeps what was acknowledged, when, and what waits', () => {
  const folder = newFolder();
  const old = new Database(join(folder, 'hakaru.db'));
  old.exec(readFileSync(new URL('../../gateway/store/migrations/001-ledger.sql', import.meta.url), 'utf8'));
  old.pragma('user_version = 1');
  const insert = old.prepare(
    `INSERT INTO outbox (kind, topic, payload, created_at_ms, attempts, state, acknowledged_at_ms, refused)
     VALUES ('event', ?, '{}', ?, ?, ?, ?, ?)`,
  );
  const times = [1000, 1000, 2000, null, 3000, 3000, 1000, null, null];
  for (const [n, atMs] of times.entries()) {
    const attempts = n === 7 ? 2 : 0;
    insert.run(
      TOPIC,
      NOW + n,
      attempts,
      atMs === null ? 'waiting' : 'acknowledged',
      atMs,
      n === 4 ? 'why' : null,
    );
  }
  old.close();
  const store = openStore(folder);
  expect(upTo(9).map((seq) => store.outbox.find(seq)?.acknowledgedAtMs)).toEqual(times);
  expect(store.outbox.find(5)).toMatchObject({ refused: 'why', createdAtMs: NOW + 4 });
  expect(store.outbox.unsent(0, 10)).toEqual([
    { seq: 4, topic: TOPIC, payload: '{}', attempts: 0 },
    { seq: 8, topic: TOPIC, payload: '{}', attempts: 2 },
    { seq: 9, topic: TOPIC, payload: '{}', attempts: 0 },
  ]);
  expect(store.outbox.backlog()).toEqual({ waiting: 3, oldestMs: NOW + 3 });
  fill(store, 1);
  expect(store.outbox.lastSeq()).toBe(10);
  store.close();
});
