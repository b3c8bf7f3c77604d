/** How long a round over a wire takes is known before the first question: held against a simulated wire in real time. */
import { afterEach, expect, it } from 'vitest';
import { loadMeterTypes } from '../../config/meter-types.ts';
import type { MeterConfig } from '../../config/types.ts';
import { lineBudgets, meterBudget } from '../../drivers/modbus/bus-budget.ts';
import { openLine } from '../../drivers/modbus/line.ts';
import type { ChannelName } from '../../gateway/domain/meters.ts';
import { createAddressEcho } from '../../simulators/devices/address-echo.ts';
import { createRtuBus } from '../../simulators/rtu-bus.ts';
import { CLOCK, meter, RTU_LINE, tcpLine } from './support/lines.ts';
import { createLoopWire } from './support/wires.ts';

const types = loadMeterTypes();
function typed(id: string, unit: number, typeId: string): MeterConfig {
  const type = types.get(typeId);
  if (!type) throw new Error(`no type ${typeId}`);
  return meter(id, unit, { type, channels: Object.keys(type.channels) as ChannelName[], intervalMs: 1_000 });
}

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

it('is what a round takes on a wire of that baud, pauses included', async () => {
  const line = { ...RTU_LINE, baudRate: 38_400 };
  const meters = [typed('a', 1, 'eastron-sdm230'), typed('b', 2, 'abb-b23'), typed('c', 3, 'hager-ecr380d')];
  const [budget] = lineBudgets({ lines: [line], meters });
  const bus = createRtuBus({
    devices: meters.map(({ unit }) => createAddressEcho({ unit })),
    now: () => 0,
    baudRate: line.baudRate,
    turnaroundMs: 20,
  });
  const { wire, port } = createLoopWire();
  bus.attach(port);
  const driver = openLine(line, meters, { clock: CLOCK, wire });
  closers.push(
    () => bus.close(),
    () => driver.close(),
  );
  const round = async (): Promise<number> => {
    const begin = performance.now();
    for (const one of driver.meters) expect((await one.poll()).registers.length).toBeGreaterThan(0);
    return performance.now() - begin;
  };
  await round();
  // What holds the process up can only add.
  const took = Math.min(await round(), await round(), await round());
  const expected = budget?.roundMs ?? 0;
  expect(budget).toMatchObject({ line: 'rs485', meters: 3, requests: 6 });
  expect(took / expected, `${took} of ${expected} ms`).toBeGreaterThan(0.85);
  expect(took / expected, `${took} of ${expected} ms`).toBeLessThan(1.35);
});

it('counts silences, pauses and the longest answers of a poll', () => {
  const sdm = typed('a', 1, 'eastron-sdm120');
  // 2 requests; 13 bytes each beside 6 and 32 registers; 11 bits a byte at 2400 baud; 4 silences; one pause.
  const bytes = 2 * 13 + 2 * (6 + 32);
  const characterMs = 11_000 / 2_400;
  const wireMs = bytes * characterMs + 4 * 3.5 * characterMs;
  expect(meterBudget({ ...RTU_LINE, baudRate: 2_400 }, sdm)).toMatchObject({ requests: 2, words: 38 });
  expect(meterBudget({ ...RTU_LINE, baudRate: 2_400 }, sdm).ms).toBeCloseTo(wireMs + 2 * 20 + 100, 6);
  expect(meterBudget({ ...RTU_LINE, baudRate: 2_400 }, sdm).longestMs).toBeCloseTo(wireMs + 2 * 300 + 100, 6);
});

it('of a network is the answers alone, and of meters asked too often above all there is', () => {
  const meters = [typed('a', 1, 'schneider-iem3155')].map((one) => ({ ...one, line: 'lan', intervalMs: 30 }));
  expect(lineBudgets({ lines: [tcpLine(502)], meters })).toEqual([
    { line: 'lan', meters: 1, requests: 2, roundMs: 40, longestMs: 600, share: 1.333 },
  ]);
});
