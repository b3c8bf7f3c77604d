/** One half-hour by the means of its gauges: when a mean counts, what stands for it, and what is said about it. */
import { describe, expect, it } from 'vitest';
import { type Rational, rational } from '../../gateway/domain/rational.ts';
import { type GaugeSlot, gaugeKey, gaugeMicro, meanMicro } from '../../gateway/domain/thermo/gauge-slot.ts';
import {
  fallbackFactor,
  type LiveGas,
  type LiveRecipe,
  slotFactor,
} from '../../gateway/domain/thermo/live-factor.ts';
import { slotFactorLines } from '../../gateway/domain/thermo/live-lines.ts';
import { liveSteam, PRESSURE } from './support/live-spec.ts';

const MIN_MS = 60_000;
const FEED = { meter: 'tank', gauge: 'temperature' } as const;

/** A gauge that showed one value for so many minutes. */
function steady(value: number, minutes = 30): GaugeSlot {
  const micro = gaugeMicro(value) ?? 0n;
  const watchedMs = minutes * MIN_MS;
  return { sumMicroMs: micro * BigInt(watchedMs), watchedMs, minMicro: micro, maxMicro: micro };
}

const by = (recipe: LiveRecipe, rows: Readonly<Record<string, GaugeSlot>>) =>
  slotFactor(recipe, (gauge) => rows[gaugeKey(gauge)] ?? null);
const kwh = (value: Rational | null) => value && Number(value.num) / Number(value.den);

const STEAM = liveSteam({ fallbackKpa: 500n });
const withFeed = (fallback: Rational | null): LiveRecipe => ({
  ...STEAM,
  feedWater: { from: FEED, fallback, low: rational(0n), high: rational(349n) },
});

describe('the mean', () => {
  it('is that of the watched time, rounded once to millionths', () => {
    const half = { sumMicroMs: 1_000_001n, watchedMs: 2, minMicro: 500_000n, maxMicro: 500_001n };
    expect(meanMicro(half)).toBe(500_001n);
    expect(meanMicro({ ...half, sumMicroMs: -1_000_001n })).toBe(-500_001n);
  });

  it('counts from half of the half-hour on, and nothing need be said from nine tenths on', () => {
    const found = [14.9, 15, 26.9, 27, 30].map((minutes) => {
      const { kwhPerUnit, quality, conditions } = by(STEAM, { [gaugeKey(PRESSURE)]: steady(700, minutes) });
      return [kwh(kwhPerUnit), quality, conditions[0]?.used, conditions[0]?.why];
    });
    expect(found).toEqual([
      [742.284, 'estimated', 'fallback', 'unwatched'],
      [745.655, 'interpolated', 'mean', null],
      [745.655, 'interpolated', 'mean', null],
      [745.655, 'measured', 'mean', null],
      [745.655, 'measured', 'mean', null],
    ]);
  });

  it('does not count when the gauge showed what cannot be, however short', () => {
    const row = { ...steady(700), maxMicro: 16_400_000_001n };
    expect(by(STEAM, { [gaugeKey(PRESSURE)]: row }).conditions).toMatchObject([
      { used: 'fallback', why: 'out-of-range' },
    ]);
  });
});

describe('without a mean and without a fall-back', () => {
  it('there is no factor', () => {
    const found = by(liveSteam(), {});
    expect(found).toMatchObject({ kwhPerUnit: null, conditions: [{ used: 'none', why: 'unwatched' }] });
    expect(fallbackFactor(liveSteam())).toBeNull();
  });
});

describe('means that cannot be true together', () => {
  const hot = { [gaugeKey(PRESSURE)]: steady(0), [gaugeKey(FEED)]: steady(105) };

  it('are replaced by the fall-backs, all of them', () => {
    const found = by(withFeed(rational(20n)), hot);
    expect(kwh(found.kwhPerUnit)).toBe(742.284);
    expect(found.conditions.map(({ used, why }) => [used, why])).toEqual([
      ['fallback', 'impossible'],
      ['fallback', 'impossible'],
    ]);
    expect(slotFactorLines(found, withFeed(rational(20n)), 'en')).toContain(
      'header/pressure: fall-back 500 kPa (not possible together with the others)',
    );
  });

  it('are no factor where one of them has none', () => {
    expect(by(withFeed(null), hot).kwhPerUnit).toBeNull();
  });

  it('a vacuum that no steam has is none either', () => {
    expect(by(liveSteam(), { [gaugeKey(PRESSURE)]: steady(-100) })).toMatchObject({ kwhPerUnit: null });
  });
});

describe('steam whose enthalpy is given', () => {
  it('needs the feed water only, and cannot have less heat than it', () => {
    const recipe: LiveRecipe = {
      ...withFeed(null),
      kind: 'steam',
      state: 'wet',
      enthalpy: rational(2_600n),
      gaugePressure: null,
    } as LiveRecipe;
    // (2600 − 84.013058) ÷ 3600
    expect(kwh(by(recipe, { [gaugeKey(FEED)]: steady(20) }).kwhPerUnit)).toBe(698.885);
    const poor = { ...recipe, enthalpy: rational(80n) } as LiveRecipe;
    expect(by(poor, { [gaugeKey(FEED)]: steady(20) }).kwhPerUnit).toBeNull();
  });
});

describe('gas', () => {
  const T = { meter: 'flow', gauge: 'temperature' } as const;
  const P = { meter: 'flow', gauge: 'pressure-absolute' } as const;
  const recipe: LiveGas = {
    kind: 'gas',
    counts: 'metered',
    mjPerM3: rational(45n),
    at: 'normal',
    atmosphericKpa: rational(101_325n, 1_000n),
    temperature: { from: T, fallback: rational(15n), low: rational(-50n), high: rational(100n) },
    gaugePressure: { from: P, fallback: null, low: rational(-50n), high: rational(1_000n) },
  };

  it('by its absolute pressure and temperature: 45 MJ/Nm³ × 0.9667 ÷ 3.6', () => {
    const found = by(recipe, { [gaugeKey(T)]: steady(15), [gaugeKey(P)]: steady(103.325) });
    expect(kwh(found.kwhPerUnit)).toBe(12.083184);
    expect(slotFactorLines(found, recipe, 'en')).toEqual([
      'flow/temperature: 27000000 °C·ms ÷ 1800000 ms = 15 °C; 15 … 15, watched 1800000 of 1800000 ms',
      'flow/pressure-absolute: 185985000 kPa·ms ÷ 1800000 ms = 103.325 kPa; 103.325 … 103.325, watched 1800000 of 1800000 ms',
      'absolute: 103.325 − 101.325 = 2 kPa above the atmosphere',
      'the meter counts m³ as metered (15 °C, 2 kPa gauge, atmosphere 101.325 kPa)',
      '(2 + 101.325) ÷ 101.325 × 273.15 ÷ (15 + 273.15) = 2508731/2595271 ≈ 0.966655 Nm³/m³',
      '2508731/2595271 ≈ 0.966655 × 45 MJ/Nm³ ÷ 3.6 = 12.083184 kWh/m³, rounded once to 6 decimals',
    ]);
  });

  it('mixes a mean with a fall-back, and says which is which', () => {
    const found = by(recipe, { [gaugeKey(P)]: steady(103.325) });
    expect(kwh(found.kwhPerUnit)).toBe(12.083184);
    expect(found.quality).toBe('estimated');
    expect(found.conditions.map(({ used }) => used)).toEqual(['fallback', 'mean']);
    const ja = slotFactorLines(found, recipe, 'ja');
    expect(ja).toContain('flow/temperature: 代替値 15 °C (監視が 900000 ms 未満)');
    expect(ja.at(-1)).toBe('estimated: flow/temperature に代替値を使用');
  });
});
