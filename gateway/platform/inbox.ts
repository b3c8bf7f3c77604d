/**
 * The folder DATA/inbox: coefficient documents put there (by `hakaru coefficients import` while the gateway runs, or
 * by hand) are applied within seconds. A file that is refused stays beside its name with `.refused` behind it.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ReceivedDocument } from '../domain/ports.ts';

/** Larger files are refused unread; the largest document of ours has some tens of kilobytes. */
export const MAX_DOCUMENT_BYTES = 1_000_000;
const REFUSED = '.refused';
const PARTIAL = '.partial';

export type InboxOutcome = 'applied' | 'refused';

export interface Inbox {
  /** Takes each waiting file once. `handle` is told null for a file that is too large to be read. */
  drain(handle: (document: ReceivedDocument | null, name: string) => InboxOutcome): void;
}

export function openInbox(dataDir: string): Inbox {
  const dir = join(dataDir, 'inbox');
  mkdirSync(dir, { recursive: true });
  return {
    drain(handle) {
      const waiting = readdirSync(dir).filter(
        (name) => !name.endsWith(REFUSED) && !name.endsWith(PARTIAL) && !name.startsWith('.'),
      );
      for (const name of waiting.sort()) {
        const path = join(dir, name);
        const stat = statSync(path, { throwIfNoEntry: false });
        if (!stat?.isFile()) continue;
        const small = stat.size <= MAX_DOCUMENT_BYTES;
        const document = small ? { bytes: readFileSync(path), source: name, etag: null } : null;
        if (handle(document, name) === 'applied') rmSync(path, { force: true });
        else renameSync(path, `${path}${REFUSED}`);
      }
    },
  };
}

/** Puts a document into a gateway's inbox so that it appears there whole or not at all. */
export function dropIntoInbox(dataDir: string, name: string, bytes: Uint8Array): void {
  const dir = join(dataDir, 'inbox');
  mkdirSync(dir, { recursive: true });
  const path = join(dir, basename(name));
  writeFileSync(`${path}${PARTIAL}`, bytes);
  renameSync(`${path}${PARTIAL}`, path);
}
