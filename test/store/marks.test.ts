/** The mark of an open database says that a log must be there. It never stops anything itself, and it never lies. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, type TestContext, test } from 'vitest';
import { troubleOf } from '../../gateway/domain/storage.ts';
import { openInbox } from '../../gateway/platform/inbox.ts';
import { openStore } from '../../gateway/store/store.ts';
import { databaseOf } from '../support/damage.ts';
import { mountSmallDisk } from '../support/small-disk.ts';

function folderFor({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-marks-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** @returns the version before */
function setVersion(dataDir: string, version: number): number {
  const db = new Database(databaseOf(dataDir));
  try {
    const before = Number(db.pragma('user_version', { simple: true }));
    db.pragma(`user_version = ${version}`);
    return before;
  } finally {
    db.close();
  }
}

const markOf = (dataDir: string): string => join(dataDir, 'hakaru.open');
const isMarked = (dataDir: string): boolean =>
  statSync(markOf(dataDir), { throwIfNoEntry: false })?.isFile() ?? false;

test('a start that fails after an end that was not clean leaves nothing for the next to salvage', (context) => {
  const [alive, dead] = [folderFor(context), folderFor(context)];
  const store = openStore(alive);
  store.write(() => store.facts.put('kept', 'yes'));
  const version = setVersion(alive, 99);
  // What a killed process leaves: the files as they are now.
  cpSync(alive, dead, { recursive: true });
  store.close();
  expect(isMarked(dead)).toBe(true);
  expect(statSync(`${databaseOf(dead)}-wal`).size).toBeGreaterThan(0);

  expect(() => openStore(dead)).toThrow('ledger-newer');
  setVersion(dead, version);
  const again = openStore(dead);
  context.onTestFinished(() => again.close());
  expect(again.facts.get('kept')).toBe('yes');
});

test('what was committed is no failure because the mark was; the next commit tries it again', (context) => {
  const dataDir = folderFor(context);
  const store = openStore(dataDir);
  context.onTestFinished(() => store.close());
  // Nothing can be written in the place of the mark.
  mkdirSync(markOf(dataDir));
  expect(store.write(() => (store.facts.put('first', 'yes'), 'done'))).toBe('done');
  expect(store.facts.get('first')).toBe('yes');
  rmdirSync(markOf(dataDir));
  store.write(() => store.facts.put('second', 'yes'));
  expect(isMarked(dataDir)).toBe(true);
});

test('a mark that cannot be removed keeps neither the database nor its lock open', (context) => {
  const dataDir = folderFor(context);
  const store = openStore(dataDir);
  store.write(() => store.facts.put('kept', 'yes'));
  rmSync(markOf(dataDir));
  mkdirSync(markOf(dataDir));
  expect(() => store.close()).not.toThrow();
  expect(() => store.facts.get('kept')).toThrow('not open');
  rmdirSync(markOf(dataDir));
  openStore(dataDir).close();
});

test('a file that a disk does not give back is named as the trouble of a disk that can only be read', (context) => {
  const dataDir = folderFor(context);
  const disk = mountSmallDisk(dataDir, 1);
  context.onTestFinished(() => disk.remove());
  const inbox = join(dataDir, 'inbox');
  mkdirSync(inbox);
  writeFileSync(join(inbox, 'document.json'), '{}');
  utimesSync(join(inbox, 'document.json'), 0, 0);
  disk.readOnly(true);
  const drain = () =>
    openInbox(dataDir).drain(
      () => {},
      (error) => expect.unreachable(error.message),
    );
  let said: unknown = null;
  try {
    drain();
  } catch (error) {
    said = error;
  }
  expect(troubleOf(said)).toBe('read-only');
  disk.readOnly(false);
  drain();
  expect(statSync(join(inbox, 'document.json'), { throwIfNoEntry: false })).toBeUndefined();
});
