/**
 * One gateway at a time, for as long as `hakaru run` runs: begun, made anew with the site file as it is now, or on its
 * disk, and stopped.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { loadSite } from '../config/load-site.ts';
import { ConfigError } from '../config/problems.ts';
import type { SiteConfig } from '../config/types.ts';
import { type Console, words } from './commands/console.ts';
import { CodedError, fault, faultText } from './domain/faults.ts';
import { namedStorageError, troubleOf } from './domain/storage.ts';
import type { Clock } from './domain/time.ts';
import { createGateway, type Gateway } from './gateway.ts';
import type { Log } from './platform/log.ts';
import { systemClock } from './platform/system-clock.ts';
import { watchTimeSource } from './platform/time-source.ts';
import type { OpenPolling } from './polling.ts';

/** The built dashboard page. */
export const WEB_ROOT = fileURLToPath(new URL('./dashboard/web/dist', import.meta.url));

export interface KeeperOptions {
  /** The site file. */
  readonly config: string;
  /** The folder of the database. */
  readonly data: string;
  readonly log: Log;
  readonly polling: OpenPolling;
  /** Resolves when the gateway is to end. */
  readonly stopped: Promise<unknown>;
  /** Calls its listener each time the site file is to be read again. */
  readonly onReload: (listener: () => void) => void;
}

/** A disk that takes nothing is tried again this often, ms. */
const DISK_MS = 5_000;
/** While the old gateway goes on instead, it is less urgent, ms: it must find out about its disk in between. */
const RELOAD_MS = 15_000;

/** It runs all the same, and shows what it reads; whoever watches its start hears why no hours come. */
function sayIfUnset(console: Console, clock: Clock): void {
  if (clock.trust() !== 'untrusted') return;
  const now = new Date(clock.now()).toISOString();
  console.say(faultText(fault('clock-untrusted', { now }), console.language));
}

/** What is wrong with a site file or with the disk, for the log: the places, not the whole print. */
function problemsOf(error: unknown): unknown {
  if (error instanceof ConfigError) {
    const { path, problems } = error;
    return problems.map(({ line, column, reason }) => `${path}:${line}:${column}: ${reason}`);
  }
  if (error instanceof CodedError) return error.fault;
  throw error;
}

/** `reload`: the site file is read again; `renew`: the same gateway is made anew on its disk. */
type Wish = 'reload' | 'renew' | 'stop';

/** What is asked of the gateway, at any moment: it is done one after the other, and what is asked twice is done once. */
function createWishes() {
  const asked = new Set<Wish>();
  let wake = (): void => {};
  let later: NodeJS.Timeout | undefined;
  const ask = (wish: Wish): void => {
    asked.add(wish);
    wake();
  };
  return {
    ask,
    reloadLater(): void {
      clearTimeout(later);
      later = setTimeout(() => ask('reload'), RELOAD_MS).unref();
    },
    async next(): Promise<Wish> {
      if (asked.size === 0) await new Promise<void>((resolve) => (wake = resolve));
      const [first = 'stop'] = asked;
      const wish = asked.has('stop') ? 'stop' : first;
      asked.delete(wish);
      if (wish === 'reload') clearTimeout(later);
      return wish;
    },
  };
}

interface KeeperDeps {
  readonly site: SiteConfig;
  readonly dataDir: string;
  /** Reads the site file. @throws ConfigError, CodedError */
  readonly load: () => SiteConfig;
  readonly open: (site: SiteConfig) => Promise<Gateway>;
  /** Asks for another `reload` after {@link RELOAD_MS}. */
  readonly reloadLater: () => void;
  readonly stopped: Promise<unknown>;
  readonly log: Log;
}

/**
 * A gateway that ran before is not given up because its disk takes nothing just now.
 * @returns null when stopped. @throws what is not the disk's
 */
async function openAgain(open: () => Promise<Gateway>, deps: KeeperDeps): Promise<Gateway | null> {
  const { dataDir, stopped, log } = deps;
  for (;;) {
    try {
      return await open();
    } catch (error) {
      if (troubleOf(error) === null) throw error;
      const problems = problemsOf(namedStorageError(error, dataDir));
      log.error({ problems, againInMs: DISK_MS }, 'the gateway cannot begin anew yet');
      if (await Promise.race([stopped.then(() => true), delay(DISK_MS, false)])) return null;
    }
  }
}

/** One gateway at a time. The registers go on counting in the meters while it is made anew: no reading is lost. */
function createKeeper(deps: KeeperDeps) {
  const { dataDir, load, open, reloadLater, log } = deps;
  let { site } = deps;
  let gateway: Gateway | null = null;

  function loaded(): SiteConfig | null {
    try {
      const next = load();
      // Stopped now, the gateway would lose the readings that it holds until the disk takes them.
      const trouble = gateway?.trouble() ?? null;
      if (trouble) throw new CodedError(trouble);
      return next;
    } catch (error) {
      putOff(error);
      return null;
    }
  }

  /** Whatever is wrong, the old site file goes on; where it is only the disk, the new one is not forgotten. */
  function putOff(problem: unknown): void {
    const problems = problemsOf(namedStorageError(problem, dataDir));
    if (troubleOf(problem) === null) {
      log.error({ problems }, 'the site file is not applied; the old one goes on');
    } else {
      log.error({ problems, againInMs: RELOAD_MS }, 'the site file waits for the disk; the old one goes on');
      reloadLater();
    }
  }

  return {
    /** @returns the dashboard's address, null without one. @throws CodedError for what keeps it from starting */
    async start(): Promise<string | null> {
      gateway = await open(site);
      gateway.start();
      return gateway.url;
    },
    async reload(): Promise<void> {
      const next = loaded();
      if (next === null) return;
      await gateway?.stop();
      try {
        gateway = await open(next);
        site = next;
        log.info('the site file is applied');
      } catch (error) {
        putOff(error);
        gateway = await openAgain(() => open(site), deps);
      }
      gateway?.start();
    },
    async renew(): Promise<void> {
      await gateway?.stop();
      gateway = await openAgain(() => open(site), deps);
      gateway?.start();
      if (gateway) log.info('the gateway begins anew on its disk');
    },
    async stop(): Promise<void> {
      await gateway?.stop();
    },
  };
}

/** Runs until stopped. @throws ConfigError, CodedError: what keeps it from starting */
export async function keepRunning(console: Console, options: KeeperOptions): Promise<void> {
  const { config, data, log, polling, stopped } = options;
  const load = () => loadSite(config, { language: console.language }).site;
  const wishes = createWishes();
  options.onReload(() => wishes.ask('reload'));
  void stopped.then(() => wishes.ask('stop'));
  // A program is asked, which takes its time.
  const heard = watchTimeSource();
  const site = load();
  const source = await heard;
  sayIfUnset(console, systemClock(site.clock.trust, source));
  const keeper = createKeeper({
    site,
    dataDir: data,
    load,
    open: (wanted) =>
      createGateway({
        site: wanted,
        dataDir: data,
        clock: systemClock(wanted.clock.trust, source),
        log,
        polling,
        webRoot: WEB_ROOT,
        pollAtOnce: true,
        onRenew: () => wishes.ask('renew'),
      }),
    reloadLater: () => wishes.reloadLater(),
    stopped,
    log,
  });
  const url = await keeper.start();
  const text = { en: 'hakaru runs. Dashboard: {url}', ja: 'hakaru 稼働中。ダッシュボード: {url}' };
  console.say(words(console, text, { url: url ?? '-' }));

  for (let wish = await wishes.next(); wish !== 'stop'; wish = await wishes.next()) {
    if (wish === 'reload') await keeper.reload();
    else await keeper.renew();
  }
  await keeper.stop();
}
