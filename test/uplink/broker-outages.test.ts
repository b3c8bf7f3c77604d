import { afterEach, expect, test } from 'vitest';
import { createDelivery } from '../../gateway/uplink/delivery.ts';
import { eventually } from './support/eventually.ts';
import { createGate } from './support/gate.ts';
import { createMosquitto } from './support/mosquitto.ts';
import { memoryOutbox, seqOf, subscribe, testUplink } from './support/parts.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

const HOUR = 'hakaru/v1/site/gw1/hour/main/energy-import';
const SETTINGS = [
  'allow_anonymous true',
  'persistence true',
  'persistence_location {folder}/',
  'max_queued_messages 0',
];

test('a broker that is absent at the start is found when it arrives, and gets everything in order', async () => {
  const broker = await createMosquitto(SETTINGS);
  cleanups.push(broker.remove);
  const gate = await createGate(broker.port);
  cleanups.push(gate.close);
  const { uplink, events } = testUplink(`mqtt://127.0.0.1:${gate.port}`);
  cleanups.push(() => uplink.close());
  const outbox = memoryOutbox();
  for (let count = 0; count < 120; count += 1) outbox.add(HOUR);
  const delivery = createDelivery({ outbox, uplink, window: 50, maxDisconnects: 3 });
  delivery.wake();
  await eventually(() => events.length >= 2, 'two failed attempts');
  expect(uplink.connected()).toBe(false);
  expect(uplink.fault()?.code).toBe('broker-unreachable');
  expect(outbox.acks).toEqual([]);

  await broker.start();
  const reader = await subscribe(`mqtt://127.0.0.1:${broker.port}`, 'hakaru/#');
  cleanups.push(reader.end);
  gate.open();
  await eventually(() => outbox.left().length === 0, 'everything acknowledged');
  await eventually(() => reader.messages.length === 120, 'everything arrived');
  expect(uplink.fault()).toBe(null);
  expect(reader.messages.map(seqOf)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
  expect(outbox.tombstones.size).toBe(0);
});

test('20 SIGKILLs of the broker while messages flow: none is lost, none is out of order on its connection', async () => {
  const broker = await createMosquitto(SETTINGS);
  cleanups.push(broker.remove);
  const gate = await createGate(broker.port);
  cleanups.push(gate.close);
  const { uplink } = testUplink(`mqtt://127.0.0.1:${gate.port}`);
  cleanups.push(() => uplink.close());
  const outbox = memoryOutbox();
  let connections = 0;
  uplink.onConnect(() => void (connections += 1));
  const delivery = createDelivery({ outbox, uplink, window: 50, maxDisconnects: 3, timing: { calmMs: 50 } });
  const arrivedPerBroker: number[][] = [];

  for (let life = 0; life < 21; life += 1) {
    await broker.start();
    // QoS 0: mosquitto writes it to the reader before it acknowledges the sender, so its own memory is not on trial.
    const reader = await subscribe(`mqtt://127.0.0.1:${broker.port}`, 'hakaru/#');
    for (let count = 0; count < 300; count += 1) outbox.add(HOUR);
    gate.open();
    delivery.wake();
    if (life < 20) {
      await eventually(() => reader.messages.length >= 30 + 9 * life, `life ${life} streams`);
      await broker.kill();
      gate.shut();
      await eventually(() => !uplink.connected(), 'the loss is noticed');
    } else {
      await eventually(() => outbox.left().length === 0, 'the rest is acknowledged');
      await eventually(() => reader.messages.map(seqOf).at(-1) === 21 * 300, 'the last one arrived');
    }
    arrivedPerBroker.push(reader.messages.map(seqOf));
    await reader.end();
  }

  const arrived = new Set(arrivedPerBroker.flat());
  expect(arrived.size).toBe(21 * 300);
  expect(outbox.acks.length).toBe(21 * 300);
  expect(outbox.tombstones.size).toBe(0);
  for (const seqs of arrivedPerBroker) expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
  expect(connections).toBeGreaterThanOrEqual(21);
  // Many acknowledgements to one transaction.
  expect(outbox.ackCalls).toBeLessThan(outbox.acks.length / 5);
}, 120_000);
