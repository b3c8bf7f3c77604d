/** The files of a database, and what a salvage does with them; see salvage.ts. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { unlessGone } from '../domain/storage.ts';

export const FILE_NAME = 'hakaru.db';
/** The new database while it is built, and when it is ready to take its place. */
export const BUILDING = `${FILE_NAME}.building`;
const READY = '.salvaged';
const ASIDE = `${FILE_NAME}.corrupt-`;
/** There while the database is open, and after an end that was not clean. */
const OPEN_MARK = 'hakaru.open';
const LOG = `${FILE_NAME}-wal`;
const BESIDE = ['', '-wal', '-shm'] as const;

function syncPath(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function removeFile(path: string): void {
  unlessGone(() => unlinkSync(path));
}

export function removeUnfinished(dataDir: string): void {
  for (const end of ['', '-wal', '-shm', '-journal']) removeFile(join(dataDir, `${BUILDING}${end}`));
}

/** The name under which a database that is damaged now will be kept. */
export function asideName(dataDir: string, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const taken = new Set(readdirSync(dataDir));
  const isTaken = (name: string) => BESIDE.some((end) => taken.has(`${name}${end}`));
  let name = `${ASIDE}${stamp}`;
  for (let n = 2; isTaken(name); n++) name = `${ASIDE}${stamp}-${n}`;
  return name;
}

/** The new database is whole. Its name says what becomes of the damaged one: a power cut forgets nothing of it. */
export function declareReady(dataDir: string, aside: string): void {
  syncPath(join(dataDir, BUILDING));
  renameSync(join(dataDir, BUILDING), join(dataDir, `${aside}${READY}`));
  syncPath(dataDir);
}

/**
 * Sets the damaged database aside with its log and puts the new one in its place, if one is ready. Under the lock,
 * nobody has either open. After a power cut on the way the next start calls it again.
 */
export function putInPlace(dataDir: string): void {
  const ready = readdirSync(dataDir).find((name) => name.startsWith(ASIDE) && name.endsWith(READY));
  if (!ready) return;
  const aside = ready.slice(0, -READY.length);
  // A log that stays behind would be played into the new database: everything goes before that comes.
  for (const end of BESIDE) {
    const from = join(dataDir, `${FILE_NAME}${end}`);
    if (existsSync(from)) renameSync(from, join(dataDir, `${aside}${end}`));
  }
  syncPath(dataDir);
  removeFile(join(dataDir, OPEN_MARK));
  renameSync(join(dataDir, ready), join(dataDir, FILE_NAME));
  syncPath(dataDir);
}

/** Whether somebody took the write-ahead log away since the last end, which was not clean: with it goes what it held. */
export function lacksLog(dataDir: string): boolean {
  const there = (name: string) => existsSync(join(dataDir, name));
  // A command that only reads leaves an empty one.
  const log = statSync(join(dataDir, LOG), { throwIfNoEntry: false });
  return there(OPEN_MARK) && there(FILE_NAME) && (log?.size ?? 0) === 0;
}

/**
 * To be called when the log holds something, not before: a mark without a log says that the log was taken away.
 * @returns whether the disk took it
 */
export function markOpen(dataDir: string): boolean {
  return didWork(() => writeFileSync(join(dataDir, OPEN_MARK), ''));
}

/** To be called before closing, which removes the log. A disk that keeps the mark keeps the log as well. */
export function markClosed(dataDir: string): void {
  didWork(() => removeFile(join(dataDir, OPEN_MARK)));
}

function didWork(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
