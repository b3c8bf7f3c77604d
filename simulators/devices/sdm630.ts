/** Eastron SDM630: FC04, float32, most significant word first. Addresses as in the maker's protocol sheet. */
import { FINE_PER_KWH } from '../plant.ts';
import { createDevice, type SimDevice } from './device.ts';
import { f32 } from './encode.ts';
import { gauge, instantOf, type MeterOptions } from './metering.ts';
import { createRegister, type SimRegister } from './register.ts';

/** The meter keeps 0.01 kWh and cuts off the rest; a count here is 0.01 kWh. */
const COUNTS_PER_KWH = 100n;

export interface Sdm630 extends SimDevice {
  readonly energy: SimRegister;
}

function third(now: { readonly powerW: number }): number {
  return now.powerW / 3;
}

export function createSdm630(options: MeterOptions): Sdm630 {
  const { plant, load } = options;
  const energy = createRegister({
    name: 'energy-import',
    total: (atMs) => plant.total(load, atMs),
    finePerCount: { num: FINE_PER_KWH / COUNTS_PER_KWH },
    startMs: plant.startMs,
    initialCount: options.initialCount ?? 0n,
    wrapsAt: options.wrapsAt ?? null,
    updateMs: options.updateMs ?? 0,
  });
  const at = instantOf(options);
  const device = createDevice({
    unit: options.unit,
    functions: [4],
    maxRegisters: 80,
    registers: [energy],
    // One block in which the spare words read as 0.
    reserved: [[0x0000, 0x004f]],
    fields: [
      gauge(0x0000, at, (now) => now.voltagesMilliV[0] / 1000),
      gauge(0x0002, at, (now) => now.voltagesMilliV[1] / 1000),
      gauge(0x0004, at, (now) => now.voltagesMilliV[2] / 1000),
      gauge(0x0006, at, (now) => now.currentsMilliA[0] / 1000),
      gauge(0x0008, at, (now) => now.currentsMilliA[1] / 1000),
      gauge(0x000a, at, (now) => now.currentsMilliA[2] / 1000),
      gauge(0x000c, at, third),
      gauge(0x000e, at, third),
      gauge(0x0010, at, third),
      gauge(0x0034, at, (now) => now.powerW),
      gauge(0x003e, at, (now) => now.powerFactorMilli / 1000),
      gauge(0x0046, at, (now) => now.frequencyMilliHz / 1000),
      { address: 0x0048, size: 2, words: ({ atMs }) => f32(Number(energy.read(atMs)) / 100) },
      { address: 0x0156, size: 2, words: ({ atMs }) => f32(Number(energy.count(atMs)) / 100) },
    ],
  });
  return { ...device, energy };
}
