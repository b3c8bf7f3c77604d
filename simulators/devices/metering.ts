/** What the electric meters of this room have in common: which load they hang on, and at which instant they look. */
import type { ElectricalInstant, Plant } from '../plant.ts';
import type { Field, Sample } from './device.ts';
import { f32 } from './encode.ts';

export interface MeterOptions {
  readonly unit: number;
  readonly plant: Plant;
  /** The plant's load that this meter sees. */
  readonly load: string;
  /** Count shown at the plant's start. */
  readonly initialCount?: bigint;
  readonly wrapsAt?: bigint | null;
  readonly updateMs?: number;
}

/** Gauges refresh with the same period as the registers. */
export function instantOf(options: MeterOptions): (sample: Sample) => ElectricalInstant {
  const updateMs = options.updateMs ?? 0;
  return ({ atMs }) => {
    const at = updateMs === 0 ? atMs : Math.max(options.plant.startMs, atMs - (atMs % updateMs));
    return options.plant.electrical(options.load, at);
  };
}

/** A float32 gauge, most significant word first. */
export function gauge(
  address: number,
  at: (sample: Sample) => ElectricalInstant,
  value: (now: ElectricalInstant) => number,
): Field {
  return { address, size: 2, words: (sample) => f32(value(at(sample))) };
}
