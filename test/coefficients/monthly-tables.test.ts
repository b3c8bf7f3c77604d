/** Monthly tables: as they are written, as they come through the door of all documents, and as they are corrected. */
import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCoefficientDocument } from '../../config/coefficient-document.ts';
import type { CoefficientRules } from '../../gateway/domain/coefficients/types.ts';
import { aboutText, CodedError } from '../../gateway/domain/faults.ts';
import { instant } from '../../gateway/domain/time.ts';
import { decimal, HOUR, reading, specWith } from '../ledger/support/ledger.ts';
import {
  type Announced,
  jst,
  openPlant,
  type Plant,
  published,
  quickFolder,
  RULE_SETS,
  RULES,
} from './support/plant.ts';

const APRIL = { '2026-04': '7.92', '2026-05': '8.10' };

function refusal(text: string): string {
  try {
    readCoefficientDocument(new TextEncoder().encode(text), 'table', RULE_SETS);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const { fault } = error;
    const where = aboutText(fault, 'where')?.replace(/line (\d+), column (\d+)/, '$1:$2');
    return `${fault.code} ${where} ${aboutText(fault, 'reason')}`;
  }
}

describe('a table as it is written', () => {
  const json = published({ monthly: APRIL });
  const csv = `format,hakaru-coefficients/1
document,monthly-2026
revision,1
ruleSet,fy2023
area,kyushu
issuedAt,2026-04-01T10:00:00+09:00
source,a test
month,2026-04,7.92
month,2026-05,8.10
`;

  it('is the same in JSON and CSV, with the digits it was printed with', () => {
    const months = [
      { month: '2026-04', mjPerKwh: '7.92' },
      { month: '2026-05', mjPerKwh: '8.10' },
    ];
    const read = (text: string) =>
      readCoefficientDocument(new TextEncoder().encode(text), 'table', RULE_SETS);
    expect(read(json)).toMatchObject({ complete: [], monthly: months });
    expect(read(csv)).toMatchObject({ complete: [], monthly: months });
    // A number says the same but for its last digits.
    expect(read(json.replace('"7.92"', '7.92'))).toMatchObject({ monthly: months });
  });

  it.each([
    ['month,2026-04', 'month,2026-13', 'document-invalid 8:7 month: 2026-13 is not a month'],
    ['2026-05', '2026-04', 'document-invalid 9:1 2026-04 is listed twice'],
    ['7.92', '792', 'document-invalid 8:1 792 MJ/kWh for 2026-04 is outside of what fy2023 allows'],
    ['7.92', '3.59', 'document-invalid 8:1 3.59 MJ/kWh'],
    ['8.10', '12.21', 'document-invalid 9:1 12.21 MJ/kWh for 2026-05'],
    ['7.92', '7,92', 'document-unreadable 8:17 month takes 2 fields'],
    ['7.92', '-7.92', 'document-invalid 8:15 mjPerKwh: -7.92 is not a coefficient as printed'],
    ['7.92', '7.92345', 'document-invalid 8:15 mjPerKwh: 7.92345 is not a coefficient as printed'],
    ['month,2026-04,7.92\nmonth,2026-05,8.10\n', '', 'document-invalid'],
  ])('with %s changed to %s is refused whole, in its place', (from, to, expected) => {
    expect(refusal(csv)).toBe('accepted');
    expect(refusal(csv.replace(from, to))).toContain(expected);
  });

  it('is refused under rules without a monthly method', () => {
    const rules = new Map([...RULE_SETS].map(([id, set]) => [id, { ...set, monthly: null }]));
    expect(() => readCoefficientDocument(new TextEncoder().encode(json), 'table', rules)).toThrow(
      /knows no monthly method/,
    );
  });
});

describe('hours of a site that counts by the month', () => {
  const folder = { path: '' };
  let plant: Plant;
  const START = jst('2026-03-31', 20);
  const HOURS = 8;
  const NOW = START + (HOURS + 1) * HOUR;
  const SPEC = specWith({ meter: 'main', role: 'grid-import', scale: { unitsPerCount: decimal('1') } });
  const from2026: CoefficientRules = { ...RULES, methods: [{ fiscalYear: 2026, method: 'monthly' }] };

  beforeEach(() => {
    folder.path = quickFolder();
    plant = openPlant({ folder: folder.path, startMs: START, specs: [SPEC], rules: from2026 });
    const readings = Array.from({ length: HOURS * 2 + 1 }, (_, n) => reading(START + (n * HOUR) / 2, n * 50));
    plant.feed(
      readings.map((each) => ['main', each] as const),
      NOW,
    );
    plant.settle(NOW);
  });
  afterEach(() => {
    plant.close();
    rmSync(folder.path, { recursive: true, force: true });
  });

  /** Class and MJ of the last hour of the old fiscal year and the first of the new one. */
  const around = () =>
    plant
      .hours('main', jst('2026-03-31', 23), jst('2026-04-01', 1))
      .map((hour) => [
        hour.class,
        hour.energyMicroMj === null ? null : Number(hour.energyMicroMj) / 1e6,
        hour.document && `${hour.document}/${hour.documentRevision}`,
        hour.confirmed,
      ]);
  const issuedAt = '2026-03-31T18:00:00+09:00';
  const arrives = (parts: Announced) => plant.arrives(published({ issuedAt, ...parts }), NOW);
  const sentSince = (seq: number) =>
    plant.sent(seq).map(({ start, revision, mj }) => [start.slice(5, 13), revision, mj]);

  it('a table that is not published yet leaves hours without MJ; it comes, is corrected, and they follow', () => {
    expect(around()).toEqual([
      ['normal', 940, null, false],
      ['none', null, null, false],
    ]);
    let seq = plant.store().outbox.lastSeq();
    expect(arrives({ document: 'monthly-2026', monthly: APRIL })).toBe('new');
    plant.settle(NOW);
    expect(around()).toEqual([
      ['normal', 940, null, false],
      ['monthly', 792, 'monthly-2026/1', true],
    ]);
    // The hours of the old year were not touched.
    expect(sentSince(seq)).toEqual(['00', '01', '02', '03'].map((hour) => [`04-01T${hour}`, 2, 792]));

    seq = plant.store().outbox.lastSeq();
    expect(arrives({ document: 'monthly-2026', revision: 2, monthly: { ...APRIL, '2026-04': '7.93' } })).toBe(
      'replaces',
    );
    plant.settle(NOW);
    expect(around()[1]).toEqual(['monthly', 793, 'monthly-2026/2', true]);
    expect(sentSince(seq)).toHaveLength(4);

    // A revision without the month takes the figure away.
    expect(arrives({ document: 'monthly-2026', revision: 3, monthly: { '2026-05': '8.10' } })).toBe(
      'replaces',
    );
    plant.settle(NOW);
    expect(around()[1]).toEqual(['none', null, null, false]);
  });

  it('what is announced by the hour changes nothing there, and is at hand when the site goes back', () => {
    arrives({ document: 'monthly-2026', monthly: APRIL });
    arrives({
      complete: [['2026-03-31', '2026-04-01']],
      curtailmentDays: ['2026-04-01'],
      tightDays: ['2026-04-01'],
    });
    plant.settle(NOW);
    expect(around()).toEqual([
      ['normal', 940, 'kyushu-2026-11/1', true],
      ['monthly', 792, 'monthly-2026/1', true],
    ]);
    // In the middle of the year the business chooses the other method: the whole year is weighed again.
    plant.restart({ rules: RULES });
    const seq = plant.store().outbox.lastSeq();
    plant.settle(NOW);
    expect(around()).toEqual([
      ['normal', 940, 'kyushu-2026-11/1', true],
      ['tight', 1_220, 'kyushu-2026-11/1', true],
    ]);
    expect(sentSince(seq).map(([start]) => start)).toEqual(['04-01T00', '04-01T01', '04-01T02', '04-01T03']);
    // And back: every figure is as before.
    plant.restart({ rules: from2026 });
    plant.settle(NOW);
    expect(around()[1]).toEqual(['monthly', 792, 'monthly-2026/1', true]);
    expect(
      plant.hours('main', START, instant(START + HOURS * HOUR)).map(({ energyMicroKwh }) => energyMicroKwh),
    ).toEqual(Array.from({ length: HOURS }, () => 100_000_000n));
  });

  it('another area has another table', () => {
    arrives({ document: 'monthly-2026', monthly: APRIL });
    arrives({ document: 'monthly-2026', area: 'tokyo', monthly: { '2026-04': '9.01' } });
    plant.settle(NOW);
    expect(around()[1]).toEqual(['monthly', 792, 'monthly-2026/1', true]);
    plant.restart({ rules: { ...from2026, area: 'tokyo' } });
    plant.settle(NOW);
    expect(around()[1]).toEqual(['monthly', 901, 'monthly-2026/1', true]);
  });

  it('two contents under one revision: the first stays, whoever sends the second', () => {
    expect(arrives({ document: 'monthly-2026', monthly: APRIL })).toBe('new');
    expect(arrives({ document: 'monthly-2026', monthly: { '2026-04': '8.00' } })).toBe('document-conflict');
    plant.settle(NOW);
    expect(around()[1]).toEqual(['monthly', 792, 'monthly-2026/1', true]);
  });
});
