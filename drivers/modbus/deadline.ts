/**
 * A time-out that is fair after a stall: when the whole process was held up, a timer fires before the bytes that
 * meanwhile arrived are read. Fired late, it therefore gives the reading one more turn.
 */
import { PUNCTUAL_MS, STALL_GRACE_MS } from './timing.ts';

/** Calls `expired` once, at or after the deadline. Returns the cancel function. */
export function startDeadline(timeoutMs: number, expired: () => void): () => void {
  const dueMs = performance.now() + timeoutMs;
  let isOver = false;
  const finish = (): void => {
    if (isOver) return;
    isOver = true;
    expired();
  };
  let timer = setTimeout(() => {
    // Even a punctual timer comes before the reading in its turn of the event loop.
    if (performance.now() - dueMs <= PUNCTUAL_MS) setImmediate(finish);
    else timer = setTimeout(finish, STALL_GRACE_MS);
  }, timeoutMs);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
