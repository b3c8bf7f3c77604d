/** Corrections come to the gateway as files: taken once, refused with a reason, or left for later. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { readCorrection, writeCorrection } from '../../config/correction-file.ts';
import { createCorrectionIntake } from '../../gateway/correction-intake.ts';
import type { Correction } from '../../gateway/domain/corrections.ts';
import type { EventDraft } from '../../gateway/domain/render.ts';
import { instant } from '../../gateway/domain/time.ts';
import { createLog } from '../../gateway/platform/log.ts';
import { at, HOUR, MINUTE, micro, openLedger, reading, specWith } from '../ledger/support/ledger.ts';
import { openDesk } from './support/desk.ts';

const START = at('2026-07-01T09:00:00+09:00');
const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

const EXCHANGE: Correction = {
  id: 'a-b-c',
  by: '田中',
  saidAtMs: START,
  meter: 'm1',
  channel: 'energy-import',
  sure: false,
  kind: 'exchange',
  answer: {
    kind: 'exchange',
    atMs: instant(START + 33 * MINUTE),
    finalMicro: micro('106'),
    startMicro: 0n,
    serial: null,
  },
};

function setUp(updateMs = 0) {
  const dataDir = mkdtempSync(join(tmpdir(), 'hakaru-said-'));
  folders.push(dataDir);
  const ledger = openLedger({ startMs: START, spec: specWith({ scale: { updateMs } }), evidenceMs: 1 });
  const told: EventDraft[] = [];
  const intake = createCorrectionIntake({
    dataDir,
    corrector: openDesk(ledger).corrector(),
    events: { tell: (event) => void told.push(event) },
    log: createLog({ level: 'silent' }),
  });
  const dir = join(dataDir, 'inbox', 'corrections');
  mkdirSync(dir, { recursive: true });
  return {
    ledger,
    intake,
    told,
    put: (name: string, bytes: Uint8Array | string) => {
      writeFileSync(join(dir, name), bytes);
      utimesSync(join(dir, name), 0, 0);
    },
    files: () => readdirSync(dir),
    dir,
  };
}

it('a file is read as it was written', () => {
  const answers = [
    { kind: 'reset', finalMicro: null, startMicro: 5n },
    { kind: 'wrap', endMicro: 10n ** 17n },
    { kind: 'real' },
    { kind: 'ignore' },
  ] as const;
  const { kind: _, answer: __, ...common } = EXCHANGE;
  const all: Correction[] = [
    EXCHANGE,
    ...answers.map((answer) => ({ ...common, kind: 'answer', era: 2, answer }) as const),
    { ...common, kind: 'dial', atMs: START, dialMicro: 7n },
  ];
  for (const correction of all) expect(readCorrection(writeCorrection(correction), 'x')).toEqual(correction);
});

it('what cannot be right is set aside and told, and the next one is taken', () => {
  const { ledger, intake, told, put, files } = setUp();
  ledger.feed(Array.from({ length: 31 }, (_, i) => reading(START + i * MINUTE, 1_000 + i)));
  ledger.feed(Array.from({ length: 90 }, (_, i) => reading(START + (40 + i) * MINUTE, 5 + i)));
  put('0-rubbish', '{"format":"hakaru-correction/1","kind":"exchange"}');
  put('1-noise', Uint8Array.of(0xff, 0xfe));
  put(
    '2-absurd',
    writeCorrection({
      ...EXCHANGE,
      id: 'absurd',
      answer: { ...EXCHANGE.answer, finalMicro: 1n },
    }),
  );
  put('3-good', writeCorrection(EXCHANGE));
  expect(intake.drain(instant(START + 3 * HOUR))).toBe(true);
  expect(files()).toEqual(['0-rubbish.refused', '1-noise.refused', '2-absurd.refused']);
  expect(told.map(({ kind, detail }) => [kind, detail['fault']])).toEqual([
    ['correction-refused', 'correction-unreadable'],
    ['correction-refused', 'correction-unreadable'],
    ['correction-refused', 'exchange-final-below'],
  ]);
  expect(ledger.store.corrections.all()).toMatchObject([{ id: 'a-b-c', by: '田中' }]);
  expect(intake.drain(instant(START + 3 * HOUR))).toBe(false);
});

it('what a slow register has not shown yet waits', () => {
  const { ledger, intake, put, dir } = setUp(15 * MINUTE);
  ledger.feed(Array.from({ length: 28 }, (_, i) => reading(START + i * MINUTE, 1_000 + i)));
  ledger.feed([40, 41, 42].map((i) => reading(START + i * MINUTE, i)));
  put('early', writeCorrection(EXCHANGE));
  expect(intake.drain(instant(START + 43 * MINUTE))).toBe(false);
  expect(existsSync(join(dir, 'early'))).toBe(true);
  ledger.feed(Array.from({ length: 60 }, (_, i) => reading(START + (43 + i) * MINUTE, 43 + i)));
  expect(intake.drain(instant(START + 2 * HOUR))).toBe(true);
  expect(ledger.store.corrections.all()).toMatchObject([{ passedMicro: micro('7.3') }]);
});
