/** A stop must be over within this, real ms; then the process ends anyway. Rows are safe at any moment. */
const STOP_LIMIT_MS = 5_000;

/** Resolves on the first SIGTERM or SIGINT; a second one ends the process at once. */
export function untilStopped(): Promise<'SIGTERM' | 'SIGINT'> {
  return new Promise((resolve) => {
    const stop = (signal: 'SIGTERM' | 'SIGINT') => {
      setTimeout(() => process.exit(signal === 'SIGINT' ? 130 : 0), STOP_LIMIT_MS).unref();
      process.once('SIGINT', () => process.exit(130));
      process.once('SIGTERM', () => process.exit(0));
      resolve(signal);
    };
    process.once('SIGTERM', () => stop('SIGTERM'));
    process.once('SIGINT', () => stop('SIGINT'));
  });
}
