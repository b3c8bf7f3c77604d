/**
 * today and tomorrow → an event when one of their classes changes. What was told is a row, written in the event's own
 * transaction: a restart, or the same document once more, tells nothing twice.
 */
import { changeEvent, changesOf, type Told } from '../domain/ahead/changes.ts';
import type { TwoDays } from '../domain/ahead/classes.ts';
import type { EpochMs, HourGrid } from '../domain/time.ts';
import type { Store } from '../store/store.ts';
import type { EventSink } from './ledger-events.ts';

const KEY = 'classes-told';

export function createClassWatch(deps: {
  readonly store: Store;
  readonly grid: HourGrid;
  readonly events: EventSink;
}) {
  const { store, grid, events } = deps;
  return {
    /** @returns whether there was news */
    look(days: TwoDays, nowMs: EpochMs): boolean {
      const before = JSON.parse(store.facts.get(KEY) ?? '{}') as Told;
      const { changes, told } = changesOf(days, before, grid);
      if (changes.length === 0) return false;
      events.write(nowMs, () => {
        for (const change of changes) events.emit(changeEvent(change, nowMs));
        store.facts.put(KEY, JSON.stringify(told));
      });
      return true;
    },
  };
}
