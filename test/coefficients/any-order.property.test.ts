/**
 * Documents (new, corrected, older, conflicting, of elsewhere, broken, missing) and readings (late ones too) come in any
 * order, with restarts and other site files between. In the end the buckets are equal, and at every moment each bucket
 * says truly whether its coefficient is confirmed, or is queued to be weighed again.
 */
import { rmSync } from 'node:fs';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CoefficientRules } from '../../gateway/domain/coefficients/types.ts';
import type { Reading } from '../../gateway/domain/ledger/register.ts';
import { formatMicro, toMicro } from '../../gateway/domain/rational.ts';
import { decimal, HOUR, MINUTE, reading, specWith } from '../ledger/support/ledger.ts';
import {
  type OracleBook,
  type OracleDocument,
  type OracleHour,
  type OracleSite,
  oracleHour,
  oracleMj,
  shelve,
} from './support/oracle.ts';
import { jst, openPlant, type Plant, published, quickFolder, RULES, type StepName } from './support/plant.ts';

const SEED = Number(process.env['SEED'] ?? 20_260_331);
const RUNS = Number(process.env['RUNS'] ?? 12);

/** Two days with the change of the fiscal year between them. */
const DAYS = ['2026-03-31', '2026-04-01'] as const;
const BEGIN = jst(DAYS[0]);
const END = jst('2026-04-02');
const CHUNKS = 6;

const SPECS = (
  [
    ['main', 'grid-import'],
    ['press', 'sub'],
    ['roof', 'generation-pv'],
  ] as const
).map(([meter, role]) =>
  specWith({ meter, role, watchGapMs: 40 * MINUTE, scale: { unitsPerCount: decimal('1') } }),
);

/** Readings every half-hour, with a step of its own in each. */
function readingsOf(chunk: number): (readonly [string, Reading])[] {
  const perChunk = 96 / CHUNKS;
  const count = (meter: number, n: number) => n * (20 + meter * 7) + ((n * n * (meter + 3)) % 11);
  return Array.from({ length: perChunk }, (_, i) => chunk * perChunk + i + 1).flatMap((n) =>
    SPECS.map(({ meter }, m) => [meter, reading(BEGIN + n * 30 * MINUTE, count(m, n))] as const),
  );
}

type Act =
  | { readonly kind: 'document'; readonly document: OracleDocument }
  | { readonly kind: 'broken'; readonly text: string }
  | { readonly kind: 'readings'; readonly chunk: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'site'; readonly site: OracleSite }
  | { readonly kind: 'step'; readonly name: StepName }
  | { readonly kind: 'settle' };

const dates = fc.subarray([...DAYS]);
const anyDocument: fc.Arbitrary<OracleDocument> = fc
  .record({
    document: fc.constantFrom('a', 'b', 'c'),
    revision: fc.integer({ min: 1, max: 3 }),
    area: fc.constantFrom('kyushu', 'kyushu', 'kyushu', 'tokyo'),
    issuedHour: fc.integer({ min: 0, max: 3 }),
    days: fc.subarray([...DAYS], { minLength: 1 }),
    curtailed: dates,
    tight: dates,
    march: fc.constantFrom(null, '8.51', '7.9'),
    april: fc.constantFrom(null, '6.42', '9.4'),
  })
  .map(({ issuedHour, days, curtailed, tight, march, april, ...rest }) => ({
    ...rest,
    issuedAt: `2026-03-30T1${issuedHour}:00:00+09:00`,
    complete: days.map((date) => [date, date] as const),
    curtailmentDays: curtailed.filter((date) => days.includes(date)),
    tightDays: tight.filter((date) => days.includes(date)),
    monthly: {
      ...(march === null ? {} : { '2026-03': march }),
      ...(april === null ? {} : { '2026-04': april }),
    },
  }));

/**
 * Two contents under one highest revision are for a person to settle: the first that came stays. Below the highest they
 * may contradict each other as they like.
 */
function settled(documents: readonly OracleDocument[]): OracleDocument[] {
  const key = ({ area, document }: OracleDocument) => `${area} ${document}`;
  const top = new Map<string, OracleDocument>();
  for (const each of documents)
    if (each.revision > (top.get(key(each))?.revision ?? 0)) top.set(key(each), each);
  return documents.filter(
    (each) => each.revision < (top.get(key(each))?.revision ?? 0) || top.get(key(each)) === each,
  );
}

const anySite: fc.Arbitrary<OracleSite> = fc.record({
  area: fc.constantFrom('kyushu', 'kyushu', 'tokyo'),
  monthlyFrom: fc.constantFrom(null, 2025, 2026),
});
const anyBreak: fc.Arbitrary<Act> = fc.oneof(
  fc.constant<Act>({ kind: 'restart' }),
  fc.constant<Act>({ kind: 'settle' }),
  anySite.map((site): Act => ({ kind: 'site', site })),
  fc.constantFrom<StepName>('close', 'weigh', 'send').map((name): Act => ({ kind: 'step', name })),
  fc
    .constantFrom('{', published({ complete: [['2026-04-01', '2026-04-01']], tightDays: ['2026-04-02'] }))
    .map((text): Act => ({ kind: 'broken', text })),
);

function rulesOf({ area, monthlyFrom }: OracleSite): CoefficientRules {
  const methods = monthlyFrom === null ? [] : [{ fiscalYear: monthlyFrom, method: 'monthly' as const }];
  return { ...RULES, area: area as CoefficientRules['area'], methods };
}

/** What the bucket says, in the words of the oracle. */
function said(of: {
  readonly class: string;
  readonly mjPerKwh: { readonly num: bigint; readonly den: bigint } | null;
  readonly document: string | null;
  readonly documentRevision: number | null;
  readonly confirmed: boolean;
}): OracleHour {
  return {
    class: of.class,
    mjPerKwh: of.mjPerKwh && formatMicro(toMicro(of.mjPerKwh)),
    document: of.document,
    revision: of.documentRevision,
    confirmed: of.confirmed,
  };
}

/** Every bucket that was weighed says what is true now, or waits to be weighed again. @returns how many say so */
function expectTruth(plant: Plant, book: OracleBook, site: OracleSite): number {
  const store = plant.store();
  const waiting = new Set<number>(
    [...store.work.take('weigh', 10_000), ...store.hourWork.toWeigh(10_000)].map(({ startMs }) => startMs),
  );
  const sure = plant.hours('main', BEGIN, END).filter(({ startMs }) => !waiting.has(startMs));
  expect(sure.map(said)).toEqual(sure.map(({ startMs }) => oracleHour(book, site, startMs)));
  return sure.length;
}

/** Nothing waits: every figure, and the table that a consumer keeps by (generation, revision). */
function expectSettled(plant: Plant, book: OracleBook, site: OracleSite): void {
  const table = new Map(plant.sent().map((hour) => [`${hour.meter} ${Date.parse(hour.start)}`, hour]));
  for (const { meter, role } of SPECS) {
    for (const bucket of plant.hours(meter, BEGIN, END)) {
      const truth = oracleHour(book, site, bucket.startMs);
      const mj = oracleMj(bucket.energyMicroKwh, truth.mjPerKwh);
      const isBought = role === 'grid-import';
      expect(bucket.energyMicroMj).toBe(isBought ? mj : null);
      expect(bucket.allocatedMicroMj).toBe(role === 'sub' ? mj : null);
      const none = { class: 'none', mjPerKwh: null, document: null, revision: null, confirmed: false };
      expect(said(bucket)).toEqual(isBought ? truth : none);
      const told = table.get(`${meter} ${bucket.startMs}`);
      expect(told?.coefficient.confirmed).toBe(isBought && truth.confirmed);
      expect(told?.coefficient.class).toBe(isBought ? truth.class : 'none');
    }
  }
}

interface Played {
  readonly buckets: unknown;
  readonly table: unknown;
}

const FIRST_SITE: OracleSite = { area: 'kyushu', monthlyFrom: null };

/** @param isWeighing after which of the acts all is weighed; in between it waits */
function play(acts: readonly Act[], last: OracleSite, isWeighing: (index: number) => boolean): Played {
  const folder = quickFolder();
  const plant = openPlant({ folder, startMs: BEGIN, specs: SPECS, rules: rulesOf(FIRST_SITE) });
  const book: OracleBook = new Map();
  let site = FIRST_SITE;
  let nowMs: number = BEGIN;
  const ends = (chunk: number) => BEGIN + ((chunk + 1) * 48 * HOUR) / CHUNKS + 2 * MINUTE;
  try {
    plant.feed(
      SPECS.map(({ meter }) => [meter, reading(BEGIN, 0)] as const),
      BEGIN,
    );
    const all: readonly Act[] = [...acts, { kind: 'site', site: last }, { kind: 'settle' }];
    for (const [index, act] of all.entries()) {
      if (index === all.length - 2) nowMs = END + 2 * HOUR;
      if (act.kind === 'document') {
        const { monthly, ...rest } = act.document;
        const text = published(Object.keys(monthly).length > 0 ? { ...rest, monthly } : rest);
        expect(plant.arrives(text, nowMs)).toBe(shelve(book, act.document));
      } else if (act.kind === 'broken')
        expect(plant.arrives(act.text, nowMs)).toMatch(/^document-(invalid|unreadable)$/);
      else if (act.kind === 'readings') {
        nowMs = Math.max(nowMs, ends(act.chunk));
        plant.feed(readingsOf(act.chunk), nowMs);
      } else if (act.kind === 'restart') plant.restart();
      else if (act.kind === 'site') {
        site = act.site;
        plant.restart({ rules: rulesOf(site) });
      } else if (act.kind === 'step') plant.step(act.name, nowMs);
      else {
        plant.settle(nowMs);
        expectSettled(plant, book, site);
      }
      if (isWeighing(index)) while (plant.step('weigh', nowMs));
      expectTruth(plant, book, site);
    }
    const buckets = SPECS.flatMap(({ meter }) =>
      plant.hours(meter, BEGIN, END).map((bucket) => ({ ...bucket, revision: null, sentDigest: null })),
    );
    const table = [...new Map(plant.sent().map((hour) => [`${hour.meter} ${hour.start}`, hour]))]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([, hour]) => ({ ...hour, revision: null, seq: null, producedAt: null }));
    return { buckets, table };
  } finally {
    plant.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Random places for the numbers 0 … n − 1. */
function shuffled<T>(items: readonly T[], places: readonly number[]): T[] {
  return items
    .map((item, i) => ({ item, place: places[i % places.length] ?? 0, i }))
    .toSorted((a, b) => a.place - b.place || a.i - b.i)
    .map(({ item }) => item);
}

it(`ends with equal buckets, and says the truth all along (seed ${SEED}, ${RUNS} cases)`, () => {
  const places = fc.array(fc.nat({ max: 1_000 }), { minLength: 40, maxLength: 40 });
  fc.assert(
    fc.property(
      fc.array(anyDocument, { maxLength: 8 }),
      fc.array(anyBreak, { maxLength: 8 }),
      anySite,
      places,
      (documents, breaks, last, order) => {
        const news = settled(documents).map((document): Act => ({ kind: 'document', document }));
        const readings = Array.from({ length: CHUNKS }, (_, chunk): Act => ({ kind: 'readings', chunk }));
        const inOrder = play([...readings, ...news], last, () => false);
        const acts = shuffled([...readings, ...news, ...breaks], order);
        const anyhow = play(acts, last, (index) => (order[index] ?? 0) % 2 === 0);
        expect(anyhow.buckets).toEqual(inOrder.buckets);
        expect(anyhow.table).toEqual(inOrder.table);
      },
    ),
    { seed: SEED, numRuns: RUNS },
  );
});

it('a revision that speaks for less leaves nothing of the one before', () => {
  const readings = Array.from({ length: CHUNKS }, (_, chunk): Act => ({ kind: 'readings', chunk }));
  const settle: Act = { kind: 'settle' };
  const byHour: OracleSite = { area: 'kyushu', monthlyFrom: null };
  const byMonth: OracleSite = { area: 'kyushu', monthlyFrom: 2025 };
  const more: OracleDocument = {
    document: 'a',
    revision: 1,
    area: 'kyushu',
    issuedAt: '2026-03-30T10:00:00+09:00',
    complete: DAYS.map((date) => [date, date] as const),
    curtailmentDays: [...DAYS],
    tightDays: [...DAYS],
    monthly: {},
  };
  const [, last] = DAYS;
  const less = {
    ...more,
    revision: 2,
    complete: [[last, last] as const],
    curtailmentDays: [],
    tightDays: [],
  };
  const table = { ...less, revision: 1, monthly: { '2026-03': '8.51', '2026-04': '6.42' } };
  const lessOfIt = { ...table, revision: 2, monthly: { '2026-04': '6.42' } };
  for (const [site, first, second] of [
    [byHour, more, less],
    [byMonth, table, lessOfIt],
  ] as const) {
    const news = [first, second].flatMap((document): Act[] => [{ kind: 'document', document }, settle]);
    play([{ kind: 'site', site }, ...readings, settle, ...news], site, () => false);
  }
});
