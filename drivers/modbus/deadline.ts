/**
 * A time-out that is fair after a stall: when the whole process was held up, a timer fires before the bytes that
 * meanwhile arrived are read. Fired late, it therefore gives the reading one more turn.
 */
import { STALL_GRACE_MS } from './timing.ts';

/** Timers are this exact when nothing holds the process up. */
const PUNCTUAL_MS = 3;

/** Calls `expired` once, at or after the deadline. Returns the cancel function. */
export function startDeadline(timeoutMs: number, expired: () => void): () => void {
  const dueMs = performance.now() + timeoutMs;
  let timer = setTimeout(() => {
    if (performance.now() - dueMs <= PUNCTUAL_MS) expired();
    else timer = setTimeout(expired, STALL_GRACE_MS);
  }, timeoutMs);
  return () => clearTimeout(timer);
}
