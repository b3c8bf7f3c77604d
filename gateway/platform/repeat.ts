/** Timers of the running gateway. They hold the process open until stopped. */

/**
 * Runs a job at once, and again after as many real ms as it returns. Each due time comes from the job's own clock,
 * so nothing drifts; a timer that fires early only finds that nothing is due yet.
 * @returns how to stop it
 */
export function runWhenDue(job: () => number): () => void {
  let timer: NodeJS.Timeout | null = null;
  const run = (): void => {
    timer = setTimeout(run, Math.max(1, job()));
  };
  run();
  return () => {
    if (timer) clearTimeout(timer);
  };
}

/** A pause of this long is enough for a job of a few ms, and for a commit on a card, ms. */
const PAUSE_MS = 100;

interface PausedJob {
  /** Something ended: perhaps this is the pause. */
  look(): void;
  stop(): void;
}

/**
 * Runs a job about every `everyMs` in the pauses between ticks, so that none has to wait for it: as soon as nothing is
 * under way and the next tick is far; where something always is, halfway to the next tick; and in the end, `everyMs`
 * late, at any rate.
 * @param busy whether something is under way that a blocked process would disturb
 * @param msToTick real ms until the next tick
 * @param speed simulated ms per real ms: pauses are as much shorter
 */
export function runInPauses(options: {
  readonly everyMs: number;
  readonly busy: () => boolean;
  readonly msToTick: () => number;
  readonly job: () => void;
  readonly speed?: number;
}): PausedJob {
  const { everyMs, busy, msToTick, job } = options;
  const pauseMs = PAUSE_MS / (options.speed ?? 1);
  let wantedMs = performance.now() + everyMs;
  let timer: NodeJS.Timeout | null = null;
  /** The moment was chosen although something is under way. */
  let halfway = false;

  function later(ms: number, chosen = false): void {
    if (timer) clearTimeout(timer);
    halfway = chosen;
    timer = setTimeout(attempt, Math.max(1, Math.ceil(ms)));
  }

  function attempt(): void {
    const lateMs = performance.now() - wantedMs;
    if (lateMs < 0) return later(-lateMs);
    const leftMs = msToTick();
    if (lateMs < everyMs && leftMs < (halfway ? pauseMs / 2 : pauseMs)) return later(leftMs + pauseMs / 10);
    if (lateMs < everyMs && busy() && !halfway) return later(leftMs / 2, true);
    job();
    wantedMs = Math.max(wantedMs + everyMs, performance.now() + everyMs / 2);
    return later(wantedMs - performance.now());
  }

  later(everyMs);
  return {
    look() {
      if (timer && performance.now() >= wantedMs && !busy()) attempt();
    },
    stop() {
      if (timer) clearTimeout(timer);
      timer = null;
    },
  };
}
