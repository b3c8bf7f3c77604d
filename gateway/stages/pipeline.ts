/**
 * The stages in the order the data flows: readings → ledger → hour buckets → coefficients → outbox. Readings wait
 * here for one common transaction; every stage after that takes its work from rows, so a crash anywhere is a pause.
 */
import { CLOCK_OK, type ClockHealth, type ClockState } from '../domain/clock-health.ts';
import { fault } from '../domain/faults.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import type { MeterPoll } from '../domain/ports.ts';
import type { EventDraft } from '../domain/render.ts';
import { type Clock, type ClockTrust, type EpochMs, HOUR_MS, slotOf } from '../domain/time.ts';
import type { Acceptor, NewReading } from './accept-readings.ts';
import type { EventSink } from './ledger-events.ts';
import type { Rewinder } from './rewind.ts';

/**
 * Readings wait about this long for a transaction, ms; a boundary is written at once. One commit in 10 s writes less
 * than half of what one a second does; at 12 s 32 meters stay below 100 MB a day. A power cut costs that much evidence,
 * which the registers make good.
 */
export const COMMIT_MS = 12_000;
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
/** Wall time may differ this much from steady time between two turns before it is called a step, ms. */
const STEP_MS = 30_000;
/** Bounded steps of one stage in one turn, so that a large backlog never starves the polling … */
const STEPS_PER_TURN = 4;
/** … and after this no further step is begun, real ms: a tick is never further away than that and one step. */
const TURN_BUDGET_MS = 50;

/** A step of the clock is shown for so long, ms: until the hours around it were published. */
const SHOW_STEP_MS = 2 * HOUR_MS;
/** What a synchronised clock may take back although nobody saw it being set forward, ms: a mistyped month. */
const TAKE_BACK_NTP_MS = 40 * 24 * HOUR_MS;
/** The same for a clock that the site file tells us to believe: a mistyped day. */
const TAKE_BACK_MANUAL_MS = 24 * HOUR_MS;

function clockStep(beforeMs: EpochMs, atMs: EpochMs, stepMs: number): EventDraft {
  return {
    kind: 'clock-step',
    meter: null,
    channel: null,
    atMs,
    text: `The clock was set ${stepMs > 0 ? 'forward' : 'back'} by ${Math.round(Math.abs(stepMs) / 1000)} s. Totals are not touched; the hours around it deserve a look.`,
    detail: { beforeMs, stepMs },
  };
}

interface Step {
  run(nowMs: EpochMs): boolean;
}

export interface PipelineDeps {
  readonly clock: Clock;
  readonly acceptor: Acceptor;
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
  let clockHealth: ClockHealth = CLOCK_OK;
  let steppedMs = Number.NEGATIVE_INFINITY;
  /** How far the clock was set forward while we watched, ms: so far it may be set back again. */
  let setForwardMs = 0;
  let watched: { readonly wallMs: EpochMs; readonly steadyMs: number } | null = null;

  /** A step of the wall clock is an event: hours on either side of it deserve a look. */
  function watchClock(): void {
    const wallMs = clock.now();
    const steadyMs = clock.monotonicMs();
    if (watched) {
      const stepMs = Math.round(wallMs - watched.wallMs - (steadyMs - watched.steadyMs) * deps.speed);
      if (Math.abs(stepMs) > STEP_MS) {
        events.tell(clockStep(watched.wallMs, wallMs, stepMs));
        steppedMs = steadyMs;
        setForwardMs += Math.max(0, stepMs);
      }
    }
    watched = { wallMs, steadyMs };
    judgeClock();
  }

  /**
   * A clock that stands before the newest reading either ran ahead until now, or is wrong now. Only a clock that is
   * known to be right may take back what was stamped.
   */
  function stateOfClock(): ClockState {
    const wallMs = clock.now();
    const steadyMs = clock.monotonicMs();
    const trust = clock.trust();
    if (trust === 'untrusted') return 'untrusted';
    const aheadMs = (deps.rewinder.newestMs() ?? wallMs) - wallMs;
    if (aheadMs > STEP_MS) {
      held = [];
      if (!mayTakeBack(trust, aheadMs)) return 'behind';
      deps.rewinder.rewind(wallMs);
      acceptor.reload();
      steppedMs = steadyMs;
    }
    return (steadyMs - steppedMs) * deps.speed < SHOW_STEP_MS ? 'stepped' : 'ok';
  }

  /** What was true must not be deleted by a clock that is wrong now, e.g. one that woke with the date of its image. */
  function mayTakeBack(trust: ClockTrust, aheadMs: number): boolean {
    if (trust === 'rtc') return false;
    const unseenMs = trust === 'ntp' ? TAKE_BACK_NTP_MS : TAKE_BACK_MANUAL_MS;
    return aheadMs <= Math.max(setForwardMs + STEP_MS, unseenMs);
  }

  function judgeClock(): void {
    const state = stateOfClock();
    if (state === clockHealth.state) return;
    const sinceMs = clock.now();
    const now = new Date(sinceMs).toISOString();
    const newest = new Date(deps.rewinder.newestMs() ?? 0).toISOString();
    const problem =
      state === 'untrusted'
        ? fault('clock-untrusted', { now })
        : state === 'behind'
          ? fault('clock-behind', { now, newest })
          : null;
    clockHealth = { state, sinceMs, fault: problem };
    deps.onClock(clockHealth);
  }

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

  const isHeldBack = (): boolean => clockHealth.fault !== null;

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
    if (clockHealth.state === 'ok') more = deps.purge.run(clock.now()) || more;
    return more;
  }

  return {
    /** @returns whether something in it should be kept at once, by {@link Pipeline.keep} */
    take(poll: MeterPoll): boolean {
      // A reading needs a time that can be believed. The registers are the meters' own, and counts come again with the
      // next poll: nothing is lost.
      if (clockHealth.state === 'behind' || clock.trust() === 'untrusted') return false;
      if (held.length === 0) heldSinceMs = clock.now();
      let isUrgent = false;
      for (const { channel, raw, sinceMs, atMs, tally } of poll.registers) {
        const spec = specOf.get(`${poll.meter}/${channel}`);
        if (!spec) continue;
        const ofWatch = tally && { id: `${tally.run}/${tally.watch}`, sinceMs: tally.watchedSinceMs };
        held.push({ spec, reading: { raw, sinceMs, atMs, ...(ofWatch ? { watched: ofWatch } : {}) } });
        if (ofWatch) isUrgent = noteCounted(spec, raw.count, atMs, ofWatch.id) || isUrgent;
      }
      if (held.length > MAX_KEPT) held = held.slice(-MAX_KEPT);
      return isUrgent;
    },
    /** Keeps what is held, now. */
    keep(): void {
      judgeClock();
      if (!isHeldBack()) commit();
    },
    /** One bounded turn: commit if due, then each stage. */
    turn(): void {
      watchClock();
      if (commitIsDue()) commit();
      runSteps(STEPS_PER_TURN, TURN_BUDGET_MS);
      onTurn();
    },
    /** How far the clock can be used for hours. */
    clockHealth: (): ClockHealth => clockHealth,
    /** Commits what is held; the stages find their work after the next start. */
    finish(): void {
      watchClock();
      if (!isHeldBack()) commit();
    },
    /** Commits what is held and runs every stage until nothing is left to do. */
    drain(): void {
      judgeClock();
      commit();
      while (runSteps(Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY));
      onTurn();
    },
  };
}

export type Pipeline = ReturnType<typeof createPipeline>;
