import { setTimeout as delay } from 'node:timers/promises';

/** Polls until the condition holds; fails with `what` after the deadline. For sockets and processes only. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  what: string | (() => string),
  deadlineMs = 25_000,
): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  while (!(await holds())) {
    if (performance.now() > endMs)
      throw new Error(`never happened: ${typeof what === 'string' ? what : what()}`);
    await delay(5);
  }
}
