/**
 * The electric furnace of the demo sits behind a 200/5 A current transformer and reports what flows on its secondary
 * side. The power that a manager sees is the primary one, as the register is.
 */
import { expect, test } from 'vitest';
import { openLine } from '../../drivers/open-line.ts';
import { startDemoFactory } from '../../simulators/demo-factory.ts';
import { demoSite } from '../support/demo-site.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';

const NOON_MS = Date.parse('2026-05-07T12:00:00+09:00');

test('power behind a transformer is shown on the primary side', async () => {
  const clock = createSteppedClock(NOON_MS);
  const factory = await startDemoFactory({
    now: () => clock.now(),
    seed: 5,
    startMs: NOON_MS - 3_600_000,
    pace: 0,
    serial: 'rtu-over-tcp',
  });
  const site = demoSite(factory, { brokerUrl: null });
  const furnace = site.meters.filter(({ id }) => id === 'furnace');
  const line = openLine(site.lines.find(({ id }) => id === 'lan') ?? expect.fail('no line'), furnace, {
    clock,
  });
  const poll = await line.meters[0]?.poll();
  await line.close();
  await factory.close();
  const power = poll?.gauges.find(({ gauge }) => gauge === 'power');
  // The register counts tenths of a watt on the secondary side: 4 W on the primary.
  expect(Math.abs((power?.value ?? Number.NaN) - factory.plant.rate('furnace', NOON_MS))).toBeLessThanOrEqual(
    4,
  );
  expect(power?.unit).toBe('W');
});
