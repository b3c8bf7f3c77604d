/**
 * A Pi without a battery wakes in 1970. Until the time is known nothing is written: the registers go on counting in
 * the meters, and the first believable reading begins the ledger.
 */
import { expect, test } from 'vitest';
import { type Clock, type ClockTrust, instant } from '../../gateway/domain/time.ts';
import { hourGrid } from '../../gateway/platform/hour-grid.ts';
import { createAcceptor } from '../../gateway/stages/accept-readings.ts';
import { createEventSink } from '../../gateway/stages/ledger-events.ts';
import { createPipeline } from '../../gateway/stages/pipeline.ts';
import { createRewinder } from '../../gateway/stages/rewind.ts';
import { openStoreInMemory } from '../../gateway/store/store.ts';
import { specWith } from '../ledger/support/ledger.ts';

const NOON_MS = Date.parse('2026-07-01T12:00:00+09:00');

function setUp() {
  let nowMs = 60_000;
  let steadyMs = 0;
  let trust: ClockTrust = 'untrusted';
  const clock: Clock = { now: () => instant(nowMs), monotonicMs: () => steadyMs, trust: () => trust };
  const store = openStoreInMemory();
  const grid = hourGrid('Asia/Tokyo');
  const events = createEventSink({
    store,
    grid,
    sender: { site: 's', gateway: 'g', generation: 1 },
    topic: 'event',
  });
  const untrusted: string[] = [];
  const spec = specWith();
  const pipeline = createPipeline({
    clock,
    events,
    specs: [spec],
    speed: 1,
    acceptor: createAcceptor({ store, grid, events, evidenceMs: 60_000 }),
    steps: [],
    checkpoint: () => {},
    onClock: ({ fault }) => void (fault && untrusted.push(fault.code)),
    rewinder: createRewinder({ store, grid, events, specs: new Map([[1, spec]]) }),
    purge: { run: () => false },
    onTurn: () => {},
  });
  const poll = (count: bigint) =>
    pipeline.take({
      meter: spec.meter,
      atMs: clock.now(),
      registers: [
        { channel: spec.channel, raw: { count, exp2: 0 }, sinceMs: clock.now(), atMs: clock.now() },
      ],
      gauges: [],
      fault: null,
    });
  const pass = (ms: number) => {
    nowMs += ms;
    steadyMs += ms;
  };
  const set = (ms: number, believed: ClockTrust) => {
    nowMs = ms;
    trust = believed;
  };
  const kinds = () =>
    store.outbox.waiting(0, 100).map(({ payload }) => (JSON.parse(payload) as { kind: string }).kind);
  return { store, pipeline, poll, pass, set, kinds, untrusted };
}

test('nothing is written while the clock is not set, and the fault is told once', () => {
  const { store, pipeline, poll, pass, untrusted } = setUp();
  for (let second = 0; second < 60; second++) {
    poll(BigInt(100 + second));
    pipeline.turn();
    pass(1_000);
  }
  expect(store.channels.all()).toEqual([]);
  expect(untrusted).toEqual(['clock-untrusted']);
});

test('what was read before the time is known is stamped afterwards by the steady clock, and said so', () => {
  const { store, pipeline, poll, pass, set, kinds } = setUp();
  poll(100n);
  pipeline.turn();
  pass(1_000);
  set(NOON_MS, 'ntp');
  poll(101n);
  pipeline.turn();
  pipeline.drain();
  expect(store.channels.all()).toMatchObject([{ sinceMs: NOON_MS - 1_000 }]);
  expect(kinds()).toEqual(['clock-step', 'era-opened']);
});
