/** The clock of this machine, and how far it may be believed. */
import { existsSync } from 'node:fs';
import { type Clock, type ClockTrust, instant } from '../domain/time.ts';

/** systemd-timesyncd and chrony (through systemd) make this file when the clock has been synchronised since boot. */
const SYNCHRONISED = '/run/systemd/timesync/synchronized';
/** A clock that shows an earlier time than this was never set: a Pi without a battery wakes in 1970 or at its image's date. */
const NOT_BEFORE_MS = Date.UTC(2026, 0, 1);

/** Trust is asked for with each reading; the file is looked for this often, ms. */
const LOOK_MS = 1_000;

export function systemClock(trustSetting: 'auto' | 'manual'): Clock {
  let lookedMs = Number.NEGATIVE_INFINITY;
  let synchronised = false;
  function isSynchronised(): boolean {
    const nowMs = performance.now();
    if (nowMs - lookedMs >= LOOK_MS) {
      synchronised = existsSync(SYNCHRONISED);
      lookedMs = nowMs;
    }
    return synchronised;
  }
  const trust = (): ClockTrust => {
    if (Date.now() < NOT_BEFORE_MS) return 'untrusted';
    if (trustSetting === 'manual') return 'manual';
    return isSynchronised() ? 'ntp' : 'rtc';
  };
  return { now: () => instant(Date.now()), monotonicMs: () => performance.now(), trust };
}
