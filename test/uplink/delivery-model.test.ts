/**
 * The sender against a broker that is a few lines of logic and a clock that only moves when told: any mixture of
 * acknowledgements, refusals, time-outs, disconnects and new rows, replayed from a printed seed.
 */
import { type Arbitrary, array, assert, asyncProperty, constantFrom, integer, record } from 'fast-check';
import { expect, test } from 'vitest';
import { fault } from '../../gateway/domain/faults.ts';
import type { OutgoingMessage, PublishOutcome } from '../../gateway/domain/ports.ts';
import { createDelivery } from '../../gateway/uplink/delivery.ts';
import { memoryOutbox, seqOf } from './support/parts.ts';

const GOOD = 'hakaru/v1/site/gw1/hour/main/energy-import';
const POISON = 'hakaru/v1/site/gw1/hour/poison/energy-import';

function world(window: number) {
  const timers = new Set<{ task: () => void; atMs: number }>();
  const pending: { message: OutgoingMessage; settle: (outcome: PublishOutcome) => void }[] = [];
  const sentPerConnection: OutgoingMessage[][] = [];
  const listeners: (() => void)[] = [];
  let nowMs = 0;
  let up = false;
  let most = 0;
  let lastFault = fault('broker-unreachable', { url: 'mqtt://x', reason: 'closed' });
  const end = (first?: PublishOutcome, about = {}): void => {
    up = false;
    lastFault = fault('broker-unreachable', about);
    for (const [index, one] of pending.splice(0).entries())
      one.settle(index === 0 && first ? first : { kind: 'disconnected' });
  };
  return {
    pending,
    sentPerConnection,
    mostInFlight: () => most,
    end,
    connect() {
      if (up) return;
      up = true;
      sentPerConnection.push([]);
      for (const listener of listeners) listener();
    },
    /** Moves the clock and lets every promise settle. */
    async pass(ms: number) {
      nowMs += ms;
      for (const timer of [...timers].filter((one) => one.atMs <= nowMs)) {
        if (timers.delete(timer)) timer.task();
      }
      for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    },
    uplink: {
      connected: () => up,
      fault: () => (up ? null : lastFault),
      onConnect: (listener: () => void) => void listeners.push(listener),
      publish: (message: OutgoingMessage) =>
        new Promise<PublishOutcome>((settle) => {
          if (!up) return settle({ kind: 'disconnected' });
          sentPerConnection.at(-1)!.push(message);
          pending.push({ message, settle });
          most = Math.max(most, pending.length);
          expect(pending.length).toBeLessThanOrEqual(window);
        }),
    },
    schedule: (task: () => void, ms: number) => {
      const timer = { task, atMs: nowMs + ms };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  };
}

type Step = {
  readonly kind: 'ack' | 'add' | 'end' | 'time-out' | 'connect' | 'wait';
  readonly count: number;
};
const step: Arbitrary<Step> = record({
  kind: constantFrom('ack', 'ack', 'add', 'end', 'time-out', 'connect', 'connect', 'wait'),
  count: integer({ min: 1, max: 9 }),
});

test('whatever the connection does: in order on each connection, within the window, and all is acknowledged in the end', async () => {
  const story = asyncProperty(
    array(step, { maxLength: 60 }),
    integer({ min: 1, max: 8 }),
    async (steps, window) => {
      const { uplink, schedule, ...broker } = world(window);
      const outbox = memoryOutbox();
      const delivery = createDelivery({ outbox, uplink, window, maxDisconnects: 1000, schedule });
      const add = (count: number): void => {
        for (let index = 0; index < count; index += 1) outbox.add(GOOD);
        delivery.wake();
      };
      add(5);
      for (const { kind, count } of steps) {
        if (kind === 'ack')
          for (const one of broker.pending.splice(0, count)) one.settle({ kind: 'acknowledged' });
        if (kind === 'add') add(count);
        if (kind === 'end') broker.end();
        if (kind === 'time-out' && broker.pending.length > 0) broker.end({ kind: 'timeout' });
        if (kind === 'connect') broker.connect();
        await broker.pass(kind === 'wait' ? count * 300 : 0);
      }
      broker.connect();
      const total = outbox.acks.length + outbox.left().length;
      for (let round = 0; round < 200 && outbox.left().length > 0; round += 1) {
        for (const one of broker.pending.splice(0)) one.settle({ kind: 'acknowledged' });
        await broker.pass(1000);
      }
      expect(outbox.left()).toEqual([]);
      expect(new Set(outbox.acks).size).toBe(total);
      for (const sent of broker.sentPerConnection) {
        const seqs = sent.map(seqOf);
        expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
      }
      await delivery.settled();
    },
  );
  await assert(story, { numRuns: 300 });
});

test('any position, any window: one poison message is replaced after k lone disconnects and no other ever is', async () => {
  const positions = integer({ min: 0, max: 19 });
  const story = asyncProperty(
    positions,
    integer({ min: 1, max: 25 }),
    integer({ min: 1, max: 4 }),
    async (at, window, k) => {
      const { uplink, schedule, ...broker } = world(window);
      const outbox = memoryOutbox();
      for (let index = 0; index < 20; index += 1) outbox.add(index === at ? POISON : GOOD);
      createDelivery({ outbox, uplink, window, maxDisconnects: k, schedule }).wake();
      let deaths = 0;
      for (let round = 0; round < 200 && outbox.left().length > 0; round += 1) {
        broker.connect();
        const next = broker.pending[0];
        if (next?.message.topic === POISON) {
          broker.end();
          deaths += 1;
        } else if (next) {
          broker.pending.shift();
          next.settle({ kind: 'acknowledged' });
        }
        await broker.pass(next ? 0 : 1000);
      }
      expect(outbox.left()).toEqual([]);
      expect([...outbox.tombstones.keys()]).toEqual([at + 1]);
      expect(deaths).toBeLessThanOrEqual(k + 1);
      expect(deaths).toBeGreaterThanOrEqual(k);
    },
  );
  await assert(story, { numRuns: 200 });
});

test('a broker that says it is shutting down, or that another client took the id, accuses no message', async () => {
  for (const reasonCode of [0x8b, 0x8e, 0x89]) {
    const { uplink, schedule, ...broker } = world(10);
    const outbox = memoryOutbox();
    outbox.add(GOOD);
    createDelivery({ outbox, uplink, window: 10, maxDisconnects: 1, schedule }).wake();
    for (let life = 0; life < 5; life += 1) {
      broker.connect();
      await broker.pass(0);
      expect(broker.pending.length).toBe(1);
      broker.end(undefined, { reasonCode });
      await broker.pass(0);
    }
    expect(outbox.tombstones.size).toBe(0);
    expect(outbox.left()[0]?.attempts).toBe(5);
  }
});

test('a link that drops all the time costs nothing: a suspect waits until its connection has stood for a while', async () => {
  const { uplink, schedule, ...broker } = world(10);
  const outbox = memoryOutbox();
  outbox.add(GOOD);
  createDelivery({ outbox, uplink, window: 10, maxDisconnects: 2, schedule }).wake();
  broker.connect();
  broker.end();
  await broker.pass(0);
  for (let life = 0; life < 5; life += 1) {
    broker.connect();
    await broker.pass(900);
    broker.end();
    await broker.pass(200);
  }
  expect(outbox.tombstones.size).toBe(0);
  expect(broker.sentPerConnection.map((sent) => sent.length)).toEqual([1, 0, 0, 0, 0, 0]);
  broker.connect();
  await broker.pass(999);
  expect(broker.pending).toEqual([]);
  await broker.pass(1);
  expect(broker.pending.length).toBe(1);
  // That this connection stood says nothing about the next one.
  broker.end(undefined, { reasonCode: 0x8b });
  await broker.pass(0);
  broker.connect();
  await broker.pass(999);
  expect(broker.pending).toEqual([]);
  await broker.pass(1);
  broker.pending.shift()!.settle({ kind: 'acknowledged' });
  await broker.pass(0);
  expect(outbox.left()).toEqual([]);
});

test('a tombstone that kills the connection too is set aside; what comes after it flows', async () => {
  const { uplink, schedule, ...broker } = world(1);
  const outbox = memoryOutbox();
  for (const topic of [POISON, GOOD, GOOD]) outbox.add(topic);
  createDelivery({ outbox, uplink, window: 1, maxDisconnects: 2, schedule }).wake();
  for (let round = 0; round < 40; round += 1) {
    broker.connect();
    await broker.pass(1000);
    const next = broker.pending[0];
    if (next && next.message.topic !== GOOD) broker.end();
    else broker.pending.shift()?.settle({ kind: 'acknowledged' });
    await broker.pass(0);
  }
  expect(outbox.acks).toEqual([2, 3]);
  expect([...outbox.tombstones.keys()]).toEqual([1]);
  expect(outbox.left().map((row) => row.seq)).toEqual([1]);
});

test('after stop nothing more is sent, late acknowledgements are written, and a disconnect accuses nobody', async () => {
  const { uplink, schedule, ...broker } = world(2);
  const outbox = memoryOutbox();
  for (let index = 0; index < 5; index += 1) outbox.add(GOOD);
  const delivery = createDelivery({ outbox, uplink, window: 2, maxDisconnects: 1, schedule });
  broker.connect();
  await broker.pass(0);
  delivery.stop();
  broker.pending.shift()!.settle({ kind: 'acknowledged' });
  await broker.pass(0);
  expect(broker.pending.length).toBe(1);
  broker.end();
  await delivery.settled();
  expect(outbox.acks).toEqual([1]);
  expect(outbox.tombstones.size).toBe(0);
  broker.connect();
  await broker.pass(1000);
  expect(broker.pending).toEqual([]);
});

test('onIdle tells when nothing is left, and a new row is found by wake alone', async () => {
  const { uplink, schedule, ...broker } = world(10);
  const outbox = memoryOutbox();
  let idle = 0;
  const delivery = createDelivery({
    outbox,
    uplink,
    window: 10,
    maxDisconnects: 3,
    schedule,
    onIdle: () => void (idle += 1),
  });
  broker.connect();
  const before = idle;
  outbox.add(GOOD);
  await broker.pass(10_000);
  expect(broker.pending.length).toBe(0);
  delivery.wake();
  expect(broker.pending.length).toBe(1);
  expect(idle).toBe(before);
  broker.pending.shift()!.settle({ kind: 'acknowledged' });
  await broker.pass(0);
  expect(idle).toBe(before + 1);
  expect(outbox.acks).toEqual([1]);
});
