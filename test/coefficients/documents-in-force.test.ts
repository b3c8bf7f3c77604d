/** What is in force is read once and never out of date: not after a failed transaction, not beside another writer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { instant } from '../../gateway/domain/time.ts';
import { openStore, openStoreForReading, type Store } from '../../gateway/store/store.ts';
import { document } from './documents.ts';

let folder: string;
let store: Store;
let reader: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hakaru-in-force-'));
  store = openStore(folder);
  reader = openStoreForReading(folder);
});
afterEach(() => {
  reader.close();
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

function put(revision: number, tightDay: string, area: 'kyushu' | 'tokyo' = 'kyushu'): void {
  const received = { source: 'test', sha256: `${area} ${revision} ${tightDay}`, atMs: instant(revision) };
  store.documents.putInForce(document({ area, revision, tightDays: [tightDay] }), {
    ...received,
    bytes: Buffer.from(tightDay),
  });
}

const tight = (from: Store): readonly string[][] =>
  from.documents.inForce('kyushu').map(({ revision, tightDays }) => [`${revision}`, ...tightDays]);

it('a list stays the same list until a document comes', () => {
  store.write(() => put(1, '2026-11-03'));
  const first = store.documents.inForce('kyushu');
  expect(store.documents.inForce('kyushu')).toBe(first);
  expect(tight(store)).toEqual([['1', '2026-11-03']]);

  store.write(() => put(2, '2026-11-04'));
  expect(store.documents.inForce('kyushu')).not.toBe(first);
  expect(tight(store)).toEqual([['2', '2026-11-04']]);
});

it('a document of a transaction that failed never was in force, also when another takes its row', () => {
  expect(() =>
    store.write(() => {
      put(1, '2026-11-03');
      expect(tight(store)).toEqual([['1', '2026-11-03']]);
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(tight(store)).toEqual([]);
  store.write(() => put(1, '2026-11-05'));
  expect(tight(store)).toEqual([['1', '2026-11-05']]);
});

it('a reader sees what another connection wrote, and each area has its own', () => {
  expect(tight(reader)).toEqual([]);
  store.write(() => put(1, '2026-11-03'));
  expect(tight(reader)).toEqual([['1', '2026-11-03']]);
  store.write(() => put(1, '2026-11-09', 'tokyo'));
  expect(tight(reader)).toEqual([['1', '2026-11-03']]);
  expect(reader.documents.inForce('tokyo').map(({ tightDays }) => tightDays)).toEqual([['2026-11-09']]);
  store.write(() => put(2, '2026-11-04'));
  expect(tight(reader)).toEqual([['2', '2026-11-04']]);
});
