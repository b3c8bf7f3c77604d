/** Every worked example of the law's figures for reports, each with where it is from. */
import { describe, expect, test } from 'vitest';
import { loadReportFactors } from '../../config/report-factors.ts';
import {
  divide,
  multiply,
  parseDecimal,
  type Rational,
  rational,
  roundHalfAway,
} from '../../gateway/domain/rational.ts';
import { type FactorId, valueOn } from '../../gateway/domain/report/factors.ts';
import { changesOf, meanOfChanges } from '../../gateway/domain/report/intensity.ts';
import { cellAt } from '../../gateway/domain/report/model.ts';
import { fiveYearMeanTenths, shownText, truncatedTenths } from '../../gateway/domain/report/rounding.ts';
import { documentOf, jst, reportWorld, UNIT, type WorldOptions } from './world.ts';

const factors = loadReportFactors();
const decimal = (text: string): Rational => parseDecimal(text) as Rational;
const of = (id: FactorId, date = '2026-07-01') => valueOn(factors.factors[id], date);

describe('factors of the energy act (reporting.md: energy and crude-oil equivalent)', () => {
  test.each([
    ['crude-oil', '0.0258', 'H'],
    ['electricity-ordinary', '8.64', 'H'],
    ['electricity-own', '3.6', 'M'],
    ['electricity-non-fossil', '8.64', 'M'],
    ['non-fossil-fuel-weight', '0.8', 'H'],
    ['self-invested-weight', '1.2', 'H'],
    ['steam-industrial', '1.17', 'MEM'],
    ['steam-other', '1.19', 'MEM'],
  ] as const)('%s is %s, confidence %s', (id, value, confidence) => {
    expect(of(id)).toMatchObject({ printed: value, confidence });
  });

  test('2.4 = 8.64 / 3.6: what own PV counts more in the non-fossil ratio than in the energy use', () => {
    const [ratio, use] = [of('electricity-non-fossil')?.value, of('electricity-own')?.value];
    const times = divide(ratio as Rational, use as Rational);
    expect(times.num * 10n).toBe(times.den * 24n);
  });

  test('the 2022 draft had 1.02 for industrial steam', () => {
    expect(of('steam-industrial', '2022-07-01')?.printed).toBe('1.02');
    expect(of('electricity-ordinary', '2023-03-31')).toBeNull();
  });
});

describe('fuels (reporting.md: the table from FY2023, and the values before)', () => {
  test.each([
    ['crude-oil', 'kL', '38.3', '0.0190', '38.2'],
    ['gasoline', 'kL', '33.4', '0.0187', '34.6'],
    ['kerosene', 'kL', '36.5', '0.0187', '36.7'],
    ['diesel', 'kL', '38.0', '0.0188', '37.7'],
    ['a-heavy-oil', 'kL', '38.9', '0.0193', '39.1'],
    ['bc-heavy-oil', 'kL', '41.8', '0.0202', '41.9'],
    ['lpg', 't', '50.1', '0.0163', '50.8'],
    ['lng', 't', '54.7', '0.0139', '54.6'],
    ['natural-gas', '1000 m3', '38.4', '0.0139', undefined],
    ['coking-coal', 't', '28.7', '0.0246', '29.0'],
    ['steam-coal', 't', '26.1', '0.0243', undefined],
  ] as const)('%s per %s: %s GJ, %s tC/GJ; before FY2023 %s', (id, unit, gj, carbon, before) => {
    const fuel = factors.fuels.get(id);
    expect(fuel?.unit).toBe(unit);
    expect(valueOn(fuel?.gj ?? null, '2023-04-01')).toMatchObject({ printed: gj, confidence: 'M' });
    expect(valueOn(fuel?.carbon ?? null, '2026-07-01')?.printed).toBe(carbon);
    expect(valueOn(fuel?.gj ?? null, '2023-03-31')?.printed).toBe(before);
  });

  test.each([
    ['black-liquor', '13.6'],
    ['waste-wood', '17.0'],
  ])('%s is a non-fossil fuel of %s GJ/t', (id, gj) => {
    expect(factors.fuels.get(id)).toMatchObject({ unit: 't', nonFossil: true });
    expect(valueOn(factors.fuels.get(id)?.gj ?? null, '2026-07-01')?.printed).toBe(gj);
  });

  test('city gas: 45 GJ/1000 m³ as metered; 2.05 t-CO2/1000 m³ at SATP is 40.0 × 0.0140 × 44/12', () => {
    const gas = factors.fuels.get('city-gas');
    expect(valueOn(gas?.gj ?? null, '2026-07-01')?.printed).toBe('45');
    expect(valueOn(gas?.co2 ?? null, '2026-07-01')?.printed).toBe('2.05');
    const molecules = of('co2-per-carbon')?.value as Rational;
    const tonnes = multiply(multiply(decimal('40.0'), decimal('0.0140')), molecules);
    expect(roundHalfAway(multiply(tonnes, rational(100n)))).toBe(205n);
  });
});

describe('official prints of changes (reporting.md: intensity)', () => {
  test('97/99 → 97.9: truncated, not rounded', () => {
    expect(truncatedTenths(rational(97n), rational(99n))).toBe(979n);
  });

  test('99, 97.9, 100, 100 % → 99.2 %: the geometric mean of the last four', () => {
    expect(fiveYearMeanTenths([990n, 979n, 1000n, 1000n])).toBe(992n);
    // The same from five years of intensities: 100, 99, 97 (97.9 %), 97, 97.
    const changes = changesOf([100n, 99n, 97n, 97n, 97n].map((value) => rational(value)));
    expect(changes).toEqual([null, 990n, 979n, 1000n, 1000n]);
    expect(meanOfChanges(changes)).toBe(992n);
  });

  test('a year that is not known gives no mean', () => {
    expect(
      meanOfChanges(changesOf([null, rational(99n), rational(97n), rational(97n), rational(97n)])),
    ).toBeNull();
  });
});

/** 500 kWh in each of 19 hours, 2,000 kWh in each of the five hours 13:00–18:00 (coefficients.md: a worked day). */
async function workedDay(options: Omit<WorldOptions, 'meters' | 'sinceMs'>, date: string) {
  const from = jst(`${date}T00:00:00`);
  const world = reportWorld({ ...options, sinceMs: from, meters: [{ id: 'main', role: 'grid-import' }] });
  try {
    world.fill(
      'main',
      from,
      (jst(`${date}T00:00:00`) + 86_400_000) as typeof from,
      (_, n) => (n >= 13 && n < 18 ? 2_000n : 500n) * UNIT,
    );
    const { report } = await world.make(
      { kind: 'day', date },
      (jst(`${date}T23:59:00`) + 86_400_000) as typeof from,
    );
    const table = report.tables.find(({ id }) => id === 'purchased');
    const shown = (column: string) => {
      const figure = cellAt(table, 'total', column)?.figure;
      return figure ? shownText(figure) : null;
    };
    return {
      kwh: shown('kwh'),
      ordinary: shown('ordinary-gj'),
      hourly: shown('hourly-gj'),
      mean: shown('mean'),
    };
  } finally {
    world.remove();
  }
}

describe('the worked day, in a daily report (coefficients.md: a worked day, exact)', () => {
  const day = '2026-11-10';
  test('fy2023, the day announced as curtailment: 134,000 MJ; flat 8.64: 168,480', async () => {
    const documents = [documentOf('2026-11-01', '2026-11-30', { curtailmentDays: [day] })];
    expect(await workedDay({ documents }, day)).toMatchObject({
      kwh: '19500.0',
      ordinary: '168.480',
      hourly: '134.000',
    });
  });

  test('the day also tight: 164,800 MJ', async () => {
    const documents = [documentOf('2026-11-01', '2026-11-30', { curtailmentDays: [day], tightDays: [day] })];
    expect((await workedDay({ documents }, day)).hourly).toBe('164.800');
  });

  test('tight only: 237,900 MJ; nothing announced, flat 9.4: 183,300', async () => {
    const documents = [documentOf('2026-11-01', '2026-11-30', { tightDays: [day] })];
    expect((await workedDay({ documents }, day)).hourly).toBe('237.900');
    expect((await workedDay({}, day)).hourly).toBe('183.300');
  });

  test('draft-2022, those five hours curtailed: 125,300 MJ, 6.4256 MJ/kWh; its date has no ordinary factor', async () => {
    const date = '2022-11-10';
    const draft = {
      ...documentOf('2022-11-01', '2022-11-30'),
      ruleSet: 'draft-2022',
      curtailmentHours: [{ date, fromHour: 13, toHour: 18 }],
    };
    expect(await workedDay({ documents: [draft] }, date)).toEqual({
      kwh: '19500.0',
      ordinary: null,
      hourly: '125.300',
      mean: '6.4256',
    });
  });
});
