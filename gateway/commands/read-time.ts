/** Times that a person wrote. */
import { Temporal } from 'temporal-polyfill';
import { CodedError, fault } from '../domain/faults.ts';
import { type EpochMs, instant } from '../domain/time.ts';

function parsed(text: string, timezone: string): number | null {
  try {
    if (/^\d{4}-\d\d-\d\d$/.test(text))
      return Temporal.PlainDate.from(text).toZonedDateTime(timezone).epochMilliseconds;
    if (/(?:Z|[+-]\d\d:?\d\d)$/.test(text)) return Temporal.Instant.from(text).epochMilliseconds;
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timezone).epochMilliseconds;
  } catch {
    return null;
  }
}

/**
 * A date, a local time or an instant with its offset. @param timezone reads what has no offset
 * @throws CodedError time-unreadable
 */
export function readTime(text: string, timezone: string): EpochMs {
  const ms = parsed(text, timezone);
  if (ms === null) throw new CodedError(fault('time-unreadable', { text }));
  return instant(ms);
}
