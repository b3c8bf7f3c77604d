import { expect, it } from 'vitest';
import { at, decimal, HOUR, MINUTE, micro, openLedger, reading, specWith } from './support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');
const before = specWith({ scale: { unitsPerCount: decimal('0.1') } });
const after = specWith({ scale: { unitsPerCount: decimal('0.2') } });

const minutes = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => reading(START + (from + i) * MINUTE, 1_000 + (from + i) * 10));

it('counts with the old ratio up to the change and with the new one from there on', () => {
  const ledger = openLedger({ startMs: START, spec: before });
  ledger.feed(minutes(0, 61));
  ledger.restart(after);
  ledger.feed(minutes(61, 130));
  ledger.close(START + 3 * HOUR);

  expect(ledger.eras()).toMatchObject([
    { no: 1, scale: before.scale },
    { no: 2, cause: 'scale-change', scale: after.scale, stepMicro: null, baseMicro: micro('60') },
  ]);
  expect(ledger.hour(START)).toMatchObject({ quantityMicro: micro('60'), quality: 'measured' });
  // The minute of the change belongs to neither ratio: 59 of 60 minutes at 2 kWh.
  expect(ledger.hour(START + HOUR)).toMatchObject({ quantityMicro: micro('118'), quality: 'estimated' });
  expect(ledger.events('step-unresolved')).toMatchObject([{ detail: { cause: 'scale-change' } }]);
});

it('the same ratio written another way is no change', () => {
  const ledger = openLedger({ startMs: START, spec: before });
  ledger.feed(minutes(0, 10));
  ledger.restart(specWith({ scale: { unitsPerCount: { num: 200n, den: 2_000n } } }));
  ledger.feed(minutes(10, 20));

  expect(ledger.eras()).toHaveLength(1);
});

it('a CT ratio as a fraction is never rounded on the way: 22/7 × 300 counts', () => {
  const ledger = openLedger({
    startMs: START,
    spec: specWith({ scale: { unitsPerCount: { num: 22n, den: 7n } } }),
  });
  ledger.feed(Array.from({ length: 301 }, (_, i) => reading(START + i * MINUTE, i)));

  expect(ledger.boundary(START + 5 * HOUR)?.totalMicro).toBe(942_857_143n);
});
