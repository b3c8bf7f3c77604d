/** The factor to kWh of one hour: that of its date, or, where gauges decide, one of each half-hour out of their rows. */
import type { HourFactor } from '../domain/hour.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { factorOf, type KwhFactor } from '../domain/thermo/kwh-factor.ts';
import { type SlotFactor, slotFactor } from '../domain/thermo/live-factor.ts';
import { type EpochMs, type HourGrid, slotOf } from '../domain/time.ts';
import type { Store } from '../store/store.ts';

export interface FoundFactor {
  readonly factor: KwhFactor | null;
  /** Of both half-hours, where gauges decide. */
  readonly halves: readonly [SlotFactor, SlotFactor] | null;
  readonly by: HourFactor;
}

export function hourFactor(
  store: Pick<Store, 'gauges'>,
  spec: Pick<ChannelSpec, 'kwhFactors'>,
  startMs: EpochMs,
  grid: Pick<HourGrid, 'dateOf'>,
): FoundFactor {
  const factor = factorOf(spec, startMs, grid);
  const live = factor?.live;
  if (!live) return { factor, halves: null, by: factor?.kwhPerUnit ?? null };
  const half = (slot: number) => slotFactor(live, (gauge) => store.gauges.find(gauge, slot));
  const slot = slotOf(startMs);
  const halves = [half(slot), half(slot + 1)] as const;
  return { factor, halves, by: halves };
}
