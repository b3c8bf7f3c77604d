/** `hakaru explain METER HOUR`: how one hour bucket came about, from register readings to the acknowledged message. */
import { loadRuleSets } from '../../config/rule-sets.ts';
import { printExplanation } from '../domain/explain.ts';
import { CodedError, fault } from '../domain/faults.ts';
import { hourGrid } from '../platform/hour-grid.ts';
import { explainHour } from '../stages/explain-hour.ts';
import { recallSite } from '../stages/site-facts.ts';
import { openStoreForReading } from '../store/store.ts';
import type { Console } from './console.ts';
import { readTime } from './read-time.ts';

export interface ExplainOptions {
  readonly data: string;
  /** Which channel of the meter; its first when left out. */
  readonly channel?: string;
}

/** @throws CodedError ledger-missing, meter-unknown, time-unreadable, hour-unknown */
export function explain(console: Console, meter: string, hour: string, options: ExplainOptions): number {
  const store = openStoreForReading(options.data);
  try {
    const facts = recallSite(store);
    if (!facts) throw new CodedError(fault('ledger-missing', { path: options.data }));
    const spec = facts.specs.find(
      (one) => one.meter === meter && (options.channel === undefined || one.channel === options.channel),
    );
    if (!spec) {
      const known = facts.specs.map((one) => `${one.meter}/${one.channel}`).join(', ');
      throw new CodedError(
        fault('meter-unknown', { meter: options.channel ? `${meter}/${options.channel}` : meter, known }),
      );
    }
    const grid = hourGrid(facts.timezone);
    const start = grid.hourOf(readTime(hour, facts.timezone));
    const deps = { store, facts, ruleSets: loadRuleSets(), grid, language: console.language };
    const found = store.read(() => explainHour(deps, spec, start));
    if (!found) throw new CodedError(fault('hour-unknown', { meter, hour: grid.iso(start) }));
    console.out(printExplanation(found, grid, console.language));
    return 0;
  } finally {
    store.close();
  }
}
