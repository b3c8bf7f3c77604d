import { closeSync, fsyncSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { unlessGone } from '../domain/storage.ts';

const NAME = '.write-test';
const BYTES = Buffer.alloc(4_096, 1);

/**
 * Writes a little file into the folder, as far as the disk itself, and removes it.
 * @returns what the system said against it, with its `code`; null when the folder takes data
 */
export function probeFolder(folder: string): unknown {
  const path = join(folder, NAME);
  try {
    const file = openSync(path, 'w');
    try {
      writeSync(file, BYTES);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    unlessGone(() => unlinkSync(path));
    return null;
  } catch (error) {
    try {
      unlinkSync(path);
    } catch {
      // A folder that takes no file gives none back either.
    }
    return error;
  }
}
