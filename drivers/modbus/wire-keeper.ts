/**
 * Keeps a wire open. States: closed (to be opened by the next read), open, waiting (the last opening failed, or the
 * wire was lost before a byte came: not tried again before `nextTryMs`), ended. It opens when somebody wants to
 * read, so no timer runs. Delays double from FIRST_DELAY_MS to DELAY_LIMIT_MS and are gone with the first byte; no
 * jitter, because one gateway opens one wire.
 *
 * `close` may not come when an adapter is pulled out, and a TCP peer may vanish without a word. So a wire on which
 * nothing at all was heard for STALE_AFTER_MS and STALE_AFTER_READS reads is closed and opened anew; if that does not
 * help, ever more rarely.
 */
import { type Fault, fault } from '../../gateway/domain/faults.ts';
import type { Wire, WireListener } from './wire.ts';

const FIRST_DELAY_MS = 250;
export const DELAY_LIMIT_MS = 10_000;
const STALE_AFTER_MS = 10_000;
export const STALE_AFTER_READS = 3;
const STALE_LIMIT_MS = 60_000;

export interface WireKeeper {
  /** Null when the wire is open. */
  ensureOpen(): Promise<Fault | null>;
  /** Something was received: the other end is there. */
  heard(): void;
  /** A read was answered properly: all is well. */
  served(): void;
  /** A read brought nothing. Closes a stale wire. */
  unanswered(): Promise<void>;
  /** The wire carries rubbish: close it, the next read opens it. */
  drop(): Promise<void>;
  end(): Promise<void>;
}

interface WireKeeperOptions {
  readonly line: string;
  readonly wire: Wire;
  readonly listener: WireListener;
  readonly nowMs: () => number;
  readonly onOpened: () => void;
}

export function createWireKeeper({ line, wire, listener, nowMs, onOpened }: WireKeeperOptions): WireKeeper {
  let ended = false;
  let delayMs = 0;
  let nextTryMs = 0;
  let lastFault: Fault = fault('driver-closed', { line });
  let silentSinceMs = nowMs();
  let silentReads = 0;
  let staleAfterMs = STALE_AFTER_MS;

  const postpone = (reason: Fault): void => {
    lastFault = reason;
    nextTryMs = nowMs() + delayMs;
    delayMs = Math.min(Math.max(delayMs * 2, FIRST_DELAY_MS), DELAY_LIMIT_MS);
  };

  return {
    async ensureOpen() {
      if (ended) return fault('driver-closed', { line });
      if (wire.isOpen()) return null;
      if (nowMs() < nextTryMs) return lastFault;
      const failed = await wire.open({
        data: (bytes) => listener.data(bytes),
        lost(reason) {
          postpone(reason);
          listener.lost(reason);
        },
      });
      // end() may have been called meanwhile.
      if (ended as boolean) {
        await wire.close();
        return fault('driver-closed', { line });
      }
      if (failed) {
        if (delayMs === 0) delayMs = FIRST_DELAY_MS;
        postpone(failed);
        return failed;
      }
      silentSinceMs = nowMs();
      silentReads = 0;
      onOpened();
      return null;
    },
    heard() {
      delayMs = 0;
      silentSinceMs = nowMs();
      silentReads = 0;
    },
    served() {
      staleAfterMs = STALE_AFTER_MS;
    },
    async unanswered() {
      silentReads++;
      if (silentReads < STALE_AFTER_READS || nowMs() - silentSinceMs < staleAfterMs) return;
      staleAfterMs = Math.min(staleAfterMs * 2, STALE_LIMIT_MS);
      await wire.close();
    },
    async drop() {
      postpone(fault('connection-lost', { line }));
      await wire.close();
    },
    async end() {
      ended = true;
      await wire.close();
    },
  };
}
