/**
 * The two methods beside each other: any hours weighed under a named method, whichever the site has chosen, with
 * nothing stored. The worked figures are those of the rules' published examples and of the committee's draft.
 */
import { describe, expect, it } from 'vitest';
import { readCoefficientDocument } from '../../config/coefficient-document.ts';
import type { DecidingInput } from '../../gateway/domain/coefficients/decide.ts';
import {
  type HourEnergy,
  prepareUnder,
  totalOf,
  weighEachUnder,
  weighUnder,
} from '../../gateway/domain/coefficients/methods.ts';
import {
  agreesAsPrinted,
  decimalsOf,
  printedBoundMicroMj,
} from '../../gateway/domain/coefficients/printed.ts';
import type { CoefficientDocument, RuleSet } from '../../gateway/domain/coefficients/types.ts';
import { weigh } from '../../gateway/domain/hour.ts';
import { parseDecimal, rational } from '../../gateway/domain/rational.ts';
import { instant } from '../../gateway/domain/time.ts';
import { type Announced, jst, published, RULE_SETS, RULES } from './support/plant.ts';

const DAY = '2026-11-03';
const MICRO = 1_000_000n;

/** The worked day of the rules: 500 kWh in each of 19 hours, 2,000 kWh in each of 13:00–18:00. */
const WORKED: readonly HourEnergy[] = Array.from({ length: 24 }, (_, hour) => ({
  startMs: jst(DAY, hour),
  energyMicroKwh: (hour >= 13 && hour < 18 ? 2_000n : 500n) * MICRO,
}));

function document(parts: Announced): CoefficientDocument {
  const bytes = new TextEncoder().encode(published(parts));
  return readCoefficientDocument(bytes, 'a test', RULE_SETS);
}

const input = (
  documents: readonly CoefficientDocument[],
  change: Partial<DecidingInput> = {},
): DecidingInput => ({
  ...RULES,
  ...change,
  documents,
});
const NOVEMBER = [['2026-11-01', '2026-11-30']] as const;
const table = document({
  document: 'monthly-2026',
  issuedAt: '2026-04-01T09:00:00+09:00',
  monthly: { '2026-10': '8.47', '2026-11': '7.9', '2026-12': '9.12' },
});

describe('the worked day by the hour, in MJ', () => {
  it.each([
    ['nothing announced', {}, 183_300n],
    ['the day announced as curtailment', { curtailmentDays: [DAY] }, 134_000n],
    ['curtailment and tight supply', { curtailmentDays: [DAY], tightDays: [DAY] }, 164_800n],
    ['tight supply only', { tightDays: [DAY] }, 237_900n],
  ])('fy2023, %s', (_, announced, mj) => {
    const total = weighUnder('hourly', input([document({ complete: NOVEMBER, ...announced })]), WORKED);
    expect(total).toMatchObject({
      method: 'hourly',
      energyMicroMj: mj * MICRO,
      weighedMicroKwh: 19_500n * MICRO,
      unconfirmedMicroKwh: 0n,
      unweighedMicroKwh: 0n,
      unconfirmedHours: 0,
    });
  });

  it('draft-2022, the five hours curtailed: 125,300 MJ, 6.4256 MJ/kWh, hours of 4,700 and 7,200 MJ', () => {
    const draft = readCoefficientDocument(
      new TextEncoder().encode(
        JSON.stringify({
          ...JSON.parse(published({ complete: NOVEMBER, ruleSet: 'draft-2022' })),
          curtailmentHours: [{ date: DAY, from: '13:00', to: '18:00' }],
        }),
      ),
      'a test',
      RULE_SETS,
    );
    const under = input([draft], { ruleSetChoice: 'draft-2022' });
    const hours = [...weighEachUnder('hourly', under, WORKED)];
    const total = totalOf('hourly', hours);
    expect(total.energyMicroMj).toBe(125_300n * MICRO);
    expect((total.energyMicroMj * 10_000n) / total.weighedMicroKwh).toBe(64_256n);
    expect(hours.map(({ energyMicroMj }) => energyMicroMj)).toEqual(
      WORKED.map((_, hour) => (hour >= 13 && hour < 18 ? 7_200n : 4_700n) * MICRO),
    );
  });

  it('flat 9.4: 183,300; flat 8.64, the ordinary figure: 168,480', () => {
    const flat = (value: string) => {
      const mjPerKwh = parseDecimal(value);
      if (!mjPerKwh) throw new Error(value);
      return WORKED.reduce((sum, { energyMicroKwh }) => sum + (weigh(energyMicroKwh, mjPerKwh) ?? 0n), 0n);
    };
    expect(flat('9.4')).toBe(183_300n * MICRO);
    expect(flat('8.64')).toBe(168_480n * MICRO);
  });

  it('pure arithmetic, 3.6 in the five hours and 12.2 in the others: 151,900', () => {
    const sum = WORKED.reduce((mj, { energyMicroKwh }, hour) => {
      const mjPerKwh = hour >= 13 && hour < 18 ? rational(18n, 5n) : rational(61n, 5n);
      return mj + (weigh(energyMicroKwh, mjPerKwh) ?? 0n);
    }, 0n);
    expect(sum).toBe(151_900n * MICRO);
  });

  it('the same through rules that announce hours and have a factor for tight days', () => {
    const draft = RULE_SETS.get('draft-2022') as RuleSet;
    const fy2023 = RULE_SETS.get('fy2023') as RuleSet;
    const both: RuleSet = {
      ...draft,
      id: 'both',
      validTo: null,
      values: { ...draft.values, tight: fy2023.values.tight },
    };
    const announced: CoefficientDocument = {
      ...document({ complete: NOVEMBER }),
      ruleSet: 'both',
      curtailmentHours: [{ date: DAY, fromHour: 13, toHour: 18 }],
      tightDays: [DAY],
    };
    const under = input([announced], { ruleSets: new Map([['both', both]]) });
    expect(weighUnder('hourly', under, WORKED).energyMicroMj).toBe(151_900n * MICRO);
  });
});

describe('the same hours by the month', () => {
  it('have the month’s figure in each hour, whatever is announced for the day', () => {
    const documents = [document({ complete: NOVEMBER, curtailmentDays: [DAY], tightDays: [DAY] }), table];
    const total = weighUnder('monthly', input(documents), WORKED);
    expect(total.energyMicroMj).toBe((19_500n * 79n * MICRO) / 10n);
    expect(total.hours).toEqual({ normal: 0, curtailment: 0, tight: 0, monthly: 24, none: 0 });
    // The other method is not changed by the table.
    expect(weighUnder('hourly', input(documents), WORKED).energyMicroMj).toBe(164_800n * MICRO);
  });

  it('does not depend on what the site has chosen', () => {
    for (const method of ['hourly', 'monthly'] as const) {
      const chosen = input([table], { methods: [{ fiscalYear: 2026, method }] });
      expect(weighUnder('monthly', chosen, WORKED)).toEqual(weighUnder('monthly', input([table]), WORKED));
      expect(weighUnder('hourly', chosen, WORKED)).toEqual(weighUnder('hourly', input([table]), WORKED));
    }
  });

  it('are not weighed where the table is not published: nothing is guessed', () => {
    const total = weighUnder('monthly', input([table]), [
      { startMs: jst('2027-03-31', 23), energyMicroKwh: 7n * MICRO },
      { startMs: jst('2026-12-31', 23), energyMicroKwh: 2n * MICRO },
    ]);
    expect(total).toMatchObject({
      energyMicroMj: 18_240_000n,
      weighedMicroKwh: 2n * MICRO,
      unweighedMicroKwh: 7n * MICRO,
      hours: { monthly: 1, none: 1 },
    });
    const decision = prepareUnder('monthly', input([table])).decide(jst('2027-03-31', 23));
    expect(decision).toMatchObject({ mjPerKwh: null, class: 'none', ruleSet: 'fy2023', confirmed: false });
    expect(decision.why).toBe(
      '2027-03-31 23:00–24:00 JST, kyushu: the site counts by the month, and no table of fiscal year 2026 for kyushu with 2027-03 is known yet, so the hour is not weighed.',
    );
  });

  it('leaves hours without energy out of every sum and count', () => {
    const total = weighUnder('hourly', input([]), [{ startMs: jst(DAY), energyMicroKwh: null }]);
    expect(total).toMatchObject({ energyMicroMj: 0n, weighedMicroKwh: 0n, hours: { normal: 0 } });
  });

  it('tells what is not confirmed yet', () => {
    const total = weighUnder('hourly', input([document({ complete: [[DAY, DAY]] })]), [
      ...WORKED,
      { startMs: jst('2026-12-01'), energyMicroKwh: 10n * MICRO },
    ]);
    expect(total).toMatchObject({ unconfirmedHours: 1, unconfirmedMicroKwh: 10n * MICRO });
  });
});

describe('a table as it is printed', () => {
  /** ± 0.005 × use: two decimals are all that is published. */
  it('agrees with exact figures within half of its last digit, times the use', () => {
    expect(printedBoundMicroMj(19_500n * MICRO, 2)).toEqual(rational(19_500n * MICRO, 200n));
    const use = 19_500n * MICRO;
    const exact = (use * 64_256n) / 10_000n;
    const printed = (use * 643n) / 100n;
    expect(agreesAsPrinted(exact, printed, use)).toBe(true);
    expect(agreesAsPrinted(printed, exact, use)).toBe(true);
    expect(exact === printed).toBe(false);
    // 6.4256 is not 6.42 as printed.
    expect(agreesAsPrinted(exact, (use * 642n) / 100n, use)).toBe(false);
  });

  it('has its bound exactly: half a digit agrees, a millionth of a MJ more does not', () => {
    const use = 1_000n * MICRO;
    expect(agreesAsPrinted(0n, 5n * MICRO, use)).toBe(true);
    expect(agreesAsPrinted(0n, 5n * MICRO + 1n, use)).toBe(false);
    expect(agreesAsPrinted(0n, 50n * MICRO, use, decimalsOf('9.1'))).toBe(true);
    expect(agreesAsPrinted(0n, 0n, 0n)).toBe(true);
  });

  it('is the mean of the hours it was made of, as far as printing goes', () => {
    // A month of its own making: what the hours weigh, divided by the use, printed with two decimals.
    const hours = Array.from({ length: 30 * 24 }, (_, hour) => ({
      startMs: instant(jst('2026-11-01') + hour * 3_600_000),
      energyMicroKwh: BigInt(1 + (hour % 7)) * 13n * MICRO,
    }));
    const announced = document({
      complete: NOVEMBER,
      curtailmentDays: [DAY, '2026-11-08'],
      tightDays: ['2026-11-20'],
    });
    const hourly = weighUnder('hourly', input([announced]), hours);
    const hundredths = (hourly.energyMicroMj * 200n + hourly.weighedMicroKwh) / (2n * hourly.weighedMicroKwh);
    const printed = `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, '0')}`;
    const made = document({ document: 'made', monthly: { '2026-11': printed } });
    const monthly = weighUnder('monthly', input([made]), hours);
    expect(monthly.energyMicroMj).not.toBe(hourly.energyMicroMj);
    expect(agreesAsPrinted(monthly.energyMicroMj, hourly.energyMicroMj, hourly.weighedMicroKwh)).toBe(true);
  });
});
