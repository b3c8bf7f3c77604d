/**
 * The clock runs four hours ahead while somebody reads the dial, and is then set back. That dial reading must not fill
 * hours that have not come yet, nor keep out the next one.
 */
import { expect, it } from 'vitest';
import type { Reading } from '../../gateway/domain/ledger/register.ts';
import { instant } from '../../gateway/domain/time.ts';
import { at, decimal, HOUR, MINUTE, micro, openLedger, reading, specWith } from './support/ledger.ts';

const NINE = at('2026-07-01T09:00:00+09:00');
const gas = specWith({
  channel: 'gas-volume',
  unit: 'm3',
  role: 'gas',
  keptBy: 'gateway',
  ratedPerHour: decimal('600'),
  kwhPerUnit: null,
  scale: { unitsPerCount: decimal('1') },
});
const EVER = { fromMs: instant(0), toMs: instant(NINE + 99 * HOUR) };

const watch = (id: string, fromMs: number, minutes: number, counted: number): Reading[] =>
  Array.from({ length: minutes + 1 }, (_, i) => ({
    ...reading(fromMs + i * MINUTE, counted + i),
    watched: { id, sinceMs: instant(fromMs) },
  }));

it('is taken back with what it gave, and the dial can be read again', () => {
  const ledger = openLedger({ startMs: NINE, spec: gas });
  ledger.dial(micro('7000'), NINE);
  ledger.feed(watch('1', NINE, 40, 0));
  // Set four hours ahead at 9:40; a dial is read at what is really 9:50, with 10 that nobody saw.
  const aheadMs = NINE + 40 * MINUTE + 4 * HOUR;
  ledger.feed(watch('2', aheadMs + 5 * MINUTE, 5, 40));
  ledger.dial(micro('7055'), aheadMs + 10 * MINUTE);
  expect(ledger.store.dials.fillsTouching(ledger.channelId, EVER)).not.toEqual([]);

  const backMs = NINE + 50 * MINUTE;
  ledger.stages().rewinder.rewind(instant(backMs));
  ledger.restart();
  expect(ledger.store.dials.all(ledger.channelId)).toHaveLength(1);
  expect(ledger.store.dials.fillsTouching(ledger.channelId, EVER)).toEqual([]);
  expect(ledger.events('clock-step').at(-1)).toMatchObject({ detail: { dials: 1 } });

  ledger.feed(watch('2', backMs + MINUTE, 250, 46));
  ledger.close(backMs + 4 * HOUR);
  // 11:00 to 11:30 was watched all the time.
  expect(ledger.slot(NINE + 2 * HOUR)).toMatchObject({ quality: 'measured', quantityMicro: micro('30') });
  expect(() => ledger.dial(micro('7130'), NINE + 2 * HOUR, backMs + 4 * HOUR)).not.toThrow();
});

it('where it had said that nothing passed, nobody knows again', () => {
  const ledger = openLedger({ startMs: NINE, spec: gas });
  ledger.dial(micro('7000'), NINE);
  // Nobody watches from 9:40 to 9:50, and nothing passes.
  ledger.feed([...watch('1', NINE, 40, 0), ...watch('2', NINE + 50 * MINUTE, 100, 40)]);
  ledger.dial(micro('7140'), NINE + 6 * HOUR);
  ledger.close(NINE + 7 * HOUR);
  expect(ledger.hour(NINE)).toMatchObject({ quality: 'estimated', quantityMicro: micro('50') });
  ledger.feed(watch('2', NINE + 6 * HOUR, 1, 140));
  ledger.stages().rewinder.rewind(instant(NINE + 3 * HOUR));
  ledger.restart();
  ledger.close(NINE + 3 * HOUR);
  expect(ledger.hour(NINE)).toMatchObject({ quality: 'missing', quantityMicro: null });
});

it('a short stretch that nobody watched before the clock was set back stays one', () => {
  const ledger = openLedger({ startMs: NINE, spec: gas });
  ledger.feed(watch('1', NINE, 40, 0));
  // Nobody watches from 9:40 to 9:46; then the clock is set back to 9:43.
  ledger.feed(watch('2', NINE + 46 * MINUTE, 1, 40));
  ledger.stages().rewinder.rewind(instant(NINE + 43 * MINUTE));
  ledger.restart();
  // The same watch, by the clock as it is now.
  ledger.feed(watch('2', NINE + 43 * MINUTE + 1, 60, 42));
  ledger.close(NINE + 3 * HOUR);
  expect(ledger.store.unwatched.touching(ledger.channelId, EVER)).toContainEqual({
    fromMs: NINE + 40 * MINUTE,
    toMs: NINE + 43 * MINUTE,
  });
  expect(ledger.slot(NINE + 30 * MINUTE)).toMatchObject({ quality: 'missing' });
});
