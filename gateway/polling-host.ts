/**
 * The polling side of polling-port.ts. In a file of its own: the drivers it brings, serialport among them, must not be
 * loaded in the ledger's thread.
 */
import type { Clock } from './domain/time.ts';
import { type PolledSite, pollHere } from './polling.ts';
import type { FromHost, PollingWanted, ToHost } from './polling-port.ts';

/** Polls on their way, at the most: some ten minutes of 32 meters each second, some ten MB. */
const MAX_AHEAD = 20_000;

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
