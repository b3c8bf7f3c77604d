/**
 * The composition root. Read {@link createGateway} from top to bottom as the data flows:
 * drivers → readings → ledger → hour buckets → coefficients → outbox → MQTT; the dashboard reads the store.
 */
import { statfsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { SiteConfig } from '../config/types.ts';
import { openLine } from '../drivers/modbus/line.ts';
import { createCoefficientIntake } from './coefficient-intake.ts';
import { createStoreReads, hourSourceFacts } from './dashboard/store-reads.ts';
import { watchDisk } from './disk.ts';
import type { MeterPoll } from './domain/ports.ts';
import type { Clock } from './domain/time.ts';
import type { Identity } from './identity.ts';
import { openLedger } from './ledger.ts';
import type { Log } from './platform/log.ts';
import { runInPauses, runWhenDue } from './platform/repeat.ts';
import { uplinkConnection } from './platform/secrets.ts';
import type { StorageGuard } from './platform/storage-guard.ts';
import { VERSION } from './platform/version.ts';
import { createReadService } from './read-service.ts';
import { createSelfCheck } from './self-check.ts';
import { createAcceptor } from './stages/accept-readings.ts';
import { createAnnouncer } from './stages/announce.ts';
import { createChangeFeed } from './stages/change-feed.ts';
import { createHourCloser } from './stages/close-hours.ts';
import { createOutboxFiller } from './stages/fill-outbox.ts';
import { createLiveBoard } from './stages/live-board.ts';
import { createOutboxPort } from './stages/outbox-port.ts';
import { createPipeline, type Pipeline } from './stages/pipeline.ts';
import { createPoller } from './stages/poll.ts';
import { createPurger } from './stages/purge.ts';
import { createHealthReporter } from './stages/report-health.ts';
import { createRewinder } from './stages/rewind.ts';
import { createWeigher } from './stages/weigh-hours.ts';
import type { CrashProbe, Store } from './store/store.ts';
import type { DeliveryOptions } from './uplink/delivery.ts';
import type { UplinkTiming } from './uplink/mqtt-uplink.ts';
import type { UplinkSession } from './uplink-session.ts';

/** The stages run this often, and polls that are due are looked for at least this often, real ms. */
const TURN_MS = 1_000;
/** So long the first round has the thread to itself at most, ms: then the page and the broker are seen to. */
const HEAD_START_MS = 100;

export interface GatewayOptions {
  readonly site: SiteConfig;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Simulated ms per real ms: 1 but in the demo. */
  readonly speed?: number;
  /** Where the built page lies; null: no dashboard. */
  readonly webRoot: string | null;
  /** Asks every meter once before the page is there: a second of energy need not wait for an HTTP server. */
  readonly pollAtOnce?: boolean;
  /** How fast a lost broker is tried again; the defaults of the uplink unless given. */
  readonly uplinkTiming?: Partial<UplinkTiming>;
  /** Crash tests stop the process at named points. */
  /**
   * Told when the gateway must be stopped and made anew: its damaged database was salvaged, or it holds on to a disk
   * that is no longer there. Without a listener it goes on as it is.
   */
  readonly onRenew?: () => void;
  readonly probes?: { readonly store?: CrashProbe; readonly delivery?: DeliveryOptions['probe'] };
}

export interface Gateway {
  readonly store: Store;
  /** The dashboard's address, null without one. */
  readonly url: string | null;
  /** One download of coefficients, then what waits in the inbox. */
  bringCoefficients(): Promise<void>;
  /** One round over all meters, then every stage until nothing is left to do. */
  playRound(): Promise<void>;
  /** Polls and works until stopped. */
  start(): void;
  /** Ends within 5 s: what was read is committed, what was published is settled. */
  stop(): Promise<void>;
  /** Resolves when every message is acknowledged. */
  delivered(): Promise<void>;
}

type Close = () => unknown;

/** @throws CodedError for everything that keeps the gateway from starting; nothing is left open then */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { site, clock, log } = options;
  // Secrets are read before anything is opened: a missing one must not leave a half-started gateway.
  const connection = site.mqtt ? uplinkConnection(site.mqtt) : null;
  const opened: Close[] = [];
  const disk = watchDisk(options, () => opened.length === 0);
  const { guard } = disk;
  const me = openLedger({ ...options, probe: disk.probe });
  const { store } = me;
  opened.push(() => store.close());
  try {
    const reporter = createHealthReporter(me);
    const board = createLiveBoard(site.meters.map(({ id }) => id));
    const changes = createChangeFeed();
    let uplink: UplinkSession | null = null;
    const announce = (): void => {
      uplink?.announce();
      changes.live();
    };
    disk.watch(store, announce);

    const pipeline = buildPipeline(me, options, {
      onTurn() {
        uplink?.wake();
        guard.read(() => changes.hoursIfNew(store.outbox.lastSeq()), undefined);
      },
      onClock: announce,
    });
    const coefficients = createCoefficientIntake({
      ...me,
      dataDir: options.dataDir,
      guard,
      log,
    });
    const selfCheck = createSelfCheck({
      dataDir: options.dataDir,
      meters: site.meters,
      log,
      sinceStartMs: () => performance.now(),
    });
    const poller = openPoller(me, opened, (poll) => {
      const health = board.note(poll);
      if (health.before !== health.after) {
        log.info({ meter: poll.meter, ...health, fault: poll.fault }, 'meter health');
      }
      guard.run(() => reporter.note(poll, health.after));
      selfCheck.note(poll);
      pipeline.take(poll);
      changes.live();
    });

    const asked = {
      ...me,
      board,
      generation: me.sender.generation,
      version: VERSION,
      uplink: () => uplink,
      coefficientFault: () => coefficients.fault(),
      storage: () => guard.health(),
      clockHealth: () => pipeline.clockHealth(),
      read: guard.read,
    };
    if (options.pollAtOnce) {
      poller.pollDue(clock.now());
      await Promise.race([poller.idle(), delay(HEAD_START_MS)]);
    }
    const past = createReadService({ dataDir: options.dataDir, facts: hourSourceFacts(asked), log });
    opened.push(() => past.close());
    const reads = createStoreReads(asked, (question) =>
      past.ask(question).catch((error: unknown) => disk.rethrow(error)),
    );
    const page = { ...site.dashboard, reads, live: changes, language: 'ja', log } as const;
    // What is loaded here is loaded when it is needed: HTTP and MQTT take as long as all the rest.
    const dashboard =
      options.webRoot === null
        ? null
        : await (await import('./dashboard/server.ts')).startDashboard({ ...page, webRoot: options.webRoot });
    if (dashboard) opened.push(() => dashboard.close());

    if (site.mqtt && connection) {
      const { openUplinkSession } = await import('./uplink-session.ts');
      uplink = openUplinkSession({
        config: site.mqtt,
        connection,
        topics: me.topics,
        outbox: createOutboxPort({
          ...me,
          now: () => clock.now(),
          eventTopic: me.topics.event,
          guard: (work) => guard.run(work),
          read: guard.read,
          onRefused: (problem) => log.warn({ fault: problem }, 'message refused'),
        }),
        announcer: buildAnnouncer(me, options.dataDir, guard, pipeline),
        board,
        log,
        monotonicMs: () => clock.monotonicMs(),
        ...(options.uplinkTiming ? { timing: options.uplinkTiming } : {}),
        onChange: () => changes.live(),
        ...(options.probes?.delivery ? { probe: options.probes.delivery } : {}),
      });
      const session = uplink;
      opened.push(() => session.close());
    }
    const parts = {
      ...options,
      me,
      pipeline,
      poller,
      coefficients,
      guard,
      opened,
      url: dashboard?.url ?? null,
    };
    return running({ ...parts, uplink: () => uplink });
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

/** Who hears of what the pipeline does. */
interface Told {
  /** After a turn that may have filled the outbox. */
  onTurn(): void;
  onClock(): void;
}

/** readings → ledger → hour buckets → coefficients → outbox */
function buildPipeline(me: Identity, { log, speed = 1 }: GatewayOptions, told: Told): Pipeline {
  const { site, store, grid, events, specs, specsById, rules, sender, topics, clock } = me;
  return createPipeline({
    clock,
    events,
    specs,
    acceptor: createAcceptor({ store, grid, events, evidenceMs: site.retention.evidenceMs }),
    rewinder: createRewinder({ store, grid, events, specs: specsById }),
    newestMs: () => store.readings.newestMs(),
    speed,
    steps: [
      createHourCloser({ store, grid, specs: specsById, active: me.active }),
      createWeigher({ store, rules, specs: specsById }),
      createOutboxFiller({
        store,
        grid,
        sender,
        specs: specsById,
        topicOf: (meter, channel) => topics.hour(meter, channel),
      }),
      createPurger({ store, ...site.retention }),
    ],
    checkpoint: () => store.checkpoint(),
    onClock(health) {
      const { state, fault } = health;
      if (fault) log.warn({ clock: state, fault }, 'hours are held back');
      else log.info({ clock: state }, state === 'stepped' ? 'the clock was set' : 'the clock is good');
      told.onClock();
    },
    onTurn: () => told.onTurn(),
  });
}

/** One driver a line, one poller over all their meters. */
function openPoller({ site, clock }: Identity, opened: Close[], onPoll: (poll: MeterPoll) => void) {
  const lines = site.lines.map((line) =>
    openLine(
      line,
      site.meters.filter((meter) => meter.line === line.id),
      { clock },
    ),
  );
  opened.push(() => Promise.all(lines.map((line) => line.close())));
  const intervals = new Map(site.meters.map((meter) => [meter.id, meter.intervalMs]));
  const meters = lines.flatMap((line) => line.meters);
  return createPoller(
    meters.map((driver) => ({ driver, intervalMs: intervals.get(driver.meter) ?? TURN_MS })),
    onPoll,
  );
}

function buildAnnouncer(me: Identity, dataDir: string, guard: StorageGuard, pipeline: Pipeline) {
  const { id, name, timezone, gridArea } = me.site.site;
  return createAnnouncer({
    ...me,
    site: { id, name, timezone, gridArea },
    gateway: { id: me.site.gateway.id, version: VERSION },
    generation: me.sender.generation,
    clockHealth: () => pipeline.clockHealth(),
    meters: me.site.meters.map(({ id: meter, name: title, type, role, parent }) => ({
      id: meter,
      name: title,
      type: type.id,
      role,
      parent,
    })),
    storage: () => guard.health(),
    read: guard.read,
    freeBytes: () =>
      guard.read(() => {
        const { bavail, bsize } = statfsSync(dataDir);
        return bavail * bsize;
      }, null),
  });
}

interface Parts extends GatewayOptions {
  readonly me: Identity;
  readonly pipeline: Pipeline;
  readonly poller: ReturnType<typeof createPoller>;
  readonly coefficients: ReturnType<typeof createCoefficientIntake>;
  readonly guard: StorageGuard;
  readonly opened: Close[];
  readonly uplink: () => UplinkSession | null;
  readonly url: string | null;
}

function running(parts: Parts): Gateway {
  const { me, pipeline, poller, coefficients, guard, opened, speed = 1 } = parts;
  const stops: (() => void)[] = [];
  return {
    store: me.store,
    url: parts.url,
    async bringCoefficients() {
      await coefficients.download();
      coefficients.drainInbox();
      pipeline.drain();
    },
    async playRound() {
      await poller.pollAll();
      pipeline.drain();
    },
    start() {
      let nextMs = 0;
      const msToTick = () => Math.min(TURN_MS, (nextMs - me.clock.now()) / speed);
      stops.push(
        runWhenDue(() => {
          nextMs = poller.pollDue(me.clock.now());
          return msToTick();
        }),
      );
      let asked = false;
      void poller.idle().then(() => (asked = true));
      // A commit may take a card some hundred ms: it is made when all meters have answered, long before the next tick.
      const turns = runInPauses({
        everyMs: TURN_MS,
        busy: () => poller.busy(),
        msToTick,
        speed,
        job: () => {
          guard.run(() => coefficients.drainInbox());
          // After a stop of hours the first readings say more than a row of missing hours would.
          guard.turn(() => (asked ? pipeline.turn() : pipeline.finish()));
        },
      });
      poller.onIdle(() => turns.look());
      stops.push(() => turns.stop());
      stops.push(coefficients.start());
    },
    async delivered() {
      await parts.uplink()?.drained(() => me.store.outbox.backlog().waiting === 0);
    },
    async stop() {
      for (const stop of stops) stop();
      guard.run(() => pipeline.finish());
      await closeAll(opened.splice(0));
    },
  };
}

/** Last opened, first closed. */
async function closeAll(opened: readonly Close[]): Promise<void> {
  for (const close of opened.toReversed()) await close();
}
