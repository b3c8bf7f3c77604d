/** The silence between frames: how long it must be, that it is never cut short, and how long a read may take. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openGap } from '../../drivers/modbus/gap.ts';
import { createLineBus } from '../../drivers/modbus/line-bus.ts';
import { serialTiming, silenceMs } from '../../drivers/modbus/timing.ts';
import { createAddressEcho } from '../../simulators/devices/address-echo.ts';
import { createRtuBus } from '../../simulators/rtu-bus.ts';
import { CLOCK, RTU_LINE } from './support/lines.ts';
import { createLoopWire } from './support/wires.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

describe('the silence before a request', () => {
  it('is 3.5 characters of 11 bits, and 1.75 ms above 19,200 baud', () => {
    expect(silenceMs(9_600)).toBeCloseTo(4.0104, 3);
    expect(silenceMs(19_200)).toBeCloseTo(2.0052, 3);
    expect([38_400, 115_200].map(silenceMs)).toEqual([1.75, 1.75]);
  });

  it('bounds a read: 8 + 205 characters, the meter’s time, the margin', () => {
    expect(serialTiming(9_600, 100).timeoutMs(100, 300)).toBe(Math.ceil((213 * 11_000) / 9_600 + 400));
  });

  it('never ends early, on many lines at once', async () => {
    const gaps = Array.from({ length: 5 }, openGap);
    const early: number[] = [];
    await Promise.all(
      gaps.map(async (gap, index) => {
        for (let i = 0; i < 40; i++) {
          const untilMs = performance.now() + 1.75 + index / 3;
          await gap.until(untilMs);
          if (performance.now() < untilMs) early.push(untilMs);
        }
        gap.release();
      }),
    );
    expect(early).toEqual([]);
  });

  it('is kept on the wire at the pace of 19,200 baud', { timeout: 60_000 }, async () => {
    const devices = [createAddressEcho({ unit: 1 })];
    const bus = createRtuBus({ devices, now: () => 0, baudRate: 19_200, pace: 1, insistOnSilence: true });
    const { wire, port } = createLoopWire();
    bus.attach(port);
    const timing = serialTiming(19_200, 2_000);
    const master = createLineBus(RTU_LINE, { clock: CLOCK, wire, timing: { ...timing, brokenOffMs: 1_000 } });
    closers.push(
      () => bus.close(),
      () => master.close(),
    );
    for (let i = 0; i < 40; i++) {
      const read = {
        unit: 1,
        fn: 3,
        address: 0,
        words: 8,
        maxWords: 125,
        responseMs: 100,
        retries: 0,
      } as const;
      expect((await master.use(() => master.read(read))).kind).toBe('words');
    }
    expect(bus.stats()).toMatchObject({ silenceViolations: 0, requests: 40 });
  });

  it('holds no process open', () => {
    const gap = join(import.meta.dirname, '../../drivers/modbus/gap.ts');
    const script = `import { openGap } from ${JSON.stringify(gap)};
      const gap = openGap();
      setTimeout(() => gap.until(performance.now() + 5).then(() => console.log('kept')), 20);
      setTimeout(() => undefined, 200);`;
    const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 });
    expect(child.stdout.toString()).toBe('kept\n');
    expect(child.status).toBe(0);
  });
});
