/** Whole polls through the real type files against simulated meters: exact registers, gauges, raw frames. */
import { afterEach, describe, expect, it } from 'vitest';
import { loadMeterTypes } from '../../config/meter-types.ts';
import type { MeterConfig } from '../../config/types.ts';
import { openLine } from '../../drivers/modbus/line.ts';
import type { LineDriver, MeterPoll } from '../../gateway/domain/ports.ts';
import { rational } from '../../gateway/domain/rational.ts';
import { instant } from '../../gateway/domain/time.ts';
import { createDevice, type Field } from '../../simulators/devices/device.ts';
import { createRtuBus } from '../../simulators/rtu-bus.ts';
import { startTcpMeters } from '../../simulators/tcp-meters.ts';
import { CLOCK, meter, quickTiming, RTU_LINE, tcpLine } from './support/lines.ts';
import { createLoopWire } from './support/wires.ts';

const types = loadMeterTypes();
function typed(id: string, unit: number, type: string, change: Partial<MeterConfig> = {}): MeterConfig {
  const found = types.get(type);
  if (!found) throw new Error(`no type ${type}`);
  return meter(id, unit, { type: found, ...change });
}

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const words = (address: number, ...list: number[]): Field => ({
  address,
  size: list.length,
  words: () => list,
});
function float(address: number, value: number): Field {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatBE(value);
  return words(address, bytes.readUInt16BE(0), bytes.readUInt16BE(2));
}

function rtuLine(
  meters: readonly MeterConfig[],
  devices: Parameters<typeof createRtuBus>[0]['devices'],
): LineDriver {
  const bus = createRtuBus({ devices, now: () => 0, baudRate: 19_200, pace: 0 });
  const { wire, port } = createLoopWire();
  bus.attach(port);
  const line = openLine(RTU_LINE, meters, { clock: CLOCK, wire, timing: quickTiming(2_000) });
  closers.push(
    () => bus.close(),
    () => line.close(),
  );
  return line;
}

const pollAll = (line: LineDriver, raw = false): Promise<MeterPoll[]> =>
  Promise.all(line.meters.map((one) => one.poll({ raw })));
const gaugesOf = (poll: MeterPoll | undefined): Record<string, string> =>
  Object.fromEntries((poll?.gauges ?? []).map(({ gauge, value, unit }) => [gauge, `${value} ${unit}`]));

describe('a poll', () => {
  it('of an SDM630 brings its energies exactly and its gauges, in two reads', async () => {
    const device = createDevice({
      unit: 2,
      functions: [4],
      maxRegisters: 80,
      reserved: [[0, 0x60]],
      fields: [
        float(0, 200.5),
        float(6, 12.25),
        float(0x34, 4096),
        float(0x3e, 0.5),
        float(0x46, 50),
        float(0x48, 230.2),
        float(0x4a, 1.5),
      ],
    });
    const [poll] = await pollAll(rtuLine([typed('press', 2, 'eastron-sdm630')], [device]), true);
    expect(poll?.fault).toBeNull();
    expect(poll?.registers.map(({ channel, raw }) => [channel, raw])).toEqual([
      ['energy-import', { count: 15086387n, exp2: -16 }],
      ['energy-export', { count: 3n, exp2: -1 }],
    ]);
    expect(gaugesOf(poll)).toMatchObject({
      'voltage-l1': '200.5 V',
      'current-l1': '12.25 A',
      power: '4096 W',
      frequency: '50 Hz',
    });
    expect(poll?.exchanges?.map(({ requestHex }) => requestHex.slice(0, 12))).toEqual([
      '020400340018',
      '020400000012',
    ]);
    const [first] = poll?.registers ?? [];
    expect((first?.atMs ?? 0) >= (first?.sinceMs ?? 1)).toBe(true);
  });

  it('of an iEM3155 that knows no address in between is cut smaller by itself, and stays so', async () => {
    const device = createDevice({
      unit: 1,
      functions: [3],
      maxRegisters: 125,
      fields: [
        ...[0xbb7, 0xbb9, 0xbbb].map((address) => float(address, 5)),
        ...[0xbd3, 0xbd5, 0xbd7].map((address) => float(address, 230)),
        ...[0xbed, 0xbef, 0xbf1].map((address) => float(address, 0.5)),
        float(0xbf3, 1.5),
        float(0xc25, 60),
        words(0xc83, 0, 0, 0x12, 0x3456),
        words(0xc87, 0, 0, 0, 7),
      ],
    });
    const meters = await startTcpMeters({ devices: [device], now: () => 0 });
    closers.push(() => meters.close());
    const line = openLine(tcpLine(meters.port), [typed('main', 1, 'schneider-iem3155')], { clock: CLOCK });
    closers.push(() => line.close());
    for (const [requests, fault] of [
      [6, null],
      [5, null],
    ] as const) {
      const before = device.requests();
      const [poll] = await pollAll(line);
      expect(poll?.fault).toBe(fault);
      expect(poll?.registers.map(({ raw }) => raw.count)).toEqual([0x12_3456n, 7n]);
      expect(gaugesOf(poll)).toMatchObject({ power: '1500 W', frequency: '60 Hz' });
      expect(device.requests() - before).toBe(requests);
    }
  });

  it('of a pulse module brings each input as its own meter, from one unit', async () => {
    const device = createDevice({
      unit: 20,
      functions: [3, 4],
      maxRegisters: 32,
      fields: [0, 1, 2, 3].map((input) => words(0x34 + input * 2, 100 + input, input)),
    });
    const gas = (input: number): MeterConfig =>
      typed(`gas-${input}`, 20, 'generic-pulse-counter', {
        input,
        pulseWeight: rational(1n, 10n),
        channels: ['gas-volume'],
        role: 'gas',
      });
    const line = rtuLine([1, 2, 3, 4].map(gas), [device]);
    for (let round = 0; round < 3; round++) {
      const polls = await pollAll(line);
      expect(polls.map(({ fault }) => fault)).toEqual([null, null, null, null]);
      expect(polls.map(({ registers }) => registers)).toMatchObject(
        [0, 1, 2, 3].map((input) => [
          { channel: 'gas-volume', raw: { count: BigInt(input * 65_536 + 100 + input) } },
        ]),
      );
    }
  });

  it('carries what was read, and the first fault: an invalid value, a refused register', async () => {
    const device = createDevice({
      unit: 2,
      functions: [4],
      maxRegisters: 80,
      reserved: [[0, 0x60]],
      fields: [float(0x34, Number.NaN), float(0x48, Number.NaN), float(0x4a, 1)],
    });
    const [poll] = await pollAll(rtuLine([typed('press', 2, 'eastron-sdm630')], [device]));
    expect(poll?.fault).toMatchObject({
      code: 'invalid-value',
      about: { quantity: 'energy-import', raw: '7fc0 0000' },
    });
    expect(poll?.registers).toHaveLength(1);
    // A gauge without a value is left out: a phase that is not wired shows none for ever.
    expect(poll?.gauges.map(({ gauge }) => gauge)).not.toContain('power');
    const refusing = createDevice({
      unit: 2,
      functions: [4],
      maxRegisters: 80,
      fields: [float(0x48, 8), float(0x4a, 1)],
    });
    const [second] = await pollAll(rtuLine([typed('press', 2, 'eastron-sdm630')], [refusing]));
    expect(second?.fault).toMatchObject({ code: 'modbus-exception', about: { exception: 2 } });
    expect(second?.registers.map(({ raw }) => raw)).toEqual([
      { count: 1n, exp2: 3 },
      { count: 1n, exp2: 0 },
    ]);
  });

  it('is stamped by the gateway’s clock, from the request to the last byte', async () => {
    let now = 1_000;
    const clock = { ...CLOCK, now: () => instant(now++) };
    const device = createDevice({ unit: 1, functions: [3, 4], maxRegisters: 125, fields: [words(0, 0, 1)] });
    const bus = createRtuBus({ devices: [device], now: () => 0, baudRate: 19_200, pace: 0 });
    const { wire, port } = createLoopWire();
    bus.attach(port);
    const line = openLine(RTU_LINE, [meter('m', 1)], { clock, wire, timing: quickTiming(2_000) });
    closers.push(() => line.close());
    const [poll] = await pollAll(line);
    expect(poll?.registers).toMatchObject([{ sinceMs: 1_000, atMs: 1_001 }]);
    expect(poll?.atMs).toBe(1_001);
  });

  it('asked for twice at once is one poll', async () => {
    const device = createDevice({ unit: 1, functions: [3, 4], maxRegisters: 125, fields: [words(0, 0, 1)] });
    const line = rtuLine([meter('m', 1)], [device]);
    const [one] = line.meters;
    const polls = await Promise.all([one?.poll(), one?.poll(), one?.poll()]);
    expect(new Set(polls).size).toBe(1);
    expect(device.requests()).toBe(1);
  });
});
