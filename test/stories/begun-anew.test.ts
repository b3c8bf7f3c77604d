/** The gateway is made anew while it runs, at the worst moments: while it still starts, and while its disk is full. */
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { databaseOf, pagesOf, spoilPages } from '../support/damage.ts';
import { fastClock } from '../support/fast-clock.ts';
import { hasShortLog, mountSmallDisk } from '../support/small-disk.ts';
import { answers, answersAfter, cloudOf, HOUR_MS, works } from '../support/trouble.ts';
import { FURNACE, MAIN } from '../support/works.ts';
import { eventually } from '../uplink/support/eventually.ts';

/** The page takes three seconds to come up, as on a small machine: the salvage is done before. */
const SLOW_PAGE = {
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(`
    import { Server } from 'node:net';
    const { listen } = Server.prototype;
    Server.prototype.listen = function (...args) {
      setTimeout(() => listen.apply(this, args), 3_000);
      return this;
    };`)}`,
};

describe('begun anew', () => {
  test('damage that the very first poll finds, before the page is there, is salvaged like any other', async (context) => {
    const place = await works(context);
    const cloud = await cloudOf(context, place);
    const told = (kind: string) => cloud.events.filter((event) => event.kind === kind);
    const first = await place.run();
    await place.meterIs('main', 'answers', answers);
    first.child.kill('SIGTERM');
    await first.finished;
    // The meter was told to be gone. That it is back is an event: the first row that this start writes into the outbox.
    const db = new Database(databaseOf(place.dataDir));
    db.exec("INSERT INTO fact (key, value) VALUES ('health:main', 'offline')");
    db.close();
    spoilPages(place.dataDir, pagesOf(place.dataDir, 'outbox'));
    const second = await place.run(SLOW_PAGE);
    await eventually(
      () => told('ledger-salvaged').length === 1,
      () => `the salvage is told: ${second.printed()}`,
    );
    await place.meterIs('main', 'answers again', answers);
    expect(second.child.exitCode).toBeNull();
    second.child.kill('SIGTERM');
    expect((await second.finished).code).toBe(0);
  });

  test('SIGHUP on a full disk: the new site file waits for the disk, and is not forgotten for the old one', async (context) => {
    const clock = fastClock('2026-11-04T13:05:00+09:00', 10);
    const place = await works(context, { now: clock.now, sinceMs: clock.now() - HOUR_MS });
    const disk = mountSmallDisk(place.dataDir, 6);
    context.onTestFinished(() => disk.remove());
    const running = await place.run(clock.env);
    await eventually(() => place.readings('main').length > 0, 'readings are kept');
    // Space that the write-ahead log already has would let some more through; somebody else reads, so that it gives
    // none back when the gateway closes its database.
    await eventually(() => hasShortLog(place.dataDir), 'the log is moved into the database');
    const reader = new Database(databaseOf(place.dataDir), { readonly: true });
    context.onTestFinished(() => void reader.close());
    reader.exec('BEGIN; SELECT COUNT(*) FROM fact');
    disk.fill();
    await running.prints('ledger-full');
    disk.fill();
    place.writeSite({ meters: [MAIN, FURNACE] });
    running.child.kill('SIGHUP');
    await running.prints('the site file waits for the disk; the old one goes on');
    const waitingSince = clock.now();
    await place.meterIs('main', 'is read meanwhile', answersAfter(waitingSince + 2_000));
    reader.exec('ROLLBACK');
    disk.growTo(64);
    await running.prints('the site file is applied');
    await place.meterIs('furnace', 'answers', answers);
    running.child.kill('SIGTERM');
    expect((await running.finished).code).toBe(0);
  });
});
