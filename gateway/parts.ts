/** The parts of a gateway, each put together from its stages; gateway.ts joins them. */
import { statfsSync } from 'node:fs';
import { trackedGauges } from '../config/factors-live.ts';
import type { MqttConfig } from '../config/types.ts';
import { watchedMeters } from '../config/watched-meters.ts';
import { lineBudgets } from '../drivers/modbus/bus-budget.ts';
import type { Ahead } from './ahead.ts';
import type { CoefficientIntake } from './coefficient-intake.ts';
import { createCorrectionIntake } from './correction-intake.ts';
import { createStoreReads } from './dashboard/store-reads.ts';
import type { Demand } from './demand.ts';
import type { DiskWatch } from './disk.ts';
import type { AlarmHealth } from './domain/alarm.ts';
import type { LiveBoard } from './domain/live.ts';
import type { MeterPoll, SettingSample } from './domain/ports.ts';
import type { Cover } from './domain/sources/cover.ts';
import type { OpenQuestion } from './domain/validation/questions.ts';
import { asMe, type Identity } from './identity.ts';
import type { Log } from './platform/log.ts';
import { VERSION } from './platform/version.ts';
import type { ReportIntake } from './report-intake.ts';
import { createSelfCheck } from './self-check.ts';
import { createAcceptor } from './stages/accept-readings.ts';
import { createAnnouncer } from './stages/announce.ts';
import { createCorrector } from './stages/apply-correction.ts';
import type { createChangeFeed } from './stages/change-feed.ts';
import { createHourCloser } from './stages/close-hours.ts';
import { createOutboxFiller } from './stages/fill-outbox.ts';
import { createGaugeEvidence } from './stages/gauge-evidence.ts';
import type { HintBook } from './stages/hint-book.ts';
import { createOutboxPort } from './stages/outbox-port.ts';
import { createPipeline, type Pipeline, type Step as Stage } from './stages/pipeline.ts';
import { createPurger } from './stages/purge.ts';
import { createHealthReporter } from './stages/report-health.ts';
import { createRewinder } from './stages/rewind.ts';
import { createTallies, isTallied } from './stages/tally.ts';
import { createSettingsWatcher } from './stages/watch-settings.ts';
import { createSumWatch } from './stages/watch-sums.ts';
import { createValueWatch } from './stages/watch-values.ts';
import { createWeigher } from './stages/weigh-hours.ts';
import type { DeliveryOptions } from './uplink/delivery.ts';
import type { UplinkConfig, UplinkTiming } from './uplink/mqtt-uplink.ts';
import type { UplinkSession } from './uplink-session.ts';

/** What every part stands on. */
export interface Ground {
  readonly me: Identity;
  readonly dataDir: string;
  readonly log: Log;
  readonly disk: DiskWatch;
  readonly board: LiveBoard;
  readonly changes: ReturnType<typeof createChangeFeed>;
  /** What the figures of the meters say about their wiring and their health. */
  readonly hints: HintBook;
  /** What the ledger asks of people. */
  readonly questions: () => readonly OpenQuestion[];
  /** A round over all meters is being played: it is kept at its end. */
  readonly round: { isPlayed: boolean };
  /** What must be closed in the end, in the order in which it was opened. */
  readonly opened: (() => unknown)[];
}

/** Settings that a meter showed in an earlier poll, while the time was not known, are those of this one. */
function stampedSettings(poll: MeterPoll, settings: readonly SettingSample[]): MeterPoll {
  if (poll.settings) return poll;
  return { ...poll, settings: settings.map((sample) => ({ ...sample, atMs: poll.atMs })) };
}

/** What is done with each poll: shown, told, and handed to the ledger. */
export function hearPolls(
  { me, dataDir, log, disk, board, changes, hints, round, opened }: Ground,
  pipeline: Pipeline,
  demand: Pick<Demand, 'note'>,
): (poll: MeterPoll) => void {
  const reporter = createHealthReporter(me);
  const settings = createSettingsWatcher(me);
  const selfCheck = createSelfCheck({
    dataDir,
    meters: me.site.meters,
    budgets: lineBudgets(me.site),
    log,
    sinceStartMs: () => process.uptime() * 1_000,
  });
  opened.push(() => selfCheck.stop());
  const tallies = createTallies(me.store);
  const unseen = new Map<string, readonly SettingSample[]>();
  const values = createValueWatch({ meters: watchedMeters(me.site), specs: me.specs, grid: me.grid, hints });
  return (arrived) => {
    const poll = isTallied(arrived)
      ? disk.guard.read(() => tallies.totalled(arrived), tallies.untold(arrived))
      : arrived;
    const health = board.note(poll);
    if (health.before !== health.after) {
      log.info({ meter: poll.meter, ...health, fault: poll.fault }, 'meter health');
    }
    if (poll.settings) unseen.set(poll.meter, poll.settings);
    // What is told has a time; while there is none it waits.
    if (pipeline.knowsTime()) {
      disk.guard.run(() => reporter.note(poll, health.after));
      const shown = unseen.get(poll.meter);
      if (shown) {
        disk.guard.run(() => settings.note(stampedSettings(poll, shown)));
        unseen.delete(poll.meter);
      }
      disk.guard.run(() => values.note(poll));
      demand.note(poll);
    }
    selfCheck.note(poll);
    // A rare pulse weighs much: it is kept at once. What is played is kept at the end of its round.
    if (pipeline.take(poll) && !round.isPlayed) disk.guard.run(() => pipeline.keep());
    changes.live();
  };
}

/** Who hears of what the pipeline does. */
interface Told {
  /** After a turn that may have filled the outbox. */
  onTurn(): void;
  onClock(): void;
  /** The time became known: what this gateway is can be said. */
  onBegin(): void;
}

/** A stage that looks at the channels when it is made: those of a new database are known when the time is. */
function whenFirstRun(make: () => Stage): Stage {
  let made: Stage | null = null;
  return {
    run(nowMs) {
      made ??= make();
      return made.run(nowMs);
    },
  };
}

/** readings → ledger → hour buckets → coefficients → outbox */
export function buildPipeline({ me, dataDir, log, hints }: Ground, speed: number, told: Told): Pipeline {
  const { site, store, grid, events, specs, specsById, rules, sender, topics, clock } = me;
  return createPipeline({
    clock,
    events,
    specs,
    acceptor: createAcceptor({ store, grid, events, evidenceMs: site.retention.evidenceMs }),
    gauges: createGaugeEvidence({ store, grid, gauges: trackedGauges(site), specs: specsById }),
    rewinder: createRewinder({ store, grid, events, specs: specsById }),
    corrections: createCorrectionIntake({
      dataDir,
      corrector: createCorrector({ store, grid, specs: specsById, events }),
      events,
      log,
    }),
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
      whenFirstRun(() => createSumWatch({ store, grid, specs: specsById, meters: site.meters, hints })),
    ],
    purge: createPurger({ store, ...site.retention }),
    checkpoint: () => store.checkpoint(),
    begin() {
      if (me.begun()) return;
      me.begin();
      told.onBegin();
    },
    onClock(health) {
      const { state, fault } = health;
      if (fault) log.warn({ clock: state, fault }, 'hours are held back');
      else log.info({ clock: state }, state === 'stepped' ? 'the clock was set' : 'the clock is good');
      told.onClock();
    },
    onTurn: () => told.onTurn(),
  });
}

/**
 * The dashboard.
 * @param webRoot where the built page lies. @returns its address, null without a page
 */
export async function openPage(
  { me, dataDir, log, disk, board, changes, hints, questions, opened }: Ground,
  webRoot: string | null,
  shown: {
    readonly pipeline: Pipeline;
    readonly coefficients: CoefficientIntake;
    readonly reports: ReportIntake;
    readonly ahead: Ahead;
    readonly demand: Demand;
    readonly uplink: () => UplinkSession | null;
    readonly alarm: () => AlarmHealth | null;
  },
): Promise<string | null> {
  if (webRoot === null) return null;
  const asked = asMe(me, {
    board,
    hintsOf: (meter: string) => hints.of(meter),
    questions,
    version: VERSION,
    uplink: shown.uplink,
    coefficientFault: () => shown.coefficients.fault(),
    ahead: shown.ahead,
    demand: () => shown.demand.read(),
    storage: () => disk.guard.health(),
    clockHealth: () => shown.pipeline.clockHealth(),
    alarm: shown.alarm,
    read: disk.guard.read,
    rethrow: (error: unknown) => disk.rethrow(error),
  });
  const reads = createStoreReads(asked);
  const { createDocumentDesk } = await import('./coefficient-desk.ts');
  const { createReportDesk } = await import('./report-desk.ts');
  const desk = createDocumentDesk(me.store, me.rules.area, shown.coefficients);
  const reports = createReportDesk({
    ...me,
    dataDir,
    intake: shown.reports,
    // What the disk does not take is told to whoever entered it.
    onError: (error) => disk.rethrow(error),
  });
  const page = {
    ...me.site.dashboard,
    reads,
    live: changes,
    desk,
    reports,
    language: 'ja',
    log,
    webRoot,
  } as const;
  // Loaded when it is needed: HTTP and MQTT take as long as all the rest.
  const { startDashboard } = await import('./dashboard/server.ts');
  const dashboard = await startDashboard(page);
  opened.push(() => dashboard.close());
  return dashboard.url;
}

interface Uplinked {
  readonly coefficients: CoefficientIntake;
  readonly config: MqttConfig;
  readonly connection: UplinkConfig;
  readonly pipeline: Pipeline;
  readonly ahead: Ahead;
  readonly demand: Demand;
  readonly alarm: () => AlarmHealth | null;
  readonly timing?: Partial<UplinkTiming> | undefined;
  readonly probe?: DeliveryOptions['probe'] | undefined;
}

/** outbox → MQTT */
export async function openUplinkOf(
  ground: Ground,
  { config, connection, pipeline, coefficients, ahead, demand, alarm, timing, probe }: Uplinked,
): Promise<UplinkSession> {
  const { me, log, disk, board, changes, opened } = ground;
  const { guard } = disk;
  const { openUplinkSession } = await import('./uplink-session.ts');
  const uplink = openUplinkSession({
    config,
    connection,
    topics: me.topics,
    outbox: createOutboxPort({
      ...me,
      now: () => me.clock.now(),
      eventTopic: me.topics.event,
      guard: (work) => guard.run(work),
      read: guard.read,
      onRefused: (problem) => log.warn({ fault: problem }, 'message refused'),
    }),
    announcer: buildAnnouncer(ground, pipeline, { alarm, cover: () => coefficients.cover() }),
    standing: () => [...ahead.standing(), ...demand.standing()],
    farewell: () => [...ahead.farewell(), ...demand.farewell()],
    board,
    log,
    monotonicMs: () => me.clock.monotonicMs(),
    ...(timing ? { timing } : {}),
    onChange: () => changes.live(),
    ...(probe ? { probe } : {}),
  });
  opened.push(() => uplink.close());
  return uplink;
}

function buildAnnouncer(
  { me, dataDir, disk, hints, questions }: Ground,
  pipeline: Pipeline,
  shown: { readonly alarm: () => AlarmHealth | null; readonly cover: () => Cover | null },
) {
  const { guard } = disk;
  const { id, name, timezone, gridArea } = me.site.site;
  const about = asMe(me, {
    site: { id, name, timezone, gridArea },
    gateway: { id: me.site.gateway.id, version: VERSION },
    clockHealth: () => pipeline.clockHealth(),
    knowsTime: () => me.begun(),
    ...shown,
    meters: me.site.meters.map(({ id: meter, name: title, type, role, parent }) => ({
      id: meter,
      name: title,
      type: type.id,
      role,
      parent,
    })),
    storage: () => guard.health(),
    hintsOf: (meter: string) => hints.of(meter),
    attention: () => guard.read(() => ({ questions: questions().length, hints: hints.all().length }), null),
    read: guard.read,
    freeBytes: () =>
      guard.read(() => {
        const { bavail, bsize } = statfsSync(dataDir);
        return bavail * bsize;
      }, null),
  });
  return createAnnouncer(about);
}
