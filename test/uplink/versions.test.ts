import { afterEach, expect, test } from 'vitest';
import { startBroker } from '../../simulators/broker.ts';
import { eventually } from './support/eventually.ts';
import { subscribe, testUplink, WILL } from './support/parts.ts';
import { startRawBroker } from './support/raw-broker.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

test('a real broker that speaks 3.1.1 only (aedes) is served', async () => {
  const broker = await startBroker();
  cleanups.push(() => broker.close());
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const { uplink, events } = testUplink(url);
  cleanups.push(() => uplink.close());
  await eventually(
    () => uplink.connected(),
    () => `connected: ${JSON.stringify(events)}`,
  );
  expect(events.at(-1)).toMatchObject({ kind: 'connected', mqttVersion: 4 });
  const reader = await subscribe(url, WILL.topic, { protocolVersion: 4 });
  cleanups.push(reader.end);
  expect(await uplink.publish({ ...WILL, payload: 'here', expirySeconds: 60 })).toEqual({
    kind: 'acknowledged',
  });
  await eventually(() => reader.messages.length === 1, 'arrived');
});

test.each([
  ['the 3.1.1 return code 1', Buffer.from([0x20, 2, 0, 1])],
  ['the MQTT 5 reason 0x84', Buffer.from([0x20, 3, 0, 0x84, 0])],
])(
  'a broker that names the version with %s is asked with 3.1.1 at once, and that is remembered',
  async (_, refusal) => {
    let hangUp = true;
    const broker = await startRawBroker({
      onConnect: (level) => (level === 5 ? refusal : undefined),
      onPublish: () => ((hangUp = !hangUp), hangUp ? 'ack' : 'drop'),
    });
    cleanups.push(broker.close);
    const { uplink } = testUplink(`mqtt://127.0.0.1:${broker.port}`);
    cleanups.push(() => uplink.close());
    for (let life = 0; life < 3; life += 1) {
      await eventually(() => uplink.connected(), 'connected');
      expect((await uplink.publish(WILL)).kind).toBe('disconnected');
      await eventually(() => uplink.connected(), 'connected again');
      expect((await uplink.publish(WILL)).kind).toBe('acknowledged');
    }
    expect(broker.connects).toEqual([5, 4, 4, 4, 4]);
  },
);

test('a broker that only hangs up on MQTT 5 is reached with 3.1.1 after two tries', async () => {
  const broker = await startRawBroker({ onConnect: (level) => (level === 5 ? null : undefined) });
  cleanups.push(broker.close);
  const { uplink } = testUplink(`mqtt://127.0.0.1:${broker.port}`);
  cleanups.push(() => uplink.close());
  await eventually(() => uplink.connected(), 'connected');
  expect(broker.connects).toEqual([5, 5, 4]);
});

test('MQTT 5 that has worked is not given up because the broker hangs up while it restarts', async () => {
  let restarting = false;
  const broker = await startRawBroker({
    onConnect: () => (restarting ? null : undefined),
    onPublish: () => ((restarting = true), 'drop'),
  });
  cleanups.push(broker.close);
  const { uplink } = testUplink(`mqtt://127.0.0.1:${broker.port}`);
  cleanups.push(() => uplink.close());
  await eventually(() => uplink.connected(), 'connected');
  expect((await uplink.publish(WILL)).kind).toBe('disconnected');
  await eventually(() => broker.connects.length >= 6, 'five more attempts');
  restarting = false;
  await eventually(() => uplink.connected(), 'connected again');
  expect(new Set(broker.connects)).toEqual(new Set([5]));
});
