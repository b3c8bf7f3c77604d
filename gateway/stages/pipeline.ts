/**
 * The stages in the order the data flows: readings → ledger → hour buckets → coefficients → outbox. Readings wait
 * here for one common transaction; every stage after that takes its work from rows, so a crash anywhere is a pause.
 */
import type { ClockHealth } from '../domain/clock-health.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import type { MeterPoll } from '../domain/ports.ts';
import type { GaugeReading } from '../domain/thermo/gauge-slot.ts';
import { type Clock, type EpochMs, slotOf } from '../domain/time.ts';
import type { Acceptor, NewReading } from './accept-readings.ts';
import type { GaugeEvidence } from './gauge-evidence.ts';
import { createClockJudge } from './judge-clock.ts';
import type { EventSink } from './ledger-events.ts';
import type { Rewinder } from './rewind.ts';
import { createUnstamped, NOISE_MS, shifted, shiftedGauge } from './unstamped.ts';

/**
 * Readings wait about this long for a transaction, ms; a boundary is written at once. One commit in 10 s writes less
 * than half of what one a second does; at 13 s 32 meters stay below 100 MB a day. A power cut costs that much evidence,
 * which the registers make good.
 */
export const COMMIT_MS = 13_000;
/** Readings held in memory at the most: above that a transaction is due at once. */
const MAX_HELD = 5_000;
/** While the disk takes nothing, this many readings are kept; older ones go first: the meters keep their registers. */
const MAX_KEPT = 50_000;
/**
 * Pulses that the gateway counts exist nowhere else: the oldest that may not be kept yet waits at most this long, ms.
 * With a turn a second and a commit of a second on a slow card that is less than 10 s.
 */
export const COUNTED_COMMIT_MS = 8_000;
/** A pulse that comes so long after the one before is kept at once, ms. */
export const RARE_PULSE_MS = 10_000;
/** Bounded steps of one stage in one turn, so that a large backlog never starves the polling … */
const STEPS_PER_TURN = 4;
/** … and after this no further step is begun, real ms: a tick is never further away than that and one step. */
const TURN_BUDGET_MS = 50;

/** A stage in bounded steps. */
export interface Step {
  /** @returns whether more is to be done */
  run(nowMs: EpochMs): boolean;
}

export interface PipelineDeps {
  readonly clock: Clock;
  readonly acceptor: Acceptor;
  /** Pressures and temperatures that kWh follow from; left out where there are none. */
  readonly gauges?: GaugeEvidence;
  /** Takes back what a clock stamped that ran ahead. */
  readonly rewinder: Rewinder;
  readonly events: Pick<EventSink, 'pending' | 'tell'>;
  /** What people said meanwhile. @returns whether rows were changed beside the acceptor */
  readonly corrections?: { drain(nowMs: EpochMs): boolean };
  /** Simulated ms per real ms. */
  readonly speed: number;
  /** close-hours, weigh-hours, fill-outbox. */
  readonly steps: readonly Step[];
  /** Deletes what is old; not while the clock may be wrong. */
  readonly purge: Step;
  readonly specs: readonly ChannelSpec[];
  /** After the first commit of each half-hour: the log is moved into the database while little else is to do. */
  readonly checkpoint: () => void;
  /** Called at each judgement of a clock that can be used, before anything is stamped by it. */
  readonly begin?: () => void;
  /** Told each time the state of the clock changes. */
  readonly onClock: (health: ClockHealth) => void;
  /** After a turn that may have filled the outbox. */
  readonly onTurn: () => void;
}

export function createPipeline(deps: PipelineDeps) {
  const { clock, acceptor, events, steps, onTurn } = deps;
  const specOf = new Map(deps.specs.map((spec) => [`${spec.meter}/${spec.channel}`, spec]));
  let held: NewReading[] = [];
  let heldSinceMs = 0;
  /** What each driver that counts has told last. */
  const counts = new Map<ChannelSpec, { count: bigint; atMs: EpochMs; watch: string; roseMs: number }>();
  let riskSinceMs = Number.POSITIVE_INFINITY;
  let lastSlot = -1;
  let checkpointSlot = -1;
  const unstamped = createUnstamped<NewReading>(clock, deps.speed, MAX_KEPT, {
    atMs: ({ reading }) => reading.atMs,
    shifted,
  });
  const unstampedGauges = createUnstamped<GaugeReading>(clock, deps.speed, MAX_KEPT, {
    atMs: ({ atMs }) => atMs,
    shifted: shiftedGauge,
  });
  const judge = createClockJudge({
    ...deps,
    onAhead() {
      held = [];
      deps.gauges?.reload(clock.now());
    },
    onRewound() {
      acceptor.reload();
      deps.gauges?.reload(clock.now());
    },
    onKnown() {
      deps.begin?.();
      for (const reading of unstampedGauges.stamp(() => deps.rewinder.newestMs())) deps.gauges?.note(reading);
      const stamped = unstamped.stamp(() => deps.rewinder.newestMs());
      if (stamped.length === 0) return 0;
      held = [...held, ...stamped];
      // They have waited long enough, and pulses among them are kept nowhere else.
      riskSinceMs = 0;
      return stamped.length;
    },
  });

  /** Pulses may have been counted since that instant that are not kept yet. @returns whether they are rare ones, or of another watch */
  function noteCounted(spec: ChannelSpec, count: bigint, atMs: EpochMs, watch: string): boolean {
    const before = counts.get(spec);
    if (before && count === before.count) {
      counts.set(spec, { ...before, atMs, watch });
      return before.watch !== watch;
    }
    riskSinceMs = Math.min(riskSinceMs, before?.atMs ?? atMs);
    counts.set(spec, { count, atMs, watch, roseMs: before ? atMs : Number.NEGATIVE_INFINITY });
    return before === undefined || atMs - before.roseMs >= RARE_PULSE_MS;
  }

  const isHeldBack = (): boolean => judge.health().fault !== null;

  /** What gauges showed in a half-hour is there before the boundary at its end. */
  function keepGauges(all: boolean): void {
    if (!isHeldBack()) deps.gauges?.keep(clock.now(), all);
  }

  function commit(): void {
    if (held.length === 0 && !events.pending()) return;
    do {
      const readings = held.slice(0, MAX_HELD);
      acceptor.accept(readings, clock.now());
      const newest = readings.at(-1);
      if (newest) lastSlot = slotOf(newest.reading.atMs);
      held = held.slice(readings.length);
    } while (held.length > 0);
    riskSinceMs = Number.POSITIVE_INFINITY;
    const slot = slotOf(clock.now());
    if (slot !== checkpointSlot) deps.checkpoint();
    checkpointSlot = slot;
  }

  function commitIsDue(): boolean {
    const newest = held.at(-1);
    if (!newest) return events.pending();
    const crossed = slotOf(newest.reading.atMs) !== lastSlot;
    const waited = clock.now() - heldSinceMs;
    const isRisky = clock.now() - riskSinceMs >= COUNTED_COMMIT_MS;
    return crossed || isRisky || held.length >= MAX_HELD || waited >= COMMIT_MS || waited < 0;
  }

  function runSteps(maxSteps: number, budgetMs: number): boolean {
    // Hours have no name while the time is not known.
    if (isHeldBack()) return false;
    let more = false;
    if (deps.corrections?.drain(clock.now())) acceptor.reload();
    const untilMs = clock.monotonicMs() + budgetMs;
    for (const step of steps) {
      let again = true;
      for (let n = 0; again && n < maxSteps && clock.monotonicMs() < untilMs; n++)
        again = step.run(clock.now());
      more ||= again;
    }
    // A clock that was set may be wrong: what it takes for old is kept until it has gone on for a while.
    if (judge.health().state === 'ok') more = deps.purge.run(clock.now()) || more;
    return more;
  }

  return {
    /** @returns whether something in it should be kept at once, by {@link Pipeline.keep} */
    take(poll: MeterPoll): boolean {
      judge.look();
      const items = poll.registers.flatMap(({ channel, raw, sinceMs, atMs, tally }): NewReading[] => {
        const spec = specOf.get(`${poll.meter}/${channel}`);
        if (!spec) return [];
        const watched = tally && { id: `${tally.run}/${tally.watch}`, sinceMs: tally.watchedSinceMs };
        return [{ spec, reading: { raw, sinceMs, atMs, ...(watched ? { watched } : {}) } }];
      });
      const gauges = deps.gauges?.readingsOf(poll) ?? [];
      if (!judge.knows()) {
        unstamped.note(items);
        unstampedGauges.note(gauges);
        return false;
      }
      const nowMs = clock.now();
      if (held.length === 0) heldSinceMs = nowMs;
      let isUrgent = false;
      const leadMs = judge.leadMs();
      const isStamped = (atMs: EpochMs): boolean => atMs > nowMs + NOISE_MS / 2;
      for (const gauge of gauges)
        deps.gauges?.note(isStamped(gauge.atMs) ? gauge : shiftedGauge(gauge, leadMs));
      for (const item of items) {
        // What is stamped later than now was stamped before the clock was set back.
        held.push(isStamped(item.reading.atMs) ? item : shifted(item, leadMs));
        const { spec, reading } = item;
        if (reading.watched)
          isUrgent = noteCounted(spec, reading.raw.count, reading.atMs, reading.watched.id) || isUrgent;
      }
      if (held.length > MAX_KEPT) held = held.slice(-MAX_KEPT);
      return isUrgent;
    },
    /** Keeps what is held, now. */
    keep(): void {
      judge.judge();
      keepGauges(false);
      if (!isHeldBack()) commit();
    },
    /** One bounded turn: commit if due, then each stage. */
    turn(): void {
      judge.judge();
      keepGauges(false);
      if ((!isHeldBack() || judge.mayTell()) && commitIsDue()) commit();
      runSteps(STEPS_PER_TURN, TURN_BUDGET_MS);
      onTurn();
    },
    /** How far the clock can be used for hours. */
    clockHealth: (): ClockHealth => judge.health(),
    /** Whether anything can be stamped now. */
    knowsTime: (): boolean => judge.knows(),
    /** Commits what is held; the stages find their work after the next start. */
    finish(): void {
      judge.judge();
      keepGauges(true);
      if (!isHeldBack()) commit();
    },
    /** Commits what is held and runs every stage until nothing is left to do. */
    drain(): void {
      judge.judge();
      keepGauges(true);
      if (!isHeldBack()) commit();
      while (runSteps(Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY));
      onTurn();
    },
  };
}

export type Pipeline = ReturnType<typeof createPipeline>;
