import { expect, it } from 'vitest';
import { at, HOUR, MINUTE, micro, openLedger, reading, specWith } from './support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');

/** Idle until 10:20, then 300 kW: what nobody knows as long as only 9:00 and 11:00 are there. */
const truth = (minute: number) => reading(START + minute * MINUTE, 1_000 + Math.max(0, minute - 80) * 50);

it('moves the boundary, raises the revision of the hours it touches, and leaves the total alone', () => {
  const ledger = openLedger({ startMs: START });
  ledger.feed([truth(0), truth(1), truth(119), truth(121), truth(180), truth(181)]);
  ledger.close(START + 4 * HOUR);
  expect(ledger.boundary(START + HOUR)).toMatchObject({ lowMicro: 0n, highMicro: micro('195.1') });
  const before = ledger.hours(START, START + 3 * HOUR);
  const sum = (hours: typeof before) => hours.reduce((total, hour) => total + (hour.quantityMicro ?? 0n), 0n);

  expect(ledger.feed([truth(61), truth(59)], START + 4 * HOUR)).toBe(2);
  ledger.close(START + 4 * HOUR);

  expect(ledger.boundary(START + HOUR)).toMatchObject({
    lower: { reading: { atMs: START + 59 * MINUTE } },
    upper: { reading: { atMs: START + 61 * MINUTE } },
    totalMicro: 0n,
  });
  const after = ledger.hours(START, START + 3 * HOUR);
  expect(after.map(({ quantityMicro }) => quantityMicro)).toEqual([0n, micro('200'), micro('300')]);
  expect(after.map(({ revision }) => revision)).toEqual([2, 2, 1]);
  expect(sum(after)).toBe(sum(before));
  expect(after[0]?.coverageMicro).toBeGreaterThanOrEqual(before[0]?.coverageMicro ?? 0);
});

it('sends the hours of its boundary again even where nobody speaks of a gap', () => {
  const ledger = openLedger({ startMs: START });
  ledger.feed([0, 57, 62, 67, 117, 123, 124].map(truth));
  ledger.close(START + 2 * HOUR + 5 * MINUTE);
  const sent = ledger.hourMessages().length;
  // 11:00 was taken half-way between 285 kWh at 10:57 and 315 kWh at 11:03; 299 kWh at 10:59 makes it 303 kWh.
  ledger.feed([reading(START + 119 * MINUTE, 2_990)], START + 2 * HOUR + 5 * MINUTE);
  ledger.close(START + 2 * HOUR + 5 * MINUTE);

  expect(ledger.hourMessages().slice(sent)).toMatchObject([
    { start: '2026-07-01T10:00:00+09:00', revision: 2, register: { end: 303 } },
  ]);
});

it('is refused where it does not fit between its neighbours, or lies between two eras', () => {
  const ledger = openLedger({ startMs: START });
  ledger.feed([truth(0), truth(90), truth(100)]);
  expect(ledger.feed([reading(START + 95 * MINUTE, 1_499)])).toBe(0);
  expect(ledger.feed([reading(START + 95 * MINUTE + 1, 2_001)])).toBe(0);

  ledger.feed([1, 2, 3].map((minute) => reading(START + (110 + minute) * MINUTE, minute)));
  expect(ledger.eras()).toHaveLength(2);
  expect(ledger.feed([reading(START + 105 * MINUTE, 2_010)])).toBe(0);
  expect(ledger.feed([reading(START - MINUTE, 1_000)])).toBe(0);
});

it('tightens the bound of a boundary that lies as far back as a slow register may be old', () => {
  const ledger = openLedger({ startMs: START, spec: specWith({ scale: { updateMs: HOUR } }) });
  // 9:30 waits for a reading taken at 10:30 or later; 10:29 is no such reading, 10:31 is one, 10:40 is a worse one.
  ledger.feed([truth(0), truth(89), truth(100)]);
  expect(ledger.boundary(START + 30 * MINUTE)).toMatchObject({ highMicro: micro('100.1') });
  ledger.feed([truth(91)], START + 100 * MINUTE);

  expect(ledger.boundary(START + 30 * MINUTE)).toMatchObject({ highMicro: micro('55.1') });
});
