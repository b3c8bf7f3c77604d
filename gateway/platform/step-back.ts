import { existsSync, readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** Below what the process was given: where there is one core for all, polling comes first. */
const NICER_BY = 5;
/** The lowest priority that Linux knows. */
const NICEST = 19;

/** Where it may not, and where the thread has ended just now, nothing is to be done. */
function lower(thread: number, niceness: number): void {
  try {
    setPriority(thread, niceness);
  } catch {
    // All threads are equal then: polling a little late is the worst that follows.
  }
}

/**
 * Every thread that runs by now goes after the process's first one, those of V8's collectors and compilers too: they
 * work for the ledger's heap, and while a long report is read they would want a core of their own. Linux sets the
 * priority of one thread by its own id, and a thread inherits it from its maker; elsewhere nothing happens.
 */
export function stepBack(): void {
  const tasks = '/proc/self/task';
  if (!existsSync(tasks)) return;
  const niceness = Math.min(NICEST, getPriority(process.pid) + NICER_BY);
  for (const id of readdirSync(tasks).map(Number)) if (id !== process.pid) lower(id, niceness);
}
