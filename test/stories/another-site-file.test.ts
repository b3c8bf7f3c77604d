/**
 * The site file is changed: under a running gateway (SIGHUP) and between two starts. Nothing that was measured is lost
 * or forgotten, and what the change says of past hours is said to the cloud too.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CoefficientClass } from '../../gateway/domain/messages.ts';
import { fastClock } from '../support/fast-clock.ts';
import {
  type AtEnd,
  answers,
  answersAfter,
  cloudOf,
  DOCUMENT,
  HOUR_MS,
  longestPause,
  NOTHING_LOST_MS,
  works,
} from '../support/trouble.ts';
import { FURNACE, MAIN, SECOND_SUPPLY } from '../support/works.ts';
import { eventually } from '../uplink/support/eventually.ts';

describe.concurrent('changed under a running gateway', () => {
  test('SIGHUP brings another meter in without a restart and without losing a reading', async (context) => {
    const place = await works(context);
    const cloud = await cloudOf(context, place);
    const running = await place.run();
    await eventually(
      () => existsSync(place.dataDir) && place.readings('main').length > 2,
      'readings are kept',
    );
    const before = await place.status();
    const shownAt = before?.meters[0]?.channels[0]?.registerAt ?? '';
    place.writeSite({ meters: [MAIN, FURNACE] });
    running.child.kill('SIGHUP');
    await place.meterIs('furnace', 'answers', answers);
    const changedAt = Date.now();
    await place.meterIs('main', 'goes on', answersAfter(changedAt + 1_000));
    await eventually(() => place.readings('furnace').length > 0, 'the furnace is written down');
    await eventually(() => (place.readings('main').at(-1)?.atMs ?? 0) > changedAt, 'main is written down');
    await eventually(
      () => cloud.metas.at(-1)?.meters.some(({ id }) => id === 'furnace') === true,
      'the cloud is told of the furnace',
    );
    expect(place.readings('main').map(({ atMs }) => atMs)).toContain(Date.parse(shownAt));
    expect(longestPause(place, 'main')).toBeLessThan(NOTHING_LOST_MS);
    expect(
      place.look((store) => store.eras.of(store.channels.find('main', 'energy-import')?.id ?? 0)),
    ).toHaveLength(1);
    expect(running.child.exitCode).toBeNull();
    running.child.kill('SIGTERM');
    expect((await running.finished).code).toBe(0);
  });

  test('SIGHUP with an invalid file: the old one goes on, and the log names the place', async (context) => {
    const place = await works(context);
    const running = await place.run();
    await place.meterIs('main', 'answers', answers);
    place.writeSite({ meters: [MAIN, FURNACE.replace('generic', 'genericc')] });
    running.child.kill('SIGHUP');
    await running.prints(`${place.sitePath}:11:11`);
    const refusedAt = Date.now();
    await place.meterIs('main', 'goes on', answersAfter(refusedAt + 2_000));
    expect((await place.status())?.meters.map(({ id }) => id)).toEqual(['main']);
    expect(longestPause(place, 'main')).toBeLessThan(NOTHING_LOST_MS);
    // Repaired, it is taken.
    place.writeSite({ meters: [MAIN, FURNACE] });
    running.child.kill('SIGHUP');
    await place.meterIs('furnace', 'answers', answers);
  });
});

const PAST = Date.parse('2026-11-04T09:00:00+09:00');
const PAST_HOURS = 3;
const LATER = '2026-11-04T12:05:00+09:00';

/** Three hours of a curtailed morning, sent; the gateway is stopped. */
async function withPast(context: AtEnd, meters: readonly string[]) {
  const place = await works(context, { now: () => PAST, sinceMs: PAST - HOUR_MS });
  const cloud = await cloudOf(context, place);
  place.writeSite({ meters });
  await place.play(PAST, PAST_HOURS, DOCUMENT);
  const clock = fastClock(LATER);
  place.live(clock.now);
  const hours = (meter: string) =>
    [...cloud.table.values()]
      .filter((hour) => hour.meter === meter && Date.parse(hour.start) < PAST + PAST_HOURS * HOUR_MS)
      .toSorted((a, b) => a.start.localeCompare(b.start));
  const weighed = (meter: string, name: CoefficientClass, ruleSet: string, revision: number) =>
    eventually(
      () =>
        hours(meter).length === PAST_HOURS &&
        hours(meter).every(
          ({ coefficient, revision: told }) =>
            coefficient.class === name && coefficient.ruleSet === ruleSet && told === revision,
        ),
      () =>
        `${meter} weighed as ${name} by ${ruleSet}, revision ${revision}: ${JSON.stringify(hours(meter))}`,
    );
  await weighed('main', 'curtailment', 'fy2023', 1);
  return { place, clock, hours, weighed };
}

describe.concurrent('changed between two starts', () => {
  test('another area, then another rule set: past hours are weighed again and sent with a higher revision', async (context) => {
    const { place, clock, hours, weighed } = await withPast(context, [MAIN, FURNACE]);
    const before = hours('main');
    const subs = hours('furnace');
    expect(subs).toHaveLength(PAST_HOURS);

    place.writeSite({ meters: [MAIN, FURNACE], gridArea: 'tokyo' });
    const first = await place.run(clock.env);
    await weighed('main', 'normal', 'fy2023', 2);
    expect(hours('main').map(({ kwh }) => kwh)).toEqual(before.map(({ kwh }) => kwh));
    expect(hours('main').map(({ coefficient }) => [coefficient.mjPerKwh, coefficient.confirmed])).toEqual(
      before.map(() => [9.4, false]),
    );
    first.child.kill('SIGTERM');
    await first.finished;

    place.writeSite({ meters: [MAIN, FURNACE], gridArea: 'tokyo', ruleSet: 'draft-2022' });
    await place.run(clock.env);
    await weighed('main', 'normal', 'draft-2022', 3);
    // A sub-meter is not weighed; only its share of the main meter's MJ follows.
    await eventually(
      () =>
        hours('furnace').every(({ coefficient, mjAllocated, kwh }) => {
          const share = Math.round((kwh ?? Number.NaN) * 9_400_000) / 1e6;
          return coefficient.class === 'none' && Math.abs((mjAllocated ?? Number.NaN) - share) < 2e-6;
        }),
      'the share of the sub-meter',
    );
    expect(hours('furnace').map(({ kwh, mj, start }) => [start, kwh, mj])).toEqual(
      subs.map(({ kwh, start }) => [start, kwh, null]),
    );
  });

  test('a meter that left it: its hours stay readable, and a later revision still weighs and sends them', async (context) => {
    const { place, clock, hours, weighed } = await withPast(context, [MAIN, SECOND_SUPPLY]);
    await weighed('furnace', 'curtailment', 'fy2023', 1);
    place.writeSite({ meters: [MAIN] });
    await place.run(clock.env);
    await place.meterIs('main', 'answers', answers);
    const data = ['--data', place.dataDir];
    const listed = await place.command(['hours', '--meter', 'furnace', '--format', 'json', ...data]);
    expect(listed.stderr).toBe('');
    const starts = (JSON.parse(listed.stdout) as { start: string }[]).map(({ start }) => start);
    expect(starts).toEqual(hours('furnace').map(({ start }) => start));
    const explained = await place.command(['explain', 'furnace', '2026-11-04T10:00', ...data]);
    expect(explained.stderr).toBe('');
    expect(explained.code).toBe(0);
    expect(explained.stdout).toContain('kyushu-2026-11');

    const file = join(place.folder, 'later.json');
    writeFileSync(file, JSON.stringify({ ...DOCUMENT, revision: 2, curtailmentDays: [] }));
    const importing = ['coefficients', 'import', file, '--config', place.sitePath, ...data];
    expect((await place.command(importing, clock.env)).code).toBe(0);
    await weighed('main', 'normal', 'fy2023', 2);
    await weighed('furnace', 'normal', 'fy2023', 2);
  });
});
