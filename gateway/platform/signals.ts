/** A stop must be over within this, real ms; then the process ends anyway. Rows are safe at any moment. */
const STOP_LIMIT_MS = 5_000;

export type StopSignal = 'SIGTERM' | 'SIGINT';

/** The exit code of a command that was stopped. */
export function exitCodeOf(signal: StopSignal): number {
  return signal === 'SIGINT' ? 130 : 0;
}

/** Resolves on the first SIGTERM or SIGINT; a second one ends the process at once. */
export function untilStopped(): Promise<StopSignal> {
  return new Promise((resolve) => {
    const stop = (signal: StopSignal) => {
      setTimeout(() => process.exit(exitCodeOf(signal)), STOP_LIMIT_MS).unref();
      process.once('SIGINT', () => process.exit(130));
      process.once('SIGTERM', () => process.exit(0));
      resolve(signal);
    };
    process.once('SIGTERM', () => stop('SIGTERM'));
    process.once('SIGINT', () => stop('SIGINT'));
  });
}

/**
 * Calls the listener on each SIGHUP, one at a time: those that come meanwhile are one more.
 * @returns a function that resolves when no call is under way, and after which none begins
 */
export function onReload(listener: () => Promise<void>): () => Promise<void> {
  let wanted = false;
  let working: Promise<void> | null = null;
  const work = async (): Promise<void> => {
    while (wanted) {
      wanted = false;
      await listener();
    }
    working = null;
  };
  const hear = (): void => {
    wanted = true;
    working ??= work();
  };
  process.on('SIGHUP', hear);
  return async () => {
    process.off('SIGHUP', hear);
    wanted = false;
    await working;
  };
}
