/** Whoever has the print of an hour whose pressure was read arrives at its kWh with a pencil, in either language. */
import { expect, it } from 'vitest';
import { instant, slotOf } from '../../gateway/domain/time.ts';
import { at, HOUR, MINUTE, reading } from '../ledger/support/ledger.ts';
import { openPlant } from '../stories/explain-plant.ts';
import { liveSteamSpec, PRESSURE } from './support/live-spec.ts';

const START = at('2026-11-04T09:00:00+09:00');
const HALF = 30 * MINUTE;

function plantWith(options: { readonly fallbackKpa?: bigint | null }, watched: readonly number[]) {
  const plant = openPlant(liveSteamSpec(options), START);
  // 13 pulses in six minutes, none in the third hour.
  plant.feed(
    Array.from({ length: 31 }, (_, i) => reading(START + i * 6 * MINUTE, 1_000 + Math.min(i, 20) * 13)),
  );
  plant.store.write(() => {
    for (const [i, minutes] of watched.entries()) {
      if (minutes === 0) continue;
      const startMs = START + i * HALF;
      const watchedMs = minutes * MINUTE;
      plant.store.gauges.put(PRESSURE, slotOf(instant(startMs)), {
        sumMicroMs: 712_345_678n * BigInt(watchedMs) + 7n,
        watchedMs,
        minMicro: 600_000_000n,
        maxMicro: 800_000_000n,
        toMs: instant(startMs + watchedMs),
      });
    }
  });
  plant.settle(START + 4 * HOUR);
  return plant;
}

it('with means, with a fall-back, and with nothing passed', () => {
  const plant = plantWith({ fallbackKpa: 500n }, [30, 20, 30, 5]);
  expect(plant.hour(START)?.quality).toBe('interpolated');
  expect(plant.provesHour(START)).toContain('interpolated: header/pressure watched for less than 1620000 ms');
  expect(plant.hour(START + HOUR)?.quality).toBe('estimated');
  expect(plant.provesHour(START + HOUR)).toContain('header/pressure: fall-back 500 kPa');
  // Nothing passed, and nothing was watched: 0 kWh are sure.
  expect(plant.hour(START + 2 * HOUR)).toMatchObject({ quality: 'measured', energyMicroKwh: 0n });
  plant.provesHour(START + 2 * HOUR);
  for (const hour of [0, 1, 2]) plant.sameNumbers(START + hour * HOUR);
});

it('without a fall-back: no kWh, and why', () => {
  const plant = plantWith({}, [30, 5, 30, 30]);
  expect(plant.hour(START)).toMatchObject({ energyMicroKwh: null, quality: 'measured' });
  const print = plant.provesHour(START);
  expect(print).toMatch(/09:30 +\S+ t × no factor = not known/);
  expect(print).toContain('header/pressure: no value, and no fall-back in the site file');
  expect(plant.hour(START + HOUR)?.energyMicroKwh).not.toBeNull();
});

it('a change of the site file that makes other kWh of the same evidence is derived again', () => {
  const plant = plantWith({}, [30, 5, 30, 30]);
  plant.restart(liveSteamSpec({ fallbackKpa: 500n }));
  plant.store.write(() => plant.store.work.addAllOf('close', plant.channelId));
  plant.settle(START + 4 * HOUR);
  expect(plant.hour(START)?.energyMicroKwh).not.toBeNull();
  expect(plant.provesHour(START)).toContain('estimated: a fall-back stands for header/pressure');
});
