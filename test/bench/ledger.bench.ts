/**
 * How many readings a second the ledger takes: 100 channels read each second, committed every 10 s into a database on
 * disk, with half-hour boundaries, hour buckets and messages. Beside it, in the same minute: better-sqlite3 alone,
 * inserting every reading as a row in equal transactions.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { instant } from '../../gateway/domain/time.ts';
import { hourGrid } from '../../gateway/platform/hour-grid.ts';
import { createAcceptor, type NewReading } from '../../gateway/stages/accept-readings.ts';
import { createHourCloser } from '../../gateway/stages/close-hours.ts';
import { createEventSink } from '../../gateway/stages/ledger-events.ts';
import { openStore } from '../../gateway/store/store.ts';
import { specWith } from '../ledger/support/ledger.ts';
import { type FigureLine, figure, interleaved } from './harness.ts';

const CHANNELS = 100;
const SECONDS_PER_COMMIT = 10;
const COMMITS = 400;
const READINGS = CHANNELS * SECONDS_PER_COMMIT * COMMITS;
const START = Date.parse('2026-07-01T00:00:00+09:00');

function inFolder(work: (folder: string) => number): number {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-bench-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** One commit's readings of all channels: 90 kW each, in steps of 1 Wh. */
function batch(specs: readonly NewReading['spec'][], commit: number): NewReading[] {
  return Array.from({ length: SECONDS_PER_COMMIT }, (_, s) => commit * SECONDS_PER_COMMIT + s).flatMap(
    (second) =>
      specs.map((spec) => {
        const atMs = instant(START + second * 1_000);
        return { spec, reading: { sinceMs: atMs, atMs, raw: { count: BigInt(second * 25), exp2: 0 } } };
      }),
  );
}

let writtenBytes = 0;

/** @returns readings a second */
function ledger(): number {
  return inFolder((folder) => {
    const store = openStore(folder);
    const grid = hourGrid('Asia/Tokyo');
    const sender = { site: 's', gateway: 'g', generation: 1 };
    const events = createEventSink({ store, grid, sender, topic: 'event' });
    const specs = Array.from({ length: CHANNELS }, (_, i) =>
      specWith({ meter: `m${i}`, scale: { unitsPerCount: { num: 1n, den: 1_000n } } }),
    );
    const ids = store.write(() =>
      specs.map((spec) => store.channels.ensure(spec.meter, spec.channel, instant(START), instant(START)).id),
    );
    const byId = new Map(ids.map((id, i) => [id, specs[i] as (typeof specs)[number]]));
    const acceptor = createAcceptor({ store, grid, events, evidenceMs: 60_000 });
    const closer = createHourCloser({ store, grid, specs: byId, active: new Set(ids) });
    let tookMs = 0;
    for (let commit = 0; commit < COMMITS; commit++) {
      const readings = batch(specs, commit);
      const nowMs = (readings.at(-1) as NewReading).reading.atMs;
      const begin = performance.now();
      const accepted = acceptor.accept(readings, nowMs);
      closer.run(nowMs);
      tookMs += performance.now() - begin;
      if (accepted !== readings.length) throw new Error(`${accepted} of ${readings.length} accepted`);
    }
    store.checkpoint();
    writtenBytes = statSync(join(folder, 'hakaru.db')).size;
    store.close();
    return (READINGS * 1_000) / tookMs;
  });
}

/** Every reading a row, and nothing decided about it. */
function sqliteAlone(): number {
  return inFolder((folder) => {
    const db = new Database(join(folder, 'alone.db'));
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    db.exec(
      'CREATE TABLE reading (at_ms INTEGER, channel_id INTEGER, since_ms INTEGER, count INTEGER, PRIMARY KEY (at_ms, channel_id)) WITHOUT ROWID',
    );
    const insert = db.prepare('INSERT INTO reading VALUES (?, ?, ?, ?)');
    let tookMs = 0;
    for (let commit = 0; commit < COMMITS; commit++) {
      const begin = performance.now();
      db.transaction(() => {
        for (let s = 0; s < SECONDS_PER_COMMIT; s++) {
          const second = commit * SECONDS_PER_COMMIT + s;
          const atMs = START + second * 1_000;
          for (let channel = 1; channel <= CHANNELS; channel++) insert.run(atMs, channel, atMs, second * 25);
        }
      })();
      tookMs += performance.now() - begin;
    }
    db.close();
    return (READINGS * 1_000) / tookMs;
  });
}

export async function bench(report: (line: FigureLine) => void): Promise<void> {
  const { ours, alone } = await interleaved(5, {
    ours: async () => ledger(),
    alone: async () => sqliteAlone(),
  });
  report(figure('ledger: readings accepted', 'readings/s', ours, alone));
  report(
    figure('ledger: database per million readings', 'MB', [(writtenBytes / READINGS) * 1e6 * 1e-6], null),
  );
}
