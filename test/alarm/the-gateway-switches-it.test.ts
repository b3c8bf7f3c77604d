/** The alarm contact of a running gateway: real processes from the site file to the pin. */
import { expect, onTestFinished, test } from 'vitest';
import { openPin } from '../../simulators/output/pin.ts';
import { settableClock } from '../support/settable-clock.ts';
import { answers, cloudOf, works } from '../support/trouble.ts';
import { eventually } from '../uplink/support/eventually.ts';

function pinWith(major: 1 | 2) {
  const pin = openPin();
  onTestFinished(() => pin.remove());
  return { pin, keys: `chip: gpiochip0, output: 27, gpioset: ${pin.program(major)}` };
}

test('a meter is silent: the contact is on, the cloud hears why, and it is off again when it answers', async (context) => {
  const place = await works(context);
  const cloud = await cloudOf(context, place);
  const { pin, keys } = pinWith(2);
  place.writeSite({ alarm: `${keys}, on: [meter-offline]` });
  place.wire.shut();
  const running = await place.run();
  await eventually(
    () => pin.levels().at(-1) === 'high',
    () => running.printed(),
    60_000,
  );
  await eventually(() => cloud.statuses.at(-1)?.alarm?.state === 'on', 'the status says so', 20_000);
  expect(cloud.statuses.at(-1)?.alarm?.causes).toEqual(['meter-offline']);
  expect((await place.status())?.alarm).toMatchObject({ state: 'on', fault: null });
  place.wire.open();
  await eventually(
    () => pin.levels().at(-1) === 'low',
    () => running.printed(),
    60_000,
  );
  await eventually(() => cloud.events.some(({ kind }) => kind === 'alarm-off'), 'the cloud hears', 20_000);
  const on = cloud.events.find(({ kind }) => kind === 'alarm-on');
  expect(on?.text).toBe('The alarm contact was switched on: meter-offline.');
  running.child.kill('SIGTERM');
  expect((await running.finished).code).toBe(0);
  expect(pin.holder()).toBeNull();
  expect(pin.levels().at(-1)).toBe('low');
});

test('a clock that is not set switches it on; a gateway that is killed leaves it off, and the next one goes on', async (context) => {
  const place = await works(context);
  const cloud = await cloudOf(context, place);
  const { pin, keys } = pinWith(1);
  const clock = settableClock(place, { beginMs: 60_000 - Date.now(), meters: false });
  place.writeSite({ alarm: `${keys}, on: [clock, storage]` });
  const running = await place.run(clock.env);
  await eventually(() => pin.levels().at(-1) === 'high' && pin.holder() !== null, 'it is on', 20_000);
  running.child.kill('SIGKILL');
  await eventually(() => pin.levels().at(-1) === 'low' && pin.holder() === null, 'it is off', 20_000);

  const again = await place.run(clock.env);
  await eventually(() => pin.levels().at(-1) === 'high' && pin.holder() !== null, 'it is on again', 20_000);
  const knownMs = Date.now();
  clock.set(0);
  await eventually(() => pin.levels().at(-1) === 'low', 'it is off: the time is known', 20_000);
  await eventually(() => cloud.events.some(({ kind }) => kind === 'alarm-off'), 'the cloud hears', 20_000);
  const told = cloud.events.filter(({ kind }) => kind.startsWith('alarm-'));
  expect(told.map(({ kind }) => kind)).toEqual(['alarm-on', 'alarm-off']);
  // It was switched on before anybody knew the time, and is told with the time it was.
  for (const { at } of told) expect(Math.abs(Date.parse(at) - knownMs)).toBeLessThan(60_000);
  again.child.kill('SIGTERM');
  expect((await again.finished).code).toBe(0);
});

test('without the keys nothing is ever switched', async (context) => {
  const place = await works(context);
  const running = await place.run();
  await place.meterIs('main', 'answers', answers);
  expect((await place.status())?.alarm).toBeNull();
  running.child.kill('SIGTERM');
  expect((await running.finished).code).toBe(0);
});
