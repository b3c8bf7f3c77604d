/**
 * The worked day of the rules: 500 kWh in each of 19 hours and 2,000 kWh in each of the five hours 13:00–18:00 JST,
 * weighed through documents. Each list has a 25th hour, the first of the next day, which must stay as it is.
 */
import { describe, expect, it } from 'vitest';
import { readCoefficientDocument } from '../../config/coefficient-document.ts';
import { loadRuleSets } from '../../config/rule-sets.ts';
import { decide } from '../../gateway/domain/coefficients/decide.ts';
import type { CoefficientDocument } from '../../gateway/domain/coefficients/types.ts';
import { instant } from '../../gateway/domain/time.ts';

const ruleSets = loadRuleSets();
const DAY = '2026-11-03';
/** 00:00 JST of that day, reckoned by hand: 15:00 UTC of the day before. */
const DAY_START_MS = Date.UTC(2026, 10, 2, 15);

function announced(ruleSet: string, announcements: object): CoefficientDocument {
  const text = {
    format: 'hakaru-coefficients/1',
    document: 'kyushu-2026-11',
    revision: 1,
    ruleSet,
    area: 'kyushu',
    issuedAt: '2026-11-01T10:00:00+09:00',
    source: 'worked day',
    complete: [{ from: '2026-11-01', to: '2026-11-30' }],
    ...announcements,
  };
  return readCoefficientDocument(new TextEncoder().encode(JSON.stringify(text)), 'worked.json', ruleSets);
}

/** MJ/kWh × 100 of 25 hours from 00:00 JST, as whole numbers. */
function hundredths(documents: readonly CoefficientDocument[], ruleSetChoice: string | null): number[] {
  return Array.from({ length: 25 }, (_, hour) => {
    const { mjPerKwh } = decide({
      area: 'kyushu',
      hourStart: instant(DAY_START_MS + hour * 3_600_000),
      documents,
      ruleSets,
      ruleSetChoice,
    });
    if (!mjPerKwh || (mjPerKwh.num * 100n) % mjPerKwh.den !== 0n)
      throw new Error('not a whole number of hundredths');
    return Number((mjPerKwh.num * 100n) / mjPerKwh.den);
  });
}

const kwh = (hour: number): number => (hour >= 13 && hour < 18 ? 2_000 : 500);

/** MJ of the worked day from the first 24 hours of the list. */
function dayMj(list: readonly number[]): number {
  return list.slice(0, 24).reduce((sum, value, hour) => sum + value * kwh(hour), 0) / 100;
}

const hours = (...spans: readonly (readonly [count: number, value: number])[]): number[] =>
  spans.flatMap(([count, value]) => Array.from({ length: count }, () => value));

describe('the worked day', () => {
  it('is 125,300 MJ under draft-2022 with its five heavy hours curtailed', () => {
    const list = hundredths(
      [announced('draft-2022', { curtailmentHours: [{ date: DAY, from: '13:00', to: '18:00' }] })],
      'draft-2022',
    );
    expect(list).toEqual(hours([13, 940], [5, 360], [7, 940]));
    expect(dayMj(list)).toBe(125_300);
    expect(list.map((value, hour) => (value / 100) * (hour === 0 ? 500 : 2_000)).at(0)).toBe(4_700);
    expect((list[13] ?? 0) * 20).toBe(7_200);
  });

  it('is 134,000 MJ under fy2023 when the day is announced: 08:00–16:00', () => {
    const list = hundredths([announced('fy2023', { curtailmentDays: [DAY] })], null);
    expect(list).toEqual(hours([8, 940], [8, 360], [9, 940]));
    expect(dayMj(list)).toBe(134_000);
  });

  it('is 164,800 MJ when the curtailed day is tight too: the curtailment hours keep 3.6', () => {
    const list = hundredths([announced('fy2023', { curtailmentDays: [DAY], tightDays: [DAY] })], null);
    expect(list).toEqual(hours([8, 1220], [8, 360], [8, 1220], [1, 940]));
    expect(dayMj(list)).toBe(164_800);
  });

  it('is 237,900 MJ when the day is only tight', () => {
    const list = hundredths([announced('fy2023', { tightDays: [DAY] })], null);
    expect(list).toEqual(hours([24, 1220], [1, 940]));
    expect(dayMj(list)).toBe(237_900);
  });

  it('is 183,300 MJ flat while nothing is announced', () => {
    expect(dayMj(hundredths([announced('fy2023', {})], null))).toBe(183_300);
    expect(dayMj(hundredths([], null))).toBe(183_300);
  });
});
