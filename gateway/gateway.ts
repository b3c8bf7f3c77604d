/**
 * The composition root. Read {@link assemble} from top to bottom as the data flows:
 * drivers → readings → ledger → hour buckets → coefficients → outbox → MQTT; the dashboard reads the store.
 */
import { crudeOilByDate } from '../config/report-factors.ts';
import type { SiteConfig } from '../config/types.ts';
import { createAhead } from './ahead.ts';
import { type Alarm, openAlarm } from './alarm.ts';
import type { CoefficientIntake } from './coefficient-intake.ts';
import { createDemand, type Demand } from './demand.ts';
import { watchDisk } from './disk.ts';
import type { IsHoliday } from './domain/ahead/day-types.ts';
import type { Fault } from './domain/faults.ts';
import type { Clock } from './domain/time.ts';
import { openLedger } from './ledger.ts';
import { buildPipeline, type Ground, hearPolls, openPage, openUplinkOf } from './parts.ts';
import type { Log } from './platform/log.ts';
import { runWhenDue } from './platform/repeat.ts';
import { uplinkConnection } from './platform/secrets.ts';
import type { OpenPolling, Polling } from './polling.ts';
import type { ReportIntake } from './report-intake.ts';
import { createChangeFeed } from './stages/change-feed.ts';
import { createHintBook } from './stages/hint-book.ts';
import { createLiveBoard } from './stages/live-board.ts';
import { createOpenQuestions } from './stages/open-questions.ts';
import type { Pipeline } from './stages/pipeline.ts';
import type { CrashProbe, Store } from './store/store.ts';
import type { DeliveryOptions } from './uplink/delivery.ts';
import type { UplinkConfig, UplinkTiming } from './uplink/mqtt-uplink.ts';
import type { UplinkSession } from './uplink-session.ts';

/** The stages run this often, real ms. */
const TURN_MS = 1_000;

export interface GatewayOptions {
  readonly site: SiteConfig;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How the meters are polled: in this thread (`pollHere`), or in another one (`pollThere`). */
  readonly polling: OpenPolling;
  /** Simulated ms per real ms: 1 but in the demo. */
  readonly speed?: number;
  /** Where the built page lies; null: no dashboard. */
  readonly webRoot: string | null;
  /** Polls before the page is there: a second of energy need not wait for an HTTP server. */
  readonly pollAtOnce?: boolean;
  /** How fast a lost broker is tried again; the defaults of the uplink unless given. */
  readonly uplinkTiming?: Partial<UplinkTiming>;
  /**
   * Told when the gateway must be stopped and made anew: its damaged database was salvaged, or it holds on to a disk
   * that is no longer there. Without a listener it goes on as it is.
   */
  readonly onRenew?: () => void;
  /** Crash tests stop the process at named points. */
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
  /** Why nothing can be written just now, null when the disk takes data. */
  trouble(): Fault | null;
}

/** @throws CodedError for everything that keeps the gateway from starting; nothing is left open then */
export async function createGateway(options: GatewayOptions): Promise<Gateway> {
  const { site, dataDir, log } = options;
  // Secrets are read before anything is opened: a missing one must not leave a half-started gateway.
  const connection = site.mqtt ? uplinkConnection(site.mqtt) : null;
  const opened: Ground['opened'] = [];
  const disk = watchDisk(options, () => opened.length === 0);
  const me = openLedger({ ...options, probe: disk.probe });
  opened.push(() => me.store.close());
  const board = createLiveBoard(site.meters.map(({ id }) => id));
  try {
    const hints = createHintBook({ ...me, meters: site.meters.map(({ id }) => id) });
    const questions = createOpenQuestions(me.store, me.specsById);
    const changes = createChangeFeed();
    const ground = {
      me,
      dataDir,
      log,
      disk,
      board,
      changes,
      hints,
      questions,
      round: { isPlayed: false },
      opened,
    };
    return await assemble(ground, connection, options);
  } catch (error) {
    await closeAll(opened.splice(0));
    throw error;
  }
}

async function assemble(
  ground: Ground,
  connection: UplinkConfig | null,
  options: GatewayOptions,
): Promise<Gateway> {
  const { me, disk, changes } = ground;
  const { guard } = disk;
  const { site, store } = me;
  let uplink: UplinkSession | null = null;
  const announce = (): void => {
    uplink?.announce();
    changes.live();
  };
  disk.watch(store, announce);

  let holidays: IsHoliday | null = null;
  const ahead = createAhead({
    me,
    guard,
    knowsTime: () => pipeline.knowsTime(),
    isHoliday: (date) => holidays?.(date) ?? false,
    crudeOilOn: crudeOilByDate(),
  });
  const pipeline = buildPipeline(ground, options.speed ?? 1, {
    onTurn() {
      ahead.look();
      uplink?.wake();
      guard.read(() => changes.hoursIfNew(store.outbox.lastSeq()), undefined);
    },
    onClock: announce,
    onBegin: () => uplink?.introduce(),
  });
  const { board, log } = ground;
  const demand = createDemand({
    me,
    guard,
    board,
    log,
    clockHealth: () => pipeline.clockHealth(),
    knowsTime: () => pipeline.knowsTime(),
  });
  ground.opened.push(() => demand.close());
  const polling = options.polling(site, hearPolls(ground, pipeline, demand));
  ground.opened.push(() => polling.close());
  if (options.pollAtOnce) polling.start();
  const alarm = site.alarm && openAlarm(ground, site.alarm, pipeline, () => demand.highest(), announce);
  const health = () => alarm?.health() ?? null;
  // What no poll needs is loaded while the first ones are under way.
  const { createCoefficientIntake } = await import('./coefficient-intake.ts');
  const { createReportIntake } = await import('./report-intake.ts');
  holidays = (await import('./platform/japanese-holidays.ts')).isJapaneseHoliday;
  const coefficients = createCoefficientIntake({ ...me, dataDir: ground.dataDir, guard, log: ground.log });
  const reports = createReportIntake({ ...me, dataDir: ground.dataDir, log: ground.log });
  const shown = { pipeline, coefficients, reports, ahead, demand, uplink: () => uplink, alarm: health };
  const url = await openPage(ground, options.webRoot, shown);
  if (site.mqtt && connection) {
    const { uplinkTiming: timing, probes } = options;
    const wanted = {
      coefficients,
      config: site.mqtt,
      connection,
      pipeline,
      ahead,
      demand,
      alarm: health,
      timing,
      probe: probes?.delivery,
    };
    uplink = await openUplinkOf(ground, wanted);
    coefficients.hear(uplink);
  }
  return running({
    ground,
    polls: options.pollAtOnce === true,
    polling,
    pipeline,
    alarm,
    demand,
    coefficients,
    reports,
    uplink,
    url,
  });
}

interface Parts {
  readonly ground: Ground;
  /** Polling has begun. */
  readonly polls: boolean;
  readonly polling: Polling;
  readonly pipeline: Pipeline;
  readonly alarm: Alarm | null;
  readonly demand: Demand;
  readonly coefficients: CoefficientIntake;
  readonly reports: ReportIntake;
  readonly uplink: UplinkSession | null;
  readonly url: string | null;
}

function running(parts: Parts): Gateway {
  const { ground, polls, polling, pipeline, alarm, demand, coefficients, reports, uplink, url } = parts;
  const { me, opened } = ground;
  const { guard } = ground.disk;
  const stops: (() => void)[] = [];
  return {
    store: me.store,
    url,
    async bringCoefficients() {
      await coefficients.download();
      coefficients.drainInbox();
      pipeline.drain();
      uplink?.stand();
    },
    async playRound() {
      ground.round.isPlayed = true;
      try {
        await polling.pollAll();
      } finally {
        ground.round.isPlayed = false;
      }
      pipeline.drain();
      demand.look();
      uplink?.stand();
    },
    start() {
      if (!polls) polling.start();
      let asked = false;
      let downloads = false;
      const noteFirstRound = async (): Promise<void> => {
        await polling.firstRound();
        asked = true;
      };
      void noteFirstRound();
      stops.push(
        runWhenDue(() => {
          if (me.begun()) guard.run(() => coefficients.drainInbox());
          if (me.begun()) guard.run(() => reports.drain());
          // After a stop of hours the first readings say more than a row of missing hours would.
          guard.turn(() => (asked ? pipeline.turn() : pipeline.finish()));
          demand.look();
          uplink?.stand();
          alarm?.look();
          // A download needs the time: certificates have dates, and so have documents.
          if (!downloads && me.begun()) {
            downloads = true;
            stops.push(coefficients.start());
          }
          return TURN_MS;
        }),
      );
    },
    async delivered() {
      await uplink?.drained(() => me.store.outbox.backlog().waiting === 0);
    },
    trouble() {
      const { state, fault } = guard.health();
      return state === 'slow' ? null : fault;
    },
    async stop() {
      for (const stop of stops) stop();
      await polling.close();
      guard.run(() => pipeline.finish());
      await closeAll(opened.splice(0));
    },
  };
}

/** Last opened, first closed. */
async function closeAll(opened: Ground['opened']): Promise<void> {
  for (const close of opened.toReversed()) await close();
}
