/** What a meter showed last: for display and `live` messages, never for accounting. */
import type { Fault } from './faults.ts';
import type { MeterHealth } from './messages.ts';
import type { GaugeSample, MeterPoll, RegisterSample } from './ports.ts';
import type { EpochMs } from './time.ts';

export interface MeterLive {
  readonly meter: string;
  readonly health: MeterHealth;
  readonly lastAnswerMs: EpochMs | null;
  readonly fault: Fault | null;
  readonly failures: number;
  readonly registers: ReadonlyMap<string, RegisterSample>;
  readonly gauges: ReadonlyMap<string, GaugeSample>;
}

export interface LiveBoard {
  /** @returns the meter's health before and after */
  note(poll: MeterPoll): { readonly before: MeterHealth; readonly after: MeterHealth };
  of(meter: string): MeterLive;
  all(): readonly MeterLive[];
}
