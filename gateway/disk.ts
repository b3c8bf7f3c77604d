/** The disk of one gateway: what is wrong with it, who hears of it, and what is done about it. */
import { setTimeout as delay } from 'node:timers/promises';
import { aboutText } from './domain/faults.ts';
import { troubleOf } from './domain/storage.ts';
import type { Clock } from './domain/time.ts';
import { salvageBeside } from './ledger.ts';
import { commitWatch } from './platform/commit-watch.ts';
import type { Log } from './platform/log.ts';
import { createStorageGuard, type StorageGuard } from './platform/storage-guard.ts';
import type { CrashProbe, Store } from './store/store.ts';

/** A salvage that the disk did not let end is begun again after so long, ms. */
const AGAIN_MS = 30_000;
/** A row of no meaning, written to see that the disk takes rows. */
const PROOF = 'disk-proof';

export interface DiskOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly onRenew?: () => void;
  readonly probes?: { readonly store?: CrashProbe };
}

export interface DiskWatch {
  readonly guard: StorageGuard;
  /** To be given to the store. */
  readonly probe: CrashProbe;
  /** From now on troubles are acted on. */
  watch(store: Store, onChange: () => void): void;
  /** For errors of reads that somebody waits for: a damaged database is salvaged whoever finds it. */
  rethrow(error: unknown): never;
}

/** @param stopped whether the gateway is no more */
export function watchDisk(options: DiskOptions, stopped: () => boolean): DiskWatch {
  const { dataDir, clock, log } = options;
  let store: Store | null = null;
  let tell = (): void => {};

  async function salvage(reason: string): Promise<void> {
    while (!stopped()) {
      try {
        const isTimeKnown = clock.trust() !== 'untrusted';
        const task = { dataDir, nowMs: clock.now(), isTimeKnown, reason, log, stopped };
        if (await salvageBeside(task)) options.onRenew?.();
        return;
      } catch (error) {
        if (troubleOf(error) === null) throw error;
        log.error({ error, againInMs: AGAIN_MS }, 'the damaged database could not be salvaged yet');
        await delay(AGAIN_MS, undefined, { ref: false });
      }
    }
  }

  const guard = createStorageGuard({
    dataDir,
    log,
    now: () => clock.now(),
    monotonicMs: () => clock.monotonicMs(),
    prove: () => store?.write(() => store?.facts.put(PROOF, String(clock.now()))),
    onStale: () => options.onRenew?.(),
    onChange({ state, fault }) {
      tell();
      if (state === 'corrupt' && options.onRenew)
        void salvage((fault && aboutText(fault, 'reason')) ?? state);
    },
  });

  return {
    guard,
    probe: commitWatch({
      monotonicMs: () => clock.monotonicMs(),
      took: (ms) => guard.took(ms),
      inner: options.probes?.store,
    }),
    watch(opened, onChange) {
      store = opened;
      tell = onChange;
    },
    rethrow(error) {
      if (troubleOf(error) === 'corrupt') guard.caught(error);
      throw error;
    },
  };
}
