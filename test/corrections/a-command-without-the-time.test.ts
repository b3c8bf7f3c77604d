/**
 * Corrections given while no gateway runs, on a machine whose clock is wrong: refused with a sentence, and nothing is
 * written. The processes are real; their clock is not that of this machine.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { instant } from '../../gateway/domain/time.ts';
import { rememberSite } from '../../gateway/stages/site-facts.ts';
import { openStore } from '../../gateway/store/store.ts';
import { at, decimal, HOUR, MINUTE, openLedger, reading, specWith } from '../ledger/support/ledger.ts';
import { type Finished, start } from '../support/cli.ts';
import { fastClock } from '../support/fast-clock.ts';

const START = at('2026-07-01T09:00:00+09:00');
let folder: string;
let dataDir: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hakaru-untimely-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  const spec = specWith({
    meter: 'gas',
    channel: 'gas-volume',
    unit: 'm3',
    keptBy: 'gateway',
    scale: { unitsPerCount: decimal('1') },
  });
  const store = openStore(dataDir);
  const ledger = openLedger({ startMs: instant(START), spec, store });
  ledger.feed(Array.from({ length: 120 }, (_, i) => reading(START + i * MINUTE, i)));
  ledger.close(START + 4 * HOUR);
  const site = { site: 's', siteName: 'S', gateway: 'g', timezone: 'Asia/Tokyo', gridArea: 'tokyo' } as const;
  rememberSite(store, { ...site, ruleSetChoice: null, specs: [spec] });
  store.close();
});

function dial(clock: string, env: NodeJS.ProcessEnv = {}, ...more: string[]): Promise<Finished> {
  const words = ['dial', 'gas', '--at', '2026-07-01T09:00', '--reading', '500m3', '--data', dataDir];
  return start([...words, '--by', 'sato', ...more], { ...fastClock(clock).env, ...env }).finished;
}

function corrections(): number {
  const store = openStore(dataDir);
  const { length } = store.corrections.all();
  store.close();
  return length;
}

test('a clock that was never set, one before the newest reading, and one that is right', async () => {
  // A battery-less Pi, and the date of its image.
  for (const [clock, code] of [
    ['2025-05-05T00:00:00Z', 'correction-clock-untrusted'],
    ['2026-07-01T01:50:00Z', 'correction-clock-behind'],
  ] as const) {
    const refused = await dial(clock);
    expect(refused, clock).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(`${code}: `),
    });
    expect(refused.stderr).toContain('Nothing was changed.');
    expect(corrections()).toBe(0);
  }
  expect(await dial('2026-07-02T00:00:00Z')).toMatchObject({ code: 0 });
  expect(corrections()).toBe(1);
});

test('a time server that was not heard since boot: refused, unless the site file vouches for the clock', async () => {
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  writeFileSync(join(programs, 'timedatectl'), '#!/bin/sh\necho no\n', { mode: 0o755 });
  writeFileSync(join(programs, 'chronyc'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
  const env = { PATH: `${programs}:${process.env['PATH'] ?? ''}` };
  const refused = await dial('2026-07-04T00:00:00Z', env, '--lang', 'ja');
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('correction-clock-untrusted: ') });
  expect(refused.stderr).toContain('時計を合わせるか時刻サーバーに接続してから');
  expect(corrections()).toBe(0);

  const site = join(folder, 'site.yaml');
  writeFileSync(
    site,
    `site: { id: s, gridArea: tokyo }
gateway: { id: g }
clock: { trust: manual }
lines: { pins: { kind: gpio, chip: c } }
meters: { gas: { line: pins, input: 1, type: pulse, pulseWeight: 1 m3, role: gas, rated: 60 m3/h } }
`,
  );
  expect(await dial('2026-07-04T00:00:00Z', env, '--config', site)).toMatchObject({ code: 0 });
  expect(corrections()).toBe(1);
});
