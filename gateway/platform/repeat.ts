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
