import { describe, expect, it } from 'vitest';
import { createAddressEcho, parseEchoed } from '../../simulators/devices/address-echo.ts';
import type { SimDevice } from '../../simulators/devices/device.ts';
import { createIem3155 } from '../../simulators/devices/iem3155.ts';
import { createLswMeter } from '../../simulators/devices/lsw-meter.ts';
import { createPulseCounter } from '../../simulators/devices/pulse-counter.ts';
import { createSdm630 } from '../../simulators/devices/sdm630.ts';
import { createPlant } from '../../simulators/plant.ts';
import { bytes, hex } from './raw-masters.ts';

const START = Date.parse('2026-11-20T00:00:00+09:00');
const HOUR = 3_600_000;
// 12.5 kW, and 300 L/h of gas: a pulse of 100 L each 20 minutes.
const plant = createPlant({
  seed: 1,
  startMs: START,
  meters: [
    { id: 'motor', kind: 'electric', schedule: () => 12_500 },
    { id: 'burner', kind: 'gas', schedule: () => 300_000 },
  ],
});
const motor = { plant, load: 'motor' };
const ask = (device: SimDevice, pdu: string, atMs: number): string => hex(device.answer(bytes(pdu), atMs));

const sdm630 = (initialCount = 0n) => createSdm630({ unit: 2, ...motor, initialCount });

describe('Eastron SDM630', () => {
  it('gives energy as float32 kWh: 100.00 + 12.5 = 112.5', () => {
    expect(ask(sdm630(10_000n), '04 0048 0002', START + HOUR)).toBe('040442e10000');
  });

  it('cuts energy off at 0.01 kWh: 2,880 ms at 12.5 kW make a step', () => {
    expect(ask(sdm630(), '04 0048 0002', START + 5_759)).toBe('04043c23d70a');
    expect(ask(sdm630(), '04 0048 0002', START + 5_760)).toBe('04043ca3d70a');
  });

  it('gives 12,500 W, and zeros in the spare words of its block', () => {
    expect(ask(sdm630(), '04 0034 0002', START)).toBe('040446435000');
    expect(ask(sdm630(), '04 0032 0004', START)).toBe('04080000000046435000');
  });

  it('answers exception 1, 2 and 3 to what it does not know', () => {
    expect(ask(sdm630(), '03 0048 0002', START)).toBe('8301');
    expect(ask(sdm630(), '04 0050 0002', START)).toBe('8402');
    expect(ask(sdm630(), '04 004f 0002', START)).toBe('8402');
    expect(ask(sdm630(), '04 0000 0051', START)).toBe('8403');
    expect(ask(sdm630(), '04 0000 0000', START)).toBe('8403');
    expect(ask(sdm630(), '06 0000 0001', START)).toBe('8601');
  });
});

describe('Schneider iEM3155', () => {
  const meter = createIem3155({ unit: 1, ...motor, initialCount: 3_456_789_012n });

  it('gives energy as s64 Wh and power as float32 kW', () => {
    // 3,456,789,012 + 12,500 Wh = 0xCE0A9AE8
    expect(ask(meter, '03 0c83 0004', START + HOUR)).toBe('030800000000ce0a9ae8');
    expect(ask(meter, '03 0bf3 0002', START)).toBe('030441480000');
  });

  it('has no words between its quantities and no function 4', () => {
    expect(ask(meter, '03 0bbd 0002', START)).toBe('8302');
    expect(ask(meter, '04 0c83 0004', START)).toBe('8401');
  });
});

describe('pulse counter', () => {
  it('gives u32 with the low word first, and goes over 2^32 to 1 at the third pulse', () => {
    const module = createPulseCounter({
      unit: 20,
      plant,
      inputs: { 1: { load: 'burner', weightMl: 100_000, initialCount: 0xffff_fffen } },
    });
    expect(ask(module, '04 0034 0002', START + HOUR - 1)).toBe('040400000000');
    expect(ask(module, '03 0034 0002', START)).toBe('0304fffeffff');
    expect(ask(module, '03 0034 0008', START + HOUR)).toBe('031000010000000000000000000000000000');
    expect(ask(module, '03 003c 0001', START)).toBe('8302');
  });
});

describe('generic meter behind a CT of 200/5', () => {
  it('counts a fortieth, low word first', () => {
    const meter = createLswMeter({
      unit: 4,
      ...motor,
      energyAddress: 100,
      powerAddress: 110,
      countsPerKwh: 100n,
      powerCountsPerW: 10,
      ct: { num: 200n, den: 5n },
      initialCount: 0x12345n,
      wrapsAt: 100_000_000n,
      maxRegisters: 60,
    });
    // 12.5 kWh / 40 = 0.3125 kWh: 31 counts on 0x12345.
    expect(ask(meter, '03 0064 0002', START + HOUR)).toBe('030423640001');
    // 312.5 W in 0.1 W = 3,125 = 0x0C35.
    expect(ask(meter, '03 006e 0002', START)).toBe('03040c350000');
    expect(ask(meter, '03 0064 003d', START)).toBe('8303');
  });
});

describe('address echo', () => {
  it('says unit, address and which request it answers', () => {
    const device = createAddressEcho({ unit: 7 });
    expect(ask(device, '03 0100 0004', START)).toBe('03080007010000000001');
    expect(ask(device, '04 0100 0004', START)).toBe('04080007010000000002');
    expect(device.requests()).toBe(2);
    expect(parseEchoed(0x0007_0100_0000_0002n)).toEqual({ unit: 7, address: 0x100, request: 2 });
  });
});

const fresh = () => createSdm630({ unit: 2, ...motor, initialCount: 500n, wrapsAt: 1_000n });

describe('a register that misbehaves', () => {
  it('starts again at its wrap value', () => {
    // 1,250 counts an hour: 500 + 625 = 1,125.
    expect(fresh().energy.count(START + HOUR / 2)).toBe(125n);
  });

  it('shows 0 once, then goes on as if nothing had been', () => {
    const device = fresh();
    device.energy.transientZero();
    expect(ask(device, '04 0048 0002', START)).toBe('040400000000');
    expect(ask(device, '04 0048 0002', START)).toBe('040440a00000');
  });

  it('starts anew after a reset and an exchange, and writes down what was lost', () => {
    const { energy } = fresh();
    energy.reset(START + HOUR / 5);
    expect(energy.count(START + HOUR / 5)).toBe(0n);
    energy.exchange(77n, START + (2 * HOUR) / 5);
    expect(energy.count(START + (3 * HOUR) / 5)).toBe(327n);
    expect(energy.steps).toEqual([
      { kind: 'reset', atMs: START + HOUR / 5, before: 750n, after: 0n },
      { kind: 'exchange', atMs: START + (2 * HOUR) / 5, before: 250n, after: 77n },
    ]);
  });

  it('stands still while frozen and shows the truth afterwards', () => {
    const { energy } = fresh();
    energy.freeze(START, HOUR / 5);
    expect(energy.count(START + HOUR / 5 - 1)).toBe(500n);
    expect(energy.count(START + HOUR / 5)).toBe(750n);
  });

  it('refreshes only every updateMs', () => {
    const { energy } = createSdm630({ unit: 2, ...motor, updateMs: 60_000 });
    expect(energy.count(START + 119_999)).toBe(energy.count(START + 60_000));
    expect(energy.count(START + 120_000)).toBeGreaterThan(energy.count(START + 60_000));
  });
});
