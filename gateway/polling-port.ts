/**
 * Polling in the main thread, the ledger in another one (gateway-worker.ts). So no commit on a slow card, no report and
 * no collection of garbage keeps a meter waiting; and serialport, which is safe in the main thread only, stays there.
 *
 * Each site gets a channel of its own. What arrives stays in order, so when `closed` comes every poll was handed over.
 * The ledger's thread counts what it has taken; when it is too far behind (it hangs in its disk), the meters are not asked
 * until it goes on (polling-host.ts): their registers keep what passes.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { MeterPoll } from './domain/ports.ts';
import type { OpenPolling, PolledSite, Polling } from './polling.ts';

/** Sent to the main thread, which then serves `port` until it closes. */
export interface PollingWanted {
  readonly kind: 'polling';
  readonly site: PolledSite;
  readonly port: MessagePort;
  /** One Int32: how many polls were taken. */
  readonly taken: SharedArrayBuffer;
}

export type ToHost =
  | { readonly kind: 'start' }
  | { readonly kind: 'close' }
  | { readonly kind: 'poll-all'; readonly id: number };
export type FromHost =
  | { readonly kind: 'poll'; readonly poll: MeterPoll }
  | { readonly kind: 'first-round' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'all-polled'; readonly id: number };

/** The side of the ledger. @param want hands the request, with its port, to the main thread */
export function pollThere(want: (wanted: PollingWanted) => void): OpenPolling {
  return (site, onPoll): Polling => {
    const { port1: port, port2 } = new MessageChannel();
    const taken = new Int32Array(new SharedArrayBuffer(4));
    const firstRound = Promise.withResolvers<void>();
    const closed = Promise.withResolvers<void>();
    const rounds = new Map<number, () => void>();
    let lastId = 0;
    const send = (message: ToHost): void => port.postMessage(message);
    port.on('message', (message: FromHost) => {
      if (message.kind === 'poll') {
        Atomics.add(taken, 0, 1);
        onPoll(message.poll);
      } else if (message.kind === 'first-round') firstRound.resolve();
      else if (message.kind === 'closed') closed.resolve();
      else {
        rounds.get(message.id)?.();
        rounds.delete(message.id);
      }
    });
    const { lines, meters, clock } = site;
    want({ kind: 'polling', site: { lines, meters, clock }, port: port2, taken: taken.buffer });
    return {
      pollAll() {
        const id = ++lastId;
        return new Promise((resolve) => {
          rounds.set(id, resolve);
          send({ kind: 'poll-all', id });
        });
      },
      start: () => send({ kind: 'start' }),
      firstRound: () => firstRound.promise,
      async close() {
        send({ kind: 'close' });
        await closed.promise;
        port.close();
      },
    };
  };
}
