/** What gauges showed under a clock that ran ahead is taken back with everything else of that time. */
import { expect, test } from 'vitest';
import { HALF_MS, openHall, START } from './support/steam-hall.ts';

const HOUR_MS = 2 * HALF_MS;
const MINUTE_MS = 60_000;
const LIVE = 'gaugePressure: { meter: boiler, gauge: pressure }, feedWater: 20 °C';
const PRESSURE = { meter: 'boiler', gauge: 'pressure' } as const;
/** 0.7 MPa as a float32. */
const P7 = 699_999_988n;
const SLOT = START / HALF_MS;

test('a clock that was two hours ahead for ten minutes', async (context) => {
  // By the steady time of the plant; the meters know nothing of the clock.
  let pressureMpa = 0.7;
  const hall = await openHall(context, { pressureMpa: () => pressureMpa, steam: LIVE });
  await hall.playTo(START + 10 * MINUTE_MS);
  pressureMpa = 1.5;
  hall.setClock(START + 130 * MINUTE_MS);
  await hall.playTo(START + 140 * MINUTE_MS);
  // From the first poll under the wrong clock on.
  const ahead = hall.look(({ gauges }) => gauges.find(PRESSURE, SLOT + 4)?.watchedMs);
  expect(ahead).toBe(10 * MINUTE_MS - 20_000);

  pressureMpa = 0.7;
  hall.setClock(START + 20 * MINUTE_MS);
  await hall.playTo(START + HOUR_MS + 100_000);
  const [first, second, later] = hall.look(({ gauges }) =>
    [SLOT, SLOT + 1, SLOT + 4].map((slot) => gauges.find(PRESSURE, slot)),
  );
  expect(later).toBeNull();
  // Ten minutes of the first half-hour were stamped elsewhere: a value holds for a minute after they began.
  expect(first).toMatchObject({ minMicro: P7, maxMicro: P7 });
  expect(first?.watchedMs).toBeGreaterThanOrEqual(20 * MINUTE_MS);
  expect(first?.watchedMs).toBeLessThanOrEqual(21 * MINUTE_MS);
  expect(second).toMatchObject({ watchedMs: HALF_MS, maxMicro: P7 });
  const hour = hall.hours().find(({ start }) => Date.parse(start) === START);
  expect((hour?.kwh ?? 0) / (hour?.quantity ?? 1)).toBeCloseTo(745.655, 3);
  expect(hall.explain(START)).toContain('boiler/pressure watched for less than 1620000 ms');
});

test('a start again in the middle of a half-hour adds to its row and counts nothing twice', async (context) => {
  const hall = await openHall(context, {
    pressureMpa: (atMs) => (atMs < START + 15 * MINUTE_MS ? 0.5 : 0.9),
    steam: LIVE,
  });
  await hall.playTo(START + 15 * MINUTE_MS);
  await hall.restart();
  await hall.playTo(START + 20 * MINUTE_MS);
  await hall.restart();
  await hall.playTo(START + HALF_MS + MINUTE_MS);
  const row = hall.look(({ gauges }) => gauges.find(PRESSURE, SLOT));
  // What a value held beyond the end of the process was not watched: one poll each time at most.
  expect(row?.watchedMs).toBeLessThanOrEqual(HALF_MS);
  expect(row?.watchedMs).toBeGreaterThanOrEqual(HALF_MS - 2 * 20_000);
  expect(row).toMatchObject({ minMicro: 500_000_000n, maxMicro: 899_999_976n });
});

test('what was read while the time was not known is stamped afterwards', async (context) => {
  const hall = await openHall(context, { pressureMpa: () => 0.7, steam: LIVE });
  await hall.playTo(START);
  const stopped = START + 40_000;
  // The machine starts with the time of its image, and hears from its time server ten minutes later.
  hall.setClock(Date.parse('2020-01-01T00:00:00Z'), false);
  await hall.restart();
  await hall.playTo(Date.parse('2020-01-01T00:10:00Z'));
  expect(hall.look(({ gauges }) => gauges.find(PRESSURE, SLOT))).toBeNull();
  hall.setClock(stopped + 10 * MINUTE_MS);
  await hall.playTo(START + HALF_MS + 2 * MINUTE_MS);
  const row = hall.look(({ gauges }) => gauges.find(PRESSURE, SLOT));
  // All but what passed around the start.
  expect(row?.watchedMs).toBeGreaterThanOrEqual(HALF_MS - 2 * MINUTE_MS);
  expect(row).toMatchObject({ minMicro: P7, maxMicro: P7 });
});
