/** When a source is asked again after a try that failed, and how sites keep from asking all at once. */
import { backoffMs } from '../coefficients/backoff.ts';

/** Tries of one scheduled download; the waits between them grow. */
export const MAX_TRIES = 5;
/** What a server may ask us to wait, ms; a longer wait is left to the schedule. */
export const LONGEST_RETRY_AFTER_MS = 24 * 3_600_000;

/**
 * How long to wait before the next try, ms; null: not before the schedule says so.
 * @param failed tries that have failed in a row, 1…
 * @param random 0 ≤ x < 1: the wait is 75 to 125 % of its length
 */
export function retryInMs(failed: number, retryAfterMs: number | null, random: number): number | null {
  if (failed >= MAX_TRIES) return null;
  const wait = Math.round(backoffMs(failed) * (0.75 + random / 2));
  if (retryAfterMs === null) return wait;
  if (retryAfterMs > LONGEST_RETRY_AFTER_MS) return null;
  // Never sooner than the server said, and not all in the same second.
  return Math.max(wait, Math.ceil(retryAfterMs * (1 + random / 10)));
}
