/**
 * The stages in the order the data flows: readings → ledger → hour buckets → coefficients → outbox. Readings wait
 * here for one common transaction; every stage after that takes its work from rows, so a crash anywhere is a pause.
 */
import { type Fault, fault } from '../domain/faults.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import type { MeterPoll } from '../domain/ports.ts';
import { type Clock, slotOf } from '../domain/time.ts';
import type { Acceptor, NewReading } from './accept-readings.ts';
import type { EventSink } from './ledger-events.ts';

/** Readings wait at most this long for a transaction, ms; a boundary is written at once. */
export const COMMIT_MS = 5_000;
/** Readings held in memory at the most: above that a transaction is due at once. */
const MAX_HELD = 5_000;
/** Bounded steps of one stage in one turn, so that a large backlog never starves the polling. */
const STEPS_PER_TURN = 4;

interface Step {
  run(nowMs: ReturnType<Clock['now']>): boolean;
}

export interface PipelineDeps {
  readonly clock: Clock;
  readonly acceptor: Acceptor;
  readonly events: Pick<EventSink, 'pending'>;
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
  const { clock, acceptor, steps, onTurn } = deps;
  const specOf = new Map(deps.specs.map((spec) => [`${spec.meter}/${spec.channel}`, spec]));
  let held: NewReading[] = [];
  let heldSinceMs = 0;
  let lastSlot = -1;
  let checkpointSlot = -1;
  let heldBack = false;

  function commit(): void {
    if (held.length === 0 && !deps.events.pending()) return;
    const readings = held;
    acceptor.accept(readings, clock.now());
    held = held.slice(readings.length);
    const slot = slotOf(clock.now());
    if (slot !== checkpointSlot) deps.checkpoint();
    checkpointSlot = slot;
  }

  function commitIsDue(): boolean {
    const newest = held.at(-1);
    if (!newest) return deps.events.pending();
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
      if (held.length === 0) heldSinceMs = clock.now();
      for (const { channel, raw, sinceMs, atMs } of poll.registers) {
        const spec = specOf.get(`${poll.meter}/${channel}`);
        if (spec) held.push({ spec, reading: { raw, sinceMs, atMs } });
      }
    },
    /** One bounded turn: commit if due, then each stage. */
    turn(): void {
      if (commitIsDue()) commit();
      runSteps(STEPS_PER_TURN);
      onTurn();
    },
    /** Commits what is held and runs every stage until nothing is left to do. */
    drain(): void {
      commit();
      while (runSteps(Number.MAX_SAFE_INTEGER));
      onTurn();
    },
  };
}

export type Pipeline = ReturnType<typeof createPipeline>;
