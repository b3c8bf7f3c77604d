import { describe, expect, it } from 'vitest';
import { at, HOUR, MINUTE, micro, openLedger, reading, SECOND } from './support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');

/** 60 kW, asked every minute: 10 counts of 0.1 kWh between two readings. */
const honest = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) =>
    reading(START + (from + i) * MINUTE, 100_000 + (from + i) * 10),
  );

describe('a value that the readings after it contradict', () => {
  it.each([
    ['zero', 0],
    ['the largest 32-bit count', 4_294_967_295],
    ['one flipped bit up', 100_200 ^ (1 << 20)],
    ['one flipped bit down', 100_200 ^ (1 << 16)],
  ])('%s leaves the hour as it is, and an event', (_, wrong) => {
    const ledger = openLedger({ startMs: START });
    ledger.feed([...honest(0, 20), reading(START + 20 * MINUTE, wrong), ...honest(21, 130)]);
    ledger.close(START + 3 * HOUR);

    expect(ledger.eras()).toHaveLength(1);
    expect(ledger.hour(START)).toMatchObject({ quantityMicro: micro('60'), quality: 'measured' });
    expect(ledger.hour(START + HOUR)).toMatchObject({ quantityMicro: micro('60'), quality: 'measured' });
    expect(ledger.events('transient-reading')).toMatchObject([{ detail: { register: `${wrong}` } }]);
  });

  it('two in a row are not believed either', () => {
    const ledger = openLedger({ startMs: START });
    const zeros = [30, 31].map((minute) => reading(START + minute * MINUTE, 0));
    ledger.feed([...honest(0, 30), ...zeros, ...honest(32, 130)]);

    expect(ledger.eras()).toHaveLength(1);
    expect(ledger.boundary(START + 30 * MINUTE)).toMatchObject({
      lower: { reading: { atMs: START + 29 * MINUTE } },
      upper: { reading: { atMs: START + 32 * MINUTE } },
      totalMicro: micro('30'),
    });
  });

  it('that comes late is judged like one that came in time', () => {
    const ledger = openLedger({ startMs: START });
    ledger.feed([reading(START, 100_000), reading(START + HOUR, 105_000)]);
    // 500 kWh in an hour is possible, 490 kWh of it in the first ten seconds is not.
    const accepted = ledger.feed([reading(START + 10 * SECOND, 104_900)], START + HOUR);

    expect(accepted).toBe(0);
    expect(ledger.boundary(START + 30 * MINUTE)).toMatchObject({ totalMicro: micro('250') });
  });
});

it('a value that no register of 64 bits with sign can hold is set aside and stops nothing', () => {
  const ledger = openLedger({ startMs: START });
  const impossible = [2n ** 64n - 1n, 2n ** 63n].map((count, i) => reading(START + (20 + i) * MINUTE, count));
  ledger.feed([...honest(0, 20), ...impossible, ...honest(22, 130)]);
  ledger.close(START + 3 * HOUR);

  expect(ledger.hour(START)).toMatchObject({ quantityMicro: micro('60'), quality: 'measured' });
  expect(ledger.events('transient-reading')).toHaveLength(1);
});

it('three times the same nonsense from a float register does not stop the ledger', () => {
  const ledger = openLedger({ startMs: START });
  const huge = { count: 2n ** 24n - 1n, exp2: 104 };
  const nonsense = [20, 21, 22].map((minute) => ({ ...reading(START + minute * MINUTE, 0), raw: huge }));
  ledger.feed([...honest(0, 20), ...nonsense, ...honest(23, 130)]);
  ledger.close(START + 3 * HOUR);

  expect(ledger.eras()).toHaveLength(1);
  expect(ledger.hour(START)).toMatchObject({ quantityMicro: micro('60'), quality: 'measured' });
});

it('as the very first reading it opens the channel, but nothing that follows is counted from it', () => {
  const ledger = openLedger({ startMs: START });
  ledger.feed([reading(START, 0), ...honest(1, 130)]);
  ledger.close(START + 3 * HOUR);

  expect(ledger.eras()).toMatchObject([
    { no: 1 },
    { no: 2, cause: 'register-change', baseMicro: 0n, stepMicro: null },
  ]);
  expect(ledger.hour(START)).toMatchObject({ quantityMicro: micro('59'), quality: 'estimated' });
  expect(ledger.hour(START + HOUR)).toMatchObject({ quantityMicro: micro('60'), quality: 'measured' });
});
