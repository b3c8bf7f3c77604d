/**
 * One switch per class, for a PLC that reads nothing else. `on` is never said without an announcement that stands
 * for the hour; while the time is not known nothing is said but `unknown`.
 */
import type { Rational } from '../rational.ts';
import type { EpochMs } from '../time.ts';
import type { AheadHour } from './classes.ts';

export const SIGNAL_CLASSES = ['curtailment', 'tight', 'normal'] as const;
export type SignalClass = (typeof SIGNAL_CLASSES)[number];

export const SIGNAL_STATES = ['on', 'off', 'unknown'] as const;
export type SignalState = (typeof SIGNAL_STATES)[number];

export interface Signal {
  readonly class: SignalClass;
  readonly state: SignalState;
  /** Whether an announcement stands for the present hour. */
  readonly confirmed: boolean;
  /** What the present hour weighs; null where that is not known. */
  readonly mjPerKwh: Rational | null;
  /** The state holds until then, as far as is known; null: `off` and nothing announced, or unknown. */
  readonly untilMs: EpochMs | null;
  /** It is on next from … to …, after the present stretch; null: nothing announced. */
  readonly nextFromMs: EpochMs | null;
  readonly nextToMs: EpochMs | null;
  /** Announcements are complete from now to then; null where not even the present hour is confirmed. */
  readonly confirmedUntilMs: EpochMs | null;
}

export function unknownSignal(name: SignalClass): Signal {
  return {
    class: name,
    state: 'unknown',
    confirmed: false,
    mjPerKwh: null,
    untilMs: null,
    nextFromMs: null,
    nextToMs: null,
    confirmedUntilMs: null,
  };
}

/** An hour that nobody speaks for counts as normal and as nothing else. */
function isOn(hour: AheadHour, name: SignalClass): boolean {
  return hour.class === name && (hour.confirmed || name === 'normal');
}

/** End of the stretch that begins with hour `from` and holds. */
function endOf(hours: readonly AheadHour[], from: number, holds: (hour: AheadHour) => boolean): number {
  let end = from;
  for (let hour = hours[end]; hour && holds(hour); hour = hours[end]) end += 1;
  return end;
}

/** @param hours in order without holes, beginning with the present one; empty: nothing is known */
export function signalOf(name: SignalClass, hours: readonly AheadHour[]): Signal {
  const present = hours[0];
  if (!present || present.class === 'none') return unknownSignal(name);
  const on = (hour: AheadHour): boolean => isOn(hour, name);
  const sure = endOf(hours, 0, (hour) => hour.confirmed);
  const isOnNow = on(present);
  const stretch = isOnNow ? endOf(hours, 0, on) : 0;
  const next = hours.findIndex((hour, index) => index >= stretch && on(hour));
  const nextEnd = next < 0 ? next : endOf(hours, next, on);
  const nextFromMs = hours[next]?.startMs ?? null;
  return {
    class: name,
    state: isOnNow ? 'on' : 'off',
    confirmed: present.confirmed,
    mjPerKwh: present.mjPerKwh,
    untilMs: isOnNow ? (hours[stretch - 1]?.endMs ?? null) : nextFromMs,
    nextFromMs,
    nextToMs: hours[nextEnd - 1]?.endMs ?? null,
    confirmedUntilMs: hours[sure - 1]?.endMs ?? null,
  };
}
