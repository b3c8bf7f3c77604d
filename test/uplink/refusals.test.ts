import { afterEach, expect, test } from 'vitest';
import { createDelivery } from '../../gateway/uplink/delivery.ts';
import { eventually } from './support/eventually.ts';
import { createMosquitto } from './support/mosquitto.ts';
import { memoryOutbox, seqOf, subscribe, testUplink } from './support/parts.ts';
import { startRawBroker } from './support/raw-broker.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

const GOOD = 'hakaru/v1/site/gw1/hour/main/energy-import';
const BAD = 'hakaru/v1/site/gw1/hour/forbidden/energy-import';

test('a topic that the access rights forbid is refused alone; the others flow', async () => {
  const acl =
    'topic read #\ntopic write hakaru/v1/site/gw1/event\ntopic write hakaru/v1/site/gw1/hour/main/#\n';
  const broker = await createMosquitto(['allow_anonymous true', 'acl_file {folder}/acl'], { acl });
  cleanups.push(broker.remove);
  await broker.start();
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const reader = await subscribe(url, 'hakaru/#');
  cleanups.push(reader.end);
  const { uplink } = testUplink(url);
  cleanups.push(() => uplink.close());
  await eventually(() => uplink.connected(), 'connected');
  expect(await uplink.publish({ topic: BAD, payload: 'x', qos: 1, retain: false })).toEqual({
    kind: 'refused',
    reasonCode: 0x87,
  });

  const outbox = memoryOutbox();
  for (let count = 0; count < 40; count += 1) outbox.add(count === 7 ? BAD : GOOD);
  createDelivery({ outbox, uplink, window: 50, maxDisconnects: 3 }).wake();
  await eventually(() => outbox.left().length === 0, 'everything acknowledged');
  expect([...outbox.tombstones]).toEqual([[8, 'refused: not authorized (0x87)']]);
  await eventually(() => reader.messages.length === 40, 'everything arrived');
  expect(
    reader.messages.filter((message) => message.topic.endsWith('/event')).map((message) => message.payload),
  ).toEqual(['{"seq":8,"tombstone":true}']);
  expect(outbox.disconnectCalls).toEqual([]);
});

test('topics and sizes the broker could not take are refused here, without a byte on the wire', async () => {
  const maximumPacketSize1000 = Buffer.from([0x27, 0, 0, 0x03, 0xe8]);
  const broker = await startRawBroker({ properties: maximumPacketSize1000 });
  cleanups.push(broker.close);
  const { uplink } = testUplink(`mqtt://127.0.0.1:${broker.port}`);
  cleanups.push(() => uplink.close());
  await eventually(() => uplink.connected(), 'connected');
  const publish = (topic: string, payload: string) =>
    uplink.publish({ topic, payload, qos: 1, retain: false });
  for (const topic of ['', 'a/+/b', 'a/#', 'a\u0000b', 'x'.repeat(1025), '\ud800']) {
    expect(await publish(topic, 'x')).toEqual({ kind: 'refused', reasonCode: 0x90 });
  }
  expect(await publish('a/b', 'x'.repeat(1000))).toEqual({ kind: 'refused', reasonCode: 0x95 });
  expect(await publish('a/b', 'x'.repeat(900))).toEqual({ kind: 'acknowledged' });
  expect(broker.publishes.length).toBe(1);
});

test.each([5, 4] as const)(
  'MQTT level %i: a message that makes the broker hang up is found and replaced, only that one',
  async (level) => {
    const refuseFive = Buffer.from([0x20, 2, 0, 1]);
    const broker = await startRawBroker({
      onConnect: (asked) => (level === 4 && asked === 5 ? refuseFive : undefined),
      onPublish: (seen) => (seen.topic === BAD ? 'drop' : 'ack'),
    });
    cleanups.push(broker.close);
    const { uplink } = testUplink(`mqtt://127.0.0.1:${broker.port}`);
    cleanups.push(() => uplink.close());
    const outbox = memoryOutbox();
    for (let count = 0; count < 60; count += 1) outbox.add(count === 30 ? BAD : GOOD);
    createDelivery({ outbox, uplink, window: 20, maxDisconnects: 3, timing: { calmMs: 30 } }).wake();
    await eventually(() => outbox.left().length === 0, 'everything acknowledged');
    expect([...outbox.tombstones.keys()]).toEqual([31]);
    expect(outbox.tombstones.get(31)).toMatch(/the connection ended 3 times/);
    expect(broker.publishes.filter((seen) => seen.topic === BAD).length).toBe(4);
    const answered = broker.publishes.filter((seen) => seen.topic !== BAD).map(seqOf);
    expect(new Set(answered).size).toBe(60);
    expect(broker.connects.at(-1)).toBe(level);
  },
);

test('a broker that refuses the tombstone too: the tombstone waits, the others flow, and later it arrives', async () => {
  let eventsAllowed = false;
  const broker = await startRawBroker({
    onPublish: (seen) =>
      seen.topic === BAD || (seen.topic.endsWith('/event') && !eventsAllowed) ? 0x87 : 'ack',
  });
  cleanups.push(broker.close);
  const { uplink } = testUplink(`mqtt://127.0.0.1:${broker.port}`);
  cleanups.push(() => uplink.close());
  const outbox = memoryOutbox();
  for (let count = 0; count < 60; count += 1) outbox.add(count % 20 === 7 ? BAD : GOOD);
  createDelivery({ outbox, uplink, window: 5, maxDisconnects: 3, timing: { retryAsideMs: 300 } }).wake();
  await eventually(() => outbox.acks.length === 57, 'the others are acknowledged');
  expect(outbox.left().map((row) => row.seq)).toEqual([8, 28, 48]);
  eventsAllowed = true;
  await eventually(() => outbox.left().length === 0, 'the tombstones are acknowledged');
  expect([...outbox.tombstones.keys()]).toEqual([8, 28, 48]);
});

test('while a quota refuses everything nothing is replaced, and afterwards everything flows', async () => {
  let quota = 0;
  const broker = await startRawBroker({ onPublish: () => ((quota += 1) <= 25 ? 0x97 : 'ack') });
  cleanups.push(broker.close);
  const { uplink } = testUplink(`mqtt://127.0.0.1:${broker.port}`);
  cleanups.push(() => uplink.close());
  const outbox = memoryOutbox();
  for (let count = 0; count < 10; count += 1) outbox.add(GOOD);
  createDelivery({ outbox, uplink, window: 5, maxDisconnects: 3, timing: { pauseMs: 20 } }).wake();
  await eventually(() => outbox.left().length === 0, 'everything acknowledged');
  expect(outbox.tombstones.size).toBe(0);
});

test('wrong access rights for everything cost ten messages at the most, not the backlog', async () => {
  let allowed = false;
  let refusals = 0;
  const broker = await startRawBroker({ onPublish: () => (allowed ? 'ack' : ((refusals += 1), 0x87)) });
  cleanups.push(broker.close);
  const { uplink } = testUplink(`mqtt://127.0.0.1:${broker.port}`);
  cleanups.push(() => uplink.close());
  const outbox = memoryOutbox();
  for (let count = 0; count < 200; count += 1) outbox.add(GOOD);
  createDelivery({ outbox, uplink, window: 50, maxDisconnects: 3, timing: { pauseMs: 20 } }).wake();
  await eventually(() => refusals > 120, 'several rounds of refusals');
  expect(outbox.tombstones.size).toBe(10);
  expect(outbox.left().length).toBe(200);
  allowed = true;
  await eventually(() => outbox.left().length === 0, 'everything acknowledged');
  expect(outbox.tombstones.size).toBe(10);
});
