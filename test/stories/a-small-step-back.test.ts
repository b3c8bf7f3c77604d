/**
 * A time server sets a clock back by some seconds. No reading is stamped before its predecessor and no register seems to
 * race: the ledger goes on from where it stood and waits for the clock.
 */
import { expect, test } from 'vitest';
import { type Clock, instant } from '../../gateway/domain/time.ts';
import { createPipeline } from '../../gateway/stages/pipeline.ts';
import { checkHours, checkSums } from '../ledger/support/checks.ts';
import { at, HOUR, type Ledger, MINUTE, openLedger, SECOND, specWith } from '../ledger/support/ledger.ts';

const NOON = at('2026-07-01T12:00:00+09:00');

/** A meter at 95 % of its rating, read each 2 s. */
function setUp() {
  let wallMs: number = NOON;
  let steadyMs = 0;
  let micro = 0;
  const spec = specWith();
  const rated = Number(spec.ratedPerHour.num) / Number(spec.ratedPerHour.den);
  const perCount = Number(spec.scale.unitsPerCount.num) / Number(spec.scale.unitsPerCount.den);
  const clock: Clock = { now: () => instant(wallMs), monotonicMs: () => steadyMs, trust: () => 'ntp' };
  const ledger: Ledger = openLedger({ startMs: NOON, spec });
  const begun = () =>
    createPipeline({
      clock,
      ...ledger.stages(),
      specs: [ledger.spec()],
      speed: 1,
      purge: { run: () => false },
      checkpoint: () => {},
      onClock: () => {},
      onTurn: () => {},
    });
  let pipeline = begun();
  const poll = () => {
    const { meter, channel } = ledger.spec();
    const count = BigInt(Math.floor(micro / perCount));
    const registers = [{ channel, raw: { count, exp2: 0 }, sinceMs: clock.now(), atMs: clock.now() }];
    pipeline.take({ meter, atMs: clock.now(), registers, gauges: [], fault: null });
    pipeline.turn();
  };
  const run = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 2 * SECOND) {
      wallMs += 2 * SECOND;
      steadyMs += 2 * SECOND;
      micro += (0.95 * rated * 2 * SECOND) / HOUR;
      poll();
    }
  };
  poll();
  return {
    ledger,
    run,
    step: (ms: number) => (wallMs += ms),
    wall: () => wallMs,
    restart: () => {
      pipeline.finish();
      ledger.stages().acceptor.reload();
      pipeline = begun();
    },
  };
}

const kindsOf = (ledger: Ledger) => ledger.events().map(({ kind }) => kind);

test.each([1, 5, 20, 29])('%i s back: no event, no reading lost, the hours are measured', (seconds) => {
  const { ledger, run, step, wall } = setUp();
  run(20 * MINUTE);
  step(-seconds * SECOND);
  run(2 * HOUR);
  expect(kindsOf(ledger)).toEqual(['era-opened']);
  expect(ledger.hour(NOON + HOUR)).toMatchObject({ quality: 'measured' });
  checkSums(ledger);
  checkHours(ledger, wall());
});

test('the ledger has waited for the clock after half an hour', () => {
  const { ledger, run, step, wall } = setUp();
  run(20 * MINUTE);
  step(-20 * SECOND);
  run(10 * SECOND);
  const leadNow = () => (ledger.store.readings.head(ledger.channelId)?.reading.atMs ?? 0) - wall();
  run(20 * SECOND);
  expect(leadNow()).toBeGreaterThan(5 * SECOND);
  run(40 * MINUTE);
  expect(leadNow()).toBeLessThanOrEqual(0);
});

test('a gateway that was started again between the step and the next reading goes on as well', () => {
  const { ledger, run, step, restart } = setUp();
  run(20 * MINUTE);
  restart();
  step(-20 * SECOND);
  restart();
  run(90 * MINUTE);
  expect(kindsOf(ledger)).toEqual(['era-opened']);
  checkSums(ledger);
});

test('two of them at once are a step, told once, with what was taken back', () => {
  const { ledger, run, step } = setUp();
  run(20 * MINUTE);
  step(-20 * SECOND);
  run(2 * SECOND);
  step(-25 * SECOND);
  run(10 * MINUTE);
  const steps = ledger.events('clock-step');
  expect(steps).toHaveLength(1);
  expect(kindsOf(ledger)).not.toContain('above-rating');
  checkSums(ledger);
});

test('a step back of a day is one event, with the step and what was taken back in it', () => {
  const { ledger, run, step } = setUp();
  run(20 * MINUTE);
  step(24 * HOUR);
  run(2 * HOUR);
  step(-24 * HOUR);
  run(MINUTE);
  const [forward, back, more] = ledger.events('clock-step');
  expect(forward?.detail).toMatchObject({ stepMs: 24 * HOUR });
  expect(back?.detail).toMatchObject({ stepMs: -24 * HOUR, withdrawnHours: 24 });
  expect(more).toBeUndefined();
});

test('a step forward of some seconds is nothing to tell', () => {
  const { ledger, run, step } = setUp();
  run(20 * MINUTE);
  step(20 * SECOND);
  run(HOUR);
  expect(kindsOf(ledger)).toEqual(['era-opened']);
  checkSums(ledger);
});
