import { createServer, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { createDelivery } from '../../gateway/uplink/delivery.ts';
import { eventually } from './support/eventually.ts';
import { freePort } from './support/mosquitto.ts';
import { memoryOutbox, testUplink } from './support/parts.ts';
import { startRawBroker } from './support/raw-broker.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

const TOPIC = 'hakaru/v1/site/gw1/hour/main/energy-import';
const MESSAGE = { topic: TOPIC, payload: '{}', qos: 1, retain: false } as const;

test('a black hole that accepts and never answers: the attempt ends, publishes settle at once, close is bounded', async () => {
  const sockets: Socket[] = [];
  const hole = createServer(
    (socket) => void sockets.push(socket.resume().on('error', () => socket.destroy())),
  );
  await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
  cleanups.push(
    () => (
      sockets.forEach((socket) => socket.destroy()), new Promise((resolve) => hole.close(() => resolve()))
    ),
  );
  const address = hole.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { uplink, events } = testUplink(`mqtt://127.0.0.1:${port}`, {}, { connectTimeoutMs: 100 });
  expect(await uplink.publish(MESSAGE)).toEqual({ kind: 'disconnected' });
  await eventually(() => events.length >= 2, 'two attempts given up');
  expect(events[0]).toMatchObject({
    kind: 'ended',
    fault: { code: 'broker-unreachable', about: { reason: 'no answer (connect)' } },
  });
  const beforeMs = performance.now();
  await uplink.close();
  expect(performance.now() - beforeMs).toBeLessThan(1000);
  const attempts = sockets.length;
  await eventually(
    () => sockets.every((socket) => socket.destroyed || socket.readableEnded),
    'no socket is left',
  );
  expect(sockets.length).toBe(attempts);
});

test('a broker that goes silent after CONNACK: each publish settles by its deadline and the connection is dropped', async () => {
  const broker = await startRawBroker({ onPublish: () => 'ignore' });
  cleanups.push(broker.close);
  const { uplink, events } = testUplink(`mqtt://127.0.0.1:${broker.port}`, { publishTimeoutMs: 150 });
  cleanups.push(() => uplink.close());
  await eventually(() => uplink.connected(), 'connected');
  const beforeMs = performance.now();
  const outcomes = await Promise.all(Array.from({ length: 30 }, () => uplink.publish(MESSAGE)));
  expect(performance.now() - beforeMs).toBeLessThan(1500);
  expect(outcomes[0]).toEqual({ kind: 'timeout' });
  expect(new Set(outcomes.map((outcome) => outcome.kind))).toEqual(new Set(['timeout', 'disconnected']));
  expect(events.at(-1)).toMatchObject({ kind: 'ended', fault: { about: { reason: 'no answer (publish)' } } });
});

test('a connection on which nothing is said and no ping is answered is given up', async () => {
  const broker = await startRawBroker({ ignorePings: true });
  cleanups.push(broker.close);
  const { uplink, events } = testUplink(`mqtt://127.0.0.1:${broker.port}`, {}, { keepaliveS: 1 });
  cleanups.push(() => uplink.close());
  await eventually(() => events.length >= 2, 'the silence is noticed', 5000);
  expect(events[1]).toMatchObject({ kind: 'ended', fault: { about: { reason: 'no answer (keepalive)' } } });
});

test('time-outs never cost a message, however many', async () => {
  let deaf = true;
  const broker = await startRawBroker({ onPublish: () => (deaf ? 'ignore' : 'ack') });
  cleanups.push(broker.close);
  const { uplink } = testUplink(`mqtt://127.0.0.1:${broker.port}`, { publishTimeoutMs: 60 });
  cleanups.push(() => uplink.close());
  const outbox = memoryOutbox();
  for (let count = 0; count < 8; count += 1) outbox.add(TOPIC);
  createDelivery({ outbox, uplink, window: 4, maxDisconnects: 2, timing: { calmMs: 10 } }).wake();
  await eventually(() => outbox.disconnectCalls.length >= 6, 'six time-outs');
  deaf = false;
  await eventually(() => outbox.left().length === 0, 'everything acknowledged');
  expect(outbox.tombstones.size).toBe(0);
});

test('the window is never exceeded, nor what the broker says it takes at once', async () => {
  const slow = await startRawBroker({ ackDelayMs: 2 });
  cleanups.push(slow.close);
  const outbox = memoryOutbox();
  for (let count = 0; count < 400; count += 1) outbox.add(TOPIC);
  const first = testUplink(`mqtt://127.0.0.1:${slow.port}`).uplink;
  cleanups.push(() => first.close());
  createDelivery({ outbox, uplink: first, window: 17, maxDisconnects: 3 }).wake();
  await eventually(() => outbox.left().length === 0, 'everything acknowledged');
  expect(slow.mostUnanswered()).toBe(17);
  expect(slow.publishes.map((seen) => seen.payload)).toEqual(outbox.acks.map((seq) => `{"seq":${seq}}`));

  const receiveMaximum5 = Buffer.from([0x21, 0, 5]);
  const narrow = await startRawBroker({ ackDelayMs: 2, properties: receiveMaximum5 });
  cleanups.push(narrow.close);
  for (let count = 0; count < 100; count += 1) outbox.add(TOPIC);
  const second = testUplink(`mqtt://127.0.0.1:${narrow.port}`).uplink;
  cleanups.push(() => second.close());
  createDelivery({ outbox, uplink: second, window: 50, maxDisconnects: 3 }).wake();
  await eventually(() => outbox.left().length === 0, 'everything acknowledged');
  expect(narrow.mostUnanswered()).toBe(5);
});

test('more than 1,000 outstanding are not taken; close lets go of them within its bound', async () => {
  const broker = await startRawBroker({ onPublish: () => 'ignore' });
  cleanups.push(broker.close);
  const { uplink } = testUplink(`mqtt://127.0.0.1:${broker.port}`);
  await eventually(() => uplink.connected(), 'connected');
  const outcomes = Array.from({ length: 1000 }, () => uplink.publish(MESSAGE));
  expect(await uplink.publish(MESSAGE)).toEqual({ kind: 'disconnected' });
  await eventually(() => broker.publishes.length === 1000, 'all on the wire');
  const beforeMs = performance.now();
  await uplink.close();
  expect(performance.now() - beforeMs).toBeLessThan(1500);
  expect(new Set((await Promise.all(outcomes)).map((outcome) => outcome.kind))).toEqual(
    new Set(['disconnected']),
  );
});

test('nothing listens: a coded fault with the address and no password', async () => {
  const port = await freePort();
  const { uplink, events } = testUplink(`mqtt://user:secret@127.0.0.1:${port}`);
  cleanups.push(() => uplink.close());
  await eventually(() => events.length >= 3, 'three attempts');
  expect(uplink.fault()).toMatchObject({
    code: 'broker-unreachable',
    retryable: true,
    about: { url: `mqtt://127.0.0.1:${port}` },
  });
  expect(JSON.stringify(events)).not.toContain('secret');
  expect(() => testUplink('http://127.0.0.1')).toThrow(TypeError);
});
