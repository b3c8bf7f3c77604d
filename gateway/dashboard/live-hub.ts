/**
 * Server-sent events for every open page. States of a client: *open* (gets every event), *dropped* (its socket took
 * nothing for too long; it is closed and will connect again by itself). A change only marks the hub as due; the
 * status is read once for all clients, at most once per interval (between two polls), and only while somebody looks.
 *
 * Events: `status` (a StatusView), `hours` (a bucket changed: ask for the day again), `beat` (nothing changed, the
 * gateway lives). Every event carries the gateway's time or leads to it, so the page can tell that it is stale.
 */
import type { ServerResponse } from 'node:http';
import type { LiveFeed } from './reads.ts';

export interface LiveHubOptions {
  readonly feed: LiveFeed;
  /** Makes the JSON of a `status` event. */
  readonly status: () => Promise<string>;
  readonly onError: (error: unknown) => void;
  readonly maxClients: number;
  readonly intervalMs: number;
  readonly heartbeatMs: number;
}

/** A client whose socket holds this much unsent data is dropped. */
const MAX_UNSENT_BYTES = 512 * 1024;
/** The browser waits this long before it connects again. */
const RETRY_MS = 2000;

export interface LiveHub {
  readonly clients: () => number;
  /** False when there is no room. */
  readonly add: (response: ServerResponse) => boolean;
  readonly close: () => void;
}

export function createLiveHub(options: LiveHubOptions): LiveHub {
  const clients = new Set<ServerResponse>();
  const due = { status: false, hours: false };
  let timer: NodeJS.Timeout | null = null;
  let sending = false;

  const write = (response: ServerResponse, text: string): void => {
    if (response.writableLength > MAX_UNSENT_BYTES) {
      clients.delete(response);
      response.destroy();
    } else {
      response.write(text);
    }
  };
  const broadcast = (text: string): void => {
    for (const response of clients) write(response, text);
  };
  const statusEvent = async (): Promise<string> => `event: status\ndata: ${await options.status()}\n\n`;

  const send = async (): Promise<void> => {
    timer = null;
    sending = true;
    const changed = { ...due };
    due.status = false;
    due.hours = false;
    try {
      if (changed.hours) broadcast('event: hours\ndata: {}\n\n');
      broadcast(await statusEvent());
    } catch (error) {
      options.onError(error);
    } finally {
      sending = false;
      if (due.status || due.hours) schedule();
    }
  };
  /** Halfway between two multiples of the interval: meters are polled at whole seconds. */
  const schedule = (): void => {
    if (timer !== null || sending || clients.size === 0) return;
    const { intervalMs } = options;
    timer = setTimeout(() => void send(), intervalMs - ((Date.now() + intervalMs / 2) % intervalMs));
  };
  const unsubscribe = options.feed.subscribe((change) => {
    if (clients.size === 0) return;
    due[change === 'hours' ? 'hours' : 'status'] = true;
    schedule();
  });
  const heartbeat = setInterval(() => broadcast('event: beat\ndata: {}\n\n'), options.heartbeatMs);
  heartbeat.unref();

  return {
    clients: () => clients.size,
    add: (response) => {
      if (clients.size >= options.maxClients) return false;
      clients.add(response);
      response.on('close', () => clients.delete(response));
      response.on('error', () => clients.delete(response));
      response.write(`retry: ${RETRY_MS}\nevent: hello\ndata: {"heartbeatMs":${options.heartbeatMs}}\n\n`);
      statusEvent().then((text) => clients.has(response) && write(response, text), options.onError);
      return true;
    },
    close: () => {
      unsubscribe();
      clearInterval(heartbeat);
      if (timer) clearTimeout(timer);
      for (const response of clients) response.end();
      clients.clear();
    },
  };
}
