/** The section `report:` of a site file, and what `check` says of a wrong one, in both languages. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkSiteText } from '../../config/load-site.ts';

const demo = readFileSync(new URL('../../config/sites/demo.yaml', import.meta.url), 'utf8').replace(
  /\nreport:[\s\S]*?(?=\ndashboard:)/,
  '',
);
const withReport = (section: string) => demo.replace('\ndashboard:', `\n${section}\ndashboard:`);
const check = (section: string, language: 'ja' | 'en' = 'en') =>
  checkSiteText('site.yaml', withReport(section), { language });

test('it becomes what reports know: names, fuels, contracts, the counter of production', () => {
  const { site, problems } = check(`report:
  production: { name: 鋳物, unit: t, meter: steam, times: 0.5 }
  contracts: [{ from: 2026-04, retailer: A, menu: B }, { from: 2026-10, retailer: C, menu: D }]
  otherGateways: [gw2]
  meters: { heat-gas: { fuel: natural-gas }, steam: { counts: industrial-steam } }`);
  expect(problems).toEqual([]);
  expect(site?.report).toMatchObject({
    production: { name: '鋳物', unit: 't', meter: 'steam', channel: 'steam-mass', times: '1/2' },
    contracts: [{ from: '2026-04' }, { from: '2026-10', menu: 'D' }],
    otherGateways: ['gw2'],
  });
  expect(site?.report?.meters.find(({ id }) => id === 'heat-gas')).toMatchObject({
    name: '熱処理炉ガス',
    fuel: 'natural-gas',
  });
  expect(check('').site?.report).toMatchObject({ production: null, contracts: [] });
});

test.each([
  ['report: { production: { name: x, unit: t, meter: steem } }', 'steam'],
  ['report: { production: { name: x, unit: t, meter: steam, channel: heat } }', 'steam-mass'],
  ['report: { production: { name: x, unit: t, channel: heat } }', 'without a meter'],
  ['report: { production: { name: x } }', 'unit'],
  ['report: { contracts: [{ from: 2026-4, retailer: A, menu: B }] }', '2026-04'],
  [
    'report: { contracts: [{ from: 2026-10, retailer: A, menu: B }, { from: 2026-04, retailer: A, menu: B }] }',
    '2026-04',
  ],
  ['report: { meters: { gass: { fuel: city-gas } } }', 'gas'],
  ['report: { meters: { gas: { fuel: citi-gas } } }', 'city-gas'],
  ['report: { meters: { main: { fuel: city-gas } } }', 'role'],
  ['report: { meters: { gas: { counts: industrial-steam } } }', 'steam, heat'],
  ['report: { meters: { main: { selfInvested: true } } }', 'generation-pv'],
  ['report: { productions: { name: x } }', 'production'],
])('%s', (section, said) => {
  for (const language of ['en', 'ja'] as const) {
    const { site, problems, source } = check(section, language);
    expect(site).toBeNull();
    expect(problems.length).toBeGreaterThan(0);
    const line = source.split('\n').findIndex((text) => text.startsWith('report:')) + 1;
    expect(problems[0]?.line).toBe(line);
    if (language === 'en')
      expect(problems.map(({ reason, advice }) => `${reason} ${advice}`).join(' ')).toContain(said);
    else expect(problems[0]?.reason).toMatch(/[\u3040-\u9fff]/);
  }
});
