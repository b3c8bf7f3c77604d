/** Says, once each, when hours are unconfirmed that should not be, and when they are confirmed again. */
import { prepare } from '../domain/coefficients/decide.ts';
import { dateOf, jstDay } from '../domain/coefficients/jst.ts';
import type { CoefficientDocument, CoefficientRules } from '../domain/coefficients/types.ts';
import { type Fault, fault, faultText } from '../domain/faults.ts';
import { type Cover, coverOf, nextLookMs } from '../domain/sources/cover.ts';
import type { EpochMs, HourGrid } from '../domain/time.ts';
import type { Store } from '../store/store.ts';
import type { EventSink } from './ledger-events.ts';

/** The state that was told last, so that a start does not tell it again. */
const TOLD = 'coefficients-cover';
/** The clock time of the site file, for those who read the database without it. */
const TOMORROW_BY = 'coefficients-tomorrow-by';
const DEFAULT_TOMORROW_BY = 19 * 60;

export interface CoverWatch {
  /** Looks again where documents or the time can have changed it. Writes when something is to be told. */
  look(nowMs: EpochMs): void;
  /** As it was at the last look; null before the first. */
  cover(): Cover | null;
  /** The warning, null while there is none. */
  fault(): Fault | null;
}

/** JST clock time from which on tomorrow must be confirmed, minutes after midnight. */
export function tomorrowByOf(store: Store): number {
  return Number(store.facts.get(TOMORROW_BY) ?? DEFAULT_TOMORROW_BY);
}

/** The sentence with its date. */
export function staleFault(cover: Cover | null): Fault | null {
  if (cover?.state !== 'stale' || cover.endsMs === null || cover.lastDate === null) return null;
  const from = `${dateOf(jstDay(cover.endsMs))} 00:00 JST`;
  return fault('coefficients-stale', { last: cover.lastDate, from });
}

export function createCoverWatch(deps: {
  readonly store: Store;
  readonly rules: CoefficientRules;
  readonly events: EventSink;
  readonly grid: HourGrid;
  readonly tomorrowByMinute: number;
}): CoverWatch {
  const { store, rules, events, grid, tomorrowByMinute } = deps;
  let of: readonly CoefficientDocument[] | null = null;
  let untilMs = 0;
  let sinceMs = 0;
  let cover: Cover | null = null;

  function tell(now: Cover, nowMs: EpochMs): void {
    const before = store.facts.get(TOLD) ?? 'none';
    const is = now.state === 'stale' ? `stale since ${now.lastDate}` : now.state;
    if (before === is && tomorrowByOf(store) === tomorrowByMinute) return;
    const problem = staleFault(now);
    const wasStale = before.startsWith('stale');
    events.write(nowMs, () => {
      store.facts.put(TOLD, is);
      store.facts.put(TOMORROW_BY, String(tomorrowByMinute));
      if (before === is) return;
      if (problem)
        events.emit({
          kind: 'coefficients-stale',
          meter: null,
          channel: null,
          atMs: nowMs,
          text: faultText(problem),
          detail: { last: now.lastDate, from: now.endsMs === null ? null : grid.iso(now.endsMs) },
        });
      else if (wasStale)
        events.emit({
          kind: 'coefficients-confirmed',
          meter: null,
          channel: null,
          atMs: nowMs,
          text: `Hours are confirmed again, until the end of ${now.lastDate}.`,
          detail: { last: now.lastDate, from: now.endsMs === null ? null : grid.iso(now.endsMs) },
        });
    });
  }

  return {
    look(nowMs) {
      const documents = store.documents.inForce(rules.area);
      if (documents === of && nowMs < untilMs && nowMs >= sinceMs) return;
      cover = coverOf(prepare({ ...rules, documents }), nowMs, tomorrowByMinute);
      tell(cover, nowMs);
      of = documents;
      sinceMs = nowMs;
      untilMs = nextLookMs(nowMs, tomorrowByMinute);
    },
    cover: () => cover,
    fault: () => staleFault(cover),
  };
}
