/**
 * The silence before a frame. One worker (gap-worker.ts) serves every line of the process; it starts with the first
 * line that needs it and never keeps the process alive. Each line owns a slot; one wait per slot at a time.
 * If the worker should not wake us, the wait ends by itself a little later: a longer silence does no harm.
 */
import { Worker } from 'node:worker_threads';
import { BELL, createGapMemory, type GapMemory, WAITING } from './gap-memory.ts';

/** Lines one worker serves; more than that start another one. */
const SLOTS = 64;
/** How much later than asked a wait ends when the worker does not wake it. */
const OVERDUE_MS = 25;

export interface Gap {
  /** Resolves when the silence has lasted until `untilMs` (of `performance.now()`), never before. */
  until(untilMs: number): Promise<void>;
  /** Gives the slot back. */
  release(): void;
}

interface GapService {
  readonly memory: GapMemory;
  readonly taken: Set<number>;
}

const services: GapService[] = [];

function startService(): GapService {
  const memory = createGapMemory(SLOTS);
  // Without execArgv it would inherit options that belong to the main program only (`--eval`, `--inspect`).
  const worker = new Worker(new URL('./gap-worker.ts', import.meta.url), {
    workerData: memory,
    execArgv: [],
  });
  worker.unref();
  const service = { memory, taken: new Set<number>() };
  services.push(service);
  return service;
}

export function openGap(): Gap {
  const service = services.find(({ taken }) => taken.size < SLOTS) ?? startService();
  let slot = 0;
  while (service.taken.has(slot)) slot++;
  service.taken.add(slot);
  const { bell, states, dueNs } = service.memory;
  return {
    async until(untilMs) {
      let leftMs = untilMs - performance.now();
      while (leftMs > 0) {
        Atomics.store(dueNs, slot, process.hrtime.bigint() + BigInt(Math.ceil(leftMs * 1e6)));
        Atomics.store(states, slot, WAITING);
        Atomics.add(bell, BELL, 1);
        Atomics.notify(bell, BELL);
        const woken = Atomics.waitAsync(states, slot, WAITING, leftMs + OVERDUE_MS);
        if (woken.async) await woken.value;
        leftMs = untilMs - performance.now();
      }
    },
    release() {
      service.taken.delete(slot);
    },
  };
}
