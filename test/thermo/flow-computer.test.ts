/**
 * A flow computer on a real Modbus socket shows the pressure of the steam, a tank the temperature of its feed water.
 * Each half-hour has the factor of its own means; what the gauges showed is kept, and says so when they showed nothing.
 */
import { expect, test } from 'vitest';
import { HALF_MS, openHall, START } from './support/steam-hall.ts';

const HOUR_MS = 2 * HALF_MS;
const LIVE =
  'gaugePressure: { meter: boiler, gauge: pressure }, feedWater: { meter: tank, gauge: temperature }';

/** facts/metering.md: h_g at the gauge pressure, h_f of the feed water, kJ/kg. */
const WORKED = [
  [0.1, 2706.5, 15, 63.08],
  [0.3, 2738.2, 20, 84.01],
  [0.5, 2756.2, 60, 251.22],
  [0.7, 2768.4, 80, 334.99],
  [0.8, 2773.1, 20, 84.01],
  [1.0, 2780.7, 60, 251.22],
  [1.5, 2792.9, 80, 334.99],
  [0.7, 2768.4, 20, 84.01],
] as const;

const worked = (atMs: number) => WORKED[Math.floor((atMs - START) / HALF_MS)] ?? WORKED[0];

test('half-hours at the worked pressures have the worked energies, within 0.01 %', async (context) => {
  const hall = await openHall(context, {
    pressureMpa: (atMs) => worked(atMs)[0],
    celsius: (atMs) => worked(atMs)[2],
    steam: LIVE,
  });
  const hours = WORKED.length / 2;
  await hall.playTo(START + hours * HOUR_MS + 120_000, 60_000);
  const seen = hall.hours().slice(-hours);
  expect(seen.map(({ quality }) => quality)).toEqual(Array.from({ length: hours }, () => 'measured'));
  for (const [i, { kwh, quantity }] of seen.entries()) {
    // 1 kg a second.
    expect(quantity).toBeCloseTo(3.6, 3);
    const expected = WORKED.slice(2 * i, 2 * i + 2)
      .map(([, steam, , feed]) => (1_800 * (steam - feed)) / 3_600)
      .reduce((a, b) => a + b, 0);
    expect(Math.abs((kwh ?? 0) / expected - 1), `hour ${i}: ${kwh} kWh, worked ${expected}`).toBeLessThan(
      1e-4,
    );
  }
});

test('a pressure that swings counts by its mean, and explain shows the working', async (context) => {
  // Around 0.7 MPa, once in ten minutes.
  const swing = (atMs: number) => 0.7 + 0.2 * Math.sin((2 * Math.PI * (atMs - START)) / 600_000);
  const hall = await openHall(context, { pressureMpa: swing, celsius: () => 20, steam: LIVE });
  await hall.playTo(START + HOUR_MS + 100_000);
  const [hour] = hall.hours().slice(-1);
  expect(hour).toMatchObject({ quality: 'measured', unit: 't', mj: null });
  expect((hour?.kwh ?? 0) / (hour?.quantity ?? 1)).toBeCloseTo(745.655, 2);
  const rows = hall.look((store) => {
    const slot = START / HALF_MS;
    return [slot, slot + 1].map((each) => store.gauges.find({ meter: 'boiler', gauge: 'pressure' }, each));
  });
  for (const row of rows) {
    expect(row?.watchedMs).toBe(HALF_MS);
    expect(Number(row?.minMicro) / 1e9).toBeCloseTo(0.5, 1);
    expect(Number(row?.maxMicro) / 1e9).toBeCloseTo(0.9, 1);
  }
  const print = hall.explain(START);
  expect(print).toMatch(/09:00 +1\.8 t × 745\.655 = 1342\.179 kWh\n/);
  expect(print).toMatch(
    /boiler\/pressure: 1(25|26)\d+(\.\d+)? kPa·ms ÷ 1800000 ms = (699|700)(\.\d+)? kPa; 50\S+ … 8\S+, watched 1800000 of 1800000 ms/,
  );
  expect(print).toContain('tank/temperature: 36000000 °C·ms ÷ 1800000 ms = 20 °C; 20 … 20');
  expect(print).toContain('feed water 20 °C, IAPWS-IF97: h 84.013058 kJ/kg');
  expect(print).toContain('÷ 3600 = 0.745655 kWh/kg, rounded once to 6 decimals');
  expect(print).toMatch(/kWh +1342\.179 \+ 1342\.179 = 2684\.358 kWh/);
  expect(hall.explain(START, 'ja')).toContain('1800000 ms 監視');
});

test('a transmitter that is out of order: the fall-back stands for it and is told, or there are no kWh', async (context) => {
  const withFallback = LIVE.replace('gauge: pressure', 'gauge: pressure, fallback: 0.5 MPa');
  const hall = await openHall(context, { pressureMpa: () => 0.7, steam: withFallback });
  await hall.playTo(START + 600_000);
  hall.boiler.setBroken(true);
  await hall.playTo(START + HALF_MS + 60_000);
  hall.boiler.setBroken(false);
  await hall.playTo(START + HOUR_MS + 100_000);
  const [hour] = hall.hours().slice(-1);
  // 10 minutes are not half of 30: 0.5 MPa in the first half-hour, 0.7 MPa in the second.
  expect(hour?.kwh).toBeCloseTo(1.8 * 742.284 + 1.8 * 745.655, 3);
  expect(hour).toMatchObject({ quality: 'estimated', quantity: 3.6, demand: [3.6, 3.6] });
  const print = hall.explain(START);
  expect(print).toMatch(
    /watched 660000 of 1800000 ms\n +boiler\/pressure: fall-back 500 kPa \(watched for less than 900000 ms\)/,
  );
  expect(print).toContain('estimated: a fall-back stands for boiler/pressure');

  // The same evidence without a fall-back: the quantity stays, the kWh go, and the message is sent again.
  await hall.restart(LIVE);
  await hall.playTo(START + HOUR_MS + 120_000);
  const [again] = hall.hours().slice(-1);
  expect(again).toMatchObject({ kwh: null, quantity: 3.6, quality: 'measured', revision: 2 });
  expect(hall.explain(START)).toContain('boiler/pressure: no value, and no fall-back in the site file');
});

test('an absolute pressure becomes a gauge pressure by the atmosphere of the place', async (context) => {
  const hall = await openHall(context, {
    pressureMpa: () => 0.7,
    steam: 'gaugePressure: { meter: boiler, gauge: pressure-absolute }, feedWater: 20 °C',
  });
  await hall.playTo(START + HOUR_MS + 100_000);
  expect(hall.hours().slice(-1)).toMatchObject([{ kwh: 2684.358, quality: 'measured' }]);
  expect(hall.explain(START)).toMatch(/absolute: 801\.325\d* − 101\.325 = 700\S* kPa above the atmosphere/);
});
