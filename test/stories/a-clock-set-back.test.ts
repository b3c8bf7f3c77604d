/** A clock is set back: what of the past rested on it, who hears of it, and where a channel may begin. */
import { expect, test } from 'vitest';
import { type Clock, type ClockTrust, instant } from '../../gateway/domain/time.ts';
import { createPipeline } from '../../gateway/stages/pipeline.ts';
import { at, HOUR, MINUTE, openLedger, reading, SECOND } from '../ledger/support/ledger.ts';

const NOON = at('2026-07-01T12:00:00+09:00');
const DAY = 24 * HOUR;
const POLL_MS = 30 * SECOND;

/** A meter of 36 kW, read each 30 s through the pipeline, on a clock that can be set. */
function setUp(trust: ClockTrust) {
  let wallMs: number = NOON;
  let steadyMs = 0;
  let count = 1_000n;
  const clock: Clock = { now: () => instant(wallMs), monotonicMs: () => steadyMs, trust: () => trust };
  const ledger = openLedger({ startMs: NOON });
  const pipeline = createPipeline({
    clock,
    ...ledger.stages(),
    specs: [ledger.spec()],
    speed: 1,
    purge: { run: () => false },
    checkpoint: () => undefined,
    onClock: () => undefined,
    onTurn: () => undefined,
  });
  const run = (ms: number) => {
    for (let passed = 0; passed < ms; passed += POLL_MS) {
      wallMs += POLL_MS;
      steadyMs += POLL_MS;
      count += 3n;
      const stamp = { sinceMs: clock.now(), atMs: clock.now() };
      const registers = [{ channel: ledger.spec().channel, raw: { count, exp2: 0 }, ...stamp }];
      pipeline.take({ meter: ledger.spec().meter, atMs: clock.now(), registers, gauges: [], fault: null });
      pipeline.turn();
    }
  };
  /** Time passes, and the meter, which counts on, does not answer. */
  const silence = (ms: number) => {
    wallMs += ms;
    steadyMs += ms;
    count += (3n * BigInt(ms)) / BigInt(POLL_MS);
    pipeline.turn();
  };
  const step = (ms: number) => (wallMs += ms);
  return { ledger, run, silence, step, state: () => pipeline.clockHealth().state };
}

const kwhOf = (ledger: ReturnType<typeof openLedger>, startMs: number) =>
  Number(ledger.hour(startMs)?.quantityMicro) / 1e6;

test('a reading from long before the clock was set right is not taken for one of then', () => {
  const { ledger, run, silence, step } = setUp('ntp');
  run(20 * MINUTE);
  step(DAY);
  run(20 * MINUTE);
  // The meter was last read at 12:40, and the clock is set right at 13:15.
  silence(35 * MINUTE);
  step(-DAY);
  run(2 * HOUR);
  // Its energy ended at 12:40, not at 13:15.
  for (const hour of [0, 1]) expect(Math.abs(kwhOf(ledger, NOON + hour * HOUR) - 36)).toBeLessThan(0.5);
});

test('where nobody saw the step, the newest reading may be as old as the one before that time', () => {
  const ledger = openLedger({ startMs: NOON });
  const each = (fromMs: number, toMs: number, first: number) =>
    ledger.feed(
      Array.from({ length: (toMs - fromMs) / POLL_MS + 1 }, (_, n) =>
        reading(fromMs + n * POLL_MS, first + 3 * n),
      ),
    );
  each(NOON, NOON + 20 * MINUTE, 1_000);
  // A process that ended at 12:40 stamped ten minutes with a wrong day.
  each(NOON + DAY, NOON + DAY + 20 * MINUTE, 1_123);
  const { rewinder, acceptor } = ledger.stages();
  rewinder.rewind(instant(NOON + HOUR + 15 * MINUTE));
  acceptor.reload();
  expect(ledger.boundary(NOON + HOUR)).toBeNull();
  each(NOON + HOUR + 15 * MINUTE + POLL_MS, NOON + 2 * HOUR + MINUTE, 1_453);
  const boundary = ledger.boundary(NOON + HOUR);
  // 36 kW: 36 kWh had passed at 13:00, and what the bracket says holds that.
  expect(boundary?.lowMicro).toBeLessThanOrEqual(36_000_000n);
  expect(boundary?.highMicro).toBeGreaterThanOrEqual(36_000_000n);
});

test('a step that would put the newest reading before the one before it leaves open when that was', () => {
  const ledger = openLedger({ startMs: NOON });
  const each = (fromMs: number, toMs: number, first: number) =>
    ledger.feed(
      Array.from({ length: (toMs - fromMs) / POLL_MS + 1 }, (_, n) =>
        reading(fromMs + n * POLL_MS, first + 3 * n),
      ),
    );
  each(NOON, NOON + 40 * MINUTE, 1_000);
  // Ten minutes by a clock an hour ahead, which is then set back by more than that.
  each(NOON + 100 * MINUTE, NOON + 110 * MINUTE, 1_243);
  const nowMs = instant(NOON + 45 * MINUTE);
  ledger.stages().rewinder.rewind(nowMs, null, -90 * MINUTE);
  expect(ledger.store.readings.heads().map(({ atMs }) => atMs)).toEqual([nowMs]);
});

test('an hour whose end rested on a time that never came is withdrawn with it', () => {
  const { ledger, run, step } = setUp('ntp');
  run(50 * MINUTE);
  // 13:00 lies between 12:50 and the next day.
  step(DAY);
  run(10 * MINUTE);
  expect(ledger.hour(NOON)).toMatchObject({ revision: 1 });
  expect(ledger.hour(NOON)?.quantityMicro).not.toBeNull();
  step(-DAY);
  run(POLL_MS);
  expect(ledger.boundary(NOON + HOUR)).toBeNull();
  expect(ledger.hour(NOON)).toMatchObject({ quality: 'withdrawn', quantityMicro: null, revision: 2 });
  run(5 * MINUTE);
  expect(ledger.hour(NOON)?.quantityMicro).not.toBeNull();
});

test('that the clock stands before what is written is told at once: the process may end before it is right', () => {
  const { ledger, run, step, state } = setUp('rtc');
  run(90 * MINUTE);
  step(-HOUR);
  run(POLL_MS);
  expect(state()).toBe('behind');
  expect(ledger.events('clock-step')).toMatchObject([{ detail: { stepMs: -HOUR } }]);
});

test('no channel begins before its first hour: what passed there would be in no hour', () => {
  const ledger = openLedger({ startMs: NOON });
  expect(ledger.feed([reading(NOON - MINUTE, 900)], NOON)).toBe(0);
  expect(ledger.eras()).toEqual([]);
  ledger.feed([reading(NOON + MINUTE, 1_000), reading(NOON + 2 * MINUTE, 1_001)]);
  expect(ledger.eras()).toMatchObject([{ opening: { atMs: NOON + MINUTE } }]);
});
