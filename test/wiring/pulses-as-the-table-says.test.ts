/** The pulse inputs of docs/wiring.md: what `hakaru read`, the page and the dial say of each mistake, over gpiomon. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeCorrection } from '../../config/correction-file.ts';
import { loadSite } from '../../config/load-site.ts';
import { read } from '../../gateway/commands/read.ts';
import type { StatusView } from '../../gateway/dashboard/views.ts';
import type { Language } from '../../gateway/domain/faults.ts';
import { instant } from '../../gateway/domain/time.ts';
import { createGateway, type Gateway } from '../../gateway/gateway.ts';
import { createLog } from '../../gateway/platform/log.ts';
import { systemClock } from '../../gateway/platform/system-clock.ts';
import { pollHere } from '../../gateway/polling.ts';
import { type PulseBoard, startPulseBoard } from '../../simulators/pulse/board.ts';
import { micro } from '../ledger/support/ledger.ts';
import { eventually } from '../uplink/support/eventually.ts';
import { CLOSINGS, edgesEnding, PULSE_MISTAKES, TAKES_MS } from './pulse-mistakes.ts';

const DOC = readFileSync(new URL('../../docs/wiring.md', import.meta.url), 'utf8');

interface Row {
  readonly id: string;
  readonly en: string;
  readonly ja: string;
  /** `0.06 m3` */
  readonly page: string;
  readonly adjustment: string;
}

/** `| <a id="…"></a> … | sentence<br>文 | page | adjustment | what to do |` */
const ROWS: readonly Row[] = DOC.split('\n').flatMap((line) => {
  const [, id] = /^\| <a id="(pulse_[a-z]+)"><\/a>/.exec(line) ?? [];
  if (id === undefined) return [];
  const [, said = '', page = '', adjustment = ''] = line.split(' | ');
  const [en = '', ja = ''] = said.split('<br>');
  return [{ id, en, ja, page, adjustment }];
});

/** The rightly wired one is told in the text above the table. */
const RIGHT: Row = {
  id: 'right',
  en: /^`(Watched for .*)`/m.exec(DOC)?.[1] ?? '',
  ja: '',
  page: '0.02 m3',
  adjustment: '0 m3',
};
const ALL = [...ROWS, RIGHT];
const METERS = Object.keys(PULSE_MISTAKES).map((id, n) => ({ id, input: n + 1 }));
const WAIT_MS = 40_000;
/** A busy machine may be too slow to begin a watch in time, ms. */
const TRIES_MS = 90_000;

let folder = '';
let board: PulseBoard;
let config = '';

beforeAll(async () => {
  board = await startPulseBoard();
  folder = mkdtempSync(join(tmpdir(), 'hakaru-wiring-'));
  config = join(folder, 'site.yaml');
  const meters = METERS.map(
    ({ id, input }) =>
      `  ${id.replace('_', '-')}: { line: pins, input: ${input}, ${PULSE_MISTAKES[id]?.keys} }\n`,
  );
  writeFileSync(
    config,
    `site: { id: works, gridArea: kyushu }
gateway: { id: gw1 }
clock: { trust: manual }
lines: { pins: { kind: gpio, chip: gpiochip0, gpiomon: ${board.program(2)}, major: 2 } }
meters:
${meters.join('')}dashboard: { host: 127.0.0.1, port: 0 }
`,
  );
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
});

afterAll(async () => {
  for (const watcher of board.watchers()) watcher.kill();
  await board.close();
  rmSync(folder, { recursive: true, force: true });
});

const isWatched = (input: number): boolean =>
  board.watchers().some(({ inputs }) => inputs.includes(String(input)));

/** The contacts do what they do, in the time that has just passed. */
async function run(meters: readonly { readonly id: string; readonly input: number }[]): Promise<void> {
  await eventually(() => meters.every(({ input }) => isWatched(input)), 'they are watched', WAIT_MS);
  // All of it, and the filter time at the begin of each watch.
  await delay(TAKES_MS + 500);
  for (const { id, input } of meters)
    board.edges(input, edgesEnding(PULSE_MISTAKES[id]?.seen ?? [], process.hrtime.bigint()));
}

/** What an installer reads who lets the meter run meanwhile, and tries again where the watch was slow to begin. */
async function printed(id: string, language: Language): Promise<string> {
  const meter = METERS.find((one) => one.id === id) ?? expect.fail(id);
  for (const untilMs = performance.now() + TRIES_MS; performance.now() < untilMs; ) {
    let text = '';
    let isOver = false;
    let isSeen = false;
    const out = (line: string): void => void (text += `${line}\n`);
    const reading = read({ language, out, say: out }, id.replace('_', '-'), { config }).finally(() => {
      isOver = true;
    });
    await eventually(() => isOver || isWatched(meter.input), 'it is watched, or not', WAIT_MS);
    await Promise.race([reading, delay(TAKES_MS + 500)]);
    if (!isOver) {
      board.edges(meter.input, edgesEnding(PULSE_MISTAKES[id]?.seen ?? [], process.hrtime.bigint()));
      isSeen = true;
    }
    if ((await reading) === 0 && isSeen) return text;
  }
  return expect.fail(`${id} could not be read`);
}

/** A busy machine watches a little longer than it was asked to. */
const timeless = (text: string): string => text.replace(/\d+( s:| 秒)/, 'so many$1');

describe('docs/wiring.md', () => {
  it('has a row for each mistake that is made here', () => {
    expect(ALL.map(({ id }) => id).toSorted()).toEqual(Object.keys(PULSE_MISTAKES).toSorted());
    expect(DOC).toContain(`closes ${CLOSINGS} times`);
  });

  it('says what `hakaru read` prints', { timeout: 180_000 }, async () => {
    const texts = await Promise.all(METERS.map(({ id }) => printed(id, 'en')));
    for (const [n, { id }] of METERS.entries()) {
      const row = ALL.find((one) => one.id === id) ?? expect.fail(id);
      expect(timeless(texts[n] ?? ''), id).toContain(timeless(row.en));
    }
  });

  it('also in Japanese', { timeout: 180_000 }, async () => {
    const said = await printed('pulse_bounce', 'ja');
    const row = ROWS.find(({ id }) => id === 'pulse_bounce') ?? expect.fail('no row');
    expect(timeless(said)).toContain(timeless(row.ja));
    // The others differ in their figures only.
    const figures = (text: string) => text.match(/\d+/g);
    for (const { en, ja } of ROWS) expect(figures(ja)).toEqual(figures(en));
  });

  it('says what the page shows, and what two dial readings find', { timeout: 180_000 }, async () => {
    const clock = systemClock('manual');
    const dataDir = join(folder, 'data');
    const gateway = await createGateway({
      site: loadSite(config).site,
      dataDir,
      clock,
      log: createLog({ level: 'silent' }),
      polling: pollHere({ clock }),
      webRoot: folder,
    });
    try {
      await gateway.playRound();
      await eventually(
        async () => {
          await gateway.playRound();
          return METERS.every(({ id }) => openedMs(gateway, id) !== null);
        },
        'all begin',
        WAIT_MS,
      );
      for (const { id } of METERS) readDial(dataDir, id, '5', openedMs(gateway, id) ?? 0);
      await run(METERS);
      await board.told();
      // What is told may lie some moments back: the counter waits for that.
      await delay(500);
      await gateway.playRound();
      const response = await fetch(`${gateway.url}/api/v1/status`);
      const { meters } = (await response.json()) as StatusView;
      for (const { id, page } of ALL) {
        const [channel] = meters.find((meter) => meter.id === id.replace('_', '-'))?.channels ?? [];
        expect(`${channel?.register} ${channel?.unit}`, id).toBe(page);
      }
      const nowMs = Date.now();
      for (const { id } of METERS) readDial(dataDir, id, `5.0${CLOSINGS / 10}`, nowMs);
      await gateway.playRound();
      for (const { id, adjustment } of ALL)
        expect(gateway.store.dials.adjustments(channelOf(gateway, id)), id).toEqual([
          0n,
          micro(adjustment.replace(' m3', '')),
        ]);
    } finally {
      await gateway.stop();
    }
  });
});

function channelOf({ store }: Gateway, id: string): number {
  return store.channels.find(id.replace('_', '-'), 'water-volume')?.id ?? -1;
}

function openedMs(gateway: Gateway, id: string): number | null {
  return gateway.store.eras.of(channelOf(gateway, id))[0]?.opening.atMs ?? null;
}

/** A person reads the dial. */
function readDial(dataDir: string, id: string, cubicMetres: string, atMs: number): void {
  const inbox = join(dataDir, 'inbox', 'corrections');
  mkdirSync(inbox, { recursive: true });
  const path = join(inbox, `${id}-${atMs}`);
  const common = { id: `${id}-${atMs}`, by: 'tanaka', saidAtMs: instant(atMs), sure: false };
  const about = { meter: id.replace('_', '-'), channel: 'water-volume' } as const;
  writeFileSync(
    path,
    writeCorrection({
      ...common,
      ...about,
      kind: 'dial',
      atMs: instant(atMs),
      dialMicro: micro(cubicMetres),
    }),
  );
  utimesSync(path, 0, 0);
}
