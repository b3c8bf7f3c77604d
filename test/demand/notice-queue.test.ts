/** The queue of notices: at least once, never a flood, never in anybody's way. */
import { describe, expect, test } from 'vitest';
import { MAILS_PER_HOUR, nextMail, retryMs } from '../../gateway/domain/demand/delivery.ts';
import type { DemandNotice } from '../../gateway/domain/demand/notices.ts';
import { instant } from '../../gateway/domain/time.ts';
import { createNoticeDelivery, purgeNotices, type Send } from '../../gateway/stages/demand-delivery.ts';
import { openStoreInMemory } from '../../gateway/store/store.ts';
import { NOTICE } from './support/notice.ts';

describe('how often', () => {
  const waiting = (count: number, level: 'warning' | 'limit' = 'warning') =>
    Array.from({ length: count }, (_, n) => ({ id: n + 1, level }));
  const HOUR = 3_600_000;

  test('one mail each while the hour has room, together when it has not', () => {
    expect(nextMail(waiting(1), [], HOUR)).toEqual([1]);
    expect(nextMail(waiting(3), [HOUR - 5], HOUR)).toEqual([1]);
    expect(nextMail(waiting(3), [HOUR - 5, HOUR - 4, HOUR - 3], HOUR)).toEqual([1, 2, 3]);
    expect(nextMail(waiting(3), [HOUR - 5, HOUR - 4, HOUR - 3, HOUR - 2], HOUR)).toEqual([]);
    expect(nextMail(waiting(3), [HOUR - 5, HOUR - 4, HOUR - 3, HOUR - 2], 2 * HOUR)).toEqual([1]);
  });

  test('whatever comes: no hour has more than eight mails, nor more than four without one about the limit', () => {
    const sent: { atMs: number; grave: boolean }[] = [];
    const queue: { id: number; level: 'warning' | 'limit' }[] = [];
    for (let minute = 0; minute < 24 * 60; minute++) {
      if (minute % 3 === 0) queue.push({ id: minute, level: minute % 90 === 0 ? 'limit' : 'warning' });
      const nowMs = minute * 60_000;
      const ids = nextMail(
        queue,
        sent.map(({ atMs }) => atMs),
        nowMs,
      );
      if (ids.length === 0) continue;
      const gone = queue.filter(({ id }) => ids.includes(id));
      sent.push({ atMs: nowMs, grave: gone.some(({ level }) => level === 'limit') });
      for (const one of gone) queue.splice(queue.indexOf(one), 1);
    }
    for (const { atMs } of sent) {
      const hour = sent.filter((one) => one.atMs >= atMs && one.atMs < atMs + HOUR);
      expect(hour.length).toBeLessThanOrEqual(8);
      expect(hour.filter(({ grave }) => !grave).length).toBeLessThanOrEqual(MAILS_PER_HOUR);
    }
    expect(queue.length).toBeLessThan(60);
  });

  test('a failed one is tried again after 15 s, then ever more rarely, up to 15 min', () => {
    expect([0, 1, 2, 3, 9].map((n) => retryMs(n, 0.999_999))).toEqual([
      15_000, 30_000, 60_000, 120_000, 900_000,
    ]);
    expect(retryMs(0, 0)).toBe(7_500);
  });
});

describe('the queue of rows', () => {
  function queue(send: Send, way: 'webhook' | 'mail' = 'webhook') {
    const store = openStoreInMemory();
    const time = { nowMs: 1_795_000_000_000 };
    const clock = {
      now: () => instant(time.nowMs),
      monotonicMs: () => time.nowMs,
      trust: () => 'manual' as const,
    };
    let takes = true;
    let refusals = 0;
    const open = () =>
      createNoticeDelivery({
        store,
        clock,
        way,
        send,
        run(work) {
          refusals -= 1;
          const does = takes && refusals < 0;
          if (does) work();
          return does;
        },
        read: (work) => work(),
        random: () => 0,
        onFault: () => {},
      });
    const add = (level: DemandNotice['level'] = 'warning'): void =>
      store.write(() => store.notices.add(clock.now(), JSON.stringify({ ...NOTICE, level }), [way]));
    return {
      store,
      time,
      open,
      add,
      disk: (does: boolean) => (takes = does),
      refuse: (times: number) => (refusals = times),
    };
  }
  const turns = async (delivery: ReturnType<ReturnType<typeof queue>['open']>, count = 20): Promise<void> => {
    for (let n = 0; n < count; n++) {
      delivery.look();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const FAILED = { code: 'webhook-failed', retryable: true, about: { url: 'x', reason: 'y' } } as const;

  test('what a receiver did not take survives a restart and is delivered when it is back', async () => {
    const sent: number[][] = [];
    let isUp = false;
    const world = queue(async (notices) => {
      if (!isUp) return FAILED;
      sent.push(notices.map(({ id }) => id));
      return null;
    });
    world.add();
    world.add();
    const first = world.open();
    await turns(first);
    expect(first.health()).toMatchObject({ waiting: 2, fault: FAILED });
    await first.close();
    isUp = true;
    const second = world.open();
    await turns(second);
    // Not before its time.
    expect(sent).toEqual([]);
    world.time.nowMs += 60_000;
    await turns(second);
    expect(sent).toEqual([[1], [2]]);
    expect(second.health()).toEqual({ way: 'webhook', waiting: 0, fault: null });
    await turns(second);
    expect(sent).toHaveLength(2);
  });

  test('taken, and the disk takes no note of it: it is not sent again while we live, and is after a crash', async () => {
    let sent = 0;
    const world = queue(async () => {
      sent += 1;
      world.disk(false);
      return null;
    });
    world.add();
    const living = world.open();
    await turns(living);
    expect(sent).toBe(1);
    world.disk(true);
    const after = world.open();
    await turns(after);
    expect(sent).toBe(2);
    world.disk(true);
    await turns(living);
    expect(sent).toBe(2);
  });

  test('a disk that comes back between two writes: first of all it is written down what was taken', async () => {
    let sent = 0;
    const world = queue(async () => {
      sent += 1;
      world.disk(false);
      return null;
    });
    world.add();
    const delivery = world.open();
    await turns(delivery);
    world.disk(true);
    world.refuse(1);
    await turns(delivery);
    expect(sent).toBe(1);
    expect(delivery.health().waiting).toBe(0);
  });

  test('after a day it is given up, and the queue never holds more than 500', async () => {
    const world = queue(async () => FAILED);
    for (let n = 0; n < 520; n++) world.add();
    const delivery = world.open();
    await turns(delivery);
    expect(delivery.health().waiting).toBe(500);
    world.time.nowMs += 86_400_001;
    await turns(delivery, 40);
    expect(delivery.health().waiting).toBe(0);
    world.time.nowMs += 36 * 86_400_000;
    for (let n = 0; n < 5; n++) purgeNotices(world.store, world.time.nowMs);
    expect(world.store.notices.waiting('webhook', 10)).toEqual([]);
  });

  test('what is given up for its age makes room: nothing younger goes for it', async () => {
    const world = queue(async () => FAILED);
    for (let n = 0; n < 30; n++) world.add();
    world.time.nowMs += 86_400_001;
    for (let n = 0; n < 490; n++) world.add();
    const delivery = world.open();
    await turns(delivery);
    expect(delivery.health().waiting).toBe(490);
  });

  test('mails beyond the hour’s four come together', async () => {
    const mails: number[] = [];
    const world = queue(async (notices) => {
      mails.push(notices.length);
      return null;
    }, 'mail');
    const delivery = world.open();
    for (let n = 0; n < 10; n++) {
      world.add();
      await turns(delivery, 4);
      world.time.nowMs += 60_000;
    }
    expect(mails).toEqual([1, 1, 1, 1]);
    world.add('limit');
    await turns(delivery, 4);
    expect(mails).toEqual([1, 1, 1, 1, 7]);
    world.time.nowMs += 3_600_000;
    await turns(delivery, 4);
    expect(mails).toHaveLength(5);
  });

  test('an end breaks off what is under way and keeps it', async () => {
    let broke = false;
    const world = queue(
      (_, signal) =>
        new Promise((resolve) =>
          signal.addEventListener('abort', () => {
            broke = true;
            resolve(FAILED);
          }),
        ),
    );
    world.add();
    const delivery = world.open();
    delivery.look();
    await delivery.close();
    expect(broke).toBe(true);
    expect(world.store.notices.waiting('webhook', 10)).toMatchObject([{ id: 1, attempts: 0 }]);
  });
});
