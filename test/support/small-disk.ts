import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** A folder with a disk of its own that can be filled and that can grow. */
export interface SmallDisk {
  /** Not one byte more fits. */
  fill(): void;
  growTo(megabytes: number): void;
  /** Whether it can only be read. Nobody may have a file open for writing. */
  readOnly(on: boolean): void;
  remove(): void;
}

/** @throws Error when this machine does not let us mount; the story cannot be told then */
export function mountSmallDisk(folder: string, megabytes: number): SmallDisk {
  mkdirSync(folder, { recursive: true });
  mount('-t', 'tmpfs', '-o', `size=${megabytes}m`, 'hakaru-test', folder);
  return {
    fill() {
      const file = openSync(join(folder, 'somebody-elses-file'), 'a');
      try {
        for (const bytes of [65_536, 4_096, 1]) writeUntilFull(file, Buffer.alloc(bytes));
      } finally {
        closeSync(file);
      }
    },
    growTo: (more) => mount('-o', `remount,size=${more}m`, folder),
    readOnly: (on) => mount('-o', `remount,${on ? 'ro' : 'rw'}`, folder),
    remove: () => void execFileSync('umount', ['--lazy', folder]),
  };
}

/** Gives the space of the write-ahead log back. @returns false while somebody writes */
export function hasShortLog(dataDir: string): boolean {
  const db = new Database(join(dataDir, 'hakaru.db'));
  try {
    const [done] = db.pragma('wal_checkpoint(TRUNCATE)') as { readonly busy: number }[];
    return done?.busy === 0;
  } finally {
    db.close();
  }
}

function mount(...args: readonly string[]): void {
  try {
    execFileSync('mount', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `The story of the full disk needs a disk of its own: run the tests as root on a machine that lets them mount a tmpfs. (${reason})`,
      { cause },
    );
  }
}

function writeUntilFull(file: number, bytes: Buffer): void {
  try {
    while (true) writeSync(file, bytes);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}
