/** How coefficient documents come in: the inbox folder and the scheduled download, both through one door. */
import { readCoefficientDocument } from '../config/coefficient-document.ts';
import type { SiteConfig } from '../config/types.ts';
import { backoffMs } from './domain/coefficients/backoff.ts';
import type { CoefficientRules } from './domain/coefficients/types.ts';
import { type Fault, faultText } from './domain/faults.ts';
import type { Clock } from './domain/time.ts';
import { openInbox } from './platform/inbox.ts';
import type { Log } from './platform/log.ts';
import { schedule } from './platform/schedule.ts';
import type { StorageGuard } from './platform/storage-guard.ts';
import { createDocumentApplier } from './stages/apply-document.ts';
import { createDownloader, type DownloadResult } from './stages/download.ts';
import type { EventSink } from './stages/ledger-events.ts';
import type { Store } from './store/store.ts';
import { httpsSource } from './uplink/coefficients/https-source.ts';

/** Tries of one scheduled download; the waits between them grow. */
const MAX_TRIES = 5;

export interface CoefficientIntake {
  /** Applies what waits for the disk, and what waits in the inbox. */
  drainInbox(): void;
  /** One download now, if the site file names a source. */
  download(): Promise<void>;
  /** Downloads now and on the schedule. @returns how to stop it */
  start(): () => void;
  /** Why the last document was refused or the last download failed; null when the last one was good. */
  fault(): Fault | null;
}

export function createCoefficientIntake(deps: {
  readonly store: Store;
  readonly site: SiteConfig;
  readonly dataDir: string;
  readonly rules: CoefficientRules;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly guard: StorageGuard;
  readonly log: Log;
}): CoefficientIntake {
  const { store, site, rules, events, clock, guard, log } = deps;
  const read = (bytes: Uint8Array, source: string) => readCoefficientDocument(bytes, source, rules.ruleSets);
  const applier = createDocumentApplier({ store, rules, events, read });
  const inbox = openInbox(deps.dataDir);
  const { download } = site.coefficients;
  let lastFault: Fault | null = null;

  function refuse(problem: Fault, source: string): void {
    lastFault = problem;
    log.warn({ fault: problem, source }, 'coefficients refused');
    events.tell({
      kind: 'coefficients-refused',
      meter: null,
      channel: null,
      atMs: clock.now(),
      text: faultText(problem),
      detail: { fault: problem.code, source },
    });
  }

  const source = download && httpsSource(download);
  const downloader =
    source &&
    createDownloader({
      store,
      clock,
      source,
      applier,
      read: guard.read,
      guard: (work) => guard.run(work),
      told: (result) => tell(result, source.name),
    });

  function tell(result: DownloadResult, from: string): void {
    const problem = result.kind === 'fault' ? result.fault : null;
    if (problem) refuse(problem, from);
    else if (result.kind !== 'held') lastFault = null;
    log.info({ result: result.kind, source: from, fault: problem }, 'coefficients downloaded');
  }

  async function downloadNow(): Promise<Fault | null> {
    const result = await downloader?.download();
    return result?.kind === 'fault' ? result.fault : null;
  }

  return {
    drainInbox() {
      downloader?.applyHeld();
      inbox.drain(
        (document) => {
          applier.apply(document, clock.now());
          lastFault = null;
        },
        (error, name) => refuse(error.fault, name),
      );
    },
    async download() {
      await downloadNow();
    },
    start() {
      if (!download) return () => {};
      let stopped = false;
      let wake: NodeJS.Timeout | null = null;
      const tryFrom = async (attempt: number): Promise<void> => {
        const problem = await downloadNow();
        if (stopped || !problem?.retryable || attempt + 1 >= MAX_TRIES) return;
        if (wake) clearTimeout(wake);
        wake = setTimeout(() => void tryFrom(attempt + 1), backoffMs(attempt + 1));
      };
      void tryFrom(0);
      const job = schedule(
        download.schedule,
        site.site.timezone,
        () => tryFrom(0),
        (event) => log.warn(event, 'coefficient schedule'),
      );
      return () => {
        stopped = true;
        downloader?.stop();
        if (wake) clearTimeout(wake);
        job.stop();
      };
    },
    fault: () => lastFault,
  };
}
