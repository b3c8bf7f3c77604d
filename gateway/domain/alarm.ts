/** When the alarm contact is on: for how long something is wrong that its site file names. */
import type { Fault } from './faults.ts';

/**
 * `meter-offline`: a meter does not answer for good; `storage`: the disk takes nothing; `clock`: hours are held back
 * because the time is not known; `ledger-salvaged`: the database was damaged and began anew within the last
 * {@link SALVAGE_SHOWN_MS}; `demand-…`: an alarm of that level or a higher one is in force.
 */
export const ALARM_CAUSES = [
  'meter-offline',
  'storage',
  'clock',
  'ledger-salvaged',
  'demand-caution',
  'demand-warning',
  'demand-limit',
] as const;
export type AlarmCause = (typeof ALARM_CAUSES)[number];

/** Somebody comes by once a day. */
export const SALVAGE_SHOWN_MS = 86_400_000;

export interface AlarmHealth {
  /** What the contact is held at; null while it is not held (see `fault`), and then it is off. */
  readonly state: 'on' | 'off' | null;
  /** Since when, epoch ms. */
  readonly sinceMs: number;
  /** Why it is, or should be, on; empty when it should be off. In the order of {@link ALARM_CAUSES}. */
  readonly causes: readonly AlarmCause[];
  readonly fault: Fault | null;
}
