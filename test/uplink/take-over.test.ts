import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, expect, test } from 'vitest';
import { createBackOff, DEFAULT_BACK_OFF } from '../../gateway/uplink/back-off.ts';
import { eventually } from './support/eventually.ts';
import { createMosquitto, type Mosquitto } from './support/mosquitto.ts';
import { subscribe, testUplink, WILL } from './support/parts.ts';
import { startRawBroker } from './support/raw-broker.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});

async function openBroker(): Promise<Mosquitto> {
  const broker = await createMosquitto(['allow_anonymous true']);
  cleanups.push(broker.remove);
  await broker.start();
  return broker;
}

test('two gateways with one client id: a coded fault, and they stop throwing each other off', async () => {
  const broker = await openBroker();
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const pair = [testUplink(url), testUplink(url)];
  for (const { uplink } of pair) cleanups.push(() => uplink.close());
  const ended = () => pair.flatMap(({ events }) => events.filter((event) => event.kind === 'ended'));
  await eventually(() => ended().some((event) => event.retryInMs >= 2500), 'one of them waits long');
  const patient = pair.find(({ events }) =>
    events.some((event) => event.kind === 'ended' && event.retryInMs >= 2500),
  )!;
  const other = pair.find((one) => one !== patient)!;
  expect(patient.uplink.fault()).toMatchObject({ code: 'client-id-taken', about: { clientId: 'gw1' } });
  await eventually(() => other.uplink.connected(), 'the other one works');
  expect(await other.uplink.publish(WILL)).toEqual({ kind: 'acknowledged' });
  expect(ended().length).toBeLessThanOrEqual(8);
});

test('a broker that names the take-over is believed at once, and the second time the wait is long', async () => {
  const broker = await startRawBroker({ hangUpAfterConnectMs: 5, farewell: Buffer.from([0xe0, 2, 0x8e, 0]) });
  cleanups.push(broker.close);
  const { uplink, events } = testUplink(`mqtt://127.0.0.1:${broker.port}`);
  cleanups.push(() => uplink.close());
  await eventually(() => events.length === 4, 'two lives');
  expect(events[1]).toMatchObject({
    kind: 'ended',
    fault: { code: 'client-id-taken', about: { reasonCode: 0x8e } },
  });
  expect(events[3]).toMatchObject({ kind: 'ended', fault: { code: 'client-id-taken' } });
  const waits = events.flatMap((event) => (event.kind === 'ended' ? [event.retryInMs] : []));
  expect(waits[0]).toBeLessThanOrEqual(20);
  expect(waits[1]).toBeGreaterThanOrEqual(2500);
});

test('3.1.1 names no reason: connections that end soon, one after the other and idle, are taken for a take-over', async () => {
  const broker = await startRawBroker({
    onConnect: (level) => (level === 5 ? Buffer.from([0x20, 2, 0, 1]) : undefined),
    hangUpAfterConnectMs: 5,
  });
  cleanups.push(broker.close);
  const { uplink, events } = testUplink(`mqtt://127.0.0.1:${broker.port}`);
  cleanups.push(() => uplink.close());
  await eventually(() => uplink.fault()?.code === 'client-id-taken', 'the fault');
  await eventually(
    () => events.some((event) => event.kind === 'ended' && event.retryInMs >= 2500),
    'a long wait',
  );
  expect(broker.connects.length).toBe(1 + 4);
});

test('the waits: doubling with jitter to a bound, minutes for take-overs, from the start after a long life', () => {
  const backOff = createBackOff(DEFAULT_BACK_OFF, () => 1);
  const failed = { livedMs: 0, taken: false };
  const waits = Array.from({ length: 9 }, () => backOff.ended(failed));
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  expect(backOff.ended({ livedMs: 10_000, taken: false })).toBe(500);
  const taken = { livedMs: 100, taken: true };
  expect(backOff.ended(taken)).toBe(1000);
  expect([1, 2, 3, 4, 5, 6, 7].map(() => backOff.ended(taken))).toEqual([
    30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000,
  ]);
  expect(backOff.ended({ livedMs: 1_200_001, taken: false })).toBe(500);
  const least = createBackOff(DEFAULT_BACK_OFF, () => 0);
  expect([least.ended(failed), least.ended(failed)]).toEqual([250, 500]);
});

test('a process that is killed leaves its will, retained; one that closes properly does not', async () => {
  const broker = await openBroker();
  const url = `mqtt://127.0.0.1:${broker.port}`;
  const child: ChildProcess = spawn(
    process.execPath,
    [new URL('support/uplink-child.ts', import.meta.url).pathname, url],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  cleanups.push(() => (child.kill('SIGKILL'), gone));
  let said = '';
  child.stdout?.on('data', (bytes: Buffer) => (said += bytes.toString()));
  await eventually(() => said.includes('online'), 'the child is online');
  const reader = await subscribe(url, WILL.topic);
  cleanups.push(reader.end);
  await eventually(() => reader.messages.length === 1, 'its retained status');
  child.kill('SIGKILL');
  await eventually(() => reader.messages.length === 2, 'the will');
  expect(reader.messages.map((message) => message.payload)).toEqual(['{"state":"online"}', WILL.payload]);
  const late = await subscribe(url, WILL.topic);
  cleanups.push(late.end);
  await eventually(() => late.messages.length === 1, 'the will is retained');
  expect(late.messages[0]).toMatchObject({ payload: WILL.payload, retain: true });

  const { uplink } = testUplink(url);
  await eventually(() => uplink.connected(), 'connected');
  await uplink.publish({ ...WILL, payload: 'good-bye' });
  await uplink.close();
  const later = await subscribe(url, WILL.topic);
  cleanups.push(later.end);
  await eventually(() => later.messages.length === 1, 'the last word');
  expect(later.messages[0]?.payload).toBe('good-bye');
});
