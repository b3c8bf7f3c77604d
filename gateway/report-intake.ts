/** How entries for reports reach the one process that writes: from the page, and by files in DATA/inbox/report-entries. */

import { readReportEntries } from '../config/report-entry-csv.ts';
import { readEntryBatch } from '../config/report-entry-file.ts';
import { fuelIds } from '../config/report-factors.ts';
import type { CodedError } from './domain/faults.ts';
import type { EntryDraft } from './domain/report/entries.ts';
import { openInbox } from './platform/inbox.ts';
import type { Log } from './platform/log.ts';
import type { EntryOrigin } from './store/report-rows.ts';
import type { Store } from './store/store.ts';

/** Below DATA/inbox. */
export const REPORT_ENTRIES = 'report-entries';

export interface ReportIntake {
  /** Takes what waits in the inbox. */
  drain(): void;
  /** All of a file or nothing. @throws CodedError report-entry-invalid. @returns how many entries were new */
  enter(bytes: Uint8Array, origin: EntryOrigin): number;
}

/** One transaction: all of it is durable, or nothing of it is there. */
export function takeEntries(store: Store, drafts: readonly EntryDraft[], origin: EntryOrigin): number {
  return store.write(() => store.reports.enter(drafts, origin));
}

export function createReportIntake({
  store,
  dataDir,
  log,
}: {
  readonly store: Store;
  readonly dataDir: string;
  readonly log: Log;
}): ReportIntake {
  const inbox = openInbox(dataDir, REPORT_ENTRIES);
  let fuels: readonly string[] | null = null;
  const known = (): readonly string[] => (fuels ??= fuelIds());

  function refused(error: CodedError, source: string): void {
    log.warn({ fault: error.fault, source }, 'report entries refused');
  }

  return {
    drain() {
      inbox.drain(({ bytes, source }) => {
        const { batch, drafts } = readEntryBatch(bytes, source, known());
        const { by, saidAtMs, source: from, batch: id } = batch;
        const taken = takeEntries(store, drafts, { by, saidAtMs, source: from, batch: id });
        log.info({ by, source: from, entries: drafts.length, taken }, 'report entries');
      }, refused);
    },
    enter(bytes, origin) {
      const taken = takeEntries(store, readReportEntries(bytes, origin.source, known()), origin);
      log.info({ by: origin.by, source: origin.source, taken }, 'report entries');
      return taken;
    },
  };
}
