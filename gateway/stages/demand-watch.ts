/**
 * Live readings → demand of the running period → alarms. The trails are memory, made again from rows at a start and
 * when the clock was set. What an alarm does is one transaction: its event, its notices, and how far it has risen; so a
 * restart neither forgets an alarm nor raises it twice. While the disk takes nothing alarms go on and wait to be told.
 */
import type { ClockHealth } from '../domain/clock-health.ts';
import type { NoticeWay } from '../domain/demand/delivery.ts';
import { type AlarmChange, type AlarmState, lookAtAlarm, quietAlarm } from '../domain/demand/levels.ts';
import { demandNotice, noticeText, reaches } from '../domain/demand/notices.ts';
import { alarmValue, type DemandNow, demandNow, pictureOf, untilCrossedMs } from '../domain/demand/period.ts';
import { DEMAND_LEVELS, type DemandLevel, type DemandPlan, periodStart } from '../domain/demand/plan.ts';
import type { DemandRead, TimingRead } from '../domain/demand/report.ts';
import { follow, type Trail } from '../domain/demand/trail.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import type { MeterPoll } from '../domain/ports.ts';
import { formatMicro } from '../domain/rational.ts';
import type { EventDraft, Sender } from '../domain/render.ts';
import { type Clock, type EpochMs, type HourGrid, instant } from '../domain/time.ts';
import type { Store } from '../store/store.ts';
import { putAlarm, storedAlarm } from './demand-facts.ts';
import { createDemandMonths, type DemandMonths } from './demand-months.ts';
import { loadTrail } from './demand-trails.ts';
import type { EventSink } from './ledger-events.ts';

/** Changes that wait for a disk that takes nothing; older ones go first. */
const MAX_UNTOLD = 100;

export interface DemandDeps {
  readonly store: Store;
  readonly grid: HourGrid;
  readonly clock: Clock;
  readonly sender: Sender;
  readonly siteName: string;
  readonly events: Pick<EventSink, 'emit' | 'write'>;
  readonly plans: readonly DemandPlan[];
  readonly specs: readonly ChannelSpec[];
  /** A newest reading older than this says nothing about now, ms. */
  readonly freshMs: (meter: string) => number;
  readonly clockHealth: () => ClockHealth;
  readonly knowsTime: () => boolean;
  /** The utility's timing pulse, where one of the meters sees it. */
  readonly timing: (plan: DemandPlan) => TimingRead | null;
  /** Who is told, and from which level on. */
  readonly ways: readonly {
    readonly way: NoticeWay;
    readonly level: DemandLevel;
    readonly onlyNew: boolean;
  }[];
}

interface Untold {
  readonly plan: DemandPlan;
  readonly change: AlarmChange;
  readonly now: DemandNow;
  readonly atMs: EpochMs;
}

interface Watched {
  readonly plan: DemandPlan;
  readonly months: DemandMonths;
  now: DemandNow | null;
  alarm: AlarmState | null;
}

const keyOf = (meter: string, channel: string): string => `${meter}/${channel}`;

function eventOf({ plan, change, now, atMs }: Untold, text: string): EventDraft {
  const [only, ...others] = plan.channels;
  const isOther = change.periodMs !== now.startMs;
  const figure = (micro: bigint | null): number | null =>
    isOther || micro === null ? null : Number(formatMicro(micro));
  return {
    kind: change.kind === 'raised' ? 'demand-alarm' : 'demand-over',
    meter: others.length === 0 && only ? only.meter : null,
    channel: others.length === 0 && only ? only.channel : null,
    atMs,
    text,
    detail: {
      demand: plan.id,
      level: change.level,
      before: change.before,
      periodMs: change.periodMs,
      minutes: plan.periodMs / 60_000,
      predicted: figure(now.predictedMicro),
      target: Number(formatMicro(plan.targetMicro)),
      shed: figure(now.shedMicro),
      unit: plan.demandUnit,
    },
  };
}

export interface DemandWatch {
  /** To be told of each poll that has a time. */
  note(poll: MeterPoll): void;
  /** Looks at each demand; to be called once a second. Writes nothing. */
  look(): void;
  /** Writes what became of alarms. @throws what the disk throws; it is written with the next call then */
  tell(): void;
  /** Reads one month of the past, if one is due. */
  lookBack(): void;
  /** What is known; empty before the first look. */
  read(): readonly DemandRead[];
  /** The highest level in force, of all demands. */
  highest(): DemandLevel | null;
}

export function createDemandWatch(deps: DemandDeps): DemandWatch {
  const { store, grid, clock, plans, sender } = deps;
  const wanted = new Map(
    plans.flatMap(({ channels }) =>
      channels.flatMap(({ meter, channel }) => {
        const spec = deps.specs.find((one) => one.meter === meter && one.channel === channel);
        return spec ? [[keyOf(meter, channel), spec] as const] : [];
      }),
    ),
  );
  const watched: readonly Watched[] = plans.map((plan) => ({
    plan,
    months: createDemandMonths(store, grid, plan),
    now: null,
    alarm: null,
  }));
  let trails: Map<string, Trail> | null = null;
  let judged: ClockHealth | null = null;
  let untold: readonly Untold[] = [];

  /** @throws what the disk throws */
  function known(): Map<string, Trail> {
    const health = deps.clockHealth();
    // Rows may have been taken back, or readings stamped anew.
    if (judged && (health.state !== judged.state || health.sinceMs !== judged.sinceMs)) trails = null;
    judged = health;
    trails ??= new Map([...wanted].map(([key, spec]) => [key, loadTrail(store, grid, spec, clock.now())]));
    return trails;
  }

  /** Those of its channels that were read; each with how long a reading of it is fresh. */
  function trailsOf({ channels }: DemandPlan) {
    return channels.flatMap(({ meter, channel }) => {
      const trail = trails?.get(keyOf(meter, channel));
      return trail ? [{ trail, freshMs: deps.freshMs(meter) }] : [];
    });
  }

  function lookAt(one: Watched, nowMs: EpochMs): void {
    const { plan } = one;
    const startMs = periodStart(nowMs, plan.periodMs, grid);
    const clockIsKnown = deps.knowsTime() && deps.clockHealth().fault === null;
    const now = demandNow(plan, trailsOf(plan), { startMs, nowMs, clockIsKnown });
    one.now = now;
    if (!clockIsKnown) return;
    one.alarm ??= storedAlarm(store, plan) ?? quietAlarm(startMs);
    const { state, changes } = lookAtAlarm(plan, one.alarm, {
      atMs: nowMs,
      periodMs: startMs,
      valueMicro: now.reason === null ? alarmValue(now) : null,
      untilMs: (level) => untilCrossedMs(plan, now, plan.levelsMicro[level]),
    });
    one.alarm = state;
    untold = [...untold, ...changes.map((change) => ({ plan, change, now, atMs: nowMs }))].slice(-MAX_UNTOLD);
  }

  function emit(said: Untold): void {
    const { plan, change, now, atMs } = said;
    const from = {
      site: sender.site,
      siteName: deps.siteName,
      gateway: sender.gateway,
      iso: (ms: number) => grid.iso(instant(ms)),
    };
    const notice = demandNotice(plan, change, now, atMs, from);
    deps.events.emit(eventOf(said, noticeText(notice, 'en')));
    const level = change.kind === 'raised' ? change.level : change.before;
    const ways = deps.ways
      .filter((one) => reaches(level, one.level) && (!one.onlyNew || change.isNew))
      .map(({ way }) => way);
    if (ways.length > 0) store.notices.add(atMs, JSON.stringify(notice), ways);
  }

  return {
    note(poll) {
      if (!poll.registers.some(({ channel }) => wanted.has(keyOf(poll.meter, channel)))) return;
      const all = known();
      for (const { channel, raw, sinceMs, atMs, tally } of poll.registers) {
        const key = keyOf(poll.meter, channel);
        const trail = all.get(key);
        if (!trail) continue;
        const seen = tally && { id: `${tally.run}/${tally.watch}`, sinceMs: tally.watchedSinceMs };
        all.set(key, follow(trail, { raw, sinceMs, atMs, ...(seen ? { watched: seen } : {}) }));
      }
    },
    look() {
      if (deps.knowsTime()) known();
      const nowMs = clock.now();
      for (const one of watched) lookAt(one, nowMs);
    },
    tell() {
      if (untold.length === 0) return;
      const telling = untold;
      deps.events.write(clock.now(), () => {
        for (const said of telling) emit(said);
        for (const { plan, alarm } of watched) if (alarm) putAlarm(store, plan, alarm);
      });
      untold = [];
    },
    lookBack() {
      for (const { months } of watched) months.look(clock.now());
    },
    read: () =>
      watched.flatMap(({ plan, months, now, alarm }) => {
        if (!now) return [];
        return [
          {
            plan,
            now,
            picture: pictureOf(plan, trailsOf(plan), now),
            alarm: alarm ?? quietAlarm(now.startMs),
            // No maximum rests on a register whose count is more than 2 % of the target.
            months: months
              .read(clock.now())
              .map((month) =>
                now.coarse && !month.isBilled ? { ...month, maximumMicro: null, atMs: null } : month,
              ),
            timing: deps.timing(plan),
          },
        ];
      }),
    highest() {
      return DEMAND_LEVELS.findLast((level) => watched.some(({ alarm }) => alarm?.level === level)) ?? null;
    },
  };
}
