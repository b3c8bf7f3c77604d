/**
 * Whatever the pulses, the conditions and the dates: Σ (hour × its factor) = (total of each spell) × its factor, to
 * the last digit, and no hour's kWh is further from its exact value than half of the last digit that is published. HAKARU_SEED and
 * HAKARU_RUNS replay or lengthen a run.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { multiply, type Rational, rational, reduced } from '../../gateway/domain/rational.ts';
import { add } from '../../gateway/domain/thermo/gas.ts';
import { factorOf, isFixed } from '../../gateway/domain/thermo/kwh-factor.ts';
import { instant } from '../../gateway/domain/time.ts';
import { at, HOUR, MINUTE, openLedger, reading } from '../ledger/support/ledger.ts';
import { GAS, STEAM, specOf } from './site.ts';

const MIDNIGHT = at('2026-04-01T00:00:00+09:00');
const HOURS = 6;
const START = instant(MIDNIGHT - 3 * HOUR);
const SEED = Number(process.env['HAKARU_SEED'] ?? 20_261_104);
const RUNS = Number(process.env['HAKARU_RUNS'] ?? 100);

const conditions = fc.record({
  celsius: fc.integer({ min: -500, max: 1_000 }),
  kpa: fc.integer({ min: 0, max: 9_999 }),
  mj: fc.integer({ min: 1_000, max: 199_999 }),
});
const tenth = (value: number) => `${value / 10}`;
const gasFields = fc.tuple(conditions, conditions).map(([a, b]) => {
  const [first, then] = [a, b].map(
    ({ celsius, kpa, mj }) =>
      `temperature: ${tenth(celsius)} °C, gaugePressure: ${tenth(kpa)} kPa, calorificValue: ${mj / 1000} MJ/Nm3`,
  );
  return `${GAS}, gas: { ${first}, changes: [{ from: 2026-04-01, ${then} }] }`;
});
const steamFields = fc
  .record({
    mpa: fc.integer({ min: 1, max: 160 }),
    later: fc.integer({ min: 1, max: 160 }),
    feed: fc.integer({ min: 0, max: 990 }),
  })
  .map(
    ({ mpa, later, feed }) =>
      `${STEAM}, steam: { gaugePressure: ${tenth(mpa)} MPa, feedWater: ${tenth(feed)} °C, changes: [{ from: 2026-04-01, gaugePressure: ${tenth(later)} MPa }] }`,
  );
/** Pulses between two readings, twelve minutes apart; 60 m³/h allows 120 of them, 6 t/h as many. */
const rises = fc.array(fc.integer({ min: 0, max: 110 }), { minLength: HOURS * 5, maxLength: HOURS * 5 });

const HALF_MICRO = rational(1n, 2_000_000n);
const exactly = (micro: bigint): Rational => rational(micro, 1_000_000n);
const minus = (a: Rational, b: Rational): Rational => add(a, { num: -b.num, den: b.den });
const magnitude = ({ num, den }: Rational): Rational => ({ num: num < 0n ? -num : num, den });

it(`the sums of hours are the sums of their spells (seed ${SEED}, ${RUNS} cases)`, () => {
  const property = fc.property(fc.oneof(gasFields, steamFields), rises, (fields, steps) => {
    const spec = specOf(fields);
    const ledger = openLedger({ startMs: START, spec });
    let count = 7_777;
    ledger.feed([
      reading(START, count),
      ...steps.map((step, i) => reading(START + (i + 1) * 12 * MINUTE, (count += step))),
    ]);
    ledger.close(START + (HOURS + 1) * HOUR);
    const hours = ledger.hours(START, START + HOURS * HOUR);
    expect(hours).toHaveLength(HOURS);
    const total = (list: typeof hours) =>
      exactly(list.reduce((sum, { quantityMicro }) => sum + (quantityMicro ?? 0n), 0n));
    const [before, after] = [hours.slice(0, 3), hours.slice(3)];
    const [old, now] = spec.kwhFactors.filter(isFixed);
    if (!old || !now) throw new Error('two spells are wanted');

    const each = hours.map((hour) => {
      const factor = factorOf(spec, hour.startMs, ledger.grid);
      if (!factor || !isFixed(factor)) throw new Error('an hour without a factor');
      const exact = multiply(exactly(hour.quantityMicro ?? 0n), factor.kwhPerUnit);
      const { num, den } = minus(magnitude(minus(exactly(hour.energyMicroKwh ?? -1n), exact)), HALF_MICRO);
      expect(num * den <= 0n).toBe(true);
      return exact;
    });
    const sum = each.reduce((a, b) => add(a, b), rational(0n));
    const spells = add(multiply(total(before), old.kwhPerUnit), multiply(total(after), now.kwhPerUnit));
    expect(reduced(sum)).toEqual(reduced(spells));
    // The register itself, from the first reading to the last.
    const risen = multiply(rational(BigInt(steps.reduce((a, b) => a + b, 0))), spec.scale.unitsPerCount);
    expect(reduced(total(hours))).toEqual(reduced(risen));
  });
  fc.assert(property, { seed: SEED, numRuns: RUNS });
});
