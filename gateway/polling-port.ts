/**
 * Polling in the main thread, the ledger in another one (gateway-worker.ts). So no commit on a slow card, no report and
 * no collection of garbage keeps a meter waiting; and serialport, which is safe in the main thread only, stays there.
 *
 * Each site gets a channel of its own. What arrives stays in order, so when `closed` comes every poll was handed over.
 * The ledger's thread counts what it has taken; when it is MAX_AHEAD polls behind (it hangs in its disk), meters are not
 * asked until it goes on: their registers keep what passes.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { MeterPoll } from './domain/ports.ts';
import type { Clock } from './domain/time.ts';
import { type OpenPolling, type PolledSite, type Polling, pollHere } from './polling.ts';

/** Polls on their way, at the most: some ten minutes of 32 meters each second, some ten MB. */
const MAX_AHEAD = 20_000;

/** Sent to the main thread, which then serves `port` until it closes. */
export interface PollingWanted {
  readonly kind: 'polling';
  readonly site: PolledSite;
  readonly port: MessagePort;
  /** One Int32: how many polls were taken. */
  readonly taken: SharedArrayBuffer;
}

type ToHost =
  | { readonly kind: 'start' }
  | { readonly kind: 'close' }
  | { readonly kind: 'poll-all'; readonly id: number };
type FromHost =
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

/**
 * The side of the meters.
 * @param maxAhead fewer in tests
 * @returns resolves when the port is closed, by either side, and all lines with it
 */
export async function hostPolling(
  { site, port, taken }: PollingWanted,
  clockOf: (site: PolledSite) => Clock,
  maxAhead = MAX_AHEAD,
): Promise<void> {
  const ended = new Promise<void>((resolve) => port.once('close', resolve));
  const count = new Int32Array(taken);
  let sent = 0;
  const send = (message: FromHost): void => port.postMessage(message);
  // Both count on beyond 2³¹ alike.
  const mayPoll = (): boolean => ((sent - Atomics.load(count, 0)) | 0) < maxAhead;
  const polling = pollHere({ clock: clockOf(site), mayPoll })(site, (poll) => {
    sent++;
    send({ kind: 'poll', poll });
  });
  port.on('message', (message: ToHost) => {
    if (message.kind === 'start') {
      polling.start();
      void polling.firstRound().then(() => send({ kind: 'first-round' }));
    } else if (message.kind === 'close') void polling.close().then(() => send({ kind: 'closed' }));
    else void polling.pollAll().then(() => send({ kind: 'all-polled', id: message.id }));
  });
  await ended;
  await polling.close();
}
