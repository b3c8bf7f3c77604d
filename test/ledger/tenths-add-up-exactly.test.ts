import { expect, it } from 'vitest';
import { at, decimal, HOUR, micro, openLedger, reading, specWith } from './support/ledger.ts';

const START = at('2026-07-01T00:00:00+09:00');
const DAYS = 10;

it('0.7 kWh an hour is 0.7 in every hour and 168 in ten days; added up as doubles it is 167.99999999999972', () => {
  const ledger = openLedger({ startMs: START });
  ledger.feed(
    Array.from({ length: 48 * DAYS + 1 }, (_, half) =>
      // Seven counts an hour, four of them in its first half.
      reading(START + (half * HOUR) / 2, 123_456 + 7 * Math.floor(half / 2) + 4 * (half % 2)),
    ),
  );
  ledger.close(START + 24 * DAYS * HOUR + HOUR / 2);

  const hours = ledger.hours(START, START + 24 * DAYS * HOUR);
  expect(hours).toHaveLength(24 * DAYS);
  expect(new Set(hours.map(({ quantityMicro }) => quantityMicro))).toEqual(new Set([micro('0.7')]));
  expect(hours.reduce((sum, { quantityMicro }) => sum + (quantityMicro ?? 0n), 0n)).toBe(micro('168'));
  expect(new Set(ledger.hourMessages().map(({ kwh, demand }) => `${kwh} ${demand.join(' ')}`))).toEqual(
    new Set(['0.7 0.8 0.6']),
  );
});

it('the total of a channel is the register at its end less the one at its start, over every era', () => {
  // A register of three digits and 0.1 kWh: it wraps every 100 kWh, so ten days at 20 kW are 48 eras and more.
  const spec = specWith({ ratedPerHour: decimal('25'), scale: { wrapsAt: { num: 1_000n, den: 1n } } });
  const ledger = openLedger({ startMs: START, spec });
  const halves = 48 * DAYS;
  ledger.feed(
    Array.from({ length: halves + 2 }, (_, half) =>
      reading(START + (half * HOUR) / 2, (3 + half * 101) % 1_000),
    ),
  );

  expect(ledger.eras()).toHaveLength(1 + Math.floor((3 + halves * 101) / 1_000));
  expect(ledger.boundary(START + 24 * DAYS * HOUR)?.totalMicro).toBe(micro('10.1') * BigInt(halves));
});
