/**
 * A clock runs ahead (a wrong time server, a hand that mistyped the date) and is set back later. What it stamped with
 * a time that had not come is taken back, published hours are withdrawn and come again, and no energy is lost.
 */
import { expect, test } from 'vitest';
import { type Clock, type ClockTrust, instant } from '../../gateway/domain/time.ts';
import { createPipeline } from '../../gateway/stages/pipeline.ts';
import { createRewinder } from '../../gateway/stages/rewind.ts';
import { openStoreInMemory } from '../../gateway/store/store.ts';
import { checkHours, checkMessages, checkSums } from '../ledger/support/checks.ts';
import { at, HOUR, type Ledger, MINUTE, openLedger, SECOND, specWith } from '../ledger/support/ledger.ts';

const NOON = at('2026-07-01T12:00:00+09:00');
const DAY = 24 * HOUR;
const POLL_MS = 30 * SECOND;
/** 36 kW in steps of 0.1 kWh. */
const COUNTS_PER_POLL = 3n;

/** A meter read each 30 s through the pipeline, on a clock that can be set. */
function setUp(trust: ClockTrust = 'ntp') {
  let wallMs: number = NOON;
  let steadyMs = 0;
  let count = 1_000n;
  const clock: Clock = { now: () => instant(wallMs), monotonicMs: () => steadyMs, trust: () => trust };
  const ledger: Ledger = openLedger({ startMs: NOON, spec: specWith() });
  const states: string[] = [];
  const pipeline = createPipeline({
    clock,
    ...ledger.stages(),
    specs: [ledger.spec()],
    speed: 1,
    purge: { run: () => false },
    checkpoint: () => {},
    onClock: ({ state }) => void states.push(state),
    onTurn: () => {},
  });
  const poll = () => {
    const { meter, channel } = ledger.spec();
    const stamp = { sinceMs: clock.now(), atMs: clock.now() };
    const registers = [{ channel, raw: { count, exp2: 0 }, ...stamp }];
    pipeline.take({ meter, atMs: clock.now(), registers, gauges: [], fault: null });
    pipeline.turn();
  };
  /** Time passes, the meter counts on and is read. */
  const run = (ms: number) => {
    for (let passed = 0; passed < ms; passed += POLL_MS) {
      wallMs += POLL_MS;
      steadyMs += POLL_MS;
      count += COUNTS_PER_POLL;
      poll();
    }
  };
  const used = () => (count - 1_000n) * 100_000n;
  poll();
  return { ledger, run, states, used, step: (ms: number) => (wallMs += ms), wall: () => wallMs };
}

/** What the invariants ask of sums and messages, and the total of the register. */
function checkTotals({ ledger, used }: ReturnType<typeof setUp>): void {
  checkSums(ledger);
  checkMessages(ledger);
  const head = ledger.store.readings.head(ledger.channelId);
  expect((head?.reading.raw.count ?? 0n) - 1_000n).toBe(used() / 100_000n);
}

test('an hour that never came is withdrawn, and the true one takes its place with a higher revision', () => {
  const factory = setUp();
  const { ledger, run, step, states } = factory;
  run(20 * MINUTE);
  step(DAY);
  run(3 * HOUR);
  const wrong = ledger.hour(NOON + DAY + HOUR);
  expect(wrong).toMatchObject({ quality: 'measured', revision: 1 });
  step(-DAY);
  run(MINUTE);
  expect(ledger.hour(NOON + DAY + HOUR)).toMatchObject({
    quality: 'withdrawn',
    quantityMicro: null,
    revision: 2,
  });
  const withdrawn = ledger.hourMessages().at(-1);
  expect(withdrawn).toMatchObject({ quality: 'withdrawn', kwh: null, quantity: null, revision: 2 });
  expect(ledger.events('clock-step').at(-1).text).toContain('published hours are withdrawn');
  run(DAY);
  expect(ledger.hour(NOON + DAY + HOUR)).toMatchObject({ quality: 'measured', revision: 3 });
  expect(states).toEqual(['stepped', 'ok', 'stepped', 'ok']);
  checkTotals(factory);
  checkHours(ledger, factory.wall());
});

test('what passed while the clock was wrong lies in the hours in which it passed', () => {
  const factory = setUp();
  const { ledger, run, step } = factory;
  run(20 * MINUTE);
  step(DAY);
  run(3 * HOUR);
  step(-DAY);
  run(2 * HOUR);
  // 36 kWh an hour, all of it between 12:00 and 15:20, known by the register alone.
  for (const hour of [0, 1, 2]) {
    const quantity = Number(ledger.hour(NOON + hour * HOUR)?.quantityMicro) / 1e6;
    // A poll may lie on the wrong side of the moment at which the clock was set.
    expect(Math.abs(quantity - 36)).toBeLessThanOrEqual(0.3);
  }
  expect(ledger.hour(NOON + HOUR)).toMatchObject({ quality: 'estimated' });
  expect(ledger.hour(NOON + 4 * HOUR)).toMatchObject({ quality: 'measured', quantityMicro: 36_000_000n });
  checkTotals(factory);
});

test('a rollover in the time that never came is kept', () => {
  // Rated so low that a day can't hide a whole round more.
  const wraps = specWith({
    scale: { wrapsAt: { num: 1_000_000n, den: 1n } },
    ratedPerHour: { num: 100n, den: 1n },
  });
  const ledger = openLedger({ startMs: NOON, spec: wraps });
  const reading = (ms: number, count: bigint) => ({
    sinceMs: instant(ms),
    atMs: instant(ms),
    raw: { count, exp2: 0 },
  });
  const each10s = (fromMs: number, counts: readonly number[]) =>
    ledger.feed(counts.map((count, i) => reading(fromMs + i * 10 * SECOND, BigInt(count))));
  each10s(NOON, [999_990, 999_991, 999_992]);
  each10s(NOON + DAY, [999_998, 999_999, 0, 1, 2, 3]);
  expect(ledger.eras().map(({ cause }) => cause)).toEqual(['first', 'rollover']);
  const { rewinder, acceptor } = ledger.stages();
  rewinder.rewind(instant(NOON + 2 * MINUTE));
  acceptor.reload();
  expect(ledger.eras()[1]).toMatchObject({ cause: 'rollover', opening: { atMs: NOON + 2 * MINUTE } });
  each10s(NOON + 2 * MINUTE + 10 * SECOND, [4, 5]);
  ledger.close(NOON + 3 * HOUR);
  const head = ledger.store.readings.head(ledger.channelId);
  expect(head?.reading.raw.count).toBe(5n);
  expect(ledger.eras()[1]?.baseMicro).toBe(1_000_000n);
});

test('a channel that began in the time that never came begins anew', () => {
  const factory = setUp();
  const { ledger, run, step } = factory;
  const before = ledger.store.readings.head(ledger.channelId);
  step(-DAY);
  run(3 * HOUR);
  expect(before?.reading.atMs).toBe(NOON);
  expect(ledger.eras()).toHaveLength(1);
  expect(ledger.eras()[0]?.opening.atMs).toBeLessThanOrEqual(NOON - DAY + MINUTE);
  expect(ledger.hour(NOON - DAY + HOUR)).toMatchObject({ quality: 'measured', quantityMicro: 36_000_000n });
  checkSums(ledger);
});

test('where more passed than there was time for, the step is a question, not a demand peak', () => {
  const factory = setUp();
  const { ledger, run, step } = factory;
  // The clock had been a day ahead from the first reading on; nobody can say when.
  run(2 * DAY);
  step(-DAY);
  run(3 * HOUR);
  expect(ledger.events('step-unresolved')).toHaveLength(1);
  const hours = ledger.hours(NOON, NOON + 2 * DAY).filter(({ quantityMicro }) => quantityMicro !== null);
  for (const { quantityMicro } of hours) expect(quantityMicro).toBeLessThanOrEqual(36_100_000n);
  checkSums(ledger);
});

test('a clock that nobody vouches for takes nothing back: it waits until it has caught up', () => {
  const factory = setUp('rtc');
  const { ledger, run, step, states } = factory;
  run(90 * MINUTE);
  const before = ledger.store.readings.head(ledger.channelId);
  step(-HOUR);
  run(30 * MINUTE);
  expect(states.at(-1)).toBe('behind');
  expect(ledger.store.readings.head(ledger.channelId)).toEqual(before);
  run(2 * HOUR);
  expect(states.at(-1)).toBe('ok');
  expect(ledger.hours(NOON, NOON + 4 * HOUR).map(({ quality }) => quality)).not.toContain('withdrawn');
  expect(ledger.events('clock-step')).toHaveLength(1);
  checkTotals(factory);
  checkHours(ledger, factory.wall());
});

test('a clock that woke with the date of its image deletes nothing: hours wait until it is right', () => {
  const factory = setUp('manual');
  const { ledger, run, step, states, wall } = factory;
  run(3 * HOUR);
  const before = ledger.hours(NOON, NOON + DAY);
  step(-90 * DAY);
  run(2 * HOUR);
  expect(states.at(-1)).toBe('behind');
  expect(ledger.hours(0, NOON + DAY)).toEqual(before);
  step(90 * DAY);
  run(4 * HOUR);
  expect(states).not.toContain('untrusted');
  expect(ledger.hours(0, NOON + DAY).map(({ quality }) => quality)).not.toContain('withdrawn');
  checkTotals(factory);
  checkHours(ledger, wall());
});

test('a channel that nobody knows any more holds nothing up', () => {
  const ledger = openLedger({ startMs: NOON });
  ledger.feed([{ sinceMs: instant(NOON + DAY), atMs: instant(NOON + DAY), raw: { count: 1n, exp2: 0 } }]);
  const { store, grid } = ledger;
  const strangers = createRewinder({ store, grid, events: ledger.stages().events, specs: new Map() });
  expect(strangers.newestMs()).toBeNull();
  expect(ledger.stages().rewinder.newestMs()).toBe(NOON + DAY);
});

test('an event is told once, also when a later transaction fails', () => {
  let failing = false;
  const store = openStoreInMemory({
    probe: (point) => {
      if (failing && point === 'inside-transaction') throw new Error('power cut');
    },
  });
  const ledger = openLedger({ startMs: NOON, store });
  const at10s = (n: number) => instant(NOON + n * 10 * SECOND);
  const feed = (n: number) =>
    ledger.feed([{ sinceMs: at10s(n), atMs: at10s(n), raw: { count: BigInt(100 + n), exp2: 0 } }]);
  const about = { meter: null, channel: null, atMs: at10s(0), text: 'set', detail: {} };
  ledger.stages().events.tell({ kind: 'clock-step', ...about });
  feed(0);
  failing = true;
  expect(() => feed(1)).toThrow('power cut');
  expect(() => feed(1)).toThrow('power cut');
  failing = false;
  feed(1);
  feed(2);
  expect(ledger.events().map(({ kind }) => kind)).toEqual(['clock-step', 'era-opened']);
});
