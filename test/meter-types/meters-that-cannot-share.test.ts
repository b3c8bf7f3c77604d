/**
 * Every meter on a wire speaks at one baud and parity. What cannot work is refused with the reason, what may have been
 * set so is a warning, and how busy each wire will be is known before anything is asked.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkSiteText, loadSiteKnowledge } from '../../config/load-site.ts';
import { readMeterType } from '../../config/meter-types.ts';
import type { MeterType } from '../../config/types.ts';
import { hakaru } from '../support/cli.ts';
import { reasons, siteCheck } from './support.ts';

const bus = (settings: string) => `bus: { kind: modbus-rtu, port: /dev/ttyUSB0${settings} }`;
const meter = (id: string, unit: number, type: string, more = '') =>
  `${id}: { line: bus, unit: ${unit}, type: ${type}, role: sub, rated: 9 kW${more} }`;

describe('meters on one wire', () => {
  it('with different factory settings need the line to be written', () => {
    const { problems } = siteCheck(
      bus(''),
      [meter('a', 1, 'eastron-sdm120'), meter('b', 2, 'eastron-sdm630')].join('\n'),
    );
    expect(reasons(problems)).toEqual([
      '3:10 the meters of line `bus` leave the factory with different settings: a 2400, b 9600',
    ]);
  });

  it('are refused where one can never be set like the line, or two can never be set alike', () => {
    const pzem = siteCheck(
      bus(', baudRate: 19200, parity: even, stopBits: 1'),
      meter('a', 1, 'peacefair-pzem-016'),
    );
    expect(reasons(pzem.problems)).toEqual([
      '3:65 line `bus` has baudRate 19200, but `a` (peacefair-pzem-016) can only be set to 9600',
      '3:80 line `bus` has parity even, but `a` (peacefair-pzem-016) can only be set to none',
    ]);
    // Half the setting may be what the line shares.
    const em24 = siteCheck(
      bus(', baudRate: 4800, parity: none, stopBits: 1'),
      meter('a', 1, 'carlo-gavazzi-em24'),
    );
    expect(em24.problems).toEqual([]);
  });

  it('are refused where no setting is left that both can have', () => {
    const only = (id: string, choices: string): readonly [string, MeterType] => {
      const { value, problems } = readMeterType(
        `maker: Test
model: ${id}
manual: not seen
source: this test
status: unverified
lineChoices: ${choices}
limits: { maxRegisters: 60, responseMs: 200 }
channels: { energy-import: { address: 1, type: u32, unit: kWh, ratio: primary } }
`,
        id,
      );
      if (!value) throw new Error(JSON.stringify(problems));
      return [id, value];
    };
    const meterTypes = new Map([
      only('slow', '{ baudRate: [1200, 2400] }'),
      only('fast', '{ baudRate: [9600, 19200], parity: [even] }'),
    ]);
    const { problems } = siteCheck(
      bus(', baudRate: 2400, parity: even, stopBits: 1'),
      [meter('a', 1, 'slow'), meter('b', 2, 'fast')].join('\n'),
      { ...loadSiteKnowledge(), meterTypes },
    );
    expect(reasons(problems)).toEqual([
      '6:14 `b` (fast) and `a` (slow) cannot share line `bus`: baudRate 9600 / 19200 against 1200 / 2400',
    ]);
  });

  it('are a warning where the line is not as the meter leaves the factory', () => {
    const { site, warnings } = siteCheck(
      bus(', baudRate: 9600, parity: none, stopBits: 1'),
      [
        meter('a', 1, 'eastron-sdm120'),
        meter('b', 2, 'eastron-sdm630'),
        meter('c', 3, 'omron-km-n1'),
        meter('d', 4, 'eastron-sdm120'),
      ].join('\n'),
    );
    expect(site).not.toBeNull();
    expect(reasons(warnings)).toEqual([
      '3:10 line `bus` is 9600 8N1, but `a`, `d` (eastron-sdm120) left the factory with 2400 8N1',
    ]);
    expect(warnings[0]?.advice).toBe('check that it is set to 9600 8N1 at the meter');
  });
});

describe('an interval', () => {
  const slow = (interval: string, type = 'eastron-sdm630') =>
    reasons(
      siteCheck(bus(', baudRate: 9600, parity: none, stopBits: 1'), meter('a', 1, type, interval)).warnings,
    );

  it('above 18 s, or a meter that refreshes so rarely, costs the quality `measured`', () => {
    expect(slow('')).toEqual([]);
    expect(slow(', interval: 18 s')).toEqual([]);
    expect(slow(', interval: 20 s')).toEqual([
      expect.stringContaining('`a` shows a new value only every 20 s') as string,
    ]);
    expect(slow(', interval: 18 s', 'carlo-gavazzi-em340')).toEqual([
      expect.stringContaining('every 19 s') as string,
    ]);
  });

  it('above 90 s makes hours late', () => {
    expect(slow(', interval: 2 min')).toEqual([
      expect.stringContaining('its hours are published 90 s after their end without it') as string,
    ]);
  });

  it('that the wire cannot keep is a warning at the line', () => {
    const meters = Array.from({ length: 12 }, (_, index) =>
      meter(`m${index}`, index + 1, 'eastron-sdm120', ', interval: 1 s'),
    );
    const { warnings } = siteCheck(bus(''), meters.join('\n'));
    expect(reasons(warnings)).toHaveLength(1);
    expect(reasons(warnings)[0]).toMatch(
      /^3:10 line `bus` would have to be busy \d{3} % of the time: 24 requests take about \d+ ms a round$/,
    );
  });
});

it('is all shown by `hakaru check`, which still says that the file is good', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-check-'));
  try {
    const path = join(folder, 'site.yaml');
    const text = `site: { id: factory, gridArea: tokyo }
gateway: { id: gw1 }
lines: { ${bus(', baudRate: 9600, parity: none, stopBits: 1')} }
meters:
  a: { line: bus, unit: 1, type: eastron-sdm120, role: sub, rated: 9 kW, interval: 1 min }
`;
    writeFileSync(path, text);
    const { code, stdout, stderr } = await hakaru('check', path);
    expect(code).toBe(0);
    expect(stderr).toContain('site.yaml:3:10: line `bus` is 9600 8N1');
    expect(stderr).toContain('site.yaml:5:84: `a` shows a new value only every 60 s');
    expect(stderr).toContain('2 warnings');
    expect(stdout).toContain('good (1 meters on 1 lines)');
    expect(stdout).toMatch(/bus +1 +2 +\d+ ms +\d+ ms +\d+ %/);
    const json = JSON.parse((await hakaru('check', '--json', path)).stdout) as Record<string, unknown>;
    expect(json).toMatchObject({ ok: true, problems: [], lines: [{ line: 'bus', meters: 1, requests: 2 }] });
    expect(json['warnings']).toHaveLength(2);
    const japanese = checkSiteText(path, text, { language: 'ja' }).warnings.map(({ reason }) => reason);
    expect(japanese[0]).toContain('工場出荷時は 2400 8N1');
    expect(japanese[1]).toContain('`interpolated`');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
