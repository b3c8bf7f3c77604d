import { describe, expect, it } from 'vitest';
import { at, HOUR, MINUTE, micro, openLedger, reading } from './support/ledger.ts';

const NINE = at('2026-07-01T09:00:00+09:00');

/** 60 kW from the given minute on, asked each minute until 11:05. */
const from = (minute: number) =>
  Array.from({ length: 126 - minute }, (_, i) => reading(NINE + (minute + i) * MINUTE, 7_000 + i * 10));

describe('a channel that begins inside an hour', () => {
  it.each([
    ['in its first half', 20, '40', 666_666],
    ['in its second half', 45, '15', 250_000],
    ['on the half hour', 30, '30', 500_000],
  ])(
    '%s: carries what was counted, estimated, with the coverage it has',
    (_, minute, quantity, coverageMicro) => {
      const ledger = openLedger({ startMs: at('2026-07-01T09:10:00+09:00') });
      ledger.feed(from(minute));
      ledger.close(NINE + 3 * HOUR);

      expect(ledger.hour(NINE)).toMatchObject({
        quality: 'estimated',
        quantityMicro: micro(quantity),
        coverageMicro,
        startRegisterMicro: micro('700'),
      });
      expect(ledger.hour(NINE + HOUR)).toMatchObject({ quality: 'measured', quantityMicro: micro('60') });
      const sum = ledger
        .hours(NINE, NINE + 2 * HOUR)
        .reduce((total, hour) => total + (hour.quantityMicro ?? 0n), 0n);
      const end = ledger.hour(NINE + HOUR)?.endRegisterMicro ?? 0n;
      expect(sum).toBe(end - micro('700'));
    },
  );

  it('on the hour: that hour is whole, and there is none before it', () => {
    const ledger = openLedger({ startMs: NINE });
    ledger.feed(from(0));
    ledger.close(NINE + 3 * HOUR);

    expect(ledger.hours(0, NINE)).toEqual([]);
    expect(ledger.hour(NINE)).toMatchObject({
      quality: 'measured',
      quantityMicro: micro('60'),
      coverageMicro: 1_000_000,
    });
  });

  it('the half hours before it are not taken for idle ones', () => {
    const ledger = openLedger({ startMs: at('2026-07-01T08:10:00+09:00') });
    ledger.feed(from(45));
    ledger.close(NINE + 3 * HOUR);

    expect(ledger.hour(NINE - HOUR)).toMatchObject({
      quality: 'missing',
      quantityMicro: null,
      coverageMicro: 0,
    });
    expect(ledger.slot(NINE)).toMatchObject({ quality: 'estimated', coverageMicro: 0 });
    expect(ledger.hour(NINE)?.demandMicro[0]).toBeNull();
  });
});
