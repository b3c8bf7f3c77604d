/** How problems are shown: place, line, caret under the very word, reason, help; never a password. */
import { describe, expect, it } from 'vitest';
import { formatProblems } from '../../config/format-problems.ts';
import { checkSiteText } from '../../config/load-site.ts';
import { PROBLEM_TEXTS } from '../../config/problem-texts.ts';
import { FAULT_TEXTS } from '../../gateway/domain/fault-texts.ts';
import type { Language } from '../../gateway/domain/faults.ts';
import { known } from './known.ts';

const HEAD =
  'site: { id: factory, gridArea: tokyo }\ngateway: { id: gw1 }\nlines: { lan: { kind: modbus-tcp, host: plc } }\n';

function shown(rest: string, language: Language = 'en'): string {
  const source = HEAD + rest;
  const { problems } = checkSiteText('/s.yaml', source, { knowledge: known, language });
  return formatProblems('site.yaml', source, problems, language);
}

describe('a problem', () => {
  it('is shown with its line and a caret that fits under wide letters', () => {
    expect(
      shown(
        'meters: { m: { name: 第一プレス, line: lan, unit: 1, type: test-primry, role: sub, rated: 5 kW } }\n',
      ),
    ).toBe(
      `site.yaml:4:55: there is no meter type \`test-primry\`
  │
4 │ meters: { m: { name: 第一プレス, line: lan, unit: 1, type: test-primry, role: sub, rated: 5 kW } }
  │                                                            ^^^^^^^^^^^
  └ help: did you mean \`test-primary\`? Known are: test-primary, test-secondary, test-pulses, generic

site.yaml: 1 problem`,
    );
  });

  it('is told in Japanese', () => {
    expect(
      shown('meters: { m: { line: lan, unit: 400, type: test-primary, role: sub, rated: 5 kW } }\n', 'ja'),
    ).toBe(
      `site.yaml:4:33: \`unit\` は 1…247 (0…255 on TCP) でなければなりません
  │
4 │ meters: { m: { line: lan, unit: 400, type: test-primary, role: sub, rated: 5 kW } }
  │                                 ^^^
  └ 対処: \`unit: 1\` のように書いてください

site.yaml: 誤り 1 件`,
    );
  });

  it('is shown around its column when the line is long', () => {
    const text = shown(
      `meters: { m: { name: ${'x'.repeat(120)}, line: lam, unit: 1, type: test-primary, role: sub, rated: 5 kW } }\n`,
    );
    const [, , line = '', caret = ''] = text.split('\n');
    expect(line.length).toBeLessThan(120);
    expect(line.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('lam');
  });

  it('never shows a password, quoted or not, wrong or beside what is wrong', () => {
    const meters = 'meters: { m: { line: lan, unit: 1, type: test-primary, role: sub, rated: 5 kW } }\n';
    const lines = [
      'mqtt: { url: mqtt://b, username: u, password: hunter2, windw: 3 }',
      'mqtt: { url: mqtt://b, username: u, windw: 3, password: "hunter2, x" }',
      "mqtt: { url: mqtt://b, username: u, 'password': 'hunter2' }",
      'mqtt:\n  url: mqtt://b\n  username: u\n  password: hunter2',
      'mqtt: { url: mqtts://u:hunter2@b }',
      'coefficients: { download: { url: https://u:hunter2@b/x } }',
    ];
    for (const line of lines) {
      const text = shown(`${meters}${line}\n`);
      expect(text).not.toContain('hunter2');
      expect(text).toMatch(/secret must not stand|do not belong in the URL/);
    }
  });

  it('is counted, and none is said to be none', () => {
    expect(formatProblems('site.yaml', '', [])).toBe('site.yaml: no problems');
    expect(shown('', 'ja')).toContain('誤り 1 件');
    expect(shown('mters:\n').split('\n').at(-1)).toBe('site.yaml: 2 problems');
  });
});

const blanks = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort();

it('has the same blanks to fill in both languages', () => {
  for (const { en, ja } of Object.values(PROBLEM_TEXTS))
    expect(blanks(ja.join(' '))).toEqual(blanks(en.join(' ')));
  expect(blanks(FAULT_TEXTS['data-file-invalid'].ja)).toEqual(blanks(FAULT_TEXTS['data-file-invalid'].en));
});
