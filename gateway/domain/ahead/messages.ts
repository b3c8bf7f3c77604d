/** The retained messages about the hours ahead: `coefficients`, and `signal/{class}` with its plain word. */
import type { Decimal } from '../messages.ts';
import { toMicro } from '../rational.ts';
import { decimal, decimalOrNull } from '../render-json.ts';
import type { EpochMs, HourGrid } from '../time.ts';
import type { AheadDay, AheadHour, HourClass, TwoDays } from './classes.ts';
import type { Signal, SignalClass, SignalState } from './signals.ts';

export interface AheadHourMessage {
  readonly start: string;
  readonly end: string;
  readonly mjPerKwh: Decimal | null;
  readonly class: HourClass;
  readonly ruleSet: string | null;
  readonly document: string | null;
  readonly revision: number | null;
  readonly confirmed: boolean;
}

export interface AheadDayMessage {
  readonly date: string;
  /** All of its hours are. */
  readonly confirmed: boolean;
  readonly hours: readonly AheadHourMessage[];
}

export interface CoefficientsMessage {
  readonly v: 1;
  readonly site: string;
  readonly gateway: string;
  readonly gridArea: string;
  /** null while the time is not known. */
  readonly today: AheadDayMessage | null;
  readonly tomorrow: AheadDayMessage | null;
  readonly producedAt: string | null;
}

export interface SignalMessage {
  readonly v: 1;
  readonly class: SignalClass;
  readonly state: SignalState;
  readonly confirmed: boolean;
  readonly mjPerKwh: Decimal | null;
  readonly until: string | null;
  readonly nextFrom: string | null;
  readonly nextTo: string | null;
  readonly confirmedUntil: string | null;
  readonly producedAt: string | null;
}

function hourMessage(hour: AheadHour, grid: HourGrid): AheadHourMessage {
  return {
    start: grid.iso(hour.startMs),
    end: grid.iso(hour.endMs),
    mjPerKwh: hour.mjPerKwh && decimal(toMicro(hour.mjPerKwh)),
    class: hour.class,
    ruleSet: hour.ruleSet,
    document: hour.document,
    revision: hour.documentRevision,
    confirmed: hour.confirmed,
  };
}

function dayMessage(day: AheadDay, grid: HourGrid): AheadDayMessage {
  const { date, hours } = day;
  return {
    date,
    confirmed: hours.every((hour) => hour.confirmed),
    hours: hours.map((hour) => hourMessage(hour, grid)),
  };
}

/** All that a message says but when it was made: two that are equal in it say the same. */
export type Content<Message> = Omit<Message, 'producedAt'>;

export function coefficientsContent(
  owner: { readonly site: string; readonly gateway: string; readonly gridArea: string },
  days: TwoDays | null,
  grid: HourGrid,
): Content<CoefficientsMessage> {
  const { site, gateway, gridArea } = owner;
  return {
    v: 1,
    site,
    gateway,
    gridArea,
    today: days && dayMessage(days.today, grid),
    tomorrow: days && dayMessage(days.tomorrow, grid),
  };
}

export function signalContent(signal: Signal, grid: HourGrid): Content<SignalMessage> {
  const iso = (at: EpochMs | null): string | null => (at === null ? null : grid.iso(at));
  return {
    v: 1,
    class: signal.class,
    state: signal.state,
    confirmed: signal.confirmed,
    mjPerKwh: decimalOrNull(signal.mjPerKwh && toMicro(signal.mjPerKwh)),
    until: iso(signal.untilMs),
    nextFrom: iso(signal.nextFromMs),
    nextTo: iso(signal.nextToMs),
    confirmedUntil: iso(signal.confirmedUntilMs),
  };
}
