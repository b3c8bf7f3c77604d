/**
 * The stages in the order the data flows: readings → ledger → hour buckets → coefficients → outbox. Readings wait
 * here for one common transaction; every stage after that takes its work from rows, so a crash anywhere is a pause.
 */
import { type Fault, fault } from '../domain/faults.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import type { MeterPoll } from '../domain/ports.ts';
import type { EventDraft } from '../domain/render.ts';
import { type Clock, type EpochMs, slotOf } from '../domain/time.ts';
import type { Acceptor, NewReading } from './accept-readings.ts';
import type { EventSink } from './ledger-events.ts';

/** Readings wait at most this long for a transaction, ms; a boundary is written at once. */
export const COMMIT_MS = 5_000;
/** Readings held in memory at the most: above that a transaction is due at once. */
const MAX_HELD = 5_000;
/** While the disk takes nothing, this many readings are kept; older ones go first: the meters keep their registers. */
const MAX_KEPT = 50_000;
/** Wall time may differ this much from steady time between two turns before it is called a step, ms. */
const STEP_MS = 30_000;
/** Bounded steps of one stage in one turn, so that a large backlog never starves the polling. */
const STEPS_PER_TURN = 4;

function clockStep(beforeMs: EpochMs, atMs: EpochMs, stepMs: number): EventDraft {
  return {
    kind: 'clock-step',
    meter: null,
    channel: null,
    atMs,
    text: `The clock was set ${stepMs > 0 ? 'forward' : 'back'} by ${Math.round(Math.abs(stepMs) / 1000)} s. Readings of a repeated time are set aside; totals are not touched.`,
    detail: { beforeMs, stepMs },
  };
}

interface Step {
  run(nowMs: ReturnType<Clock['now']>): boolean;
}

export interface PipelineDeps {
  readonly clock: Clock;
  readonly acceptor: Acceptor;
  readonly events: Pick<EventSink, 'pending' | 'emit'>;
  /** Simulated ms per real ms. */
  readonly speed: number;
  /** close-hours, weigh-hours, fill-outbox. */
  readonly steps: readonly Step[];
  readonly specs: readonly ChannelSpec[];
  /** After the first commit of each half-hour: the log is moved into the database while little else is to do. */
  readonly checkpoint: () => void;
  /** Told once each time that hours begin to be held back. */
  readonly onUntrusted: (problem: Fault) => void;
  /** After a turn that may have filled the outbox. */
  readonly onTurn: () => void;
}

export function createPipeline(deps: PipelineDeps) {
  const { clock, acceptor, events, steps, onTurn } = deps;
  const specOf = new Map(deps.specs.map((spec) => [`${spec.meter}/${spec.channel}`, spec]));
  let held: NewReading[] = [];
  let heldSinceMs = 0;
  let lastSlot = -1;
  let checkpointSlot = -1;
  let heldBack = false;
  let watched: { readonly wallMs: EpochMs; readonly steadyMs: number } | null = null;

  /** A step of the wall clock is an event: hours on either side of it deserve a look. */
  function watchClock(): void {
    const wallMs = clock.now();
    const steadyMs = clock.monotonicMs();
    if (watched) {
      const stepMs = Math.round(wallMs - watched.wallMs - (steadyMs - watched.steadyMs) * deps.speed);
      if (Math.abs(stepMs) > STEP_MS) events.emit(clockStep(watched.wallMs, wallMs, stepMs));
    }
    watched = { wallMs, steadyMs };
  }

  function commit(): void {
    if (held.length === 0 && !events.pending()) return;
    const readings = held;
    acceptor.accept(readings, clock.now());
    held = held.slice(readings.length);
    const slot = slotOf(clock.now());
    if (slot !== checkpointSlot) deps.checkpoint();
    checkpointSlot = slot;
  }

  function commitIsDue(): boolean {
    const newest = held.at(-1);
    if (!newest) return events.pending();
    const crossed = slotOf(newest.reading.atMs) !== lastSlot;
    lastSlot = slotOf(newest.reading.atMs);
    const waited = clock.now() - heldSinceMs;
    return crossed || held.length >= MAX_HELD || waited >= COMMIT_MS || waited < 0;
  }

  function runSteps(maxSteps: number): boolean {
    // Hours have no name while the time is not known; readings are kept, live values go on.
    const untrusted = clock.trust() === 'untrusted';
    if (untrusted && !heldBack)
      deps.onUntrusted(fault('clock-untrusted', { now: new Date(clock.now()).toISOString() }));
    heldBack = untrusted;
    if (untrusted) return false;
    let more = false;
    for (const step of steps) {
      let again = true;
      for (let n = 0; again && n < maxSteps; n++) again = step.run(clock.now());
      more ||= again;
    }
    return more;
  }

  return {
    take(poll: MeterPoll): void {
      // A reading needs a time that can be believed. The registers are the meters' own: nothing is lost.
      if (clock.trust() === 'untrusted') return;
      if (held.length === 0) heldSinceMs = clock.now();
      for (const { channel, raw, sinceMs, atMs } of poll.registers) {
        const spec = specOf.get(`${poll.meter}/${channel}`);
        if (spec) held.push({ spec, reading: { raw, sinceMs, atMs } });
      }
      if (held.length > MAX_KEPT) held = held.slice(-MAX_KEPT);
    },
    /** One bounded turn: commit if due, then each stage. */
    turn(): void {
      watchClock();
      if (commitIsDue()) commit();
      runSteps(STEPS_PER_TURN);
      onTurn();
    },
    /** Commits what is held; the stages find their work after the next start. */
    finish: commit,
    /** Commits what is held and runs every stage until nothing is left to do. */
    drain(): void {
      commit();
      while (runSteps(Number.MAX_SAFE_INTEGER));
      onTurn();
    },
  };
}

export type Pipeline = ReturnType<typeof createPipeline>;
