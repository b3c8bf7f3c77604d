/**
 * Makes reports. Each is made on a connection of its own that sees one moment, so that figures fit each other while the
 * gateway goes on writing; the event loop turns between pieces. One at a time: the next waits for its turn.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RuleSet } from '../domain/coefficients/types.ts';
import { CodedError, fault } from '../domain/faults.ts';
import type { ReportInput } from '../domain/report/context.ts';
import type { SaidEntry } from '../domain/report/entries.ts';
import type { DatedValue, ReportFactors } from '../domain/report/factors.ts';
import type { Report } from '../domain/report/model.ts';
import { type ReportPeriod, spanOf } from '../domain/report/period.ts';
import { buildReport } from '../domain/report/report.ts';
import type { EpochMs, HourGrid } from '../domain/time.ts';
import { recallSite, type SiteFactsRow } from '../stages/site-facts.ts';
import type { Store } from '../store/store.ts';
import { type GatherDeps, gatherInput } from './gather.ts';

/** Reports under way or waiting at once; one more is refused. */
export const MAX_REPORTS = 4;

export interface ReportKnowledge {
  readonly ruleSets: ReadonlyMap<string, RuleSet>;
  readonly factors: ReportFactors;
  readonly factorValue: (label: string, date: string) => DatedValue | null;
  readonly gridOf: (timezone: string) => HourGrid;
  readonly version: string;
}

/** Everything a finished report can still be asked about. */
export interface MadeReport {
  readonly report: Report;
  readonly input: ReportInput;
  readonly grid: HourGrid;
  readonly facts: SiteFactsRow;
  /** The database as the report saw it. */
  readonly store: Store;
  readonly entry: (no: number) => SaidEntry | null;
}

export interface ReporterDeps extends ReportKnowledge {
  /** A connection that only reads; it is closed when the report is made. */
  readonly open: () => Store;
  readonly dataDir: string;
  readonly now: () => EpochMs;
}

export interface Reporter {
  /**
   * Makes a report and hands it over while its moment still stands.
   * @throws CodedError report-period-future, ledger-missing, too-many-questions
   */
  make<T>(period: ReportPeriod, use: (made: MadeReport) => T): Promise<T>;
}

async function gathered(deps: ReporterDeps, store: Store, period: ReportPeriod): Promise<MadeReport> {
  const facts = recallSite(store);
  if (!facts) throw new CodedError(fault('ledger-missing', { path: deps.dataDir }));
  const grid = deps.gridOf(facts.timezone);
  const nowMs = deps.now();
  if (spanOf(period, grid).fromMs > nowMs)
    throw new CodedError(fault('report-period-future', { from: grid.iso(spanOf(period, grid).fromMs) }));
  const own: GatherDeps = {
    store,
    facts,
    grid,
    nowMs,
    ruleSets: deps.ruleSets,
    factors: deps.factors,
    factorValue: deps.factorValue,
    version: deps.version,
    turn: () => nextTurn(),
  };
  const input = await gatherInput(own, period);
  const { report } = buildReport(input);
  return { report, input, grid, facts, store, entry: (no) => store.reports.entryByNo(no) };
}

export function createReporter(deps: ReporterDeps): Reporter {
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  async function makeOne<T>(period: ReportPeriod, use: (made: MadeReport) => T): Promise<T> {
    const store = deps.open();
    try {
      const end = store.snapshot();
      try {
        return use(await gathered(deps, store, period));
      } finally {
        end();
      }
    } finally {
      store.close();
    }
  }

  return {
    async make(period, use) {
      if (waiting >= MAX_REPORTS) throw new CodedError(fault('too-many-questions', { limit: MAX_REPORTS }));
      waiting += 1;
      const before = last;
      const mine = (async () => {
        // What became of the one before is not this one's business.
        await before.catch(() => undefined);
        return makeOne(period, use);
      })();
      last = mine;
      try {
        return await mine;
      } finally {
        waiting -= 1;
      }
    },
  };
}
