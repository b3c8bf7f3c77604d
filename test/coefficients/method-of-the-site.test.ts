/** `coefficients.method` in the site file: one method, or by fiscal year; every slip with its place and what to write. */
import { describe, expect, it } from 'vitest';
import { checkSiteText } from '../../config/load-site.ts';

const HEAD = `site: { id: s, gridArea: kyushu }
gateway: { id: g }
lines: { lan: { kind: modbus-tcp, host: plc.local } }
meters: { m: { line: lan, unit: 1, type: schneider-iem3155, role: grid-import, rated: 600 kW } }
`;

describe('a sound choice', () => {
  it.each([
    ['', []],
    ['coefficients: { method: hourly }', [{ fiscalYear: 0, method: 'hourly' }]],
    ['coefficients: { method: monthly }', [{ fiscalYear: 0, method: 'monthly' }]],
    [
      'coefficients:\n  method:\n    2027: hourly\n    2025: monthly\n',
      [
        { fiscalYear: 2025, method: 'monthly' },
        { fiscalYear: 2027, method: 'hourly' },
      ],
    ],
  ])('%j', (text, methods) => {
    const { site, problems } = checkSiteText('/s.yaml', HEAD + text);
    expect(problems).toEqual([]);
    expect(site?.coefficients.methods).toEqual(methods);
  });
});

describe('a slip', () => {
  it.each([
    ['coefficients: { method: mothly }', '5:25 `mothly` is not a value of `method`', 'monthly'],
    ['coefficients: { method: 月別 }', '5:25 `月別` is not a value of `method`', 'monthly'],
    ['coefficients:\n  method: { 26: monthly }', '6:17 `26` is not a fiscal year', '2026: monthly'],
    ['coefficients:\n  method: { FY2026: monthly }', '`FY2026` is not a fiscal year', '2026: monthly'],
    ['coefficients:\n  method: { 2026: daily }', '`daily` is not a value of `method`', 'hourly'],
    ['coefficients:\n  method: {}', 'there is nothing under `method`', '2026: monthly'],
    ['coefficients: { method: 2026 }', '`method` cannot be a number', 'monthly'],
  ])('%j', (text, reason, advice) => {
    const { problems } = checkSiteText('/s.yaml', HEAD + text);
    expect(problems.map(({ line, column, reason: why }) => `${line}:${column} ${why}`).join('\n')).toContain(
      reason,
    );
    expect(problems.map((each) => each.advice).join('\n')).toContain(advice);
    expect(problems).toHaveLength(1);
    const ja = checkSiteText('/s.yaml', HEAD + text, { language: 'ja' }).problems;
    expect(ja[0]?.reason).not.toMatch(/ is not | cannot | there is /);
  });
});
