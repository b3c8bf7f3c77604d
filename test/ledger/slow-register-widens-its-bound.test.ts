import { expect, it } from 'vitest';
import { at, HOUR, MINUTE, micro, openLedger, reading, specWith } from './support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');

/** 60 kW; a register that the meter refreshes at :07, :22, :37 and :52 only. */
function shown(minute: number) {
  const refreshed = Math.max(0, Math.floor((minute - 7) / 15) * 15 + 7);
  return reading(START + minute * MINUTE, 10_000 + refreshed * 10);
}

const day = Array.from({ length: 130 }, (_, i) => shown(i));

it('waits for a reading that is surely from after the boundary, and says how far off it may be', () => {
  const slow = openLedger({ startMs: START, spec: specWith({ scale: { updateMs: 15 * MINUTE } }) });
  slow.feed(day.slice(0, 46), START + 45 * MINUTE);
  // The first answer that cannot be older than 9:30 is the one of 9:45; it shows what was true at 9:37.
  expect(slow.boundary(START + 30 * MINUTE)).toMatchObject({
    totalMicro: micro('22'),
    lowMicro: micro('22'),
    highMicro: micro('37.1'),
  });
  slow.feed(day.slice(46));
  slow.close(START + 3 * HOUR);
  expect(slow.hour(START)).toMatchObject({ quality: 'interpolated', demandMicro: [null, null] });
});

it('is not closed by a reading that may be older than the boundary', () => {
  const slow = openLedger({ startMs: START, spec: specWith({ scale: { updateMs: 15 * MINUTE } }) });
  slow.feed(day.slice(0, 45));
  expect(slow.boundary(START + 30 * MINUTE)).toBeNull();
  slow.restart();
  slow.feed([shown(45)]);
  expect(slow.boundary(START + 30 * MINUTE)).not.toBeNull();
});

it('believes such answers where the type says nothing of it: then the bracket is one poll wide', () => {
  const quick = openLedger({ startMs: START });
  quick.feed(day.slice(0, 32));
  expect(quick.boundary(START + 30 * MINUTE)).toMatchObject({
    lowMicro: micro('22'),
    highMicro: micro('22.1'),
  });
});

it('totals do not fall where slots share one sure reading', () => {
  const hourly = openLedger({ startMs: START, spec: specWith({ scale: { updateMs: HOUR } }) });
  // Answers at 9:00, 9:31 … 9:35 that may be an hour old, and the next one at 13:15.
  const counts = [0, 31, 32, 33, 34, 35, 255, 256].map((minute) =>
    reading(START + minute * MINUTE, minute < 60 ? 10_000 : 13_000),
  );
  hourly.feed(counts);
  const totals = Array.from(
    { length: 5 },
    (_, i) => hourly.boundary(START + i * 30 * MINUTE)?.totalMicro ?? -1n,
  );

  expect(totals[0]).toBe(0n);
  expect(totals.toSorted((a, b) => Number(a - b))).toEqual(totals);
});

it('a request that takes long counts as a slow register does', () => {
  const ledger = openLedger({ startMs: START });
  ledger.feed([reading(START, 10_000), reading(START + 29 * MINUTE, 10_290)]);
  // Asked 0.4 s before 9:30, answered 0.4 s after it: nobody knows on which side it was sampled.
  ledger.feed([reading(START + 30 * MINUTE + 400, 10_300, 800)]);
  expect(ledger.boundary(START + 30 * MINUTE)).toBeNull();
  ledger.feed([reading(START + 31 * MINUTE, 10_310, 800)]);
  expect(ledger.boundary(START + 30 * MINUTE)).toMatchObject({
    upper: { reading: { atMs: START + 30 * MINUTE + 400 } },
    highMicro: micro('31.1'),
  });
});
