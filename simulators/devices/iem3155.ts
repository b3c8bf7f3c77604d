/**
 * Schneider Electric iEM3155: FC03, float32 gauges and s64 energy in Wh, most significant word first. Wire addresses
 * (the printed register numbers are one higher). Words between the known ones answer exception 2.
 */
import { type ElectricalInstant, FINE_PER_KWH } from '../plant.ts';
import { createDevice, type SimDevice } from './device.ts';
import { s64 } from './encode.ts';
import { gauge, instantOf, type MeterOptions } from './metering.ts';
import { createRegister, type SimRegister } from './register.ts';

const COUNTS_PER_KWH = 1_000n;

export interface Iem3155 extends SimDevice {
  readonly energy: SimRegister;
}

/** Balanced enough for a simulator: √3 times the mean of the phases. V */
function lineToLine(now: ElectricalInstant): number {
  return (now.voltagesMilliV.reduce((a, b) => a + b, 0) / 3000) * Math.sqrt(3);
}

function thirdKw(now: ElectricalInstant): number {
  return now.powerW / 3000;
}

export function createIem3155(options: MeterOptions): Iem3155 {
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
    functions: [3],
    maxRegisters: 125,
    registers: [energy],
    fields: [
      gauge(0x0bb7, at, (now) => now.currentsMilliA[0] / 1000),
      gauge(0x0bb9, at, (now) => now.currentsMilliA[1] / 1000),
      gauge(0x0bbb, at, (now) => now.currentsMilliA[2] / 1000),
      gauge(0x0bcb, at, lineToLine),
      gauge(0x0bcd, at, lineToLine),
      gauge(0x0bcf, at, lineToLine),
      gauge(0x0bd3, at, (now) => now.voltagesMilliV[0] / 1000),
      gauge(0x0bd5, at, (now) => now.voltagesMilliV[1] / 1000),
      gauge(0x0bd7, at, (now) => now.voltagesMilliV[2] / 1000),
      gauge(0x0bed, at, thirdKw),
      gauge(0x0bef, at, thirdKw),
      gauge(0x0bf1, at, thirdKw),
      gauge(0x0bf3, at, (now) => now.powerW / 1000),
      gauge(0x0c0b, at, (now) => now.powerFactorMilli / 1000),
      gauge(0x0c25, at, (now) => now.frequencyMilliHz / 1000),
      { address: 0x0c83, size: 4, words: ({ atMs }) => s64(energy.read(atMs)) },
      // Nothing is exported.
      { address: 0x0c87, size: 4, words: () => s64(0n) },
    ],
  });
  return { ...device, energy };
}
