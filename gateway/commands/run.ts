/** `hakaru run`: the gateway itself, until SIGTERM or SIGINT. SIGHUP reads the site file again. */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadSite } from '../../config/load-site.ts';
import { ConfigError } from '../../config/problems.ts';
import type { SiteConfig } from '../../config/types.ts';
import { CodedError, fault, faultText } from '../domain/faults.ts';
import { troubleOf } from '../domain/storage.ts';
import type { Clock } from '../domain/time.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { createLog } from '../platform/log.ts';
import { exitCodeOf, onReload, untilStopped } from '../platform/signals.ts';
import { systemClock } from '../platform/system-clock.ts';
import { type Console, words } from './console.ts';

/** The built dashboard page. */
export const WEB_ROOT = fileURLToPath(new URL('../dashboard/web/dist', import.meta.url));

export interface RunOptions {
  readonly config: string;
  readonly data: string;
}

/** The clock is looked at this often while it cannot be believed, ms. */
const CLOCK_MS = 1_000;
/** A disk that takes nothing is tried again this often, ms. */
const DISK_MS = 5_000;

/** Nothing is written before the time is known: a row with a wrong time would have to be found again by hand. */
async function untilClockTrusted(
  console: Console,
  clock: Clock,
  stopped: Promise<unknown>,
): Promise<boolean> {
  if (clock.trust() !== 'untrusted') return true;
  console.say(
    faultText(fault('clock-untrusted', { now: new Date(clock.now()).toISOString() }), console.language),
  );
  while (clock.trust() === 'untrusted') {
    if (await Promise.race([stopped.then(() => true), delay(CLOCK_MS, false)])) return false;
  }
  return true;
}

/** What is wrong with a site file, for the log: the places, not the whole print. */
function problemsOf(error: unknown): unknown {
  if (error instanceof ConfigError) {
    const { path, problems } = error;
    return problems.map(({ line, column, reason }) => `${path}:${line}:${column}: ${reason}`);
  }
  if (error instanceof CodedError) return error.fault;
  throw error;
}

export async function run(console: Console, options: RunOptions): Promise<number> {
  const load = () => loadSite(options.config, { language: console.language }).site;
  const log = createLog();
  const stopped = untilStopped();
  let site = load();
  const clock = systemClock(site.clock.trust);
  if (!(await untilClockTrusted(console, clock, stopped))) return exitCodeOf(await stopped);
  // One after the other: the site file is read again, or the gateway made anew.
  let busy: Promise<void> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => (busy = busy.then(work));
  const open = (next: SiteConfig) =>
    createGateway({
      site: next,
      dataDir: options.data,
      clock,
      log,
      webRoot: WEB_ROOT,
      pollAtOnce: true,
      onRenew: () => void inTurn(renew),
    });
  /** A gateway that ran before is not given up because its disk takes nothing just now. @returns null when stopped */
  const openAgain = async (): Promise<Gateway | null> => {
    for (;;) {
      try {
        return await open(site);
      } catch (error) {
        if (troubleOf(error) === null) throw error;
        log.error({ problems: problemsOf(error), againInMs: DISK_MS }, 'the gateway cannot begin anew yet');
        if (await Promise.race([stopped.then(() => true), delay(DISK_MS, false)])) return null;
      }
    }
  };
  let gateway: Gateway | null = await open(site);
  gateway.start();
  const text = { en: 'hakaru runs. Dashboard: {url}', ja: 'hakaru 稼働中。ダッシュボード: {url}' };
  console.say(words(console, text, { url: gateway.url ?? '-' }));

  // The registers go on counting in the meters while the parts are put together anew: no reading is lost.
  const reload = async (): Promise<void> => {
    let next: SiteConfig;
    try {
      next = load();
    } catch (error) {
      log.error({ problems: problemsOf(error) }, 'the site file is not applied; the old one goes on');
      return;
    }
    await gateway?.stop();
    try {
      gateway = await open(next);
      site = next;
      log.info('the site file is applied');
    } catch (error) {
      log.error({ problems: problemsOf(error) }, 'the site file is not applied; the old one goes on');
      gateway = await openAgain();
    }
    gateway?.start();
  };
  const renew = async (): Promise<void> => {
    await gateway?.stop();
    gateway = await openAgain();
    gateway?.start();
    log.info('the gateway begins anew on its disk');
  };
  const idle = onReload(() => inTurn(reload));
  const signal = await stopped;
  await idle();
  await busy;
  await gateway?.stop();
  return exitCodeOf(signal);
}
