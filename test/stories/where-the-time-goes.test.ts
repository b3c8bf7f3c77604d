/** After the start the log says where the time goes, and warns of a wire that is asked for more than it can carry. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { instant } from '../../gateway/domain/time.ts';
import type { Log } from '../../gateway/platform/log.ts';
import { createSelfCheck, lineLoads } from '../../gateway/self-check.ts';
import { eventually } from '../uplink/support/eventually.ts';

const SLOW_BUS = Array.from({ length: 31 }, (_, i) => ({ id: `m${i}`, line: 'rs485', intervalMs: 2_000 }));

function answered(meter: string, tookMs: number) {
  const at = { sinceMs: instant(0), atMs: instant(0) };
  const registers = [{ channel: 'energy-import' as const, raw: { count: 1n, exp2: 0 }, ...at }];
  return { meter, atMs: instant(0), registers, gauges: [], fault: null, tookMs };
}

test('31 meters of 115 ms each need 3.6 s: asking every 2 s is more than the wire can carry', () => {
  const [load] = lineLoads(SLOW_BUS, new Map(SLOW_BUS.map(({ id }) => [id, 115])));
  expect(load).toEqual({ line: 'rs485', meters: 31, answering: 31, roundMs: 3_565, share: 1.783 });
});

test('what each line is expected to cost is told before the first poll, and a line that cannot carry it warned of once', async () => {
  const said: string[] = [];
  const say = (_about: object, text: string) => void said.push(text);
  const log = { info: say, warn: say, error: say } as unknown as Log;
  const budget = { line: 'rs485', meters: 31, requests: 62, roundMs: 3_600, longestMs: 19_000, share: 1.8 };
  const check = createSelfCheck({
    dataDir: '/nowhere',
    meters: SLOW_BUS,
    budgets: [budget],
    log,
    sinceStartMs: () => 400,
  });
  const expected = [
    'bus budget: how busy each line is expected to be',
    expect.stringContaining('Line rs485 would have to be busy 180 % of the time.'),
  ];
  expect(said).toEqual(expected);
  for (const tookMs of [900, 115]) for (const { id } of SLOW_BUS) check.note(answered(id, tookMs));
  await eventually(() => said.length === 3, 'the check after two rounds');
  expect(said).toEqual([...expected, 'self-check: where the time goes']);
  await check.stop();
});

test('it is told once, after the first round, beside the polling, and leaves nothing in the data folder', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-check-'));
  try {
    const said: { about: object; text: string }[] = [];
    const say = (about: object, text: string) => void said.push({ about, text });
    const log = { info: say, warn: say, error: say } as unknown as Log;
    const check = createSelfCheck({ dataDir: folder, meters: SLOW_BUS, log, sinceStartMs: () => 400 });
    for (const tookMs of [900, 115, 300]) for (const { id } of SLOW_BUS) check.note(answered(id, tookMs));
    expect(said, 'the polling waits for no disk').toEqual([]);
    await eventually(() => said.length === 2, 'the check and its warning');
    expect(said.map(({ text }) => text)).toEqual([
      'self-check: where the time goes',
      expect.stringContaining('Line rs485 would have to be busy 178 % of the time.'),
    ]);
    expect(said[0]?.about).toMatchObject({ openedMs: 400, firstAnswerMs: 400, fsyncMs: expect.any(Number) });
    expect(readdirSync(folder)).toEqual([]);
    await check.stop();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('stopped before its end, it tells nothing and leaves nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-check-'));
  try {
    const said: string[] = [];
    const say = (_about: object, text: string) => void said.push(text);
    const log = { info: say, warn: say, error: say } as unknown as Log;
    const check = createSelfCheck({ dataDir: folder, meters: SLOW_BUS, log, sinceStartMs: () => 400 });
    for (const tookMs of [900, 115]) for (const { id } of SLOW_BUS) check.note(answered(id, tookMs));
    await check.stop();
    expect(said).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a meter that does not answer does not keep the check waiting for ever, nor does a folder that takes no file', async () => {
  const said: object[] = [];
  const say = ({ fsyncMs }: { fsyncMs?: number | null }, text: string) => void said.push({ text, fsyncMs });
  const log = { info: say, warn: say, error: say } as unknown as Log;
  let nowMs = 0;
  const check = createSelfCheck({
    dataDir: join(tmpdir(), 'hakaru-no-such-folder'),
    meters: [{ id: 'm1', line: 'lan', intervalMs: 1_000 }],
    log,
    sinceStartMs: () => nowMs,
  });
  const silent = { meter: 'm1', atMs: instant(0), registers: [], gauges: [], fault: null };
  check.note(silent);
  expect(said).toEqual([]);
  nowMs = 31_000;
  check.note(silent);
  await eventually(() => said.length > 0, 'the check');
  expect(said).toEqual([{ text: 'self-check: where the time goes', fsyncMs: null }]);
});
