/** Brings the coefficients up to date from a source. What was known stays in force if that fails. */
import { CodedError, type Fault } from '../domain/faults.ts';
import type { CoefficientSource, ReceivedDocument } from '../domain/ports.ts';
import type { Clock } from '../domain/time.ts';
import type { Store } from '../store/store.ts';
import type { createDocumentApplier } from './apply-document.ts';

/**
 * `held`: the document waits in memory until the disk takes it. `dropped`: the gateway stopped meanwhile; the next
 * start asks again.
 */
export type DownloadResult =
  | { readonly kind: 'applied' | 'not-modified' | 'held' | 'dropped' }
  | { readonly kind: 'fault'; readonly fault: Fault };

export interface DownloadDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly source: CoefficientSource;
  readonly applier: ReturnType<typeof createDocumentApplier>;
  /** Reads rows; `instead` where the disk does not let them be read. */
  readonly read: <T>(work: () => T, instead: T) => T;
  /** Does work that writes. @returns whether the disk let it be done */
  readonly guard: (work: () => void) => boolean;
  /** Told what became of each attempt, and of what was held. */
  readonly told: (result: DownloadResult) => void;
}

export interface Downloader {
  /** Asks the source once. */
  download(): Promise<DownloadResult>;
  /** Applies what is held; throws what the disk says, and goes on holding it. */
  applyHeld(): void;
  /** What the source still gives is dropped. */
  stop(): void;
}

export function createDownloader(deps: DownloadDeps): Downloader {
  const { store, clock, source, applier } = deps;
  /** One document at the most: a later one of the same source says all that it said. */
  let held: ReceivedDocument | null = null;
  let stopped = false;

  function apply(document: ReceivedDocument): DownloadResult {
    try {
      applier.apply(document, clock.now());
    } catch (error) {
      if (error instanceof CodedError) return { kind: 'fault', fault: error.fault };
      throw error;
    }
    // Only what was applied is remembered as seen: a document that was refused is asked for again.
    store.write(() => store.documents.putDownload(source.name, document.etag, clock.now()));
    return { kind: 'applied' };
  }

  function applyHeld(): DownloadResult | null {
    const result = held && apply(held);
    held = null;
    return result;
  }

  async function attempt(): Promise<DownloadResult> {
    const known = deps.read(() => store.documents.download(source.name), null);
    const answer = await source.fetch({ etag: known?.etag ?? null });
    if (answer.kind !== 'document') return answer;
    if (stopped) return { kind: 'dropped' };
    held = answer.document;
    let result: DownloadResult | null = null;
    deps.guard(() => void (result = applyHeld()));
    return result ?? { kind: 'held' };
  }

  return {
    async download() {
      const result = await attempt();
      deps.told(result);
      return result;
    },
    applyHeld() {
      const result = applyHeld();
      if (result) deps.told(result);
    },
    stop: () => void (stopped = true),
  };
}
