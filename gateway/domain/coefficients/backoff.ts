/** The first wait after a failed download, ms. */
export const FIRST_BACKOFF_MS = 30_000;
/** No wait is longer, ms: announcements come days ahead, an hour loses nothing. */
export const LONGEST_BACKOFF_MS = 3_600_000;

/**
 * How long to wait before the next try, ms: doubles from {@link FIRST_BACKOFF_MS} to {@link LONGEST_BACKOFF_MS}.
 * @param attempt how many tries have failed in a row, 1…
 */
export function backoffMs(attempt: number): number {
  if (!Number.isInteger(attempt) || attempt < 1)
    throw new RangeError(`not a count of failed tries: ${attempt}`);
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(attempt - 1, 16));
}
