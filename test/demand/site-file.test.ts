/** `demand:` and `notify:` of a site file: what is right, and what is said of the rest. */
import { expect, test } from 'vitest';
import { checkSiteText } from '../../config/load-site.ts';

const HEAD = `site: { id: works, gridArea: kyushu }
gateway: { id: gw1 }
lines:
  lan: { kind: modbus-tcp, host: 127.0.0.1 }
meters:
  main: { line: lan, unit: 1, type: schneider-iem3155, role: grid-import, rated: 600 kW }
  second: { line: lan, unit: 2, type: schneider-iem3155, role: grid-import, rated: 600 kW }
  pv: { line: lan, unit: 3, type: schneider-iem3155, role: generation-pv, rated: 100 kW }
  gas: { line: lan, unit: 20, type: generic-pulse-counter, input: 1, pulseWeight: 0.1 m3, role: gas, rated: 60 m3/h }
`;

const check = (text: string, language: 'en' | 'ja' = 'en') =>
  checkSiteText('/etc/hakaru/site.yaml', `${HEAD}${text}\n`, { language });
const said = (text: string, language?: 'en' | 'ja') =>
  check(text, language).problems.map(({ line, column, reason }) => `${line}:${column} ${reason}`);
const kW = (value: number): bigint => BigInt(Math.round(value * 1_000)) * 1_000n;

test('nothing is watched and nobody told unless it is written', () => {
  const { site } = check('');
  expect(site?.demand).toEqual([]);
  expect(site?.notify).toEqual({ language: 'ja', webhook: null, mail: null });
});

test('a target is enough: all that is bought adds up, what the sun gives is not subtracted', () => {
  const { site, problems } = check('demand: { target: 450 kW }');
  expect(problems).toEqual([]);
  expect(site?.demand).toEqual([
    {
      id: 'grid',
      name: 'grid',
      channels: [
        { meter: 'main', channel: 'energy-import' },
        { meter: 'second', channel: 'energy-import' },
      ],
      unit: 'kWh',
      demandUnit: 'kW',
      periodMs: 1_800_000,
      targetMicro: kW(450),
      contractMicro: null,
      levelsMicro: { caution: kW(427.5), warning: kW(450), limit: kW(495) },
      hysteresisMicro: kW(9),
      holdMs: 60_000,
      quietMs: 300_000,
      method: 'moving-average',
      month: { kind: 'metering', day: 1 },
      billed: {},
    },
  ]);
});

test('a list: the grid, a sub-meter, gas by the hour', () => {
  const { site, problems } = check(`demand:
  - { target: 0.45 MW, contract: 500 kW, levels: { caution: 400 kW, limit: 98 % }, closingDay: 20, billed: { 2026-04: 430 kW } }
  - { id: line-2, name: 第二系統, meters: [second], target: 200 kW, method: least-squares, hold: 30 s, quiet: 10 min, hysteresis: 5 kW }
  - { id: gas, meters: [gas], period: 60 min, target: 40 m3/h }`);
  expect(problems.map(({ reason }) => reason)).toEqual(['`limit` (441) cannot be below `warning` (450)']);
  expect(site).toBeNull();
  const mended = check(`demand:
  - { target: 0.45 MW, contract: 500 kW, levels: { caution: 400 kW }, closingDay: 20, billed: { 2026-04: 430 kW } }
  - { id: line-2, name: 第二系統, meters: [second], target: 200 kW, method: least-squares, hold: 30 s, quiet: 10 min, hysteresis: 5 kW }
  - { id: gas, meters: [gas], period: 60 min, target: 40 m3/h }`).site?.demand;
  expect(mended?.[0]).toMatchObject({
    levelsMicro: { caution: kW(400), warning: kW(450), limit: kW(500) },
    month: { kind: 'closing', day: 20 },
    billed: { '2026-04': kW(430) },
  });
  expect(mended?.[1]).toMatchObject({ method: 'least-squares', holdMs: 30_000, hysteresisMicro: kW(5) });
  expect(mended?.[2]).toMatchObject({
    unit: 'm3',
    demandUnit: 'm3/h',
    periodMs: 3_600_000,
    targetMicro: 40_000_000n,
  });
});

test('what is wrong with a demand has its place and its sentence', () => {
  expect(said('demand: { contract: 500 kW }')).toEqual(['10:1 `target` is missing']);
  expect(said('demand: { target: 450 }')).toEqual(['10:19 `450` has no unit']);
  expect(said('demand: { target: 90 % }')).toEqual(['10:19 `target` cannot be a part of the target']);
  expect(said('demand: { target: 450 m3/h }')).toEqual(['10:19 `m3/h` is no unit for this demand']);
  expect(said('demand: { target: 450 kW, meters: [main, gas] }')).toEqual([
    '10:27 the meters of a demand must count the same: kWh, m3',
  ]);
  expect(said('demand: { target: 450 kW, meters: [mian] }')).toEqual(['10:36 there is no meter `mian`']);
  expect(said('demand: { target: 450 kW, meters: [main, main] }')).toEqual([
    '10:42 meter `main` is named twice',
  ]);
  expect(said('demand: { target: 450 kW, period: 15 min }')).toEqual([
    '10:35 `period` is not written as expected',
  ]);
  expect(said('demand: { target: 450 kW, closingDay: 20, meteringDay: 21 }')).toEqual([
    '10:39 `meteringDay` and `closingDay` say the same thing in two ways',
  ]);
  expect(said('demand: { target: 450 kW, billed: { 2026-04: 430 m3/h, 2026-05: 90 % } }')).toEqual([
    '10:46 `m3/h` is no unit for this demand',
    '10:65 `2026-05` cannot be a part of the target',
  ]);
  expect(said('demand: { target: 450 kW, meteringDay: 32 }')).toEqual(['10:40 `meteringDay` must be 1…31']);
  expect(said('demand: [{ target: 450 kW }, { target: 4 kW }]')).toEqual([
    '10:30 two demands are called `grid`',
  ]);
  expect(said('demand: { target: 450 kW, method: 移動平均 }', 'ja')[0]).toContain(
    '`method` の値ではありません',
  );
  expect(
    check('demand: { target: 600 kW, contract: 500 kW, levels: { limit: 700 kW } }').warnings[0]?.reason,
  ).toBe('the target is above the contract power');
});

const WATCHED = 'demand: { target: 450 kW }\n';

test('who is told', () => {
  const { site, problems } = check(`${WATCHED}notify:
  language: en
  webhook: { url: https://example.com/hook, secret: { env: HOOK }, level: limit, timeout: 5 s, caFile: ca.pem }
  mail: { host: mail.example, username: hakaru, password: { file: pw }, from: h@example.com, to: [a@example.com] }`);
  expect(problems).toEqual([]);
  expect(site?.notify).toEqual({
    language: 'en',
    webhook: {
      url: 'https://example.com/hook',
      secret: { env: 'HOOK' },
      caFile: '/etc/hakaru/ca.pem',
      timeoutMs: 5_000,
      level: 'limit',
    },
    mail: {
      host: 'mail.example',
      port: 587,
      security: 'starttls',
      caFile: null,
      username: 'hakaru',
      password: { file: '/etc/hakaru/pw' },
      from: 'h@example.com',
      to: ['a@example.com'],
      level: 'warning',
    },
  });
});

test('what is wrong with those who are told', () => {
  const notify = (text: string): string[] => said(`${WATCHED}notify: { ${text} }`);
  expect(notify('webhook: { url: http://example.com/hook }')).toEqual([
    '11:27 plain http goes to private addresses only, and `example.com` is none',
  ]);
  expect(notify('webhook: { url: http://192.168.1.20/hook }')).toEqual([]);
  expect(notify('webhook: { url: https://me:word@example.com/ }')).toEqual([
    expect.stringContaining('user and password do not belong in the URL'),
  ]);
  expect(notify('webhook: { url: https://example.com/, secret: word }')).toEqual([
    expect.stringContaining('a secret must not stand in the site file'),
  ]);
  expect(notify('webhook: { url: ftp://example.com/ }')).toEqual(['11:27 `url` is not written as expected']);
  const mail = (text: string): string[] =>
    notify(`mail: { host: 10.0.0.9, from: a@b.jp, to: [c@d.jp], ${text} }`);
  expect(mail('security: none')).toEqual([]);
  expect(mail('security: none, username: x, password: { env: P }')).toEqual([
    expect.stringContaining('without encryption mail goes to private addresses only'),
  ]);
  expect(mail('username: x')).toEqual([expect.stringContaining('`username` and `password` belong together')]);
  expect(mail('username: x, password: word')).toEqual([
    expect.stringContaining('a secret must not stand in the site file'),
  ]);
  expect(notify('mail: { host: mail.example, security: none, from: a@b.jp, to: [c@d.jp] }')).toHaveLength(1);
  expect(notify('mail: { host: mail.example, from: nobody, to: [] }')).toHaveLength(2);
  expect(check('notify: { webhook: { url: https://example.com/ } }').warnings[0]?.reason).toBe(
    'nothing is ever told: there is no `demand:`',
  );
});
