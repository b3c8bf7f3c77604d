/**
 * What is kept for a time only: readings that are neither a bracket nor the end of an era, and messages that the
 * broker has acknowledged. Boundaries, eras, hours and documents are never deleted. Old rows go once an hour, in
 * bounded steps; the pages they leave are used again, so the file stops growing. A power cut only means that the same
 * rows are deleted again.
 */
import { type EpochMs, HOUR_MS, plus } from '../domain/time.ts';
import type { Store } from '../store/store.ts';

/** Rows deleted in one transaction, of each kind. */
const BATCH = 500;
const DAY_MS = 86_400_000;

export interface PurgeDeps {
  readonly store: Store;
  readonly readingsDays: number;
  readonly messagesDays: number;
}

export function createPurger({ store, readingsDays, messagesDays }: PurgeDeps) {
  let doneHour = Number.NaN;
  return {
    /** One bounded step. @returns whether there may be more to do at once */
    run(nowMs: EpochMs): boolean {
      const hour = Math.floor(nowMs / HOUR_MS);
      if (hour === doneHour) return false;
      const [readings, messages] = store.writeSoon(() => [
        store.readings.purge(plus(nowMs, -readingsDays * DAY_MS), BATCH),
        store.outbox.purgeAcknowledged(plus(nowMs, -messagesDays * DAY_MS), BATCH),
      ]);
      const more = readings === BATCH || messages === BATCH;
      if (!more) doneHour = hour;
      return more;
    },
  };
}
