/**
 * Keeps short silences exactly: `setTimeout` in the main thread is up to 2 ms off, which at 115,200 baud is more than
 * the silence itself. Sleeps in `Atomics.wait` until the next due time of any slot, then wakes that slot's waiter.
 * Shared memory: see gap.ts. Ends with the process or by `terminate()`.
 */
import { workerData } from 'node:worker_threads';
import { BELL, type GapMemory, WAITING } from './gap-memory.ts';

const { bell, states, dueNs } = workerData as GapMemory;

for (;;) {
  const rung = Atomics.load(bell, BELL);
  let nextNs: bigint | null = null;
  for (let slot = 0; slot < states.length; slot++) {
    if (Atomics.load(states, slot) !== WAITING) continue;
    const due = Atomics.load(dueNs, slot);
    if (process.hrtime.bigint() >= due) {
      Atomics.compareExchange(states, slot, WAITING, 0);
      Atomics.notify(states, slot);
    } else if (nextNs === null || due < nextNs) nextNs = due;
  }
  const waitMs = nextNs === null ? Number.POSITIVE_INFINITY : Number(nextNs - process.hrtime.bigint()) / 1e6;
  if (waitMs > 0) Atomics.wait(bell, BELL, rung, waitMs);
}
