/** The parts of a gateway, each put together from its stages; gateway.ts joins them. */
import { statfsSync } from 'node:fs';
import type { MqttConfig } from '../config/types.ts';
import { lineBudgets } from '../drivers/modbus/bus-budget.ts';
import type { CoefficientIntake } from './coefficient-intake.ts';
import { createCorrectionIntake } from './correction-intake.ts';
import { createStoreReads } from './dashboard/store-reads.ts';
import type { DiskWatch } from './disk.ts';
import type { LiveBoard } from './domain/live.ts';
import type { MeterPoll } from './domain/ports.ts';
import type { Identity } from './identity.ts';
import type { Log } from './platform/log.ts';
import { VERSION } from './platform/version.ts';
import { createSelfCheck } from './self-check.ts';
import { createAcceptor } from './stages/accept-readings.ts';
import { createAnnouncer } from './stages/announce.ts';
import { createCorrector } from './stages/apply-correction.ts';
import type { createChangeFeed } from './stages/change-feed.ts';
import { createHourCloser } from './stages/close-hours.ts';
import { createOutboxFiller } from './stages/fill-outbox.ts';
import { createOutboxPort } from './stages/outbox-port.ts';
import { createPipeline, type Pipeline } from './stages/pipeline.ts';
import { createPurger } from './stages/purge.ts';
import { createHealthReporter } from './stages/report-health.ts';
import { createRewinder } from './stages/rewind.ts';
import { createTallies, isTallied } from './stages/tally.ts';
import { createSettingsWatcher } from './stages/watch-settings.ts';
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
  /** What must be closed in the end, in the order in which it was opened. */
  readonly opened: (() => unknown)[];
}

/** What is done with each poll: shown, told, and handed to the ledger. */
export function hearPolls(
  { me, dataDir, log, disk, board, changes, opened }: Ground,
  pipeline: Pipeline,
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
  return (arrived) => {
    const poll = isTallied(arrived)
      ? disk.guard.read(() => tallies.totalled(arrived), tallies.untold(arrived))
      : arrived;
    const health = board.note(poll);
    if (health.before !== health.after) {
      log.info({ meter: poll.meter, ...health, fault: poll.fault }, 'meter health');
    }
    disk.guard.run(() => reporter.note(poll, health.after));
    if (poll.settings) disk.guard.run(() => settings.note(poll));
    selfCheck.note(poll);
    // A rare pulse weighs much: it is kept at once.
    if (pipeline.take(poll)) disk.guard.run(() => pipeline.keep());
    changes.live();
  };
}

/** Who hears of what the pipeline does. */
interface Told {
  /** After a turn that may have filled the outbox. */
  onTurn(): void;
  onClock(): void;
}

/** readings → ledger → hour buckets → coefficients → outbox */
export function buildPipeline({ me, dataDir, log }: Ground, speed: number, told: Told): Pipeline {
  const { site, store, grid, events, specs, specsById, rules, sender, topics, clock } = me;
  return createPipeline({
    clock,
    events,
    specs,
    acceptor: createAcceptor({ store, grid, events, evidenceMs: site.retention.evidenceMs }),
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
    ],
    purge: createPurger({ store, ...site.retention }),
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

/**
 * The dashboard.
 * @param webRoot where the built page lies. @returns its address, null without a page
 */
export async function openPage(
  { me, log, disk, board, changes, opened }: Ground,
  webRoot: string | null,
  shown: {
    readonly pipeline: Pipeline;
    readonly coefficients: CoefficientIntake;
    readonly uplink: () => UplinkSession | null;
  },
): Promise<string | null> {
  if (webRoot === null) return null;
  const asked = {
    ...me,
    board,
    generation: me.sender.generation,
    version: VERSION,
    uplink: shown.uplink,
    coefficientFault: () => shown.coefficients.fault(),
    storage: () => disk.guard.health(),
    clockHealth: () => shown.pipeline.clockHealth(),
    read: disk.guard.read,
    rethrow: (error: unknown) => disk.rethrow(error),
  };
  const reads = createStoreReads(asked);
  const page = { ...me.site.dashboard, reads, live: changes, language: 'ja', log, webRoot } as const;
  // Loaded when it is needed: HTTP and MQTT take as long as all the rest.
  const { startDashboard } = await import('./dashboard/server.ts');
  const dashboard = await startDashboard(page);
  opened.push(() => dashboard.close());
  return dashboard.url;
}

interface Uplinked {
  readonly config: MqttConfig;
  readonly connection: UplinkConfig;
  readonly pipeline: Pipeline;
  readonly timing?: Partial<UplinkTiming> | undefined;
  readonly probe?: DeliveryOptions['probe'] | undefined;
}

/** outbox → MQTT */
export async function openUplinkOf(
  ground: Ground,
  { config, connection, pipeline, timing, probe }: Uplinked,
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
    announcer: buildAnnouncer(ground, pipeline),
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

function buildAnnouncer({ me, dataDir, disk }: Ground, pipeline: Pipeline) {
  const { guard } = disk;
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
