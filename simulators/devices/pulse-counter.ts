/**
 * A pulse-counter module with four inputs: FC03 and FC04, u32 at 0x0034 + 2·n, least significant word first, each
 * starting again at 2³². Inputs without a meter stay at their initial count.
 */
import { FINE_PER_ML, type Plant } from '../plant.ts';
import { createDevice, type SimDevice } from './device.ts';
import { u32 } from './encode.ts';
import { createRegister, type SimRegister } from './register.ts';

const COUNTER_WRAP = 0x1_0000_0000n;
const FIRST_COUNTER = 0x0034;
const INPUTS = [1, 2, 3, 4] as const;

export interface PulseInput {
  /** The plant's gas meter on this input; left out for an open input. */
  readonly load?: string;
  /** mL that one pulse stands for: 0.1 m³ = 100,000. */
  readonly weightMl?: number;
  readonly initialCount?: bigint;
}

export interface PulseCounterOptions {
  readonly unit: number;
  readonly plant: Plant;
  readonly inputs: Readonly<Partial<Record<1 | 2 | 3 | 4, PulseInput>>>;
  readonly updateMs?: number;
}

export interface PulseCounter extends SimDevice {
  /** counters[0] is input 1. */
  readonly counters: readonly SimRegister[];
}

export function createPulseCounter(options: PulseCounterOptions): PulseCounter {
  const { plant } = options;
  const counters = INPUTS.map((number) => {
    const input = options.inputs[number] ?? {};
    const { load, weightMl = 1_000 } = input;
    return createRegister({
      name: `input-${number}`,
      total: (atMs) => (load === undefined ? 0n : plant.total(load, atMs)),
      finePerCount: { num: BigInt(weightMl) * FINE_PER_ML },
      startMs: plant.startMs,
      initialCount: input.initialCount ?? 0n,
      wrapsAt: COUNTER_WRAP,
      updateMs: options.updateMs ?? 0,
    });
  });
  const device = createDevice({
    unit: options.unit,
    functions: [3, 4],
    maxRegisters: 125,
    registers: counters,
    fields: counters.map((counter, i) => ({
      address: FIRST_COUNTER + 2 * i,
      size: 2,
      words: ({ atMs }) => u32(counter.read(atMs), 'lsw'),
    })),
  });
  return { ...device, counters };
}
