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

/** Calls the listener on each SIGHUP, until the process ends. */
export function onReload(listener: () => void): void {
  process.on('SIGHUP', listener);
}
