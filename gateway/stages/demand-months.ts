/**
 * The maxima of the last twelve months of a contract, out of the hours. The running month is looked at anew every
 * minute, the others one after the other: an hour that is mended late changes its month within an hour, and no turn
 * reads more than one month.
 */
import {
  contractMonths,
  type DemandMonth,
  largestDemand,
  MONTHS,
  type MonthMaximum,
} from '../domain/demand/maxima.ts';
import type { DemandPlan } from '../domain/demand/plan.ts';
import type { EpochMs, HourGrid } from '../domain/time.ts';
import type { Store } from '../store/store.ts';

const RUNNING_MS = 60_000;
const PAST_MS = 3_600_000;

interface Known extends MonthMaximum {
  readonly lookedMs: number;
}

function looked(
  store: Store,
  grid: HourGrid,
  plan: DemandPlan,
  month: DemandMonth,
  nowMs: EpochMs,
): MonthMaximum {
  const billed = plan.billed[month.name];
  const fromMs = grid.day(month.from).fromMs;
  const toMs = Math.min(grid.day(month.to).fromMs, nowMs) as EpochMs;
  const hours = plan.channels.map(({ meter, channel }) => {
    const row = store.channels.find(meter, channel);
    return row ? store.demands.within(row.id, fromMs, toMs) : [];
  });
  const found = largestDemand(hours, { fromMs, toMs }, plan.periodMs);
  const isBilled = billed !== undefined && billed > (found.maximumMicro ?? -1n);
  return {
    ...month,
    ...found,
    ...(isBilled ? { maximumMicro: billed, atMs: null } : {}),
    isBilled,
  };
}

export interface DemandMonths {
  /** Looks at what is due: one month at the most. */
  look(nowMs: EpochMs): void;
  /** Newest first; those that were not looked at yet are left out. */
  read(nowMs: EpochMs): readonly MonthMaximum[];
}

export function createDemandMonths(store: Store, grid: HourGrid, plan: DemandPlan): DemandMonths {
  const known = new Map<string, Known>();
  const monthsAt = (nowMs: EpochMs): DemandMonth[] => contractMonths(grid.dateOf(nowMs), plan.month);
  let months: readonly DemandMonth[] = [];
  let dated = '';

  function current(nowMs: EpochMs): readonly DemandMonth[] {
    const date = grid.dateOf(nowMs);
    if (date !== dated) months = monthsAt(nowMs);
    dated = date;
    return months;
  }

  return {
    look(nowMs) {
      const due = current(nowMs).find(({ from }, n) => {
        const since = known.get(from)?.lookedMs;
        const age = since === undefined ? Number.POSITIVE_INFINITY : Math.abs(nowMs - since);
        return age >= (n === 0 ? RUNNING_MS : PAST_MS);
      });
      if (!due) return;
      known.set(due.from, { ...looked(store, grid, plan, due, nowMs), lookedMs: nowMs });
      if (known.size > 2 * MONTHS) known.delete(known.keys().next().value as string);
    },
    read: (nowMs) =>
      current(nowMs).flatMap(({ from }) => {
        const month = known.get(from);
        return month ? [month] : [];
      }),
  };
}
