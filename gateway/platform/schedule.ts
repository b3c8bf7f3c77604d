/**
 * Runs a job on a cron schedule. Only for errands such as downloads: time slots are never derived from it, and a
 * fire that the machine slept through is not made up for; the next one comes.
 */
import { schedule as cronSchedule } from 'node-cron';

export type ScheduleEvent =
  | { readonly kind: 'job-failed'; readonly reason: string }
  /** The run before was still under way, so this one was left out. */
  | { readonly kind: 'job-overlapped' }
  | { readonly kind: 'job-missed' };

export interface Schedule {
  /** When it fires next, null after {@link Schedule.stop}. */
  next(): Date | null;
  /** No run begins any more; one under way goes on. May be called twice. */
  stop(): void;
}

/** How late a fire may be and still run, ms: an SD card can block the process for some hundred. */
const LATE_BY_MS = 5_000;

/**
 * @param expression five or six cron fields, checked by the loader of the site file
 * @param timezone IANA name; the fields are read on that zone's clock
 * @param job never runs twice at once; what it throws goes to `log` and nowhere else
 */
export function schedule(
  expression: string,
  timezone: string,
  job: () => Promise<void> | void,
  log: (event: ScheduleEvent) => void,
): Schedule {
  const run = async (): Promise<void> => {
    try {
      await job();
    } catch (error) {
      log({ kind: 'job-failed', reason: error instanceof Error ? error.message : String(error) });
    }
  };
  const quiet = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };
  const task = cronSchedule(expression, run, {
    timezone,
    noOverlap: true,
    missedExecutionTolerance: LATE_BY_MS,
    suppressMissedWarning: true,
    // What it would print is told by the events below.
    logger: quiet,
  });
  task.on('execution:overlap', () => log({ kind: 'job-overlapped' }));
  task.on('execution:missed', () => log({ kind: 'job-missed' }));
  let stopped = false;
  return {
    next: () => (stopped ? null : task.getNextRun()),
    stop() {
      if (stopped) return;
      stopped = true;
      void task.destroy();
    },
  };
}
