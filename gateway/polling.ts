/**
 * Polls every meter of a site, here in this thread. Where the ledger lives in another thread, polling-port.ts gives it
 * the same {@link Polling} over a message port.
 */
import type { LineConfig, SiteConfig } from '../config/types.ts';
import type { WireTiming } from '../drivers/modbus/timing.ts';
import { openLine } from '../drivers/open-line.ts';
import type { MeterPoll } from './domain/ports.ts';
import type { Clock } from './domain/time.ts';
import { runWhenDue } from './platform/repeat.ts';
import { createPoller } from './stages/poll.ts';

/** Polls that are due are looked for at least this often, real ms. */
const LOOK_MS = 1_000;
/** Only for the type: each meter of the site file has an interval, ms. */
const INTERVAL_MS = 1_000;

/** What must be known of a site to poll it: plain data, so that another thread can be told. */
export type PolledSite = Pick<SiteConfig, 'lines' | 'meters' | 'clock'>;

export interface Polling {
  /** Asks every meter once, now. Resolves when all have answered or failed, and all of that was handed over. */
  pollAll(): Promise<void>;
  /** From now on every meter is asked at its interval; the first time at once. */
  start(): void;
  /** Resolves when each meter has answered or failed once since `start`. */
  firstRound(): Promise<void>;
  /** Frees ports and sockets; nothing is handed over any more when it resolves. */
  close(): Promise<void>;
}

/** Opens no port yet: the first poll does. @param onPoll is handed each poll, whole or with its fault */
export type OpenPolling = (site: PolledSite, onPoll: (poll: MeterPoll) => void) => Polling;

/**
 * @param mayPoll false puts off what is due: nobody takes it
 * @param speed simulated ms per real ms
 */
export function pollHere(options: {
  readonly clock: Clock;
  readonly speed?: number;
  readonly mayPoll?: () => boolean;
  /** Lines with contacts, where time is simulated: the wall clock, the one edges are stamped with, µs, and its steps. */
  readonly contacts?: { readonly clock: Clock; readonly nowUs: () => number; readonly aheadUs: number };
  /** The waits of a line, where they are not those of its baud rate. */
  readonly timing?: (line: LineConfig) => WireTiming | null;
}): OpenPolling {
  const { clock, speed = 1, mayPoll = () => true, contacts } = options;
  return (site, onPoll) => {
    let closing: Promise<unknown> | null = null;
    const lines = site.lines.map((line) => {
      const timing = options.timing?.(line);
      return openLine(
        line,
        site.meters.filter((meter) => meter.line === line.id),
        {
          clock: line.kind === 'gpio' ? (contacts?.clock ?? clock) : clock,
          ...(contacts ? { pulse: contacts } : {}),
          ...(timing ? { timing } : {}),
        },
      );
    });
    const drivers = lines.flatMap((line) => line.meters);
    /** Those that count themselves: what they have counted exists nowhere else. */
    const counting = drivers.filter((driver) => driver.onNews !== undefined);
    let asked = false;
    for (const driver of counting) {
      driver.onNews?.(() => {
        if (asked && !closing && mayPoll()) void driver.poll().then(onPoll);
      });
    }
    const intervals = new Map(site.meters.map((meter) => [meter.id, meter.intervalMs]));
    const poller = createPoller(
      drivers.map((driver) => ({ driver, intervalMs: intervals.get(driver.meter) ?? INTERVAL_MS })),
      // A poll that we broke off ourselves says nothing about its meter.
      (poll) => {
        if (!closing || poll.fault === null) onPoll(poll);
      },
    );
    let stop = (): void => {};
    const begun = Promise.withResolvers<void>();
    return {
      pollAll() {
        asked = true;
        return poller.pollAll();
      },
      start() {
        asked = true;
        stop = runWhenDue(() => {
          if (!mayPoll()) return LOOK_MS;
          const nextMs = poller.pollDue(clock.now());
          return Math.min(LOOK_MS, (nextMs - clock.now()) / speed);
        });
        void poller.idle().then(() => begun.resolve());
      },
      firstRound: () => begun.promise,
      async close() {
        stop();
        closing ??= (
          asked ? Promise.all(counting.map((driver) => driver.poll().then(onPoll))) : Promise.resolve()
        ).then(() => Promise.all(lines.map((line) => line.close())));
        await closing;
        await poller.idle();
      },
    };
  };
}
