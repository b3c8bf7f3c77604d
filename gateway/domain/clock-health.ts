/** How far the clock can be used for hours, as a person and the cloud hear of it. */
import type { Fault } from './faults.ts';

/**
 * `stepped`: it was set not long ago, the hours around that deserve a look; `behind`: it shows a time that has passed
 * already and is not known to be right; `untrusted`: it was never set. While `behind` or `untrusted` hours are held
 * back.
 */
export const CLOCK_STATES = ['ok', 'stepped', 'behind', 'untrusted'] as const;
export type ClockState = (typeof CLOCK_STATES)[number];

export interface ClockHealth {
  readonly state: ClockState;
  /** Since when, by the clock as it is now, epoch ms; null while it has been `ok` from the start. */
  readonly sinceMs: number | null;
  /** Why hours are held back, for people; null when they are not. */
  readonly fault: Fault | null;
}

export const CLOCK_OK: ClockHealth = { state: 'ok', sinceMs: null, fault: null };
