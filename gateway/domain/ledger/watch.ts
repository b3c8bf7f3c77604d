/** When nobody watched a channel. */
import type { Reading } from './register.ts';
import type { Span } from './spans.ts';

/**
 * The stretch between two readings in which nobody watched; null when somebody did.
 *
 * Pulses that the gateway counts are watched or not, however rarely their count is read: another watch means that
 * nobody looked from the last reading of the one before until it began. Of a register that the meter keeps, silence
 * for longer than `watchGapMs` counts as not watched.
 */
export function unwatchedBetween(before: Reading, after: Reading, watchGapMs: number): Span | null {
  const { watched } = after;
  if (!watched)
    return after.atMs - before.atMs > watchGapMs ? { fromMs: before.atMs, toMs: after.atMs } : null;
  if (watched.id === before.watched?.id || watched.sinceMs <= before.atMs) return null;
  return { fromMs: before.atMs, toMs: watched.sinceMs };
}
