/**
 * The folder DATA/inbox: coefficient documents put there (by `hakaru coefficients import` while the gateway runs, or
 * by hand) are applied within seconds; corrections lie in a folder of it. A file that is refused stays beside its name with `.refused` behind it.
 */
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { CodedError, fault } from '../domain/faults.ts';
import type { ReceivedDocument } from '../domain/ports.ts';
import { unlessGone } from '../domain/storage.ts';

/** Larger files are refused unread; the largest document of ours has some tens of kilobytes. */
export const MAX_DOCUMENT_BYTES = 1_000_000;
const REFUSED = '.refused';
const PARTIAL = '.partial';
/** A file that changed more recently than this may still be being copied, ms. */
const SETTLED_MS = 2_000;

export interface Inbox {
  /**
   * Takes each waiting file once; one that `apply` puts off with `later` stays. `apply` throws a CodedError for a
   * document that is wrong; `refused` is told why a file was set aside.
   */
  drain(
    apply: (document: ReceivedDocument) => 'taken' | 'later' | void,
    refused: (error: CodedError, name: string) => void,
  ): void;
}

function waitingIn(dir: string): string[] {
  let names: string[] = [];
  // The folder may go away in between, as when the disk below it is mounted anew.
  unlessGone(() => {
    mkdirSync(dir, { recursive: true });
    names = readdirSync(dir);
  });
  return names
    .filter((name) => !name.endsWith(REFUSED) && !name.endsWith(PARTIAL) && !name.startsWith('.'))
    .sort();
}

/** @throws CodedError file-missing, document-too-large */
function readWhole(path: string, name: string, size: number): Uint8Array {
  if (size > MAX_DOCUMENT_BYTES)
    throw new CodedError(fault('document-too-large', { source: name, limitBytes: MAX_DOCUMENT_BYTES }));
  try {
    return readFileSync(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new CodedError(fault('file-missing', { path, reason }), { cause });
  }
}

/** @param folder below DATA/inbox; the inbox itself when left out */
export function openInbox(dataDir: string, folder = ''): Inbox {
  const dir = join(dataDir, 'inbox', folder);
  return {
    drain(apply, refused) {
      for (const name of waitingIn(dir)) {
        const path = join(dir, name);
        const stat = lstatSync(path, { throwIfNoEntry: false });
        // Wall time on purpose: it is what the file system stamps files with.
        if (!stat?.isFile() || Math.abs(Date.now() - stat.mtimeMs) < SETTLED_MS) continue;
        try {
          const document = { bytes: readWhole(path, name, stat.size), source: name, etag: null };
          if (apply(document) === 'later') continue;
          unlessGone(() => unlinkSync(path));
        } catch (error) {
          if (!(error instanceof CodedError)) throw error;
          renameSync(path, `${path}${REFUSED}`);
          refused(error, name);
        }
      }
    },
  };
}

/** Puts a document into a gateway's inbox so that it appears there whole or not at all. */
export function dropIntoInbox(dataDir: string, name: string, bytes: Uint8Array, folder = ''): void {
  const dir = join(dataDir, 'inbox', folder);
  mkdirSync(dir, { recursive: true });
  const path = join(dir, basename(name));
  writeFileSync(`${path}${PARTIAL}`, bytes);
  renameSync(`${path}${PARTIAL}`, path);
}
