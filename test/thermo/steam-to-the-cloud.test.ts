/**
 * A steam meter from its wire to the cloud: what `check` shows is what the hours are made with, `explain` proves it,
 * and a pressure that was written wrong is put right in the past.
 */
import { expect, test } from 'vitest';
import { fastClock } from '../support/fast-clock.ts';
import { cloudOf, DOCUMENT, HOUR_MS, works } from '../support/trouble.ts';
import { MAIN } from '../support/works.ts';
import { eventually } from '../uplink/support/eventually.ts';

const PAST = Date.parse('2026-11-04T09:00:00+09:00');

const boiler = (steam: string): string => `boiler:
    line: lan
    unit: 4
    type: generic
    role: steam
    rated: 250 t/h
    interval: 1 s
    steam: { ${steam} }
    map:
      channels:
        steam-mass: { address: 100, type: u32, wordOrder: lsw, scale: 10, unit: kg, wrapsAt: 100000000, ratio: primary }`;

test('mass by a register, saturated, over feed water of 20 °C', async (context) => {
  const place = await works(context, { now: () => PAST, sinceMs: PAST - HOUR_MS });
  const cloud = await cloudOf(context, place);
  place.writeSite({ meters: [MAIN, boiler('gaugePressure: 0.7 MPa, feedWater: 20 °C')] });
  const checked = await place.command(['check', place.sitePath]);
  expect(checked.code).toBe(0);
  expect(checked.stdout).toContain('boiler/steam-mass: 745.655 kWh/t; without dates; IAPWS-IF97\n');
  const { factors } = JSON.parse((await place.command(['check', '--json', place.sitePath])).stdout) as {
    factors: unknown[];
  };
  expect(factors).toMatchObject([{ meter: 'boiler', channel: 'steam-mass', kwhPerUnit: '149131/200' }]);

  await place.play(PAST, 2, DOCUMENT);
  const hours = () =>
    [...cloud.table.values()]
      .filter(({ meter, start }) => meter === 'boiler' && Date.parse(start) < PAST + 2 * HOUR_MS)
      .toSorted((a, b) => a.start.localeCompare(b.start));
  await eventually(() => hours().length === 2, 'two hours of steam');
  /** Published in millionths, so exact again as whole numbers. */
  const micro = (value: number | null) => BigInt(Math.round((value ?? Number.NaN) * 1e6));
  const kwhBy = (thousandths: bigint) =>
    hours().map(({ quantity }) => (micro(quantity) * thousandths * 2n + 1_000n) / 2_000n);
  expect(hours().map(({ unit, mj, revision }) => [unit, mj, revision])).toEqual([
    ['t', null, 1],
    ['t', null, 1],
  ]);
  expect(micro(hours()[1]?.quantity ?? null)).toBeGreaterThan(0n);
  expect(hours().map(({ kwh }) => micro(kwh))).toEqual(kwhBy(745_655n));
  const explained = await place.command(['explain', 'boiler', '2026-11-04T10:00', '--data', place.dataDir]);
  expect(explained.stdout).toMatch(/kWh +\S+ t × 745\.655 \(IAPWS-IF97\) = \S+ kWh\n/);
  expect(explained.stdout).toContain('feed water 20 °C, IAPWS-IF97: h 84.013058 kJ/kg');

  const clock = fastClock('2026-11-04T11:05:00+09:00');
  place.live(clock.now);
  place.writeSite({ meters: [MAIN, boiler('gaugePressure: 0.5 MPa, feedWater: 20 °C')] });
  await place.run(clock.env);
  await eventually(
    () => hours().every(({ revision }) => revision === 2),
    () => `sent again: ${JSON.stringify(hours())}`,
  );
  expect(hours().map(({ kwh }) => micro(kwh))).toEqual(kwhBy(742_284n));
  const facts = cloud.metas.at(-1)?.meters.find(({ id }) => id === 'boiler')?.channels[0]?.kwhFactors;
  expect(facts).toEqual([
    {
      from: null,
      to: null,
      kwhPerUnit: '185571/250',
      gauges: [],
      factor: 'IAPWS-IF97',
      counts: null,
      normalPerUnit: null,
      satpPerUnit: null,
    },
  ]);
});
