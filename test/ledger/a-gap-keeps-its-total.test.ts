import { expect, it } from 'vitest';
import { at, HOUR, MINUTE, micro, openLedger, reading } from './support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');

it('what the meter counted while nobody asked is spread over the slots of the gap, which say so', () => {
  const ledger = openLedger({ startMs: START });
  const before = Array.from({ length: 16 }, (_, i) => reading(START + i * MINUTE, 1_000 + i * 10));
  // Nothing from 9:15 to 12:45; then the register has moved by 210.7 kWh.
  const after = Array.from({ length: 80 }, (_, i) =>
    reading(START + (225 + i) * MINUTE, 1_150 + 2_107 + i * 10),
  );
  ledger.feed([...before, ...after]);
  ledger.close(START + 6 * HOUR);

  const hours = ledger.hours(START, START + 5 * HOUR);
  expect(hours.map(({ quality }) => quality)).toEqual([
    'estimated',
    'estimated',
    'estimated',
    'estimated',
    'measured',
  ]);
  expect(hours.map(({ coverageMicro }) => coverageMicro)).toEqual([250_000, 0, 0, 250_000, 1_000_000]);
  expect(hours.map(({ quantityMicro }) => quantityMicro)).toEqual([
    micro('60.15'),
    micro('60.2'),
    micro('60.2'),
    micro('60.15'),
    micro('60'),
  ]);
  expect(hours.reduce((sum, hour) => sum + (hour.quantityMicro ?? 0n), 0n)).toBe(micro('300.7'));
  expect(hours[1]?.demandMicro).toEqual([null, null]);
  expect(ledger.events('gap')).toMatchObject([{ at: '2026-07-01T12:45:00+09:00' }]);
});

it('a gap in which the register stood still is known to have been idle', () => {
  const ledger = openLedger({ startMs: START });
  ledger.feed([0, 1, 2, 182, 183].map((minute) => reading(START + minute * MINUTE, 5_000)));
  ledger.close(START + 6 * HOUR);

  expect(ledger.hour(START + HOUR)).toMatchObject({
    quantityMicro: 0n,
    quality: 'measured',
    coverageMicro: 0,
  });
});
