/** Some meters miss a request that comes too soon after their last answer. They are given time; nobody else waits. */
import { afterEach, expect, it } from 'vitest';
import { openLine } from '../../drivers/modbus/line.ts';
import { ONE } from '../../gateway/domain/rational.ts';
import { rtuAnswer } from './support/frames.ts';
import { CLOCK, map, meter, meterType, quickTiming, RTU_LINE } from './support/lines.ts';
import { createScriptedWire } from './support/wires.ts';

const PAUSE_MS = 60;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** Energy and a gauge far from it: two requests a poll. */
const slow = (pauseMs: number) =>
  meterType({
    limits: { maxRegisters: 20, responseMs: 100, pauseMs },
    channels: { 'energy-import': { ...map(), step: ONE, wrapsAt: null } },
    gauges: { power: map({ address: 500, unit: 'W' }) },
  });

it('a meter is asked again only when its pause is over; its neighbours are asked meanwhile', async () => {
  const asked: { readonly unit: number; readonly ms: number }[] = [];
  const wire = createScriptedWire((request, say) => {
    say(rtuAnswer(request, asked.length));
    asked.push({ unit: request[0] ?? 0, ms: performance.now() });
  });
  const line = openLine(
    RTU_LINE,
    [meter('slow', 1, { type: slow(PAUSE_MS) }), meter('quick', 2, { type: slow(0) })],
    { clock: CLOCK, wire, timing: quickTiming(500) },
  );
  closers.push(() => line.close());
  for (let round = 0; round < 3; round++) {
    const polls = await Promise.all(line.meters.map((one) => one.poll()));
    expect(polls.map(({ fault }) => fault)).toEqual([null, null]);
  }
  const gaps = (unit: number): number[] => {
    const own = asked.filter((one) => one.unit === unit).map(({ ms }) => ms);
    return own.slice(1).map((ms, index) => ms - (own[index] ?? 0));
  };
  expect(gaps(1).length).toBeGreaterThanOrEqual(5);
  expect(Math.min(...gaps(1))).toBeGreaterThanOrEqual(PAUSE_MS);
  expect(Math.min(...gaps(2))).toBeLessThan(PAUSE_MS / 2);
});
