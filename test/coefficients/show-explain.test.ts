/** `hakaru coefficients show --explain`, its JSON, `hakaru explain` and the API say which file and rule decided. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerHere } from '../../gateway/dashboard/answers.ts';
import { createHourSource } from '../../gateway/dashboard/hour-source.ts';
import { parseCoefficientsQuery } from '../../gateway/dashboard/queries.ts';
import { rememberSite } from '../../gateway/stages/site-facts.ts';
import { decimal, HOUR, reading, specWith } from '../ledger/support/ledger.ts';
import { hakaru } from '../support/cli.ts';
import { jst, openPlant, type Plant, published, quickFolder, RULES, SENDER } from './support/plant.ts';

const folder = quickFolder();
const DAY = '2026-11-03';
const START = jst(DAY, 7);
const NOW = START + 3 * HOUR;
const SPECS = [
  specWith({ meter: 'main', role: 'grid-import', scale: { unitsPerCount: decimal('1') } }),
  specWith({ meter: 'press', role: 'sub', scale: { unitsPerCount: decimal('1') } }),
];
const METHODS = [{ fiscalYear: 2027, method: 'monthly' }] as const;
let plant: Plant;

beforeAll(() => {
  plant = openPlant({ folder, startMs: START, specs: SPECS, rules: { ...RULES, methods: METHODS } });
  plant.store().write(() =>
    rememberSite(plant.store(), {
      site: SENDER.site,
      siteName: 'Test',
      gateway: SENDER.gateway,
      timezone: 'Asia/Tokyo',
      gridArea: 'kyushu',
      ruleSetChoice: null,
      methods: METHODS,
      specs: SPECS,
    }),
  );
  plant.feed(
    [0, 1, 2, 3, 4].flatMap((n) =>
      SPECS.map(({ meter }) => [meter, reading(START + (n * HOUR) / 2, n * 50)] as const),
    ),
    NOW,
  );
  plant.arrives(published({ complete: [[DAY, DAY]] }), NOW, 'folder/first.json');
  const corrected = {
    revision: 2,
    complete: [[DAY, DAY]] as const,
    curtailmentDays: [DAY],
    tightDays: [DAY],
  };
  plant.arrives(published(corrected), NOW, 'https://example.test/second.json');
  plant.settle(NOW);
  plant.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const show = (...words: string[]) => hakaru('coefficients', 'show', '--data', folder, ...words);

it('groups hours that are explained alike, and names file, hash, rule and what was passed over', async () => {
  const { code, stdout } = await show('--from', `${DAY}T07:00`, '--hours', '3', '--explain');
  expect(code).toBe(0);
  const heads = stdout.split('\n').filter((line) => /^\d/.test(line));
  expect(heads).toEqual([
    '2026-11-03 07:00–08:00 JST, kyushu: 12.2 MJ/kWh, tight, confirmed',
    '2026-11-03 08:00–10:00 JST, kyushu: 3.6 MJ/kWh, curtailment, confirmed',
  ]);
  expect(stdout).toMatch(
    /received 2026-11-03T10:00:00\+09:00 from https:\/\/example.test\/second.json\n +sha256 [0-9a-f]{64}/,
  );
  expect(stdout).toMatch(
    /not used +kyushu-2026-11, revision 1: replaced by kyushu-2026-11, revision 2\n.*folder\/first.json, sha256/,
  );
});

it('in Japanese', async () => {
  const hour = ['--hour', `${DAY}T08:30`];
  const { stdout } = await show(...hour, '--explain', '--lang', 'ja');
  expect(stdout).toContain(
    '2026-11-03 08:00–09:00 JST, kyushu: 3.6 MJ/kWh, curtailment (再エネ出力制御), 確定',
  );
  expect(stdout).toContain('順序       複数の規則が当てはまり、上の順序で決定');
  expect(stdout).toContain('kyushu-2026-11, 第 2 版 に置き換え済み');
  const table = await show(...hour, '--lang', 'ja');
  expect(table.stdout).toContain('kyushu-2026-11 第 2 版ではこの時間に再エネ出力制御の発表あり');
  expect(table.stdout).not.toContain('announced');
});

it('as one JSON document, the same as the API gives', async () => {
  const { stdout } = await show('--from', `${DAY}T07:00`, '--to', `${DAY}T09:00`, '--json');
  const { hours } = JSON.parse(stdout) as { hours: unknown[] };
  expect(hours).toHaveLength(2);
  expect(hours[1]).toMatchObject({
    start: '2026-11-03T08:00:00+09:00',
    fiscalYear: 2026,
    method: { name: 'hourly', since: 'left-out' },
    coefficient: { mjPerKwh: 3.6, class: 'curtailment', revision: 2, confirmed: true },
    stored: { mjPerKwh: 3.6, class: 'curtailment', revision: 2, confirmed: true },
    steps: [
      { class: 'curtailment', decides: true, reason: 'announced', mjPerKwh: 3.6 },
      { class: 'tight', decides: false, reason: 'comes-later' },
      { class: 'normal', decides: false, reason: 'comes-later' },
    ],
    contested: { confidence: 'M' },
    document: { received: { from: 'https://example.test/second.json' } },
    passedOver: [{ reason: 'superseded', revision: 1 }],
  });
  const again = openPlant({ folder, startMs: START, specs: SPECS, rules: { ...RULES, methods: METHODS } });
  const site = {
    id: 's',
    name: 's',
    timezone: 'Asia/Tokyo',
    gridArea: 'kyushu',
    gateway: 'g1',
    version: '0',
    meters: [],
  } as const;
  const facts = { site, specs: [], rules: again.rules(), generation: 1 };
  const span = parseCoefficientsQuery({ from: `${DAY}T07:00:00+09:00`, to: `${DAY}T09:00:00+09:00` }, site);
  const { first } = await answerHere(
    { kind: 'coefficients', ...span },
    createHourSource(again.store(), facts),
  );
  expect((JSON.parse(Buffer.from(first).toString()) as { hours: unknown }).hours).toEqual(hours);
  again.close();
});

it('a fiscal year whose table is not published yet says so, and nothing is guessed', async () => {
  const { stdout } = await show('--hour', '2027-04-01T00:00', '--explain');
  expect(stdout).toContain('2027-04-01 00:00–01:00 JST, kyushu: not weighed');
  expect(stdout).toContain(
    'method     monthly; fiscal year 2027; the site file says so from fiscal year 2027 on',
  );
  expect(stdout).toContain('1. none: decides: no table with this month is known yet; nothing is guessed');
});

it('`hakaru explain` has the rules of the hour, and of a sub-meter its share', async () => {
  const main = await hakaru('explain', 'main', `${DAY}T08:00`, '--data', folder);
  expect(main.stdout).toContain(
    '1. curtailment (3.6 MJ/kWh, 08:00–16:00, confidence H): decides: announced for this hour',
  );
  expect(main.stdout).toContain('replaced by kyushu-2026-11, revision 2');
  const press = await hakaru('explain', 'press', `${DAY}T08:00`, '--data', folder, '--lang', 'ja');
  expect(press.stdout).toContain('100 kWh × 3.6 = 360 MJ');
  expect(press.stdout).toContain('買電の内訳');
});

it.each([
  [['--from', DAY, '--to', '2026-11-01'], 'times-reversed'],
  [['--from', DAY, '--to', '2028-11-01'], 'hours-too-many'],
  [['--hour', 'noon'], 'time-unreadable'],
])('%j is refused with a sentence', async (words, code) => {
  expect(await show(...words)).toMatchObject({ code: 1, stderr: expect.stringContaining(code) });
});
