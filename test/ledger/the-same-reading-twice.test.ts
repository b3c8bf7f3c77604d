import { expect, it } from 'vitest';
import { at, HOUR, MINUTE, micro, openLedger, reading } from './support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');

/** 60 kW, asked every minute until 10:05. */
const honest = Array.from({ length: 66 }, (_, i) => reading(START + i * MINUTE, 1_000 + i * 10));

it('counts once, whether it comes again at once, with the next ones, or after a restart', () => {
  const ledger = openLedger({ startMs: START });
  expect(ledger.feed(honest.flatMap((each) => [each, each]))).toBe(honest.length);
  expect(ledger.feed(honest)).toBe(0);
  ledger.restart();
  expect(ledger.feed(honest.slice(-1))).toBe(0);
  ledger.close(START + HOUR + 5 * MINUTE);

  expect(ledger.hour(START)).toMatchObject({
    quantityMicro: micro('60'),
    quality: 'measured',
    coverageMicro: 1_000_000,
  });
  expect(ledger.hourMessages()).toHaveLength(1);
});

it('with another value at the same instant is refused: of two there, the first stands', () => {
  const ledger = openLedger({ startMs: START });
  ledger.feed(honest);
  const newest = honest.at(-1);
  // One count more is plausible at any instant.
  expect(ledger.feed([reading(newest?.atMs ?? 0, 1_651)])).toBe(0);

  expect(ledger.store.readings.head(ledger.channelId)).toMatchObject({ reading: { raw: { count: 1_650n } } });
});
