/**
 * When the meter's own CT and VT settings are read: as soon as it answers after the wire was opened or it was away (it
 * may be another one now), and once a day. What was found then stays a fault until they are read again.
 */
import type { MeterConfig } from '../../config/types.ts';
import type { Fault } from '../../gateway/domain/faults.ts';
import type { SettingSample } from '../../gateway/domain/ports.ts';
import { settingFault } from './quantities.ts';

const READ_EVERY_MS = 86_400_000;
/** A meter that says nothing to this question is asked so often, then left alone like one that refused it. */
const SILENT_TRIES = 3;

export interface OwnSettings {
  /** @param nowMs monotonic */
  isDue(nowMs: number): boolean;
  /** The meter may be another one now. */
  forget(): void;
  /** They were asked for; what came. @param isAnswered false when the meter said nothing, not even a refusal */
  read(samples: readonly SettingSample[], isAnswered: boolean, nowMs: number): void;
  /** What is not as the site file says. */
  fault(): Fault | null;
}

export function createOwnSettings(meter: MeterConfig): OwnSettings {
  const isKnown = Object.keys(meter.type.settings ?? {}).length > 0;
  let readMs: number | null = null;
  let silent = 0;
  let found: Fault | null = null;
  return {
    isDue: (nowMs) => isKnown && (readMs === null || nowMs - readMs >= READ_EVERY_MS),
    forget() {
      readMs = null;
      silent = 0;
    },
    read(samples, isAnswered, nowMs) {
      silent = isAnswered ? 0 : silent + 1;
      if (silent === 0 || silent >= SILENT_TRIES) readMs = nowMs;
      // Nothing came: what was found before may still hold.
      if (samples.length > 0) found = settingFault(meter, samples);
    },
    fault: () => found,
  };
}
