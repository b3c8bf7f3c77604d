/**
 * The stored outbox and its sender against a broker that refuses some messages for good. What it will never take is
 * replaced by an event under the same sequence number, so that a consumer who counts misses nothing.
 */
import { expect, it } from 'vitest';
import type { OutgoingMessage, PublishOutcome } from '../../gateway/domain/ports.ts';
import { hourGrid } from '../../gateway/platform/hour-grid.ts';
import { createOutboxPort } from '../../gateway/stages/outbox-port.ts';
import { openStoreInMemory } from '../../gateway/store/store.ts';
import { createDelivery } from '../../gateway/uplink/delivery.ts';
import { at } from '../ledger/support/ledger.ts';

const NOW = at('2026-07-01T10:01:30+09:00');
const GOOD = 'hakaru/v1/test/g1/hour/main/energy-import';
const BAD = 'hakaru/v1/test/g1/hour/forbidden/energy-import';
const EVENTS = 'hakaru/v1/test/g1/event';

/** A gateway's outbox and sender; the broker is the function that answers each publish. */
function openGateway(broker: (message: OutgoingMessage) => Promise<PublishOutcome>) {
  const store = openStoreInMemory();
  const outbox = createOutboxPort({
    store,
    sender: { site: 'test', gateway: 'g1', generation: 7 },
    grid: hourGrid('Asia/Tokyo'),
    now: () => NOW,
    eventTopic: EVENTS,
    guard: (work) => work(),
    onRefused: () => {},
  });
  const uplink = { connected: () => true, publish: broker, onConnect: () => {}, fault: () => null };
  const delivery = createDelivery({ outbox, uplink, window: 3, maxDisconnects: 3 });
  return {
    store,
    delivery,
    append: (topic: string): number =>
      store.write(() =>
        store.outbox.append({
          kind: 'hour',
          topic,
          payload: (seq) => JSON.stringify({ seq }),
          about: null,
          createdAtMs: NOW,
        }),
      ),
    /** Sends until nothing waits. */
    async deliver(): Promise<void> {
      delivery.wake();
      for (let round = 0; round < 50 && store.outbox.backlog().waiting > 0; round++) await delivery.settled();
    },
  };
}

it('numbers messages from 1 without a hole', () => {
  const { append, store } = openGateway(() => Promise.resolve({ kind: 'disconnected' }));
  expect([GOOD, BAD, GOOD, GOOD].map(append)).toEqual([1, 2, 3, 4]);
  expect(store.outbox.waiting(0, 10).map(({ payload }) => JSON.parse(payload) as unknown)).toEqual(
    [1, 2, 3, 4].map((seq) => ({ seq })),
  );
});

it('puts an event with the same number in the place of a message that is refused for good', async () => {
  const arrived: { topic: string; body: { seq: number; kind?: string; detail?: unknown } }[] = [];
  const gateway = openGateway(async ({ topic, payload }) => {
    if (topic === BAD) return { kind: 'refused', reasonCode: 0x87 };
    arrived.push({ topic, body: JSON.parse(payload) });
    return { kind: 'acknowledged' };
  });
  for (const topic of [GOOD, GOOD, BAD, GOOD, BAD, GOOD, GOOD]) gateway.append(topic);
  await gateway.deliver();

  expect(arrived.map(({ body }) => body.seq).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  const tombstones = arrived.filter(({ topic }) => topic === EVENTS);
  expect(tombstones).toMatchObject(
    [3, 5].map((seq) => ({
      body: { seq, kind: 'tombstone', generation: 7, detail: { topic: BAD } },
    })),
  );
  expect(gateway.store.outbox.backlog()).toEqual({ waiting: 0, oldestMs: null });
  expect(gateway.store.outbox.find(3)).toMatchObject({
    kind: 'event',
    state: 'acknowledged',
    acknowledgedAtMs: NOW,
    refused: expect.stringContaining('0x87') as string,
  });
});

it('keeps a message waiting until the broker has said that it has it', async () => {
  let answer: (outcome: PublishOutcome) => void = () => {};
  const gateway = openGateway(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  gateway.append(GOOD);
  gateway.delivery.wake();
  expect(gateway.store.outbox.find(1)).toMatchObject({ state: 'waiting', acknowledgedAtMs: null });
  const settled = gateway.delivery.settled();
  answer({ kind: 'acknowledged' });
  await settled;
  expect(gateway.store.outbox.find(1)).toMatchObject({ state: 'acknowledged', acknowledgedAtMs: NOW });
});
