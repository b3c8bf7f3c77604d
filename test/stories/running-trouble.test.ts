/**
 * What befalls a gateway that has been running for long: brokers that hang, power that goes, folders that vanish, disks
 * that fill, cords that are pulled. Each story runs `hakaru run` as a process of its own.
 */
import { appendFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { instant } from '../../gateway/domain/time.ts';
import { fastClock } from '../support/fast-clock.ts';
import { hasShortLog, mountSmallDisk } from '../support/small-disk.ts';
import {
  answers,
  answersAfter,
  cloudOf,
  DOCUMENT,
  HOUR_MS,
  longestPause,
  NOTHING_LOST_MS,
  works,
} from '../support/trouble.ts';
import type { Works } from '../support/works.ts';
import { eventually } from '../uplink/support/eventually.ts';
import { type RawBroker, type RawBrokerOptions, startRawBroker } from '../uplink/support/raw-broker.ts';

function inForce(place: Works): readonly string[] {
  return place.look((store) =>
    store.documents.inForce('kyushu').map(({ document, revision }) => `${document}/${revision}`),
  );
}

// By itself: its clock runs ten times as fast, and what happens must happen before the hour ends.
describe('the disk', () => {
  test('full: it goes on reading and says why nothing is written; with space again the hour is whole', {
    timeout: 60_000,
  }, async (context) => {
    const beginning = Date.parse('2026-11-04T13:57:50+09:00');
    const place = await works(context, { now: () => beginning, sinceMs: beginning - HOUR_MS });
    const disk = mountSmallDisk(place.dataDir, 6);
    context.onTestFinished(() => disk.remove());
    const clock = fastClock('2026-11-04T13:57:50+09:00', 10);
    place.live(clock.now);
    const cloud = await cloudOf(context, place);
    const running = await place.run(clock.env);
    await eventually(() => place.readings('main').length > 0, 'readings are kept');
    // Space that the write-ahead log already has would let some more through.
    await eventually(() => hasShortLog(place.dataDir), 'the log is moved into the database');
    disk.fill();
    await running.prints('ledger-full');
    await eventually(() => cloud.statuses.at(-1)?.storage?.state === 'full', 'the cloud hears of it at once');
    expect((await place.status())?.storage).toMatchObject({ state: 'full', fault: { code: 'ledger-full' } });
    const fullAt = clock.now();
    const boundary = Date.parse('2026-11-04T14:00:00+09:00');
    expect(fullAt, 'the disk is full before the hour ends').toBeLessThan(boundary);
    disk.fill();
    await place.meterIs('main', 'is read with a full disk', answersAfter(fullAt + 10_000));
    await place.meterIs('main', 'is read across the hour', answersAfter(boundary + 10_000));
    expect(place.readings('main').at(-1)?.atMs).toBeLessThan(boundary);
    disk.growTo(64);
    const hour = () =>
      place.look((store) => {
        const channel = store.channels.find('main', 'energy-import');
        return channel ? store.hours.find(channel.id, instant(boundary - HOUR_MS)) : null;
      });
    await eventually(
      () => hour() !== null,
      () => running.printed(),
      20_000,
    );
    await eventually(() => cloud.statuses.at(-1)?.storage?.state === 'ok', 'the cloud hears that it is over');
    expect(running.child.exitCode).toBeNull();

    const bucket = hour();
    const opening = place.readings('main')[0];
    expect(longestPause(place, 'main')).toBeLessThan(5_000);
    const endMicro = bucket?.endRegisterMicro ?? 0n;
    expect(bucket?.quality).not.toBe('missing');
    expect(bucket?.quantityMicro).toBe(endMicro - (opening?.raw.count ?? 0n) * 1_000n);
    // What the meter showed at two o'clock, to within what passes in the time between two readings.
    const { energy } = place.factory.devices.main;
    const around = [boundary - NOTHING_LOST_MS, boundary + NOTHING_LOST_MS].map(
      (at) => energy.read(at) * 1_000n,
    );
    expect(endMicro).toBeGreaterThanOrEqual(around[0] ?? 0n);
    expect(endMicro).toBeLessThanOrEqual(around[1] ?? 0n);
    running.child.kill('SIGTERM');
    expect((await running.finished).code).toBe(0);
  });
});

describe.concurrent('the process', () => {
  test.for<{ how: string; hangs: RawBrokerOptions; asked: (broker: RawBroker) => boolean }>([
    {
      how: 'answered CONNECT and nothing more',
      hangs: { onPublish: () => 'ignore', ignorePings: true },
      asked: ({ publishes }) => publishes.length > 0,
    },
    {
      how: 'took the connection and does not even answer CONNECT',
      hangs: { onConnect: () => Buffer.alloc(0), ignorePings: true },
      asked: ({ connects }) => connects.length > 0,
    },
  ])('SIGTERM ends it within 5 s though the broker $how', async ({ hangs, asked }, context) => {
    const place = await works(context);
    const broker = await startRawBroker(hangs);
    context.onTestFinished(() => broker.close());
    place.writeSite({ brokerUrl: `mqtt://127.0.0.1:${broker.port}` });
    const running = await place.run();
    await eventually(() => asked(broker), 'the broker is asked');
    await place.meterIs('main', 'answers', answers);
    const stopping = performance.now();
    running.child.kill('SIGTERM');
    const { code } = await running.finished;
    expect(performance.now() - stopping).toBeLessThan(5_000);
    expect(code).toBe(0);
    expect(place.readings('main').length).toBeGreaterThan(0);
  });

  test('kill -9: the next start goes on by itself', async (context) => {
    const place = await works(context);
    const cloud = await cloudOf(context, place);
    const first = await place.run();
    await eventually(
      () => existsSync(place.dataDir) && place.readings('main').length > 0,
      'readings are kept',
    );
    first.child.kill('SIGKILL');
    await first.finished;
    const kept = place.readings('main');
    await place.run();
    await place.meterIs('main', 'answers again', answers);
    await eventually(() => place.readings('main').length > kept.length + 1, 'it goes on');
    expect(place.readings('main').slice(0, kept.length)).toEqual(kept);
    expect(place.look((store) => store.eras.of(1).length)).toBe(1);
    expect(cloud.events.filter(({ kind }) => kind === 'generation')).toHaveLength(1);
  });
});

describe.concurrent('the inbox', () => {
  test('a folder that somebody removed is made again, and a file that cannot be read stops nothing', async (context) => {
    const place = await works(context);
    const running = await place.run();
    await place.meterIs('main', 'answers', answers);
    const inbox = join(place.dataDir, 'inbox');
    await eventually(() => existsSync(inbox), 'the inbox is there');
    rmSync(inbox, { recursive: true });
    const removedAt = Date.now();
    await place.meterIs('main', 'goes on without an inbox', answersAfter(removedAt + 2_000));
    mkdirSync(join(inbox, 'a-folder.json'), { recursive: true });
    symlinkSync(join(place.folder, 'nowhere'), join(inbox, 'b-dangling.json'));
    symlinkSync('c-loop.json', join(inbox, 'c-loop.json'));
    const spoiltAt = Date.now();
    await place.meterIs('main', 'goes on', answersAfter(spoiltAt + 2_000));

    rmSync(inbox, { recursive: true });
    const file = join(place.folder, 'document.json');
    writeFileSync(file, JSON.stringify(DOCUMENT));
    const { code, stderr } = await place.command([
      'coefficients',
      'import',
      file,
      '--config',
      place.sitePath,
      '--data',
      place.dataDir,
    ]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(inForce(place)).toEqual(['kyushu-2026-11/1']);
    expect(running.child.exitCode).toBeNull();
  });

  test('a file that is still being written is applied whole, and not touched before', async (context) => {
    const place = await works(context);
    const running = await place.run();
    await place.meterIs('main', 'answers', answers);
    const text = JSON.stringify(DOCUMENT, null, 2);
    const inbox = join(place.dataDir, 'inbox');
    await eventually(() => existsSync(inbox), 'the inbox is there');
    const path = join(inbox, 'slowly.json');
    const piece = Math.ceil(text.length / 15);
    // Somebody copies it over a slow share: a piece each 100 ms.
    for (let from = 0; from < text.length; from += piece) {
      appendFileSync(path, text.slice(from, from + piece));
      await delay(100);
    }
    await eventually(
      () => inForce(place).length > 0,
      () => running.printed(),
    );
    expect(inForce(place)).toEqual(['kyushu-2026-11/1']);
    await eventually(() => !existsSync(path), 'the file is gone from the inbox');
    expect(running.printed()).not.toContain('coefficients refused');
  });
});

describe.concurrent('a meter', () => {
  test('that goes, comes and goes within one hour is told as gone; back after a restart, as back', async (context) => {
    const clock = fastClock('2026-11-04T13:05:00+09:00', 10);
    const place = await works(context, { now: clock.now, sinceMs: clock.now() - HOUR_MS });
    const cloud = await cloudOf(context, place);
    const told = () => cloud.events.flatMap(({ kind }) => (kind.startsWith('meter-') ? [kind] : []));
    const first = await place.run(clock.env);
    await place.meterIs('main', 'answers', answers);
    place.wire.shut();
    await place.meterIs('main', 'is gone', ({ health }) => health === 'offline');
    place.wire.open();
    await place.meterIs('main', 'is back', answers);
    place.wire.shut();
    await place.meterIs('main', 'is gone again', ({ health }) => health === 'offline');
    await eventually(
      () => told().length >= 3,
      () => `three events: ${told().join(', ')}`,
    );
    expect(told()).toEqual(['meter-offline', 'meter-online', 'meter-offline']);

    first.child.kill('SIGTERM');
    await first.finished;
    place.wire.open();
    await place.run(clock.env);
    await place.meterIs('main', 'answers', answers);
    await eventually(
      () => told().length >= 4,
      () => `meter-online: ${told().join(', ')}`,
    );
    expect(told()).toEqual(['meter-offline', 'meter-online', 'meter-offline', 'meter-online']);
  });
});
