/** Today and tomorrow of the fake plant: eight recent days of each type, all with one load. */
import { crudeOilByDate } from '../../config/report-factors.ts';
import type { CoefficientRead, DashboardReads } from '../../gateway/dashboard/reads.ts';
import { PLAIN_CALENDAR } from '../../gateway/domain/ahead/day-types.ts';
import { planOf } from '../../gateway/domain/ahead/plan.ts';
import { type KnownHour, whatIf } from '../../gateway/domain/ahead/what-if.ts';
import type { Coefficient } from '../../gateway/domain/coefficients/types.ts';
import { type EpochMs, HOUR_MS, plus } from '../../gateway/domain/time.ts';
import { hourGrid } from '../../gateway/platform/hour-grid.ts';
import { isJapaneseHoliday } from '../../gateway/platform/japanese-holidays.ts';

const LITRES_PER_MJ = crudeOilByDate()('2026-11-21');
const DAYS = 8;
const MICRO = 1_000_000n;

export function fakeAhead(plant: {
  readonly now: () => EpochMs;
  readonly weightAt: (ms: number) => CoefficientRead;
  /** kWh of the hours 0 to 23. */
  readonly loadKwh: readonly number[];
}): DashboardReads['ahead'] {
  const grid = hourGrid('Asia/Tokyo');
  const load = new Map(
    plant.loadKwh.map((kwh, hour) => [String(hour).padStart(2, '0'), BigInt(kwh) * MICRO] as const),
  );
  const coefficientOf = (at: EpochMs): Coefficient => {
    const { mjPerKwhMicro, class: name, ruleSet, document, revision, confirmed } = plant.weightAt(at);
    const mjPerKwh = mjPerKwhMicro === null ? null : { num: mjPerKwhMicro, den: MICRO };
    return { mjPerKwh, class: name, ruleSet, document, documentRevision: revision, confirmed };
  };
  const plan = () =>
    planOf({
      nowMs: plant.now(),
      grid,
      coefficientOf,
      calendar: PLAIN_CALENDAR,
      isHoliday: isJapaneseHoliday,
      litresPerMj: LITRES_PER_MJ,
      loadsOf: () => Array.from({ length: DAYS }, () => load),
    });
  return {
    plan,
    whatIf(moves) {
      const { today, tomorrow } = plan();
      const hours = new Map(
        [...today.hours, ...tomorrow.hours].map((hour): [EpochMs, KnownHour] => [
          hour.startMs,
          { ...hour, endMs: plus(hour.startMs, HOUR_MS), basis: 'expected', microKwh: hour.expectedMicroKwh },
        ]),
      );
      const known = { fromMs: today.fromMs, toMs: tomorrow.toMs };
      return whatIf({
        moves,
        grid,
        litresPerMj: LITRES_PER_MJ,
        known,
        hourAt: (at) => hours.get(at) ?? null,
      });
    },
  };
}
