/**
 * A meter read each second would fill a card. Beside the brackets of the boundaries, which stay for ever, one reading
 * a minute is kept for some weeks; the last reading of an era stays as the evidence of its step.
 */
import { expect, test } from 'vitest';
import { instant } from '../../gateway/domain/time.ts';
import { createPurger } from '../../gateway/stages/purge.ts';
import { acceptedRows, allBoundaries, checkSums } from './support/checks.ts';
import { at, HOUR, MINUTE, openLedger, reading, SECOND, specWith } from './support/ledger.ts';

const NOON = at('2026-07-01T12:00:00+09:00');
const DAY = 24 * HOUR;

/** Read each second; 360 kW in steps of 0.1 kWh. */
function eachSecond(fromMs: number, seconds: number, firstCount = 0) {
  return Array.from({ length: seconds }, (_, i) => reading(fromMs + i * SECOND, firstCount + i));
}

test('an hour of 3,600 readings leaves 60 rows, and both readings around each boundary', () => {
  const ledger = openLedger({ startMs: NOON });
  ledger.feed(eachSecond(NOON, 3_601));
  const rows = acceptedRows(ledger).map((row) => row.reading.atMs);
  expect(rows.filter((atMs) => atMs % MINUTE === 0)).toHaveLength(61);
  expect(rows.filter((atMs) => atMs % MINUTE !== 0)).toEqual([
    NOON + 30 * MINUTE - SECOND,
    NOON + HOUR - SECOND,
  ]);
  const [, half] = allBoundaries(ledger);
  expect(half).toMatchObject({
    lower: { reading: { atMs: NOON + 30 * MINUTE } },
    upper: { reading: { atMs: NOON + 30 * MINUTE } },
  });
  checkSums(ledger);
});

test('the newest reading is never lost, also where no row holds it', () => {
  const ledger = openLedger({ startMs: NOON });
  ledger.feed(eachSecond(NOON, 95));
  expect(acceptedRows(ledger).at(-1)?.reading.atMs).toBe(NOON + MINUTE);
  ledger.restart();
  ledger.feed(eachSecond(NOON + 30 * MINUTE + SECOND, 1, 200));
  const boundary = ledger.boundary(NOON + 30 * MINUTE);
  expect(boundary?.lower.reading).toEqual(reading(NOON + 94 * SECOND, 94));
});

test('what is older than the retention goes in bounded steps; boundaries, hours and sums do not change', () => {
  const ledger = openLedger({ startMs: NOON });
  ledger.feed(eachSecond(NOON, 4 * 3_600));
  ledger.feed([reading(NOON + 5 * DAY, 14_500)]);
  ledger.close(NOON + 5 * HOUR);
  const before = { boundaries: allBoundaries(ledger), hours: ledger.hours(0, NOON + DAY) };
  const purger = createPurger({ store: ledger.store, readingsDays: 35, messagesDays: 35 });
  const nowMs = instant(NOON + 35 * DAY + 2 * HOUR);
  while (purger.run(nowMs));
  expect(acceptedRows(ledger)[0]?.reading.atMs).toBe(NOON + 2 * HOUR);
  expect({ boundaries: allBoundaries(ledger), hours: ledger.hours(0, NOON + DAY) }).toEqual(before);
  // Once an hour is enough.
  expect(purger.run(nowMs)).toBe(false);
});

test('a message that the broker has not taken is kept, however old it is', () => {
  const ledger = openLedger({ startMs: NOON });
  ledger.feed(eachSecond(NOON, 3_700));
  ledger.close(NOON + 2 * HOUR);
  const [first] = ledger.messages();
  if (!first) throw new Error('no message');
  ledger.store.write(() => ledger.store.outbox.acknowledge(first.seq, first.seq, instant(NOON + 2 * HOUR)));
  const purger = createPurger({ store: ledger.store, readingsDays: 35, messagesDays: 35 });
  while (purger.run(instant(NOON + 36 * DAY)));
  expect(ledger.store.outbox.find(first.seq)).toBeNull();
  expect(ledger.messages().length).toBeGreaterThan(0);
  expect(ledger.messages().map(({ seq }) => seq)).not.toContain(first.seq);
});

test('the evidence of an unresolved step outlives the retention', () => {
  const ledger = openLedger({ startMs: NOON });
  ledger.feed([...eachSecond(NOON, 90, 5_000), ...eachSecond(NOON + 90 * SECOND, 10, 3)]);
  expect(ledger.eras()).toHaveLength(2);
  ledger.feed([reading(NOON + 5 * DAY, 500)]);
  const purger = createPurger({ store: ledger.store, readingsDays: 1, messagesDays: 1 });
  while (purger.run(instant(NOON + 8 * DAY)));
  expect(acceptedRows(ledger)).toHaveLength(2);
  expect(
    ledger.store.readings.acceptedAtOrBefore(ledger.channelId, instant(NOON + 90 * SECOND - 1)),
  ).toMatchObject({
    reading: { raw: { count: 5_089n } },
    era: 1,
  });
});

test('a boundary that waits for a sure reading keeps its bracket, however long the meter is silent', () => {
  const ledger = openLedger({ startMs: NOON, spec: specWith({ scale: { updateMs: MINUTE } }) });
  // The last answer may be older than half past twelve; then the meter is dead for weeks.
  ledger.feed(eachSecond(NOON, 30 * 60 + 20));
  expect(ledger.boundary(NOON + 30 * MINUTE)).toBeNull();
  const purger = createPurger({ store: ledger.store, readingsDays: 1, messagesDays: 1 });
  while (purger.run(instant(NOON + 40 * DAY)));
  ledger.restart();
  ledger.feed([reading(NOON + 41 * DAY, 5_000)]);
  ledger.close(NOON + 41 * DAY + HOUR);
  expect(ledger.boundary(NOON + 30 * MINUTE)).toMatchObject({
    lower: { reading: { atMs: NOON + 30 * MINUTE } },
  });
  checkSums(ledger);
});

test('thin evidence is no gap: a late reading between far rows leaves the hour watched', () => {
  const ledger = openLedger({ startMs: NOON, evidenceMs: HOUR });
  ledger.feed(eachSecond(NOON, 1_500));
  ledger.feed([reading(NOON + 1_490 * SECOND + 500, 1_490)], NOON + 1_500 * SECOND);
  ledger.feed(eachSecond(NOON + 1_500 * SECOND, 2_200, 1_500));
  ledger.close(NOON + 2 * HOUR);
  expect(ledger.hour(NOON)).toMatchObject({ quality: 'measured', coverageMicro: 1_000_000 });
});
