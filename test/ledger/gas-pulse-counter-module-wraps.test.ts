import { expect, it } from 'vitest';
import { at, decimal, HOUR, MINUTE, micro, openLedger, reading, specWith } from './support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');

/** A 16-bit counter of 0.1 m³ pulses behind a boiler of at most 60 m³/h. */
const gas = specWith({
  channel: 'gas-volume',
  unit: 'm3',
  role: 'gas',
  ratedPerHour: decimal('60'),
  kwhPerUnit: decimal('12.5'),
  kwhFactor: 'city-gas-13a',
  scale: { wrapsAt: { num: 65_536n, den: 1n } },
});

/** 30 m³/h: five pulses a minute, 65,400 on the counter at 9:00. */
const counts = Array.from({ length: 150 }, (_, i) => reading(START + i * MINUTE, (65_400 + i * 5) % 65_536));

it('goes on from 0 in cubic metres, with kWh by the factor', () => {
  const ledger = openLedger({ startMs: START, spec: gas });
  ledger.feed(counts);
  ledger.close(START + 2 * HOUR + 3 * MINUTE);

  expect(ledger.eras().map(({ cause }) => cause)).toEqual(['first', 'rollover']);
  expect(ledger.hours(START, START + 2 * HOUR)).toMatchObject([
    {
      quantityMicro: micro('30'),
      energyMicroKwh: micro('375'),
      startRegisterMicro: micro('6540'),
      endRegisterMicro: micro('16.4'),
    },
    {
      quantityMicro: micro('30'),
      energyMicroKwh: micro('375'),
      startRegisterMicro: micro('16.4'),
      endRegisterMicro: micro('46.4'),
    },
  ]);
  expect(ledger.hourMessages()[0]).toMatchObject({
    unit: 'm3',
    quantity: 30,
    kwh: 375,
    demandUnit: 'm3/h',
    demand: [30, 30],
  });
});

it('wraps in a gap too, as long as the counter cannot have gone round more than once', () => {
  const ledger = openLedger({ startMs: START, spec: gas });
  ledger.feed([...counts.slice(0, 20), ...counts.slice(140)]);

  expect(ledger.eras().at(-1)).toMatchObject({ cause: 'rollover', stepMicro: micro('60.5') });
});

it('the whole way round at once is a number like any other: the sums stay exact', () => {
  const ledger = openLedger({ startMs: START, spec: gas });
  let pulses = 65_000;
  const long = [];
  for (let hour = 0; hour <= 300; hour++, pulses += 571)
    long.push(reading(START + hour * HOUR, pulses % 65_536));
  ledger.feed(long);

  expect(ledger.eras().filter(({ cause }) => cause === 'rollover')).toHaveLength(3);
  const head = ledger.boundary(START + 300 * HOUR);
  expect(head?.totalMicro).toBe(micro('0.1') * 300n * 571n);
});
