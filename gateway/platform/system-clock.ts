/** The clock of this machine, and how far it may be believed. */
import { existsSync } from 'node:fs';
import { type Clock, type ClockTrust, instant } from '../domain/time.ts';

/** systemd-timesyncd and chrony (through systemd) make this file when the clock has been synchronised since boot. */
const SYNCHRONISED = '/run/systemd/timesync/synchronized';
/** A clock that shows an earlier time than this was never set: a Pi without a battery wakes in 1970 or at its image's date. */
const NOT_BEFORE_MS = Date.UTC(2026, 0, 1);

export function systemClock(trustSetting: 'auto' | 'manual'): Clock {
  const trust = (): ClockTrust => {
    if (trustSetting === 'manual') return 'manual';
    if (Date.now() < NOT_BEFORE_MS) return 'untrusted';
    return existsSync(SYNCHRONISED) ? 'ntp' : 'rtc';
  };
  return { now: () => instant(Date.now()), monotonicMs: () => performance.now(), trust };
}
