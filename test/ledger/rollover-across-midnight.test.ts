import { expect, it } from 'vitest';
import { at, HOUR, MINUTE, micro, openLedger, reading, specWith } from './support/ledger.ts';

const MIDNIGHT = at('2026-07-02T00:00:00+09:00');

/** A six-digit register of 0.1 kWh steps: it shows 99,999.9 kWh and then 0. */
const spec = specWith({ scale: { wrapsAt: { num: 1_000_000n, den: 1n } } });

/** 300 kW from 22:00 to 02:00, so 5 kWh a minute; the register wraps two minutes after midnight. */
function night(everyMs: number) {
  const end = 999_900 + 100;
  const readings = [];
  for (let ms = -2 * HOUR; ms <= 2 * HOUR; ms += everyMs) {
    const count = end + ((ms - 2 * MINUTE) / MINUTE) * 50;
    readings.push(reading(MIDNIGHT + ms, ((count % 1_000_000) + 1_000_000) % 1_000_000));
  }
  return readings;
}

it('counts up to the end of the register and on from 0, with no quantity lost or made', () => {
  const ledger = openLedger({ spec, startMs: at('2026-07-01T22:00:00+09:00') });
  ledger.feed(night(MINUTE));
  ledger.close(MIDNIGHT + 3 * HOUR);

  expect(ledger.eras().map(({ cause, stepMicro }) => [cause, stepMicro])).toEqual([
    ['first', 0n],
    ['rollover', micro('5')],
  ]);
  const hours = ledger.hours(MIDNIGHT - 2 * HOUR, MIDNIGHT + 2 * HOUR);
  expect(hours.map(({ quantityMicro, quality }) => [quantityMicro, quality])).toEqual(
    Array.from({ length: 4 }, () => [micro('300'), 'measured']),
  );
  expect(hours.map((hour) => [hour.startRegisterMicro, hour.endRegisterMicro])).toEqual([
    [micro('99390'), micro('99690')],
    [micro('99690'), micro('99990')],
    [micro('99990'), micro('290')],
    [micro('290'), micro('590')],
  ]);
  expect(ledger.events('era-opened').at(-1)).toMatchObject({ detail: { cause: 'rollover', step: '5' } });
});

it('takes the boundary out of a bracket that the rollover lies in', () => {
  const ledger = openLedger({ spec, startMs: at('2026-07-01T22:00:00+09:00') });
  // Asked every 20 minutes, from 22:10 on: 23:50 shows 99,940 kWh and 00:10 shows 40 kWh.
  ledger.feed(night(10 * MINUTE).filter((_, i) => i % 2 === 1));

  expect(ledger.boundary(MIDNIGHT)).toMatchObject({
    lower: { reading: { raw: { count: 999_400n } } },
    upper: { reading: { raw: { count: 400n } } },
    registerMicro: micro('99990'),
    totalMicro: micro('550'),
    lowMicro: micro('500'),
    highMicro: micro('600.1'),
  });
  expect(ledger.boundary(MIDNIGHT + 30 * MINUTE)).toMatchObject({ registerMicro: micro('140') });
});

it('is no rollover when the register stood above the end that its type names', () => {
  const ledger = openLedger({ spec, startMs: MIDNIGHT });
  ledger.feed([1_000_127, 1_000_128, 2, 3, 4].map((count, i) => reading(MIDNIGHT + i * MINUTE, count)));

  expect(ledger.eras().at(-1)).toMatchObject({ cause: 'register-change', stepMicro: null });
});

it('is no rollover when more would have passed than the rating allows', () => {
  const ledger = openLedger({ spec, startMs: MIDNIGHT });
  ledger.feed([500_000, 500_010, 0, 1, 2].map((count, i) => reading(MIDNIGHT + i * MINUTE, count)));

  expect(ledger.eras().at(-1)).toMatchObject({ cause: 'register-change', stepMicro: null });
  expect(ledger.events('step-unresolved')).toHaveLength(1);
});
