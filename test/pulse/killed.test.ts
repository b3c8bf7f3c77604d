/**
 * A gateway that counts pulses is killed, its gpiomon is killed, both are: never more than 10 s of pulses are lost,
 * a rare pulse is kept at once, nothing is counted twice, what nobody watched is recorded, and the dial puts it right.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Span } from '../../gateway/domain/ledger/spans.ts';
import { instant } from '../../gateway/domain/time.ts';
import { openStoreForReading, type Store } from '../../gateway/store/store.ts';
import { type PulseBoard, startPulseBoard } from '../../simulators/pulse/board.ts';
import { type Finished, type Running, start } from '../support/cli.ts';
import { eventually } from '../uplink/support/eventually.ts';
import { pulse, siteText } from './support/gpio.ts';

const WATER =
  'water: { line: pins, input: 17, type: pulse, pulseWeight: 1 L, role: water, rated: 300 m3/h, filter: { kind: pulse, ms: 4 } }';
/** Micro-m³ of one pulse. */
const PULSE = 1_000n;
const EVER: Span = { fromMs: instant(0), toMs: instant(Number.MAX_SAFE_INTEGER) };

let folder = '';
let sitePath = '';
let dataDir = '';
let board: PulseBoard;
let gateway: Running;
const lives: Running[] = [];
/** What passed at the contact, whoever watched. */
let passed = 0;

beforeAll(async () => {
  board = await startPulseBoard();
  folder = mkdtempSync(join(tmpdir(), 'hakaru-pulse-'));
  sitePath = join(folder, 'site.yaml');
  dataDir = join(folder, 'data');
  const line = `{ kind: gpio, chip: gpiochip0, gpiomon: ${board.program(2)} }`;
  writeFileSync(sitePath, `${siteText(line, [WATER])}dashboard: { host: 127.0.0.1, port: 0 }\n`);
});

afterAll(async () => {
  for (const { child } of lives) child.kill('SIGKILL');
  await Promise.all(lives.map(({ finished }) => finished));
  for (const watcher of board.watchers()) watcher.kill();
  await eventually(() => board.watchers().length === 0, 'no process is left');
  await board.close();
  rmSync(folder, { recursive: true, force: true });
});

function look<T>(work: (store: Store, channelId: number) => T): T {
  const store = openStoreForReading(dataDir);
  try {
    return work(store, store.channels.find('water', 'water-volume')?.id ?? -1);
  } finally {
    store.close();
  }
}

const kept = (): number => look((store, id) => Number(store.readings.head(id)?.reading.raw.count ?? -1n));
const keptAtMs = (): number => look((store, id) => store.readings.head(id)?.reading.atMs ?? 0);
const unwatched = (): Span[] => look((store, id) => store.unwatched.touching(id, EVER)).slice(1);

async function run(): Promise<void> {
  gateway = start(['run', '--config', sitePath, '--data', dataDir]);
  lives.push(gateway);
  await gateway.prints('hakaru runs');
  await eventually(
    () => board.watchers().length === 1,
    () => `it watches: ${gateway.printed()}`,
  );
}

async function flow(pulses: number): Promise<void> {
  passed += await pulse(board, 17, pulses);
}

async function kill(): Promise<void> {
  gateway.child.kill('SIGKILL');
  await gateway.finished;
}

async function keeps(count: number): Promise<void> {
  await eventually(
    () => kept() === count,
    () => `${count} kept, but ${kept()}: ${gateway.printed()}`,
  );
}

const command = (...args: string[]): Promise<Finished> => start(args).finished;

test('pulses outlive whatever dies', { timeout: 90_000 }, async () => {
  await run();
  await eventually(
    () => kept() === 0,
    () => `the channel begins: ${gateway.printed()}`,
  );

  // The first pulse after a quiet time is kept long before the next commit is due.
  await flow(1);
  const sinceMs = performance.now();
  await keeps(1);
  expect(performance.now() - sinceMs).toBeLessThan(2_000);

  // The gateway dies just after a burst; its gpiomon stays behind and holds the line. Most of the burst was seen last.
  await flow(100);
  await kill();
  const keptAtDeath = kept();
  const deathMs = Date.now();
  expect(keptAtDeath).toBeLessThanOrEqual(passed);
  expect(passed - keptAtDeath).toBeLessThanOrEqual(100);
  expect(deathMs - keptAtMs()).toBeLessThanOrEqual(10_000);
  const lastKeptMs = keptAtMs();
  const [orphan] = board.watchers();
  expect(orphan).toBeDefined();

  // Nobody counts these.
  await flow(5);
  await run();
  await eventually(() => unwatched().length === 1, 'the span is recorded');
  expect(board.watchers().map(({ pid }) => pid)).not.toContain(orphan?.pid);
  expect(unwatched()[0]?.fromMs).toBe(lastKeptMs);
  expect(unwatched()[0]?.toMs).toBeGreaterThanOrEqual(deathMs);
  expect(kept()).toBe(keptAtDeath);
  await flow(20);
  await keeps(keptAtDeath + 20);

  // Its gpiomon dies, the gateway lives.
  board.watchers()[0]?.kill();
  await eventually(() => board.watchers().length === 0, 'gpiomon is dead');
  await flow(3);
  await eventually(() => unwatched().length === 2, 'another span');
  await flow(10);
  await keeps(keptAtDeath + 30);

  // Both die.
  board.watchers()[0]?.kill();
  await kill();
  await flow(2);
  await run();
  await eventually(() => unwatched().length === 3, 'the third span');
  await flow(4);
  await keeps(keptAtDeath + 34);
  const spans = unwatched();
  for (const [i, span] of spans.entries()) {
    expect(span.toMs).toBeGreaterThan(span.fromMs);
    expect(span.fromMs).toBeGreaterThanOrEqual(spans[i - 1]?.toMs ?? 0);
  }

  // A regular stop loses nothing of what was told, and is a span too.
  gateway.child.kill('SIGTERM');
  await gateway.finished;
  expect(kept()).toBe(keptAtDeath + 34);
});

test('a dial reading puts it right', { timeout: 60_000 }, async () => {
  await run();
  const openedMs = look((store, id) => store.eras.of(id)[0]?.opening.atMs ?? 0);
  const dial = (at: string, reading: string) =>
    command(
      'dial',
      'water',
      '--config',
      sitePath,
      '--data',
      dataDir,
      '--at',
      at,
      '--reading',
      reading,
      '--by',
      'Sato',
    );
  const dials = () => look((store, id) => store.dials.all(id));
  const first = await dial(new Date(openedMs).toISOString(), '7.000m3');
  expect(first).toMatchObject({ code: 0 });
  await eventually(
    () => dials().length === 1,
    () => `the first dial: ${JSON.stringify(first)} ${gateway.printed()}`,
  );
  const second = await dial(new Date().toISOString(), `${7 + passed / 1_000}m3`);
  expect(second).toMatchObject({ code: 0 });
  await eventually(
    () => dials().length === 2,
    () => `the second dial: ${JSON.stringify(second)} ${gateway.printed()}`,
  );
  const missed = BigInt(passed - kept());
  expect(missed).toBeGreaterThanOrEqual(10n);
  const fills = look((store, id) => store.dials.fillsTouching(id, EVER));
  expect(fills.reduce((sum, { micro }) => sum + micro, 0n)).toBe(missed * PULSE);
  expect(look((store, id) => store.dials.adjustments(id))).toEqual([0n, 0n]);
});

test('`hakaru read` says that the running gateway holds the line', { timeout: 30_000 }, async () => {
  const { code, stdout, stderr } = await command('read', 'water', '--config', sitePath);
  expect(stdout + stderr).toContain('gpio-busy');
  expect(code).toBe(1);
});
