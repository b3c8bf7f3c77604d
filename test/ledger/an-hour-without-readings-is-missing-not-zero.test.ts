import { expect, it } from 'vitest';
import { at, HOUR, MINUTE, micro, openLedger, reading, SECOND } from './support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');

it('is published as null at its end + 90 s, and once more when the meter is back', () => {
  const ledger = openLedger({ startMs: START });
  ledger.feed(Array.from({ length: 61 }, (_, i) => reading(START + i * MINUTE, 1_000 + i * 10)));
  ledger.close(START + HOUR + 89 * SECOND);
  expect(ledger.hourMessages()).toEqual([]);

  ledger.close(START + HOUR + 90 * SECOND);
  expect(ledger.hourMessages()).toMatchObject([{ revision: 1, quantity: 60, quality: 'measured' }]);

  ledger.close(START + 2 * HOUR + 90 * SECOND);
  expect(ledger.hourMessages().at(-1)).toMatchObject({
    start: '2026-07-01T10:00:00+09:00',
    revision: 1,
    quality: 'missing',
    quantity: null,
    kwh: null,
    mj: null,
    demand: [null, null],
    coverage: 0,
    register: { start: 160, end: null },
  });
  expect(ledger.slot(START + HOUR)).toMatchObject({
    quality: 'missing',
    quantityMicro: null,
    countedMicro: null,
  });

  ledger.feed([reading(START + 2 * HOUR + 10 * MINUTE, 2_300)]);
  ledger.close(START + 2 * HOUR + 11 * MINUTE);
  expect(ledger.hourMessages().at(-1)).toMatchObject({
    start: '2026-07-01T10:00:00+09:00',
    revision: 2,
    quality: 'estimated',
    quantity: 60,
  });
});

it('a meter that has never answered has missing hours from the start of the gateway on', () => {
  const ledger = openLedger({ startMs: START });
  ledger.close(START + 3 * HOUR + 2 * MINUTE);

  expect(
    ledger.hours(0, START + 9 * HOUR).map(({ quality, quantityMicro }) => [quality, quantityMicro]),
  ).toEqual(Array.from({ length: 3 }, () => ['missing', null]));
});

it('an idle hour is 0, not missing', () => {
  const ledger = openLedger({ startMs: START });
  ledger.feed(Array.from({ length: 63 }, (_, i) => reading(START + i * MINUTE, 1_000)));
  ledger.close(START + HOUR + 5 * MINUTE);

  expect(ledger.hour(START)).toMatchObject({
    quality: 'measured',
    quantityMicro: micro('0'),
    demandMicro: [0n, 0n],
  });
});
