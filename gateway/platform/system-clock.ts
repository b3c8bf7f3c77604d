/** The clock of this machine, and how far it may be believed. */
import { type Clock, type ClockTrust, instant } from '../domain/time.ts';
import type { TimeSource } from './time-source.ts';

/** A clock that shows an earlier time than this was never set: a Pi without a battery wakes in 1970 or at its image's date. */
const NOT_BEFORE_MS = Date.UTC(2026, 0, 1);

/**
 * `auto`: synchronised, or kept by a battery, or set by somebody; a clock of which it is known that nothing of that is
 * so only goes on from where the machine was switched off. Where nobody can say, it is believed.
 */
function judged(source: TimeSource): ClockTrust {
  const synchronised = source.synchronised();
  if (synchronised === 'yes') return 'ntp';
  return synchronised === 'no' && !source.hasBattery && !source.wasSet() ? 'untrusted' : 'rtc';
}

/** @param source null: only the time itself is wanted */
export function systemClock(trustSetting: 'auto' | 'manual', source: TimeSource | null = null): Clock {
  const trust = (): ClockTrust => {
    if (Date.now() < NOT_BEFORE_MS) return 'untrusted';
    if (trustSetting === 'manual') return 'manual';
    return source ? judged(source) : 'rtc';
  };
  return { now: () => instant(Date.now()), monotonicMs: () => performance.now(), trust };
}
