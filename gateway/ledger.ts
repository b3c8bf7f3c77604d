/** Opens the database and makes the gateway's identity in it; a damaged one is salvaged on the way. */
import type { SiteConfig } from '../config/types.ts';
import { CodedError } from './domain/faults.ts';
import { storageFault, troubleOf } from './domain/storage.ts';
import type { Clock } from './domain/time.ts';
import { type Identity, identify } from './identity.ts';
import type { Log } from './platform/log.ts';
import { judgeStorage } from './platform/storage-guard.ts';
import { buildSalvaged, type SalvageOptions, salvageNow } from './store/salvage.ts';
import type { SalvageReport } from './store/salvage-report.ts';
import { type CrashProbe, openStore, type Store } from './store/store.ts';

export interface LedgerOptions {
  readonly site: SiteConfig;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly probe: CrashProbe;
}

function tellSalvage(log: Log, report: SalvageReport): void {
  const { aside, reason, generation, lostSeqs, tables } = report;
  log.warn(
    { aside, reason, generation, lostSeqs, tables },
    'the database was damaged; a new generation begins',
  );
}

function openOnce({ site, dataDir, clock, probe }: LedgerOptions): Identity {
  const store: Store = openStore(dataDir, { probe });
  try {
    return identify(site, store, clock);
  } catch (error) {
    store.close();
    throw error;
  }
}

/** The error of a disk with its sentence, any other error as it is. */
function named(error: unknown, dataDir: string): unknown {
  const found = judgeStorage(error, dataDir);
  if (!found) return error;
  return new CodedError(storageFault(found.trouble, dataDir, found.reason), { cause: error });
}

/** @throws CodedError ledger-locked, ledger-newer, or what is wrong with the disk; nothing is left open then */
export function openLedger(options: LedgerOptions): Identity {
  const { dataDir, clock, log } = options;
  try {
    return openOnce(options);
  } catch (error) {
    if (troubleOf(error) !== 'corrupt') throw named(error, dataDir);
    const reason = judgeStorage(error, dataDir)?.reason ?? 'damaged';
    log.error({ fault: storageFault('corrupt', dataDir, reason) }, 'the database is damaged');
    try {
      tellSalvage(
        log,
        salvageNow({ dataDir, nowMs: clock.now(), isTimeKnown: clock.trust() !== 'untrusted', reason }),
      );
      return openOnce(options);
    } catch (again) {
      throw named(again, dataDir);
    }
  }
}

/**
 * Builds the new database beside the damaged one while polling goes on. The next start puts it in its place.
 * @returns whether it is ready; false when it was stopped before
 */
export async function salvageBeside(
  options: SalvageOptions & { readonly log: Log; readonly stopped: () => boolean },
): Promise<boolean> {
  const building = buildSalvaged(options);
  for (;;) {
    const step = building.next();
    if (step.done) {
      tellSalvage(options.log, step.value);
      return true;
    }
    await new Promise((resolve) => setImmediate(resolve));
    if (options.stopped()) {
      building.return(undefined as never);
      return false;
    }
  }
}
