/** Why an hour weighs what it weighs: each edge of the rules, with the step that decides and what was passed over. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prepare, sameCoefficient } from '../../gateway/domain/coefficients/decide.ts';
import { prepareToExplain } from '../../gateway/domain/coefficients/explain.ts';
import { explanationText } from '../../gateway/domain/coefficients/explain-text.ts';
import type {
  CoefficientExplanation,
  KeptDocument,
} from '../../gateway/domain/coefficients/explain-types.ts';
import { explanationView } from '../../gateway/domain/coefficients/explain-view.ts';
import type { CoefficientDocument, CoefficientRules } from '../../gateway/domain/coefficients/types.ts';
import { type EpochMs, instant } from '../../gateway/domain/time.ts';
import { hourGrid } from '../../gateway/platform/hour-grid.ts';
import { document } from './documents.ts';
import { jst, RULE_SETS, RULES } from './support/plant.ts';

const SEED = 20_261_101;
const DAY = '2026-11-03';

const kept = (parsed: CoefficientDocument): KeptDocument => ({
  parsed,
  sha256: `${parsed.document}/${parsed.revision}`.padEnd(64, '0'),
  source: `https://example.test/${parsed.document}.json`,
  receivedAtMs: instant(parsed.issuedAt + 60_000),
});

function explain(
  documents: readonly CoefficientDocument[],
  at: EpochMs,
  rules: CoefficientRules = RULES,
): CoefficientExplanation {
  return prepareToExplain(rules, documents.map(kept)).explain(at);
}

/** `class: reason`, the one that decides with an arrow. */
const steps = ({ steps: all }: CoefficientExplanation) =>
  all.map(({ class: name, reason, decides }) => `${decides ? '→ ' : ''}${name}: ${reason}`);
const passed = ({ passedOver }: CoefficientExplanation) =>
  passedOver.map(({ document: { document: id, revision }, reason, by }) => [
    `${id}/${revision}`,
    reason,
    by && `${by.document}/${by.revision}`,
  ]);

describe('the rules, step by step', () => {
  const both = [document({ curtailmentDays: [DAY], tightDays: [DAY] })];

  it('a day both curtailed and tight: curtailment in its hours, and the order it rests on is named', () => {
    const inside = explain(both, jst(DAY, 8));
    expect(steps(inside)).toEqual(['→ curtailment: announced', 'tight: comes-later', 'normal: comes-later']);
    expect(inside.contested).toMatchObject({ confidence: 'M' });
    const outside = explain(both, jst(DAY, 16));
    expect(steps(outside)).toEqual(['curtailment: other-hours', '→ tight: announced', 'normal: comes-later']);
    // Nothing was contested there.
    expect(outside.contested).toBeNull();
  });

  it('nothing announced, and nobody heard, are two things', () => {
    expect(steps(explain(both, jst('2026-11-04')))).toEqual([
      'curtailment: not-announced',
      'tight: not-announced',
      '→ normal: otherwise',
    ]);
    const unheard = explain(both, jst('2026-12-01'));
    expect(steps(unheard)).toEqual(['→ normal: nobody-speaks']);
    expect(unheard).toMatchObject({ document: null, coefficient: { confirmed: false } });
  });

  it('a factor that was never fixed', () => {
    const hours = [{ date: DAY, fromHour: 13, toHour: 18 }];
    const draft = [document({ ruleSet: 'draft-2022', curtailmentHours: hours })];
    const chosen = { ...RULES, ruleSetChoice: 'draft-2022' };
    const found = explain(draft, jst(DAY, 13), chosen);
    expect(steps(found)).toEqual(['→ curtailment: announced', 'tight: no-factor', 'normal: comes-later']);
    expect(found.ruleSet).toMatchObject({ id: 'draft-2022', isChosen: true });
  });

  it('rules that nobody knows, and dates before any rules', () => {
    expect(explain([], jst('2021-01-01'))).toMatchObject({ ruleSet: null, unknownRuleSet: null });
    const unknown = explain([], jst(DAY), { ...RULES, ruleSetChoice: 'fy2099' });
    expect(unknown).toMatchObject({ ruleSet: null, unknownRuleSet: 'fy2099' });
    expect(steps(unknown)).toEqual(['→ none: no-rule-set']);
  });
});

describe('the fiscal year', () => {
  it('rules change over at midnight JST: the last hour of the draft, the first of the rules in force', () => {
    expect(explain([], jst('2023-03-31', 23))).toMatchObject({
      fiscalYear: 2022,
      ruleSet: { id: 'draft-2022', isChosen: false },
    });
    expect(explain([], jst('2023-04-01', 0))).toMatchObject({ fiscalYear: 2023, ruleSet: { id: 'fy2023' } });
  });

  it('a method holds from the first hour of its fiscal year to the last of the year before the next', () => {
    const methods = [
      { fiscalYear: 2024, method: 'monthly' },
      { fiscalYear: 2026, method: 'hourly' },
    ] as const;
    const at = (date: string, hour: number) => explain([], jst(date, hour), { ...RULES, methods }).method;
    expect(at('2024-03-31', 23)).toEqual({ name: 'hourly', since: 'left-out' });
    expect(at('2024-04-01', 0)).toEqual({ name: 'monthly', since: 2024 });
    expect(at('2026-03-31', 23)).toEqual({ name: 'monthly', since: 2024 });
    expect(at('2026-04-01', 0)).toEqual({ name: 'hourly', since: 2026 });
    const always = explain([], jst(DAY), { ...RULES, methods: [{ fiscalYear: 0, method: 'monthly' }] });
    expect(always.method).toEqual({ name: 'monthly', since: null });
  });

  it('a table for one month says nothing of the next', () => {
    const rules = { ...RULES, methods: [{ fiscalYear: 2026, method: 'monthly' }] } as const;
    const table = [document({ complete: [], monthly: [{ month: '2026-11', mjPerKwh: '8.10' }] })];
    const found = explain(table, jst('2026-11-30', 23), rules);
    expect(steps(found)).toEqual(['→ monthly: table']);
    expect(found).toMatchObject({ printedDecimals: 2, coefficient: { class: 'monthly', confirmed: true } });
    const next = explain(table, jst('2026-12-01', 0), rules);
    expect(steps(next)).toEqual(['→ none: no-table']);
    expect(next.coefficient).toMatchObject({ mjPerKwh: null, class: 'none', confirmed: false });
  });
});

describe('what was passed over', () => {
  it('names each with its reason, and what stands in its place', () => {
    const documents = [
      document({ document: 'a', revision: 1, tightDays: [DAY] }),
      document({ document: 'a', revision: 2 }),
      document({ document: 'b', issued: '2026-10-20T10:00:00+09:00', tightDays: [DAY] }),
      document({ document: 'c', area: 'tokyo', tightDays: [DAY] }),
      document({ document: 'd', ruleSet: 'draft-2022' }),
      document({ document: 'e', curtailmentHours: [{ date: DAY, fromHour: 1, toHour: 2 }] }),
      document({ document: 'f', complete: [], monthly: [{ month: '2026-11', mjPerKwh: '8.10' }] }),
      // Says nothing of this date, and is not named.
      document({ document: 'g', complete: [{ from: '2026-12-01', to: '2026-12-31' }] }),
    ];
    const found = explain(documents, jst(DAY));
    expect(found.document).toMatchObject({ document: 'a', revision: 2 });
    expect(passed(found)).toEqual([
      ['a/1', 'superseded', 'a/2'],
      ['b/1', 'issued-earlier', 'a/2'],
      ['c/1', 'other-area', null],
      ['d/1', 'other-rule-set', null],
      ['e/1', 'breaks-rules', null],
      ['f/1', 'other-method', null],
    ]);
  });

  it('another area in the site file: what decided is passed over, and the other way round', () => {
    const documents = [document({ document: 'k' }), document({ document: 't', area: 'tokyo' })];
    expect(passed(explain(documents, jst(DAY)))).toEqual([['t/1', 'other-area', null]]);
    const tokyo = explain(documents, jst(DAY), { ...RULES, area: 'tokyo' });
    expect(tokyo.document).toMatchObject({ document: 't' });
    expect(passed(tokyo)).toEqual([['k/1', 'other-area', null]]);
  });
});

describe('in words', () => {
  const grid = hourGrid('Asia/Tokyo');
  const documents = [
    document({ revision: 1 }),
    document({ revision: 2, curtailmentDays: [DAY], tightDays: [DAY] }),
  ];
  const found = explain(documents, jst(DAY, 8));
  const text = (language: 'en' | 'ja') => explanationText(found, 16, { language, iso: (at) => grid.iso(at) });

  it('names file, hash, rule and what was passed over in English', () => {
    expect(text('en').split('\n')).toEqual([
      '2026-11-03 08:00–16:00 JST, kyushu: 3.6 MJ/kWh, curtailment, confirmed',
      '    rule set   fy2023: 電気需要最適化係数 (2023年度報告以降)',
      '               in force on this date; for dates from 2023-04-01',
      '               資源エネルギー庁 改正省エネ法 FAQ; confidence H',
      '    method     hourly; fiscal year 2026; the site file names none',
      '    rules      1. curtailment (3.6 MJ/kWh, 08:00–16:00, confidence H): decides: announced for this hour',
      '               2. tight (12.2 MJ/kWh, 00:00–24:00, confidence H): holds too, but a rule above decides',
      '               3. normal (9.4 MJ/kWh, confidence H): holds too, but a rule above decides',
      '    order      more than one rule holds, and the order above decided',
      '               2022年6月 審議会案の順 (施行後の文書では未確認); confidence M',
      '    not used   kyushu-2026-11, revision 1: replaced by kyushu-2026-11, revision 2',
      `                 received 2026-11-01T10:01:00+09:00 from https://example.test/kyushu-2026-11.json, sha256 ${'kyushu-2026-11/1'.padEnd(64, '0')}`,
      '    document   kyushu-2026-11, revision 2, issued 2026-11-01T10:00:00+09:00',
      '               says it is from: a test',
      '               received 2026-11-01T10:01:00+09:00 from https://example.test/kyushu-2026-11.json',
      `               sha256 ${'kyushu-2026-11/2'.padEnd(64, '0')}`,
      ...(RULE_SETS.get('fy2023')?.unverified ?? []).map(({ en }, i) =>
        i === 0 ? `    unverified ${en}` : `               ${en}`,
      ),
    ]);
  });

  it('says the same in Japanese: as many lines, the same figures, hashes and times', () => {
    const [en, ja] = [text('en'), text('ja')];
    const figures = (from: string) => from.match(/\d[\d.:T+-]*|[0-9a-f]{40,}/g);
    expect(ja.split('\n')).toHaveLength(en.split('\n').length);
    expect(ja).toContain('決定: この時間に発表あり');
    expect(ja).toContain('当てはまるが、上の規則が優先');
    expect(ja).not.toMatch(/not used|decides|rule set|[a-z] is /);
    for (const figure of figures(en) ?? []) expect(ja).toContain(figure);
  });

  it('as JSON carries codes to decide by and both languages', () => {
    const view = explanationView(found, null, RULES, (at) => grid.iso(at));
    expect(JSON.parse(JSON.stringify(view))).toMatchObject({
      start: '2026-11-03T08:00:00+09:00',
      coefficient: { mjPerKwh: 3.6, class: 'curtailment', document: 'kyushu-2026-11', revision: 2 },
      why: { en: expect.stringContaining('curtailment'), ja: expect.stringContaining('再エネ出力制御') },
      stored: null,
      document: { received: { sha256: 'kyushu-2026-11/2'.padEnd(64, '0') } },
      passedOver: [{ reason: 'superseded', by: { document: 'kyushu-2026-11', revision: 2 } }],
    });
  });
});

const days = fc.subarray(['2026-03-31', '2026-04-01', '2026-04-02'], { minLength: 1 });
const anyDocument = fc
  .record({
    document: fc.constantFrom('a', 'b', 'c'),
    revision: fc.nat({ max: 3 }).map((n) => n + 1),
    area: fc.constantFrom('kyushu', 'tokyo'),
    ruleSet: fc.constantFrom('fy2023', 'draft-2022'),
    issuedAt: fc.nat({ max: 3 }).map((n) => instant(jst('2026-03-30') + n * 3_600_000)),
    complete: days.map((list) => list.map((date) => ({ from: date, to: date }))),
    curtailmentDays: days,
    tightDays: days,
    monthly: fc.subarray([
      { month: '2026-03', mjPerKwh: '8.5' },
      { month: '2026-04', mjPerKwh: '7.92' },
    ]),
  })
  .map((parts) => document(parts as Partial<CoefficientDocument>));

it(`exactly one step decides, with the figure of the decision (seed ${SEED})`, () => {
  fc.assert(
    fc.property(
      fc.array(anyDocument, { maxLength: 6 }),
      fc.constantFrom(null, 'draft-2022', 'fy2099'),
      fc.constantFrom([], [{ fiscalYear: 2026, method: 'monthly' as const }]),
      fc.nat({ max: 71 }),
      (all, ruleSetChoice, methods, hour) => {
        // Two of one revision are never stored.
        const documents = [
          ...new Map(all.map((each) => [`${each.area}/${each.document}/${each.revision}`, each])).values(),
        ];
        const rules = { ...RULES, ruleSetChoice, methods };
        const at = instant(jst('2026-03-31') + hour * 3_600_000);
        const found = prepareToExplain(rules, documents.map(kept)).explain(at);
        const decided = prepare({ ...rules, documents }).coefficientOf(at);
        expect(sameCoefficient(found.coefficient, decided)).toBe(true);
        const deciding = found.steps.filter(({ decides }) => decides);
        expect(deciding).toHaveLength(1);
        expect(deciding[0]?.class).toBe(decided.class);
        expect(deciding[0]?.mjPerKwh ?? null).toEqual(decided.mjPerKwh);
        expect(found.document?.document ?? null).toBe(decided.document);
        expect(found.document?.revision ?? null).toBe(decided.documentRevision);
        // Whatever says something of the hour decides it or is passed over with a reason.
        const named = new Set(found.passedOver.map((each) => each.document));
        expect(named.size).toBe(found.passedOver.length);
        expect(
          found.passedOver.every(
            ({ document: each }) =>
              each.document !== decided.document ||
              each.revision !== decided.documentRevision ||
              each.area !== rules.area,
          ),
        ).toBe(true);
      },
    ),
    { seed: SEED, numRuns: 500 },
  );
});
