/**
 * A folder that others fill: a USB stick, a share. Nothing in it is ever changed, so it may be read-only; what was
 * taken is known by the hash of its bytes. A file is taken when its size and time have stood still for some seconds, so
 * that none is taken while it is being written. A folder that is not there is a stick that is not plugged in.
 */

import { createHash } from 'node:crypto';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fault } from '../../domain/faults.ts';
import type { CoefficientSource, KnownOfSource, SourceAnswer } from '../../domain/ports.ts';

/** Files that are looked at; a folder with more is not one of documents. */
const MAX_FILES = 1_000;
/** A share that is gone may answer nothing for minutes, ms. */
const ANSWER_MS = 20_000;
/** A file that changed within this time may still be being written, ms by our own clock. */
export const SETTLED_MS = 5_000;
/** Written by people and programs while a copy is not whole. */
const UNFINISHED = /^[.~]|\.(partial|part|tmp|crdownload|download|swp)$/i;
const DOCUMENT = /\.(json|csv)$/i;

interface Seen {
  /** Size and time, and since when they are what they are, by the monotonic clock. */
  readonly stamp: string;
  readonly sinceMs: number;
  /** Hash of the bytes, once they were read. */
  readonly sha256: string | null;
}

export interface FolderSourceOptions {
  /** Absolute. */
  readonly path: string;
  readonly maxBytes: number;
  readonly monotonicMs: () => number;
}

const timeUp = Symbol('time is up');

async function within<T>(work: Promise<T>): Promise<T | typeof timeUp> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof timeUp>((resolve) => {
    timer = setTimeout(() => resolve(timeUp), ANSWER_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** At most `maxBytes` and one: a file that has grown meanwhile is seen to be another one. */
async function bytesOf(path: string, maxBytes: number): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.alloc(maxBytes + 1);
    let size = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, size, buffer.length - size, size);
      if (bytesRead === 0) break;
      size += bytesRead;
    }
    return Uint8Array.from(buffer.subarray(0, size));
  } finally {
    await file.close();
  }
}

export function folderSource({ path, maxBytes, monotonicMs }: FolderSourceOptions): CoefficientSource {
  let seen = new Map<string, Seen>();
  /** Larger ones are told of once each. */
  const told = new Set<string>();

  async function stampOf(name: string): Promise<string | null> {
    try {
      const found = await stat(join(path, name));
      return found.isFile() ? `${found.size}/${found.mtimeMs}/${found.ino}` : null;
    } catch {
      // Gone since the folder was listed.
      return null;
    }
  }

  async function look(known: KnownOfSource): Promise<SourceAnswer> {
    const names = (await readdir(path))
      .filter((name) => DOCUMENT.test(name) && !UNFINISHED.test(name))
      .sort()
      .slice(0, MAX_FILES);
    const before = seen;
    const now = new Map<string, Seen>();
    seen = now;
    let answer: SourceAnswer = { kind: 'not-modified' };
    for (const name of names) {
      const stamp = await stampOf(name);
      if (stamp === null) continue;
      const last = before.get(name);
      const entry = last?.stamp === stamp ? last : { stamp, sinceMs: monotonicMs(), sha256: null };
      now.set(name, entry);
      const stood = monotonicMs() - entry.sinceMs >= SETTLED_MS;
      if (!stood || answer.kind !== 'not-modified' || (entry.sha256 !== null && known.has(entry.sha256)))
        continue;
      const found = await take(name, stamp, known);
      if (found.sha256 !== null) now.set(name, { ...entry, sha256: found.sha256 });
      answer = found.answer;
    }
    return answer;
  }

  async function take(
    name: string,
    stamp: string,
    known: KnownOfSource,
  ): Promise<{ readonly sha256: string | null; readonly answer: SourceAnswer }> {
    const nothing = { sha256: null, answer: { kind: 'not-modified' } } as const;
    const size = Number(stamp.split('/')[0]);
    if (size > maxBytes) {
      const key = `${name}/${stamp}`;
      if (told.has(key)) return nothing;
      if (told.size >= MAX_FILES) told.clear();
      told.add(key);
      const problem = fault('document-too-large', { source: name, limitBytes: maxBytes });
      return { sha256: null, answer: { kind: 'fault', fault: problem } };
    }
    const bytes = await bytesOf(join(path, name), maxBytes);
    // Somebody began to write meanwhile: the next look will see.
    if (bytes.byteLength !== size || bytes.byteLength === 0 || (await stampOf(name)) !== stamp)
      return nothing;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    if (known.has(sha256)) return { sha256, answer: { kind: 'not-modified' } };
    return { sha256, answer: { kind: 'document', document: { bytes, source: name, etag: null } } };
  }

  /** A look that never ended: the next one waits for it. */
  let looking: Promise<SourceAnswer> | null = null;

  return {
    name: `folder ${path}`,
    kind: 'folder',
    async fetch(known) {
      const failed = (reason: string): SourceAnswer => ({
        kind: 'fault',
        fault: fault('folder-unreadable', { path, reason }),
      });
      try {
        looking ??= look(known).finally(() => void (looking = null));
        const answer = await within(looking);
        return answer === timeUp ? failed(`no answer within ${ANSWER_MS / 1_000} s`) : answer;
      } catch (error) {
        return failed(error instanceof Error ? error.message : String(error));
      }
    },
  };
}
