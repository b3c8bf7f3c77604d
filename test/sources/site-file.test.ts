/** The sources in the site file: what is wrong is said in its place, in both languages, and the defaults are those of the docs. */
import { expect, it } from 'vitest';
import { checkSiteText } from '../../config/load-site.ts';
import { loadOcctoMargins } from '../../config/margins.ts';

const HEAD = `site: { id: f, gridArea: kyushu }
gateway: { id: gw1 }
lines: { lan: { kind: modbus-tcp, host: 192.168.1.20 } }
meters: { main: { line: lan, unit: 1, type: schneider-iem3155, role: grid-import, rated: 600 kW } }
`;
const BROKER = 'mqtt: { url: mqtts://broker.example }\n';

it.each([
  ['topic: factory/+', 'topic: factory/coefficients'],
  ['topic: hakaru/v1/f/gw1/event', 'publishes under'],
  ['downloads: { a: { url: "ftp://x/y" } }', 'https://example.com'],
  ['downloads: { a: { url: "http://cloud.example/y" } }', 'https'],
  ['downloads: { a: { url: "https://x/y" }, b: { url: "https://x/y" } }', 'asked already'],
  ['downloads: { a: { url: "https://x/y", schedule: "90 * * * *" } }', 'cron'],
  ['downloads: { a: { url: "https://x/y", spread: 2 h } }', 'spread'],
  ['occto: { tightDays: { publication: day-befor, below: 5 % } }', 'day-before'],
  ['occto: { tightDays: { publication: day-before, below: much } }', 'below: 5 %'],
  ['occto: { tightDays: { publication: day-before } }', 'below'],
  ['occto: { url: "http://plain.example/{from}" }', 'https'],
  ['tomorrowBy: "25:00"', 'tomorrowBy: "19:00"'],
  ['folder: 5', 'folder'],
  ['dowload: { url: "https://x/y" }', 'download'],
])('refuses %s', (line, hint) => {
  for (const language of ['en', 'ja'] as const) {
    const { site, problems } = checkSiteText('/s.yaml', `${HEAD}${BROKER}coefficients:\n  ${line}\n`, {
      language,
    });
    expect(site).toBeNull();
    const [problem] = problems;
    expect(problem?.line).toBe(7);
    if (language === 'en') expect(JSON.stringify(problem)).toContain(hint.replaceAll('"', '\\"'));
    expect(problems).toHaveLength(1);
  }
});

it('a topic needs a broker', () => {
  const { problems } = checkSiteText('/s.yaml', `${HEAD}coefficients: { topic: factory/coefficients }\n`);
  expect(JSON.stringify(problems)).toContain('there is no broker');
});

it('all of it, with the defaults', () => {
  const { site, problems } = checkSiteText(
    '/etc/hakaru/s.yaml',
    `${HEAD}${BROKER}coefficients:
  download: { url: https://cloud.example/a.json }
  downloads: { spare: { url: https://spare.example/b.csv, spread: 1 s, caFile: ca.pem } }
  topic: factory/coefficients
  folder: drop
  occto: { tightDays: { publication: day-before, below: 4.5 % } }
`,
  );
  expect(problems).toEqual([]);
  const asked = {
    schedule: '30 18 * * *',
    spreadMs: 300_000,
    caFile: null,
    timeoutMs: 30_000,
    maxBytes: 1_000_000,
  };
  expect(site?.coefficients).toMatchObject({
    downloads: [
      { ...asked, url: 'https://cloud.example/a.json' },
      { ...asked, url: 'https://spare.example/b.csv', spreadMs: 1_000, caFile: '/etc/hakaru/ca.pem' },
    ],
    topic: 'factory/coefficients',
    folder: '/etc/hakaru/drop',
    occto: {
      ...asked,
      schedule: '30 18,20,22 * * *',
      url: loadOcctoMargins().address,
      tightDays: { publication: { id: 'day-before', fromHour: -6, toHour: 0 }, belowTenThousandths: 45_000 },
    },
    tomorrowByMinute: 19 * 60,
  });
});
