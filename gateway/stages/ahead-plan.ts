/** rows + rules → what is known of today and tomorrow. It writes nothing; the command line reads by it as well. */
import { type AheadHour, hoursBetween, type TwoDays, twoDays } from '../domain/ahead/classes.ts';
import type { DayType } from '../domain/ahead/day-types.ts';
import { BACK_DAYS, type DayLoad } from '../domain/ahead/expected.ts';
import { type AheadPlan, type DayTypes, planOf, recentDates, usableLoads } from '../domain/ahead/plan.ts';
import { type KnownHour, type Move, type WhatIf, whatIf } from '../domain/ahead/what-if.ts';
import { type Decider, prepare } from '../domain/coefficients/decide.ts';
import { dateOf, dayNumber } from '../domain/coefficients/jst.ts';
import type { CoefficientDocument, CoefficientRules } from '../domain/coefficients/types.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import type { Rational } from '../domain/rational.ts';
import { type EpochMs, HOUR_MS, type HourGrid, instant, plus } from '../domain/time.ts';
import type { Store } from '../store/store.ts';
import { createSiteLoad } from './ahead-load.ts';

export interface AheadReaderDeps extends DayTypes {
  readonly store: Store;
  readonly grid: HourGrid;
  readonly rules: CoefficientRules;
  readonly specs: readonly ChannelSpec[];
  /** Litres of crude oil per MJ (原油換算), by date. */
  readonly crudeOilOn: (date: string) => Rational;
}

const LOADS_HOLD_MS = HOUR_MS;
const EMPTY: DayLoad = new Map();

export function createAheadReader(deps: AheadReaderDeps) {
  const { store, grid, rules } = deps;
  const load = createSiteLoad(deps);
  let prepared: { readonly documents: readonly CoefficientDocument[]; readonly decider: Decider } | null =
    null;
  let loads: { readonly key: number; readonly of: Map<DayType, readonly DayLoad[]> } | null = null;

  /** Another object when other documents are in force. */
  function deciderNow(): Decider {
    const documents = store.documents.inForce(rules.area);
    if (prepared?.documents !== documents)
      prepared = { documents, decider: prepare({ ...rules, documents }) };
    return prepared.decider;
  }

  /** Recent days change when an hour is closed, or put right: they are read again each hour. */
  function loadsAt(nowMs: EpochMs): (type: DayType) => readonly DayLoad[] {
    const key = Math.floor(nowMs / LOADS_HOLD_MS);
    if (loads?.key !== key) loads = { key, of: new Map() };
    const known = loads.of;
    const today = grid.dateOf(nowMs);
    let days: ReadonlyMap<string, DayLoad> | null = null;
    return (type) => {
      const found = known.get(type);
      if (found) return found;
      const first = dateOf(dayNumber(today) - BACK_DAYS);
      days ??= load.daysWithin(grid.day(first).fromMs, grid.day(today).fromMs);
      const read = days;
      const made = usableLoads(recentDates(today, type, deps), (date) => read.get(date) ?? EMPTY);
      known.set(type, made);
      return made;
    };
  }

  function plan(nowMs: EpochMs): AheadPlan {
    const decider = deciderNow();
    const coefficientOf = (at: EpochMs) => decider.coefficientOf(at);
    const litresPerMj = deps.crudeOilOn(grid.dateOf(nowMs));
    return planOf({ ...deps, litresPerMj, nowMs, coefficientOf, loadsOf: loadsAt(nowMs) });
  }

  return {
    plan,
    /** Changes when other documents are in force. */
    edition: (): object => deciderNow(),
    days: (nowMs: EpochMs): TwoDays => twoDays(nowMs, grid, (at) => deciderNow().coefficientOf(at)),
    /** From the running hour to the end of the day after tomorrow. */
    hoursAhead(nowMs: EpochMs): AheadHour[] {
      const decider = deciderNow();
      const tomorrow = grid.day(grid.dateOf(nowMs)).toMs;
      const after = grid.day(grid.dateOf(tomorrow)).toMs;
      const { toMs } = grid.day(grid.dateOf(after));
      return hoursBetween(grid.hourOf(nowMs), toMs, (at) => decider.coefficientOf(at));
    },
    /** @throws CodedError what-if-… */
    whatIf(moves: readonly Move[], nowMs: EpochMs): WhatIf {
      const decider = deciderNow();
      const planned = plan(nowMs);
      const { toMs } = planned.tomorrow;
      const running = grid.hourOf(nowMs);
      const sinceMs = grid.hourOf(load.sinceMs() ?? running);
      const ahead = new Map(
        [...planned.today.hours, ...planned.tomorrow.hours]
          .filter((hour) => hour.startMs >= running)
          .map((hour) => [hour.startMs, hour]),
      );
      const hourAt = (startMs: EpochMs): KnownHour | null => {
        if (startMs < sinceMs || startMs >= toMs) return null;
        const endMs = plus(startMs, HOUR_MS);
        const expected = ahead.get(startMs);
        if (expected) {
          const { expectedMicroKwh, days } = expected;
          return { ...expected, basis: 'expected', microKwh: expectedMicroKwh, days };
        }
        const microKwh = load.energyAt(startMs, endMs);
        const basis = microKwh === null ? 'unknown' : 'measured';
        return { ...decider.coefficientOf(startMs), startMs, endMs, basis, microKwh, days: 0 };
      };
      const litresPerMj = deps.crudeOilOn(grid.dateOf(nowMs));
      return whatIf({ moves, hourAt, grid, litresPerMj, known: { fromMs: instant(sinceMs), toMs } });
    },
  };
}
