/**
 * A gateway that starts before the time is known runs all the same: page, live values and status are there, nothing is
 * stamped or sent as an hour. When the time comes, whoever brings it, accounting begins and nothing is lost. The
 * processes are real, and so are the steps of their clock (libfaketime).
 */
import { expect, test } from 'vitest';
import { settableClock, timeService } from '../support/settable-clock.ts';
import { answers, cloudOf, HOUR_MS, works } from '../support/trouble.ts';
import { MAIN, type Works } from '../support/works.ts';
import { eventually } from '../uplink/support/eventually.ts';

const DAY_MS = 24 * HOUR_MS;
const clockOf = async (place: Works) => (await place.status())?.clock.state;
const lastRead = (place: Works) => place.readings('main').at(-1);

test('a clock of 1970: everything is shown and nothing is written until the time comes', async (context) => {
  const place = await works(context);
  const cloud = await cloudOf(context, place);
  const clock = settableClock(place, { beginMs: 60_000 - Date.now(), meters: false });
  const startedMs = Date.now();
  const running = await place.run(clock.env);
  expect(running.printed()).toContain('The clock of this machine is not set (1970-01-01T');
  await place.meterIs('main', 'is shown', (meter) => answers(meter) && meter.channels[0]?.register !== null);
  expect(await clockOf(place)).toBe('untrusted');
  await eventually(() => cloud.live.has('main'), 'live values are sent');
  await eventually(() => cloud.statuses.at(-1)?.clock?.state === 'untrusted', 'the status says why');
  expect(cloud.statuses.at(-1)).toMatchObject({ since: null, clockTrust: 'untrusted' });
  expect(place.look((store) => [store.channels.all(), store.knownGeneration()])).toEqual([[], null]);
  expect(place.look((store) => store.outbox.backlog().waiting)).toBe(0);

  const knownMs = Date.now();
  clock.set(0);
  await eventually(() => (lastRead(place)?.atMs ?? 0) > knownMs, 'accounting begins', 20_000);
  const [first] = place.readings('main');
  expect(first?.atMs).toBeGreaterThan(startedMs);
  expect(first?.atMs).toBeLessThan(knownMs);
  expect(place.look((store) => store.channels.all())[0]?.sinceMs).toBeGreaterThan(startedMs - 1_000);
  await eventually(() => cloud.events.some(({ kind }) => kind === 'clock-step'), 'the cloud hears of it');
  const known = cloud.events.find(({ kind }) => kind === 'clock-step');
  expect(known?.text).toContain('The time is known again');
  expect(known?.detail['anchored']).toBeGreaterThan(0);
  await eventually(() => cloud.statuses.at(-1)?.clock?.state === 'stepped', 'the status is good');
  expect(Math.abs(Date.parse(cloud.statuses.at(-1)?.since ?? '') - startedMs)).toBeLessThan(5_000);
  expect(cloud.metas.at(-1)?.generation).toBeGreaterThan(startedMs / 1000 - 1);
  for (const { at, generation } of cloud.events) {
    expect(Date.parse(at)).toBeGreaterThan(startedMs - 1_000);
    expect(generation).toBe(cloud.metas.at(-1)?.generation);
  }
  running.child.kill('SIGTERM');
  expect((await running.finished).code).toBe(0);
});

/** A ledger that ends three days ago, and a machine that wakes with the time of then: no battery, no server heard. */
async function wakesThreeDaysLate(context: Parameters<typeof works>[0]) {
  const place = await works(context, { sinceMs: Date.now() - 4 * DAY_MS });
  const clock = settableClock(place, { beginMs: -3 * DAY_MS });
  const before = await place.run(clock.env);
  await eventually(() => place.readings('main').length > 2, 'readings are kept', 20_000);
  before.child.kill('SIGTERM');
  await before.finished;
  const kept = place.readings('main').length;
  // The meters went on counting.
  place.live(() => Date.now());
  const service = timeService(place, 'no');
  place.writeSite({ clockTrust: 'auto', meters: [MAIN] });
  const running = await place.run({ ...clock.env, ...service.env });
  await place.meterIs('main', 'is shown', answers);
  expect(await clockOf(place)).toBe('untrusted');
  return { place, clock, service, running, kept };
}

test('a machine without a battery waits for its time server, and the three days it was off are an estimate', async (context) => {
  const { place, clock, service, running, kept } = await wakesThreeDaysLate(context);
  const cloud = await cloudOf(context, place);
  expect(place.readings('main')).toHaveLength(kept);
  const knownMs = Date.now();
  clock.set(0);
  service.says('yes');
  await eventually(() => (lastRead(place)?.atMs ?? 0) > knownMs, 'accounting goes on', 30_000);
  const hours = () =>
    place.look((store) => {
      const id = store.channels.find('main', 'energy-import')?.id ?? 0;
      const own = store.hours.within(id, lastHour(-70), lastHour(0));
      return own.map(({ quality, quantityMicro }) => ({ quality, quantityMicro }));
    });
  const lastHour = (n: number) => ((Math.floor(knownMs / HOUR_MS) + n - 1) * HOUR_MS) as never;
  await eventually(
    () => hours().length >= 60,
    () => `${hours().length} hours`,
    20_000,
  );
  expect(new Set(hours().map(({ quality }) => quality))).toEqual(new Set(['estimated']));
  for (const { quantityMicro } of hours()) expect(quantityMicro).toBeGreaterThan(0n);
  await eventually(() => cloud.events.some(({ kind }) => kind === 'gap'), 'the gap is told');
  const kinds = cloud.events.map(({ kind }) => kind);
  for (const wrong of ['step-unresolved', 'above-rating', 'transient-reading'])
    expect(kinds).not.toContain(wrong);
  running.child.kill('SIGTERM');
  expect((await running.finished).code).toBe(0);
});

test('a hand sets the clock: that is enough', async (context) => {
  const { place, clock, running } = await wakesThreeDaysLate(context);
  const knownMs = Date.now();
  clock.set(0);
  await eventually(() => (lastRead(place)?.atMs ?? 0) > knownMs, 'accounting goes on', 30_000);
  expect((await place.status())?.clockTrust).toBe('rtc');
  running.child.kill('SIGTERM');
  expect((await running.finished).code).toBe(0);
});

test('a closed LAN: `trust: manual` is written, the site file is read again, and the clock counts as it is', async (context) => {
  const { place, running, kept } = await wakesThreeDaysLate(context);
  place.writeSite({ clockTrust: 'manual', meters: [MAIN] });
  running.child.kill('SIGHUP');
  await eventually(() => place.readings('main').length > kept, 'accounting begins', 30_000);
  expect((await place.status())?.clockTrust).toBe('manual');
  running.child.kill('SIGTERM');
  expect((await running.finished).code).toBe(0);
});
