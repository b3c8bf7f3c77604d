/**
 * How far the wall clock can be used for hours, judged against steady time and against what is stamped already.
 *
 * A step of more than {@link STEP_MS} is told as an event, and where a clock that can be believed was set back, what it
 * stamped with a time that has not come is taken back (rewind.ts). A smaller step back is no event: the ledger goes on
 * from where it stood and waits for the clock, a fiftieth slower than it, so that no reading is stamped before its
 * predecessor and no register seems to race.
 */
import { CLOCK_OK, type ClockHealth, type ClockState } from '../domain/clock-health.ts';
import { type Fault, fault } from '../domain/faults.ts';
import type { EventDraft } from '../domain/render.ts';
import { type Clock, type ClockTrust, type EpochMs, HOUR_MS } from '../domain/time.ts';
import type { EventSink } from './ledger-events.ts';
import type { Rewinder } from './rewind.ts';
import { NOISE_MS } from './unstamped.ts';

/** Wall time may differ this much from steady time between two looks before it is called a step, ms. */
export const STEP_MS = 30_000;
/** While the ledger is ahead of the wall clock, it loses one in so many ms: a rating has more to spare than that. */
const LOSE_ONE_IN = 50;

/** A step of the clock is shown for so long, ms: until the hours around it were published. */
const SHOW_STEP_MS = 2 * HOUR_MS;
/** What a synchronised clock may take back although nobody saw it being set forward, ms: a mistyped month. */
const TAKE_BACK_NTP_MS = 40 * 24 * HOUR_MS;
/** The same for a clock that the site file tells us to believe: a mistyped day. */
const TAKE_BACK_MANUAL_MS = 24 * HOUR_MS;

interface ClockStep {
  /** What the clock showed before it was set. */
  readonly beforeMs: EpochMs;
  readonly stepMs: number;
}

function clockStep({ beforeMs, stepMs }: ClockStep, atMs: EpochMs): EventDraft {
  return {
    kind: 'clock-step',
    meter: null,
    channel: null,
    atMs,
    text: `The clock was set ${stepMs > 0 ? 'forward' : 'back'} by ${Math.round(Math.abs(stepMs) / 1000)} s. Totals are not touched; the hours around it deserve a look.`,
    detail: { beforeMs, stepMs },
  };
}

function clockKnown(step: ClockStep | null, atMs: EpochMs, waitedMs: number, anchored: number): EventDraft {
  const waited = Math.round(waitedMs / 1000);
  const seconds = Math.round((step?.stepMs ?? 0) / 1000);
  const by = step ? `: the clock was set ${seconds > 0 ? 'forward' : 'back'} by ${Math.abs(seconds)} s` : '';
  return {
    kind: 'clock-step',
    meter: null,
    channel: null,
    atMs,
    text: `The time is known again after ${waited} s without it${by}. ${anchored} register values read meanwhile were stamped afterwards by the steady clock of this machine; the registers kept all else.`,
    detail: { beforeMs: step?.beforeMs ?? null, stepMs: step?.stepMs ?? null, waitedMs, anchored },
  };
}

export interface ClockJudgeDeps {
  readonly clock: Clock;
  /** Simulated ms per real ms. */
  readonly speed: number;
  readonly rewinder: Pick<Rewinder, 'newestMs' | 'rewind'>;
  readonly events: Pick<EventSink, 'tell'>;
  /** Readings that wait for a transaction are stamped with a time that has not come. */
  readonly onAhead: () => void;
  /** Rows were changed: the accepting stage starts from them again. */
  readonly onRewound: () => void;
  /** From now on the time is known. @returns how many readings of before could be stamped */
  readonly onKnown: () => number;
  /** Told each time the state changes. */
  readonly onClock: (health: ClockHealth) => void;
}

export function createClockJudge(deps: ClockJudgeDeps) {
  const { clock, speed, rewinder } = deps;
  let health: ClockHealth = CLOCK_OK;
  let isJudged = false;
  let wasKnown = false;
  let steppedMs = Number.NEGATIVE_INFINITY;
  /** How far the clock was set forward while we watched, ms: so far it may be set back again. */
  let setForwardMs = 0;
  let watched: { readonly wallMs: EpochMs; readonly steadyMs: number } | null = null;
  /** A step that nobody was told of yet. */
  let step: ClockStep | null = null;
  /** How far the clock was set since anything was stamped by it last, ms; null when no step was seen. */
  let shiftMs: number | null = null;
  /** The time is not known since then, by the steady clock. */
  let heldSinceMs: number | null = null;
  /** How far the ledger was ahead of the wall clock, and when. The gateway may have ended just before a step back. */
  let lead = { ms: smallLead((rewinder.newestMs() ?? 0) + 1 - clock.now()), atMs: clock.monotonicMs() };

  function smallLead(ms: number): number {
    return ms > 0 && ms <= STEP_MS ? ms : 0;
  }

  function leadMs(): number {
    if (lead.ms === 0) return 0;
    const lostMs = ((clock.monotonicMs() - lead.atMs) * speed) / LOSE_ONE_IN;
    return Math.max(0, Math.round(lead.ms - lostMs));
  }

  /** Compares the two clocks. */
  function look(): void {
    const wallMs = clock.now();
    const steadyMs = clock.monotonicMs();
    const before = watched;
    watched = { wallMs, steadyMs };
    if (before === null) return;
    const stepMs = Math.round(wallMs - before.wallMs - (steadyMs - before.steadyMs) * speed);
    if (Math.abs(stepMs) < NOISE_MS * speed) return;
    const nextLeadMs = Math.max(0, leadMs() - stepMs);
    if (Math.abs(stepMs) <= STEP_MS && nextLeadMs <= STEP_MS) {
      lead = { ms: nextLeadMs, atMs: steadyMs };
      return;
    }
    lead = { ms: 0, atMs: steadyMs };
    steppedMs = steadyMs;
    step = { beforeMs: step?.beforeMs ?? before.wallMs, stepMs: (step?.stepMs ?? 0) + stepMs };
    shiftMs = (shiftMs ?? 0) + stepMs;
    // A clock that was wrong before was not set forward: it was set right.
    if (health.fault === null) setForwardMs += Math.max(0, stepMs);
  }

  /** What was true must not be deleted by a clock that is wrong now, e.g. one that woke with the date of its image. */
  function mayTakeBack(trust: ClockTrust, aheadMs: number): boolean {
    if (trust === 'rtc') return false;
    const unseenMs = trust === 'ntp' ? TAKE_BACK_NTP_MS : TAKE_BACK_MANUAL_MS;
    return aheadMs <= Math.max(setForwardMs + STEP_MS, unseenMs);
  }

  /**
   * A clock that stands before the newest reading either ran ahead until now, or is wrong now. Only a clock that is
   * known to be right may take back what was stamped.
   */
  function stateNow(): ClockState {
    const wallMs = clock.now();
    const trust = clock.trust();
    if (trust === 'untrusted') return 'untrusted';
    const aheadMs = (rewinder.newestMs() ?? wallMs) - wallMs;
    if (aheadMs > STEP_MS) {
      deps.onAhead();
      if (!mayTakeBack(trust, aheadMs)) return 'behind';
      rewinder.rewind(wallMs, step, shiftMs);
      // It has told of the step.
      step = null;
      deps.onRewound();
      steppedMs = clock.monotonicMs();
    }
    return (clock.monotonicMs() - steppedMs) * speed < SHOW_STEP_MS ? 'stepped' : 'ok';
  }

  function faultOf(state: ClockState): Fault | null {
    const now = new Date(clock.now()).toISOString();
    if (state === 'untrusted') return fault('clock-untrusted', { now });
    if (state !== 'behind') return null;
    return fault('clock-behind', { now, newest: new Date(rewinder.newestMs() ?? 0).toISOString() });
  }

  function hold(state: ClockState): void {
    heldSinceMs ??= clock.monotonicMs();
    // While it was never set it may be set as often as anybody likes.
    if (step && health.fault === null && state === 'behind') {
      deps.events.tell(clockStep(step, clock.now()));
      step = null;
    }
  }

  function know(): void {
    wasKnown = true;
    const anchored = deps.onKnown();
    if (heldSinceMs !== null) {
      const waitedMs = Math.round(clock.monotonicMs() - heldSinceMs);
      if (step || anchored > 0) deps.events.tell(clockKnown(step, clock.now(), waitedMs, anchored));
      heldSinceMs = null;
      lead = { ms: smallLead((rewinder.newestMs() ?? 0) + 1 - clock.now()), atMs: clock.monotonicMs() };
    } else if (step) deps.events.tell(clockStep(step, clock.now()));
    step = null;
    shiftMs = null;
  }

  return {
    look,
    /** Judges the clock; may take rows back. */
    judge(): void {
      look();
      const state = stateNow();
      if (state === 'untrusted' || state === 'behind') hold(state);
      else know();
      isJudged = true;
      if (state === health.state) return;
      health = { state, sinceMs: clock.now(), fault: faultOf(state) };
      deps.onClock(health);
    },
    health: (): ClockHealth => health,
    /** Whether a reading can be stamped: not before the first judgement. */
    knows: (): boolean => isJudged && health.fault === null && clock.trust() !== 'untrusted',
    /** That the clock was set back behind what is written is written at once: the process may end before it is right. */
    mayTell: (): boolean => wasKnown && health.state === 'behind',
    leadMs,
  };
}
