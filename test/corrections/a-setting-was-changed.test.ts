/** Somebody sets another CT in a meter: a question, until a person has looked at it. */
import { expect, it } from 'vitest';
import { instant } from '../../gateway/domain/time.ts';
import { createSettingsWatcher } from '../../gateway/stages/watch-settings.ts';
import { at, MINUTE, openLedger, reading } from '../ledger/support/ledger.ts';
import { openDesk, refusal } from './support/desk.ts';

const START = at('2026-07-01T09:00:00+09:00');

it('is asked once, also when it changes again, and settled by whoever looked', () => {
  const ledger = openLedger({ startMs: START });
  const desk = openDesk(ledger);
  ledger.feed([reading(START, 1)]);
  const { events } = ledger.stages();
  const watcher = createSettingsWatcher({ store: ledger.store, events });
  const shows = (ratio: bigint, minute: number) => {
    const atMs = instant(START + minute * MINUTE);
    const value = { num: ratio, den: 1n };
    const settings = [{ setting: 'ct-ratio', value, atMs } as const];
    watcher.note({ meter: 'm1', atMs, registers: [], gauges: [], fault: null, settings });
  };
  shows(40n, 0);
  expect(desk.questions().settings).toEqual([]);
  shows(80n, 1);
  shows(60n, 2);
  expect(desk.questions().settings).toMatchObject([
    { meter: 'm1', setting: 'ct-ratio', before: '40', after: '60', atMs: START + 2 * MINUTE },
  ]);
  const looked = {
    id: 'looked',
    by: 'sato',
    saidAtMs: START,
    meter: 'm1',
    channel: 'energy-import',
    sure: false,
    kind: 'setting',
    setting: 'ct-ratio',
  } as const;
  expect(desk.apply(looked, START + 3 * MINUTE).kind).toBe('applied');
  expect(desk.questions().settings).toEqual([]);
  expect(desk.trail()).toMatchObject([{ by: 'sato', kind: 'ignore', serial: 'ct-ratio 40 → 60' }]);
  expect(refusal(ledger, () => desk.apply({ ...looked, id: 'again' }, START + 3 * MINUTE))).toBe(
    'question-unknown',
  );
  shows(80n, 4);
  shows(60n, 5);
  expect(desk.questions().settings).toEqual([]);
});
