/**
 * A plain meter as many small makers build it: FC03, u32 energy and s32 power, least significant word first, both as
 * the meter's own (secondary) side sees them: behind a CT of 200/5 it counts a fortieth of what passes.
 */
import { FINE_PER_KWH } from '../plant.ts';
import { createDevice, type SimDevice } from './device.ts';
import { u32 } from './encode.ts';
import { instantOf, type MeterOptions } from './metering.ts';
import { createRegister, type SimRegister } from './register.ts';

export interface LswMeterOptions extends MeterOptions {
  readonly energyAddress: number;
  readonly powerAddress: number;
  /** Energy counts of one kWh on the secondary side: 100 for a step of 0.01 kWh. */
  readonly countsPerKwh: bigint;
  /** Power counts of one W on the secondary side: 10 for a step of 0.1 W. */
  readonly powerCountsPerW: number;
  readonly ct: { readonly num: bigint; readonly den: bigint };
  readonly maxRegisters: number;
}

export interface LswMeter extends SimDevice {
  readonly energy: SimRegister;
}

export function createLswMeter(options: LswMeterOptions): LswMeter {
  const { plant, load, ct } = options;
  const energy = createRegister({
    name: 'energy-import',
    total: (atMs) => plant.total(load, atMs),
    finePerCount: { num: FINE_PER_KWH * ct.num, den: options.countsPerKwh * ct.den },
    startMs: plant.startMs,
    initialCount: options.initialCount ?? 0n,
    wrapsAt: options.wrapsAt ?? 0x1_0000_0000n,
    updateMs: options.updateMs ?? 0,
  });
  const at = instantOf(options);
  const ratio = Number(ct.num) / Number(ct.den);
  const device = createDevice({
    unit: options.unit,
    functions: [3],
    maxRegisters: options.maxRegisters,
    registers: [energy],
    fields: [
      { address: options.energyAddress, size: 2, words: ({ atMs }) => u32(energy.read(atMs), 'lsw') },
      {
        address: options.powerAddress,
        size: 2,
        words: (sample) =>
          u32(BigInt(Math.round((at(sample).powerW * options.powerCountsPerW) / ratio)), 'lsw'),
      },
    ],
  });
  return { ...device, energy };
}
