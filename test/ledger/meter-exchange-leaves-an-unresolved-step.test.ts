import { expect, it } from 'vitest';
import { at, HOUR, MINUTE, micro, openLedger, reading, SECOND, specWith } from './support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');

it('the new meter begins an era; what passed in between counts as nothing until somebody says', () => {
  const ledger = openLedger({ startMs: START });
  const old = Array.from({ length: 40 }, (_, i) => reading(START + i * MINUTE, 500_000 + i * 10));
  // Exchanged between 9:39 and 9:50; the new meter was delivered with 12.3 kWh on it.
  const fresh = Array.from({ length: 80 }, (_, i) => reading(START + (50 + i) * MINUTE, 123 + i * 10));
  ledger.feed([...old, ...fresh]);
  ledger.close(START + 3 * HOUR);

  expect(ledger.eras()).toMatchObject([
    { no: 1, cause: 'first' },
    {
      no: 2,
      cause: 'register-change',
      stepMicro: null,
      baseMicro: micro('39'),
      opening: { atMs: START + 50 * MINUTE },
    },
  ]);
  // 39 kWh by the old meter, 10 kWh by the new one: 11 minutes are not in it, and the hour says so.
  expect(ledger.hour(START)).toMatchObject({
    quantityMicro: micro('49'),
    quality: 'estimated',
    startRegisterMicro: micro('50000'),
    endRegisterMicro: micro('22.3'),
    demandMicro: [micro('60'), null],
  });
  expect(ledger.hour(START + HOUR)).toMatchObject({ quantityMicro: micro('60'), quality: 'measured' });
  expect(ledger.events('step-unresolved')).toMatchObject([
    { detail: { era: 2, registerBefore: '500390', register: '123', step: null } },
  ]);
});

it('a jump up is an exchange too, once three readings agree on it', () => {
  const ledger = openLedger({ startMs: START });
  const counts = [100, 110, 900_000, 900_010];
  const readings = counts.map((count, i) => reading(START + i * MINUTE, count));
  ledger.feed(readings);
  expect(ledger.eras()).toHaveLength(1);
  ledger.feed([reading(START + 4 * MINUTE, 900_020)]);

  expect(ledger.eras().at(-1)).toMatchObject({
    cause: 'register-change',
    opening: { atMs: START + 2 * MINUTE },
  });
  expect(ledger.store.readings.head(ledger.channelId)).toMatchObject({
    reading: { raw: { count: 900_020n } },
    era: 2,
  });
});

it('a slot is not called measured when the step may lie in it unseen', () => {
  // The register is refreshed every 10 minutes: the last reading before the exchange may be that old, so the step
  // may lie before the boundary although the reading itself came after it.
  const ledger = openLedger({ startMs: START, spec: specWith({ scale: { updateMs: 10 * MINUTE } }) });
  const idle = Array.from({ length: 33 }, (_, i) => reading(START + i * MINUTE, 500_000));
  const fresh = Array.from({ length: 60 }, (_, i) => reading(START + 33 * MINUTE + i * 20 * SECOND, 7));
  ledger.feed([...idle, ...fresh]);

  expect(ledger.boundary(START + 30 * MINUTE)).toMatchObject({ registerMicro: null });
  expect(ledger.slot(START)).toMatchObject({ quality: 'estimated' });
});

it('a late reading of the new meter says nothing about boundaries of the old one', () => {
  const spec = specWith({ scale: { encoding: 'float32' } });
  const ledger = openLedger({ startMs: START, spec });
  // At 2²⁴ counts a float32 is good for two counts; the new meter begins at 0 and is exact.
  ledger.feed([reading(START + 29 * MINUTE, 2 ** 24), reading(START + 31 * MINUTE, 2 ** 24)]);
  const before = ledger.boundary(START + 30 * MINUTE);
  ledger.feed([32, 34, 35, 36].map((minute) => reading(START + minute * MINUTE, 0)));
  expect(ledger.feed([reading(START + 33 * MINUTE, 0)])).toBe(1);

  expect(ledger.boundary(START + 30 * MINUTE)).toEqual(before);
  expect(before?.highMicro).toBe(micro('0.2') + 1n);
});
