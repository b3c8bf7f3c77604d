/** Asks one source and hands on what it gave. What was known stays in force if that fails. */
import type { Fault } from '../domain/faults.ts';
import type { CoefficientSource, ReceivedDocument } from '../domain/ports.ts';
import type { Clock } from '../domain/time.ts';
import type { Store } from '../store/store.ts';
import { type Receiver, type Settled, sha256Of } from './receive-documents.ts';

/** Documents of one round: a folder may hold many, a server gives one. */
const MAX_DOCUMENTS = 64;
/** Documents that wait in memory while the disk takes nothing; the oldest go, and are asked for again. */
const MAX_HELD = 8;

/**
 * `held`: the document waits in memory until the disk takes it. `dropped`: the gateway stopped meanwhile; the next
 * start asks again.
 */
export type DownloadResult =
  | { readonly kind: 'settled'; readonly settled: readonly Settled[] }
  | { readonly kind: 'not-modified' | 'held' | 'dropped' }
  | { readonly kind: 'fault'; readonly fault: Fault; readonly retryAfterMs: number | null };

export interface DownloadDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly source: CoefficientSource;
  readonly receiver: Receiver;
  /** Reads rows; `instead` where the disk does not let them be read. */
  readonly read: <T>(work: () => T, instead: T) => T;
  /** Does work that writes. @returns whether the disk let it be done */
  readonly guard: (work: () => void) => boolean;
  /** Told what became of each attempt, and of what was held. */
  readonly told: (result: DownloadResult) => void;
}

export interface Downloader {
  readonly source: CoefficientSource;
  /** Asks the source once, and again for as long as it has more. */
  download(): Promise<DownloadResult>;
  /** Applies what is held; throws what the disk says, and goes on holding it. */
  applyHeld(): void;
  /** What the source still gives is dropped. */
  stop(): void;
}

export function createDownloader(deps: DownloadDeps): Downloader {
  const { store, clock, source, receiver } = deps;
  let held: ReceivedDocument[] = [];
  let stopped = false;

  /** Each is let go when its row is written: from then on the row is the queue. */
  function applyHeld(): readonly Settled[] | null {
    if (held.length === 0) return null;
    while (held[0]) {
      receiver.keep(source, held[0], clock.now());
      held = held.slice(1);
    }
    return receiver.settle(clock.now());
  }

  function note(outcome: 'not-modified' | 'failed', fault: Fault | null): void {
    deps.guard(() => store.write(() => store.sources.put(source, { outcome, fault, atMs: clock.now() })));
  }

  async function round(): Promise<DownloadResult> {
    const settled: Settled[] = [];
    // What the folder gave in this round is known, even while the disk takes nothing.
    const given = new Set<string>();
    for (let asked = 0; asked < MAX_DOCUMENTS; asked += 1) {
      const known = deps.read(() => store.documents.download(source.name), null);
      const answer = await source.fetch({
        etag: known?.etag ?? null,
        has: (sha256) => given.has(sha256) || deps.read(() => store.received.has(source.name, sha256), true),
      });
      if (stopped) return { kind: 'dropped' };
      if (answer.kind === 'fault') {
        note('failed', answer.fault);
        // What came before it in this round is done, and others follow from it.
        if (settled.length > 0) deps.told({ kind: 'settled', settled });
        return { kind: 'fault', fault: answer.fault, retryAfterMs: answer.retryAfterMs ?? null };
      }
      if (answer.kind === 'not-modified') {
        if (asked === 0 && source.kind !== 'mqtt') note('not-modified', null);
        return asked === 0 ? { kind: 'not-modified' } : { kind: 'settled', settled };
      }
      const { document } = answer;
      given.add(sha256Of(document.bytes));
      held = [...held, document].slice(-MAX_HELD);
      let became: readonly Settled[] | null = null;
      deps.guard(() => void (became = applyHeld()));
      if (became === null) return { kind: 'held' };
      settled.push(...(became as readonly Settled[]));
      if (source.kind !== 'folder' && source.kind !== 'mqtt') break;
    }
    return { kind: 'settled', settled };
  }

  return {
    source,
    async download() {
      const result = await round();
      deps.told(result);
      return result;
    },
    applyHeld() {
      const settled = applyHeld();
      if (settled) deps.told({ kind: 'settled', settled });
    },
    stop: () => void (stopped = true),
  };
}
