/** Instants and spans. Inside the gateway an instant is a whole number of milliseconds since 1970 UTC. */

declare const epochMs: unique symbol;
/** Milliseconds since 1970-01-01T00:00Z. Branded so that an instant and a duration cannot be swapped. */
export type EpochMs = number & { readonly [epochMs]: true };

/** Names a number as an instant; the only way in. */
export function instant(ms: number): EpochMs {
  if (!Number.isSafeInteger(ms)) throw new RangeError(`not an instant: ${ms}`);
  return ms as EpochMs;
}

export function plus(at: EpochMs, ms: number): EpochMs {
  return instant(at + ms);
}

/** A slot is a UTC half-hour (30 分), the period of demand; two make an hour bucket. */
export const SLOT_MS = 1_800_000;
export const HOUR_MS = 3_600_000;

/** Slot n begins at boundary n, which is n half-hours after 1970 UTC. */
export function slotOf(at: EpochMs): number {
  return Math.floor(at / SLOT_MS);
}

export function boundaryAt(slot: number): EpochMs {
  return instant(slot * SLOT_MS);
}

/**
 * How far the wall clock may be believed.
 * `ntp` synchronised; `rtc` kept by a battery clock; `manual` the site file says so (a closed LAN);
 * `untrusted` hours are held back.
 */
export type ClockTrust = 'ntp' | 'rtc' | 'manual' | 'untrusted';

/** Wall time, monotonic time and trust. Simulated in tests and in the played past of the demo. */
export interface Clock {
  now(): EpochMs;
  /** Milliseconds that never step, for time-outs. */
  monotonicMs(): number;
  trust(): ClockTrust;
}

/**
 * The site's local hours on the time axis. Zones whose offset is not a multiple of 30 minutes, or whose summer time
 * steps by anything but an hour, are refused by `check`; so a local hour always is two whole slots.
 */
export interface HourGrid {
  /** The start of the site-local hour an instant falls in. */
  hourOf(at: EpochMs): EpochMs;
  /** ISO 8601 with the site's offset: 2026-07-01T13:00:00+09:00. */
  iso(at: EpochMs): string;
  /** The site-local date of an instant, YYYY-MM-DD. */
  dateOf(at: EpochMs): string;
  /** The instants at which the site-local date begins and ends. */
  day(date: string): { readonly fromMs: EpochMs; readonly toMs: EpochMs };
}
