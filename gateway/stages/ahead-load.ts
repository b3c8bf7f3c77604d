/** rows → what the site bought from the grid in each hour: the sum over all its meters of grid import. */
import type { DayLoad } from '../domain/ahead/expected.ts';
import { hourLabel } from '../domain/ahead/plan.ts';
import { isWeighed } from '../domain/hour.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import type { Quality } from '../domain/quality.ts';
import type { EpochMs, HourGrid } from '../domain/time.ts';
import type { Store } from '../store/store.ts';

/** Good enough to expect the same again: what was spread over an outage says nothing about an hour. */
const TYPICAL: ReadonlySet<Quality> = new Set(['measured', 'interpolated']);

export function createSiteLoad(deps: {
  readonly store: Pick<Store, 'channels' | 'hours'>;
  readonly grid: HourGrid;
  /** Of the site file as it is now. */
  readonly specs: readonly ChannelSpec[];
}) {
  const { store, grid } = deps;
  const bought = deps.specs.filter(({ role, channel }) => isWeighed(role, channel));
  const rowsOf = () => bought.map(({ meter, channel }) => store.channels.find(meter, channel));

  /** 10⁻⁶ kWh by start of hour, of the hours that every meter knows. */
  function hoursWithin(
    fromMs: EpochMs,
    toMs: EpochMs,
    isGood: (quality: Quality) => boolean,
  ): ReadonlyMap<EpochMs, bigint> {
    const channels = rowsOf();
    const sums = new Map<EpochMs, { energy: bigint; meters: number }>();
    for (const channel of channels) {
      if (!channel) return new Map();
      for (const { startMs, quality, energyMicroKwh } of store.hours.within(channel.id, fromMs, toMs)) {
        if (energyMicroKwh === null || !isGood(quality)) continue;
        const known = sums.get(startMs) ?? { energy: 0n, meters: 0 };
        sums.set(startMs, { energy: known.energy + energyMicroKwh, meters: known.meters + 1 });
      }
    }
    const whole = [...sums].filter(([, { meters }]) => meters === channels.length);
    return new Map(whole.map(([startMs, { energy }]) => [startMs, energy]));
  }

  return {
    /** Whatever its quality; null where a meter does not know the hour. */
    energyAt(startMs: EpochMs, endMs: EpochMs): bigint | null {
      return hoursWithin(startMs, endMs, () => true).get(startMs) ?? null;
    },
    /** The typical hours between two instants, by site-local date. */
    daysWithin(fromMs: EpochMs, toMs: EpochMs): ReadonlyMap<string, DayLoad> {
      const days = new Map<string, Map<string, bigint>>();
      for (const [startMs, energy] of hoursWithin(fromMs, toMs, (quality) => TYPICAL.has(quality))) {
        const date = grid.dateOf(startMs);
        const day = days.get(date) ?? new Map<string, bigint>();
        days.set(date, day.set(hourLabel(startMs, grid), energy));
      }
      return days;
    },
    /** When the last of its meters was first known; null: not all of them are. */
    sinceMs(): EpochMs | null {
      const since = rowsOf().map((row) => row?.sinceMs ?? null);
      if (since.length === 0 || since.includes(null)) return null;
      return Math.max(...(since as EpochMs[])) as EpochMs;
    },
  };
}
