/** What one hour weighs: confirmed or not, whose document speaks, and that the order of arrival never matters. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadRuleSets } from '../../config/rule-sets.ts';
import { ruleSetOn } from '../../gateway/domain/coefficients/choices.ts';
import { decide, prepare } from '../../gateway/domain/coefficients/decide.ts';
import {
  affectedDays,
  currentDocuments,
  MAX_DOCUMENT_DAYS,
  validateDocument,
} from '../../gateway/domain/coefficients/documents.ts';
import {
  datesOf,
  isDate,
  jstDate,
  jstHour,
  jstHourStart,
  parseInstant,
} from '../../gateway/domain/coefficients/jst.ts';
import type {
  CoefficientDecision,
  CoefficientDocument,
  RuleSet,
} from '../../gateway/domain/coefficients/types.ts';
import { aboutText } from '../../gateway/domain/faults.ts';
import { HOUR_MS, instant, plus } from '../../gateway/domain/time.ts';
import { decidedByHand, documentFor } from './decided-by-hand.ts';
import { document } from './documents.ts';

const ruleSets = loadRuleSets();

function at(
  date: string,
  hour: number,
  documents: readonly CoefficientDocument[],
  ruleSetChoice: string | null = null,
): CoefficientDecision {
  return decide({ area: 'kyushu', hourStart: jstHourStart(date, hour), documents, ruleSets, ruleSetChoice });
}

describe('confirmed or not', () => {
  it('is normal and unconfirmed outside every document', () => {
    const decision = at('2026-12-01', 10, [document()]);
    expect(decision).toMatchObject({
      class: 'normal',
      confirmed: false,
      document: null,
      documentRevision: null,
      ruleSet: 'fy2023',
    });
    expect(decision.why).toContain('not confirmed');
  });

  it('is normal and confirmed where a document is complete and lists nothing', () => {
    expect(at('2026-11-30', 23, [document()])).toMatchObject({
      class: 'normal',
      confirmed: true,
      document: 'kyushu-2026-11',
    });
  });

  it('does not apply documents of another area or another rule set', () => {
    const others = [
      document({ area: 'tokyo', tightDays: ['2026-11-03'] }),
      document({ ruleSet: 'draft-2022' }),
    ];
    expect(at('2026-11-03', 10, others)).toMatchObject({ class: 'normal', confirmed: false, document: null });
  });

  it('tells in a sentence which document decided and with what', () => {
    expect(at('2026-11-03', 8, [document({ curtailmentDays: ['2026-11-03'], revision: 4 })]).why).toBe(
      '2026-11-03 08:00–09:00 JST, kyushu: curtailment of renewables is announced for this hour in kyushu-2026-11 revision 4; fy2023 weighs it with 3.6 MJ/kWh (curtailment).',
    );
  });

  it('passes over a document that its rule set has no words for, whole', () => {
    const wrong = document({ ruleSet: 'draft-2022', tightDays: ['2026-11-20'] });
    expect(validateDocument(wrong, [...ruleSets.values()][0] as RuleSet)?.code).toBe(
      'tight-day-without-factor',
    );
    expect(at('2026-11-03', 0, [wrong], 'draft-2022')).toMatchObject({
      class: 'normal',
      confirmed: false,
      document: null,
    });
  });

  it('weighs nothing on dates before any rules, or under rules that nobody knows', () => {
    expect(at('2021-01-01', 0, [])).toMatchObject({ mjPerKwh: null, class: 'none', ruleSet: null });
    expect(at('2026-01-01', 0, [], 'fy2099')).toMatchObject({ mjPerKwh: null, class: 'none' });
  });
});

describe('rule sets by date', () => {
  it('changes over at midnight JST of 2023-04-01', () => {
    expect(at('2023-03-31', 23, []).ruleSet).toBe('draft-2022');
    expect(at('2023-04-01', 0, []).ruleSet).toBe('fy2023');
  });

  it('holds for every date when it is chosen', () => {
    expect(ruleSetOn('2030-01-01', ruleSets, 'draft-2022')?.id).toBe('draft-2022');
  });
});

describe('rules as data', () => {
  const fy2023 = ruleSets.get('fy2023') as RuleSet;
  const classes = (changes: Partial<RuleSet>, hours: readonly number[]): string[] => {
    const changed = new Map([['fy2023', { ...fy2023, ...changes }]]);
    const documents = [document({ curtailmentDays: ['2026-11-03'], tightDays: ['2026-11-03'] })];
    return hours.map(
      (hour) =>
        decide({
          area: 'kyushu',
          hourStart: jstHourStart('2026-11-03', hour),
          documents,
          ruleSets: changed,
          ruleSetChoice: null,
        }).class,
    );
  };

  it('counts a window from its first hour to before its last', () => {
    const tightWindow = { fromHour: 17, toHour: 20 };
    expect(classes({ tightWindow }, [7, 8, 15, 16, 17, 19, 20])).toEqual([
      'normal',
      'curtailment',
      'curtailment',
      'normal',
      'tight',
      'tight',
      'normal',
    ]);
  });

  it('lets the precedence of the rule set decide between the two', () => {
    expect(classes({ precedence: ['tight', 'curtailment', 'normal'] }, [8, 20])).toEqual(['tight', 'tight']);
  });
});

describe('several documents for one date', () => {
  const early = document({ document: 'a', curtailmentDays: ['2026-11-03'] });
  const late = document({
    document: 'b',
    issued: '2026-11-02T10:00:00+09:00',
    complete: [{ from: '2026-11-03', to: '2026-11-03' }],
  });

  it('lets the one issued last decide that date whole, and that date only', () => {
    expect(at('2026-11-03', 10, [early, late])).toMatchObject({ class: 'normal', document: 'b' });
    expect(at('2026-11-04', 10, [early, late])).toMatchObject({ document: 'a' });
  });

  it('lets the higher document id decide between two issued at one instant', () => {
    const twin = document({ document: 'z' });
    expect(at('2026-11-03', 10, [twin, early]).document).toBe('z');
  });

  it('replaces a document whole: what the new revision does not cover is unconfirmed again', () => {
    const second = {
      ...early,
      revision: 2,
      complete: [{ from: '2026-11-10', to: '2026-11-30' }],
      curtailmentDays: [],
    };
    expect(at('2026-11-03', 10, [second, early])).toMatchObject({ class: 'normal', confirmed: false });
  });
});

const DATES = datesOf({ from: '2026-11-01', to: '2026-11-12' });
const anyDate = fc.constantFrom(...DATES);
const anyDocument: fc.Arbitrary<CoefficientDocument> = fc
  .record({
    name: fc.constantFrom('a', 'b', 'c'),
    revision: fc.integer({ min: 1, max: 4 }),
    area: fc.constantFrom('kyushu' as const, 'tokyo' as const),
    issuedHour: fc.integer({ min: 0, max: 3 }),
    span: fc.tuple(anyDate, anyDate),
    curtailed: fc.uniqueArray(anyDate, { maxLength: 4 }),
    tight: fc.uniqueArray(anyDate, { maxLength: 4 }),
  })
  .map(({ name, revision, area, issuedHour, span, curtailed, tight }) => {
    const [from = '', to = ''] = [...span].sort();
    const inside = (date: string): boolean => from <= date && date <= to;
    return document({
      document: name,
      revision,
      area,
      issued: `2026-11-01T0${issuedHour}:00:00Z`,
      complete: [{ from, to }],
      curtailmentDays: curtailed.filter(inside),
      tightDays: tight.filter(inside),
    });
  });
const anyDocuments = fc.uniqueArray(anyDocument, {
  maxLength: 8,
  selector: ({ area, document: name, revision }) => `${area}/${name}/${revision}`,
});

describe('for any documents', () => {
  it('decides the same in whatever order they came', () => {
    fc.assert(
      fc.property(
        anyDocuments,
        fc.infiniteStream(fc.nat()),
        anyDate,
        fc.integer({ min: 0, max: 23 }),
        (documents, random, date, hour) => {
          const shuffled = documents
            .map((value) => ({ value, key: random.next().value }))
            .sort((a, b) => a.key - b.key)
            .map(({ value }) => value);
          expect(at(date, hour, shuffled)).toEqual(at(date, hour, documents));
        },
      ),
    );
  });

  it('is confirmed exactly where a current document of the area is complete', () => {
    fc.assert(
      fc.property(anyDocuments, anyDate, fc.integer({ min: 0, max: 23 }), (documents, date, hour) => {
        const covered = currentDocuments(documents).some(
          ({ area, complete }) =>
            area === 'kyushu' && complete.some(({ from, to }) => from <= date && date <= to),
        );
        expect(at(date, hour, documents).confirmed).toBe(covered);
      }),
    );
  });

  it('never counts curtailment outside 08:00–16:00, nor tight inside it on a curtailed day', () => {
    fc.assert(
      fc.property(anyDocuments, anyDate, fc.integer({ min: 0, max: 23 }), (documents, date, hour) => {
        const fy2023 = ruleSets.get('fy2023') as RuleSet;
        const speaker = documentFor(date, 'kyushu', fy2023, documents);
        const within = hour >= 8 && hour < 16 && (speaker?.curtailmentDays.includes(date) ?? false);
        const expected = within ? 'curtailment' : speaker?.tightDays.includes(date) ? 'tight' : 'normal';
        expect(at(date, hour, documents).class).toBe(expected);
      }),
    );
  });

  it('decides as by hand, hour by hour, however many hours one preparation serves and in whatever order', () => {
    const unsound = fc.constantFrom(
      document({ document: 'b', curtailmentHours: [{ date: '2026-11-03', fromHour: 9, toHour: 11 }] }),
      document({ document: 'c', revision: 9, tightDays: ['2026-12-24'] }),
      document({ document: 'd', complete: [{ from: '2026-11-09', to: '2026-11-02' }] }),
    );
    const hourly = fc
      .record({ date: anyDate, fromHour: fc.nat(22), span: fc.integer({ min: 1, max: 24 }) })
      .map(({ date, fromHour, span }) =>
        document({
          document: 'h',
          ruleSet: 'draft-2022',
          curtailmentHours: [{ date, fromHour, toHour: Math.min(24, fromHour + span) }],
        }),
      );
    const anyMix = fc
      .tuple(anyDocuments, fc.array(unsound, { maxLength: 2 }), fc.array(hourly, { maxLength: 1 }))
      .map((parts) => parts.flat());
    const anyHour = fc.integer({ min: -24 * 200, max: 24 * 40 });
    const choices = fc.constantFrom(null, 'fy2023', 'draft-2022', 'fy2099');
    fc.assert(
      fc.property(
        anyMix,
        choices,
        fc.array(anyHour, { maxLength: 60 }),
        (documents, ruleSetChoice, hours) => {
          const input = { area: 'kyushu', documents, ruleSets, ruleSetChoice } as const;
          const decider = prepare(input);
          for (const hour of [...hours, -24 * 1_400, -24 * 2_000]) {
            const hourStart = plus(jstHourStart('2026-11-01', 0), hour * HOUR_MS + 1_800_000);
            const byHand = decidedByHand(
              { ...input, hourStart },
              ruleSetOn(jstDate(hourStart), ruleSets, ruleSetChoice),
            );
            expect(decider.coefficientOf(hourStart)).toEqual(byHand);
            const { why, ...decision } = decide({ ...input, hourStart });
            expect(decision).toEqual(byHand);
            expect(why).toBe(decider.decide(hourStart).why);
          }
        },
      ),
    );
  });

  it('forgets nothing it needs over more days than it keeps', () => {
    const decider = prepare({ area: 'kyushu', documents: [document()], ruleSets, ruleSetChoice: null });
    const first = jstHourStart('2024-01-01', 0);
    const classes = (): string[] =>
      Array.from({ length: 5_000 }, (_, day) =>
        JSON.stringify(decider.coefficientOf(plus(first, day * 24 * HOUR_MS)).document),
      );
    const once = classes();
    expect(once.filter((name) => name !== 'null')).toHaveLength(30);
    expect(classes()).toEqual(once);
  });

  it('changes decisions only on the affected days when one is replaced', () => {
    fc.assert(
      fc.property(anyDocuments, anyDocument, (documents, arriving) => {
        const next = { ...arriving, revision: 9 };
        const previous =
          currentDocuments(documents).find(
            ({ area, document: name }) => area === next.area && name === next.document,
          ) ?? null;
        const affected = new Set(affectedDays(previous, next));
        for (const date of DATES) {
          if (affected.has(date)) continue;
          for (const hour of [0, 8, 15, 16, 23])
            expect(at(date, hour, [...documents, next])).toEqual(at(date, hour, documents));
        }
      }),
    );
  });
});

describe('JST', () => {
  it('counts dates and hours by +09:00, whatever the instant', () => {
    fc.assert(
      fc.property(
        anyDate,
        fc.integer({ min: 0, max: 23 }),
        fc.integer({ min: 0, max: HOUR_MS - 1 }),
        (date, hour, ms) => {
          const inside = plus(jstHourStart(date, hour), ms);
          expect([jstDate(inside), jstHour(inside)]).toEqual([date, hour]);
        },
      ),
    );
  });

  it('begins 2026-11-04 at 15:00 UTC of the day before', () => {
    expect(jstHourStart('2026-11-04', 0)).toBe(instant(Date.UTC(2026, 10, 3, 15)));
    expect(jstHourStart('2026-11-03', 24)).toBe(jstHourStart('2026-11-04', 0));
  });

  it('knows the calendar', () => {
    expect(['2024-02-29', '2026-12-31'].every(isDate)).toBe(true);
    expect(
      [
        '2026-02-29',
        '2026-02-30',
        '2026-04-31',
        '2026-13-01',
        '2026-00-10',
        '2026-1-1',
        '1999-12-31',
        ' 2026-01-01',
      ].some(isDate),
    ).toBe(false);
    expect(datesOf({ from: '2026-02-27', to: '2026-03-02' })).toEqual([
      '2026-02-27',
      '2026-02-28',
      '2026-03-01',
      '2026-03-02',
    ]);
  });

  it('reads instants only with their offset and only if they exist', () => {
    expect(parseInstant('2026-11-01T10:00:00+09:00')).toBe(Date.UTC(2026, 10, 1, 1));
    expect(parseInstant('2026-11-01T10:00Z')).toBe(Date.UTC(2026, 10, 1, 10));
    for (const wrong of [
      '2026-11-01T10:00:00',
      '2026-02-30T10:00:00Z',
      '2026-11-01T24:00:00Z',
      '2026-11-01',
      '2026-11-01T10:00:00+99:00',
    ]) {
      expect(parseInstant(wrong)).toBeNull();
    }
  });
});

it('bounds the days of one document', () => {
  const fy2023 = ruleSets.get('fy2023') as RuleSet;
  const long = document({ complete: [{ from: '2020-01-01', to: '2099-12-31' }] });
  const tooLong = validateDocument(long, fy2023);
  expect(tooLong && aboutText(tooLong, 'reason')).toContain(String(MAX_DOCUMENT_DAYS));
});
