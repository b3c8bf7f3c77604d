/**
 * One process writes the database. A command writes by itself where no gateway runs; else it puts its wish into the
 * gateway's inbox and looks at the rows until it is in force.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { CodedError } from '../domain/faults.ts';
import { openStore, openStoreForReading, type Store } from '../store/store.ts';

const LOOK_AGAIN_MS = 200;

/** Opens the database when no gateway runs on it; null while one does. */
export function openIfFree(dataDir: string): Store | null {
  try {
    return openStore(dataDir);
  } catch (error) {
    if (error instanceof CodedError && error.fault.code === 'ledger-locked') return null;
    throw error;
  }
}

/** What `look` finds in the rows, as soon as it finds it; null when it has not within `limitMs`. */
export async function untilFound<T>(
  dataDir: string,
  limitMs: number,
  look: (store: Store) => T | null,
): Promise<T | null> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    const store = openStoreForReading(dataDir);
    try {
      const found = look(store);
      if (found !== null) return found;
    } finally {
      store.close();
    }
    await delay(LOOK_AGAIN_MS);
  }
  return null;
}
