/**
 * A damaged database: it is set aside, what can be read of it goes on under a new generation, an event says what was
 * lost, and sums still meet the meter's register to the last digit.
 */
import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { EventMessage, HourMessage } from '../../gateway/domain/messages.ts';
import { databaseOf, pagesOf, spoilPages } from '../support/damage.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { holes, type Subscriber } from '../support/subscriber.ts';
import { answers, answersAfter, cloudOf, DOCUMENT, HOUR_MS, works } from '../support/trouble.ts';
import type { Works } from '../support/works.ts';
import { eventually } from '../uplink/support/eventually.ts';

const START_MS = Date.parse('2026-11-04T00:00:00+09:00');
const BEFORE_HOURS = 6;
const AFTER_HOURS = 3;

const hoursOf = (cloud: Subscriber): HourMessage[] =>
  [...cloud.table.values()]
    .filter(({ meter }) => meter === 'main')
    .sort((a, b) => Date.parse(a.start) - Date.parse(b.start));

const micro = (value: number | null): bigint => BigInt(Math.round((value ?? Number.NaN) * 1_000_000));

const salvaged = (cloud: Subscriber): EventMessage[] =>
  cloud.events.filter(({ kind }) => kind === 'ledger-salvaged');

const asides = (place: Works): string[] =>
  readdirSync(place.dataDir).filter((name) => /^hakaru\.db\.corrupt-\d{8}T\d{6}Z$/.test(name));

interface Damage {
  readonly what: string;
  readonly spoil: (place: Works) => void;
  /** Tables of which the event says that something is missing. */
  readonly lost: readonly string[];
}

const spoilTable = (table: string) => (place: Works) =>
  spoilPages(place.dataDir, pagesOf(place.dataDir, table));

/** Each leaves the channel's footing where it was: its hours before and after the damage telescope. */
const DAMAGES: readonly Damage[] = [
  { what: 'all boundaries', spoil: spoilTable('boundary'), lost: ['boundary'] },
  { what: 'all readings', spoil: spoilTable('reading'), lost: ['reading'] },
  { what: 'the heads of all channels', spoil: spoilTable('head'), lost: ['head'] },
  { what: 'all hour buckets', spoil: spoilTable('hour'), lost: ['hour'] },
  { what: 'what was sent', spoil: spoilTable('hour_sent'), lost: ['hour_sent'] },
  { what: 'the outbox', spoil: spoilTable('outbox'), lost: ['outbox'] },
  { what: 'what was acknowledged', spoil: spoilTable('outbox_done'), lost: ['outbox_done'] },
  { what: 'the facts', spoil: spoilTable('fact'), lost: ['fact'] },
  {
    what: 'boundaries, readings and the outbox',
    spoil: (place) => {
      for (const table of ['boundary', 'reading', 'outbox']) spoilTable(table)(place);
    },
    lost: ['boundary', 'reading', 'outbox'],
  },
];

describe('a gateway that starts on a damaged database', () => {
  test.for(DAMAGES)('without $what goes on with exact sums', async ({ spoil, lost }, context) => {
    const place = await works(context, { now: () => START_MS, sinceMs: START_MS - HOUR_MS });
    const cloud = await cloudOf(context, place);
    await place.play(START_MS, BEFORE_HOURS, DOCUMENT);
    const before = hoursOf(cloud);
    expect(before).toHaveLength(BEFORE_HOURS);
    const generation = before[0]?.generation ?? 0;
    spoil(place);
    // Which damage a start meets by itself depends on what it reads; the log that is gone it always sees.
    for (const end of ['-wal', '-shm']) rmSync(`${databaseOf(place.dataDir)}${end}`, { force: true });
    writeFileSync(join(place.dataDir, 'hakaru.open'), '');
    const middleMs = START_MS + BEFORE_HOURS * HOUR_MS + 200_000;
    await place.play(middleMs, 1);
    await place.play(START_MS + (BEFORE_HOURS + 1) * HOUR_MS, AFTER_HOURS - 1);
    await eventually(
      () => hoursOf(cloud).length === BEFORE_HOURS + AFTER_HOURS && holes(cloud.seqs).length === 0,
      () => `hours ${hoursOf(cloud).length}, holes ${holes(cloud.seqs).join()}`,
    );

    const [told, ...more] = salvaged(cloud);
    expect(more).toEqual([]);
    expect(told?.generation).toBeGreaterThan(generation);
    expect(told?.detail['generationBefore']).toBe(generation);
    expect(lost.filter((table) => Number(told?.detail[`${table}.gaps`]) === 0)).toEqual([]);
    expect(asides(place)).toEqual([told?.detail['aside']]);

    const hours = hoursOf(cloud);
    const sum = hours.reduce((total, { quantity }) => total + micro(quantity), 0n);
    expect(sum).toBe(micro(hours.at(-1)?.register.end ?? null) - micro(hours[0]?.register.start ?? null));
    for (const [n, hour] of hours.entries()) {
      expect(hour.quantity, hour.start).not.toBeNull();
      if (n > 0) expect(hour.register.start).toBe(hours[n - 1]?.register.end);
      if (n > BEFORE_HOURS + 1) expect(hour.quality).toBe('measured');
    }
    const { energy } = place.factory.devices.main;
    const endMs = START_MS + (BEFORE_HOURS + AFTER_HOURS) * HOUR_MS;
    const counts = micro(hours.at(-1)?.register.end ?? null) - energy.read(endMs) * 1_000n;
    expect(counts < 0n ? -counts : counts).toBeLessThanOrEqual(1_000n);
  });
});

/** `hakaru run` on a database that is damaged in another way. */
const OTHERWISE: readonly {
  readonly what: string;
  readonly spoil: (place: Works) => void;
  readonly told: string;
}[] = [
  {
    what: 'is no database at all',
    spoil: ({ dataDir }) =>
      writeFileSync(databaseOf(dataDir), 'somebody wrote a letter into this file\n'.repeat(500)),
    told: 'ledger-salvaged',
  },
  { what: 'is empty', spoil: ({ dataDir }) => truncateSync(databaseOf(dataDir), 0), told: 'generation' },
  {
    what: 'has lost its beginning',
    spoil: ({ dataDir }) => spoilPages(dataDir, [1]),
    told: 'ledger-salvaged',
  },
  {
    what: 'is cut off in the middle',
    spoil: ({ dataDir }) => truncateSync(databaseOf(dataDir), 40_960),
    told: 'ledger-salvaged',
  },
];

describe('`hakaru run`', () => {
  test.for(OTHERWISE)('goes on when its database $what', async ({ spoil, told }, context) => {
    const place = await works(context);
    const cloud = await cloudOf(context, place);
    const first = await place.run();
    await eventually(() => place.readings('main').length > 0, 'readings are kept');
    const generations = () =>
      cloud.events.filter(({ kind }) => kind === 'generation').map((event) => event.generation);
    await eventually(() => generations().length === 1, 'the first generation is told');
    first.child.kill('SIGTERM');
    await first.finished;
    for (const end of ['-wal', '-shm']) rmSync(`${databaseOf(place.dataDir)}${end}`, { force: true });
    spoil(place);
    await place.run();
    await place.meterIs('main', 'answers', answers);
    await eventually(() => place.readings('main').length > 0, 'readings are kept again');
    await eventually(
      () =>
        generations().length === 2 &&
        cloud.events.some(({ kind, generation }) => kind === told && generation === generations()[1]),
      () => `told: ${cloud.events.map(({ kind }) => kind).join()}`,
    );
    expect(generations()[1]).toBeGreaterThan(generations()[0] ?? 0);
    expect(asides(place)).toHaveLength(told === 'ledger-salvaged' ? 1 : 0);
    expect((await place.status())?.storage.state).toBe('ok');
  });

  test('killed, and its write-ahead log removed, begins a new generation on what is left', async (context) => {
    const place = await works(context);
    const cloud = await cloudOf(context, place);
    const first = await place.run();
    await eventually(() => place.readings('main').length > 0, 'readings are kept');
    first.child.kill('SIGKILL');
    await first.finished;
    rmSync(`${databaseOf(place.dataDir)}-wal`);
    await place.run();
    await place.meterIs('main', 'answers', answers);
    await eventually(() => salvaged(cloud).length === 1, 'the salvage is told');
    expect(String(salvaged(cloud)[0]?.detail['reason'])).toContain('hakaru.db-wal');
  });

  test('finds the damage while it runs: a named state, a 503 with a sentence, polling goes on, then a new generation', async (context) => {
    const place = await works(context, { now: () => Date.now(), sinceMs: Date.now() - HOUR_MS });
    const cloud = await cloudOf(context, place);
    const running = await place.run();
    await eventually(() => place.readings('main').length > 0, 'readings are kept');
    // Into the file with all of it: what the log still holds would be read instead of the file.
    const db = new Database(databaseOf(place.dataDir));
    await eventually(() => {
      const [done] = db.pragma('wal_checkpoint(TRUNCATE)') as { readonly busy: number }[];
      return done?.busy === 0;
    }, 'the log is moved into the database');
    db.close();
    spoilPages(place.dataDir, pagesOf(place.dataDir, 'hour'));
    const spoiltAt = Date.now();
    const [from, to] = [spoiltAt - HOUR_MS, spoiltAt].map((at) =>
      encodeURIComponent(new Date(at).toISOString()),
    );
    const page = String(running.printed().match(/http:\/\/127\.0\.0\.1:\d+/)?.[0]);
    const answer = await fetch(`${page}/api/v1/hours?from=${from}&to=${to}`);
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'ledger-corrupt' });

    await running.prints('ledger-corrupt');
    await eventually(
      () => salvaged(cloud).length === 1,
      () => `the salvage is told: ${running.printed()}`,
    );
    expect(cloud.statuses.map(({ storage }) => storage?.state)).toContain('corrupt');
    await place.meterIs('main', 'is read after it', answersAfter(spoiltAt));
    expect((await place.status())?.storage.state).toBe('ok');
    expect(asides(place)).toEqual([salvaged(cloud)[0]?.detail['aside']]);
    const again = await fetch(`${page}/api/v1/hours?from=${from}&to=${to}`);
    expect(again.status).toBe(200);
    expect(running.child.exitCode).toBeNull();
  });

  test('says what is wrong with a folder that can only be read, and runs when it can be written', async (context) => {
    const place = await works(context);
    const disk = mountSmallDisk(place.dataDir, 16);
    context.onTestFinished(() => disk.remove());
    const first = await place.run();
    await place.meterIs('main', 'answers', answers);
    first.child.kill('SIGTERM');
    await first.finished;
    disk.readOnly(true);
    const { code, stderr } = await place.command([
      'run',
      '--config',
      place.sitePath,
      '--data',
      place.dataDir,
    ]);
    expect(code).toBe(1);
    expect(stderr).toContain('ledger-read-only');
    disk.readOnly(false);
    await place.run();
    await place.meterIs('main', 'answers again', answers);
  });
});
