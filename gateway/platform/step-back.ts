import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

/** Of 19: where there is one core for all, polling comes first. */
const NICENESS = 5;

/**
 * The calling thread lets others go before it. Linux sets the priority of one thread by its own id. Elsewhere, or where
 * it may not, all threads are equal: polling a little late is the worst that follows.
 */
export function stepBack(): void {
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), NICENESS);
  } catch {
    // No /proc, or no right.
  }
}
