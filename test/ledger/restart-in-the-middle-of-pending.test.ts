import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openStore } from '../../gateway/store/store.ts';
import { content } from './support/checks.ts';
import { at, HOUR, type Ledger, MINUTE, openLedger, reading } from './support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hakaru-ledger-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const onDisk = (): Ledger => openLedger({ startMs: START, store: openStore(folder) });

const old = [0, 1, 2].map((minute) => reading(START + minute * MINUTE, 500_000 + minute * 10));
const fresh = [3, 4, 5, 6].map((minute) => reading(START + minute * MINUTE, minute * 10));

it('two readings of a new meter before the restart and one after it are three that agree', () => {
  const before = onDisk();
  before.feed([...old, ...fresh.slice(0, 2)]);
  expect(before.eras()).toHaveLength(1);
  before.store.close();

  const after = onDisk();
  after.feed(fresh.slice(2, 3));
  expect(after.eras()).toMatchObject([
    { no: 1 },
    { no: 2, cause: 'register-change', opening: { atMs: START + 3 * MINUTE } },
  ]);
  expect(after.store.readings.head(after.channelId)).toMatchObject({
    reading: { atMs: START + 5 * MINUTE },
    era: 2,
  });
  after.store.close();
});

it('a transient before the restart is set aside after it', () => {
  const before = onDisk();
  before.feed([...old, reading(START + 3 * MINUTE, 0)]);
  before.store.close();

  const after = onDisk();
  after.feed([reading(START + 4 * MINUTE, 500_040)]);
  expect(after.eras()).toHaveLength(1);
  expect(after.store.readings.at(after.channelId, reading(START + 3 * MINUTE, 0).atMs)).toMatchObject({
    era: null,
  });
  expect(after.events('transient-reading')).toHaveLength(1);
  after.store.close();
});

it('a file closed and opened after every reading ends as one that was never closed', () => {
  const readings = [
    ...old,
    ...fresh,
    ...[50, 61, 62, 130].map((minute) => reading(START + minute * MINUTE, 300 + minute)),
  ];
  const whole = openLedger({ startMs: START });
  whole.feed(readings);
  whole.close(START + 3 * HOUR);
  const expected = content(whole);

  for (const each of readings) {
    const ledger = onDisk();
    ledger.feed([each]);
    ledger.store.close();
  }
  const last = onDisk();
  last.close(START + 3 * HOUR);
  expect(content(last)).toEqual(expected);
  last.store.close();
});
