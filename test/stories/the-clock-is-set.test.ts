/**
 * A hand or a time server sets the clock of the running gateway. The process is real and so is the step: the system
 * call that tells the time answers with another one (libfaketime), timers go on as they were.
 */
import { expect, test } from 'vitest';
import { instant } from '../../gateway/domain/time.ts';
import { settableClock } from '../support/settable-clock.ts';
import { answers, answersAfter, cloudOf, HOUR_MS, works } from '../support/trouble.ts';
import type { Works } from '../support/works.ts';
import { eventually } from '../uplink/support/eventually.ts';

const hoursOf = (place: Works) =>
  place.look((store) => {
    const channel = store.channels.find('main', 'energy-import');
    return channel ? store.hours.within(channel.id, instant(0), instant(8_000_000_000_000)) : [];
  });

test('three hours ahead and back: hours that never came are withdrawn, and reading goes on', async (context) => {
  const place = await works(context);
  const cloud = await cloudOf(context, place);
  const clock = settableClock(place);
  const running = await place.run(clock.env);
  await place.meterIs('main', 'answers', answers);
  await eventually(() => place.readings('main').length > 0, 'a reading is kept', 20_000);

  clock.set(3 * HOUR_MS);
  await running.prints('the clock was set');
  await place.meterIs('main', 'is read in the new time', answersAfter(clock.now()));
  await eventually(() => hoursOf(place).length >= 2, 'hours are published', 30_000);
  expect(hoursOf(place).map(({ quality }) => quality)).not.toContain('withdrawn');

  const setBackAt = clock.now();
  clock.set(0);
  await eventually(
    () => hoursOf(place).some(({ quality }) => quality === 'withdrawn'),
    () => running.printed(),
    20_000,
  );
  await place.meterIs('main', 'is read in the old time', answersAfter(clock.now()));
  await eventually(
    () => (place.readings('main').at(-1)?.atMs ?? 0) > clock.now() - 15_000,
    'readings are kept again',
    20_000,
  );
  expect(place.readings('main').at(-1)?.atMs).toBeLessThan(setBackAt);
  await eventually(
    () => [...cloud.table.values()].some(({ quality, kwh }) => quality === 'withdrawn' && kwh === null),
    'the cloud hears of it',
  );
  const kinds = cloud.events.map(({ kind }) => kind);
  // One each way.
  expect(kinds.filter((kind) => kind === 'clock-step')).toHaveLength(2);
  running.child.kill('SIGTERM');
  expect((await running.finished).code).toBe(0);
});

test('an hour back on a clock that nobody vouches for: it waits, says so, and goes on when it is right again', async (context) => {
  const place = await works(context);
  place.writeSite({ clockTrust: 'auto' });
  const clock = settableClock(place);
  const running = await place.run(clock.env);
  await eventually(() => place.readings('main').length > 0, 'a reading is kept', 20_000);
  const before = place.readings('main');

  clock.set(-HOUR_MS);
  await running.prints('clock-behind');
  await place.meterIs('main', 'is read meanwhile', answersAfter(clock.now()));
  expect(place.readings('main').slice(0, before.length)).toEqual(before);

  clock.set(0);
  await eventually(
    () => (place.readings('main').at(-1)?.atMs ?? 0) > Date.now() - 15_000,
    () => running.printed(),
    30_000,
  );
  expect(hoursOf(place).map(({ quality }) => quality)).not.toContain('withdrawn');
  running.child.kill('SIGTERM');
  expect((await running.finished).code).toBe(0);
});
