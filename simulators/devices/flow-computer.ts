/**
 * A flow computer as it stands beside a vortex or turbine meter: function 03, a u32 total that only rises, and as
 * float32 the gauge pressure in MPa, the absolute pressure in kPa and the temperature in °C. A transmitter that is out
 * of order shows NaN, as such devices do.
 */
import { createDevice, type SimDevice } from './device.ts';
import { f32, u32 } from './encode.ts';

export interface FlowComputerOptions {
  readonly unit: number;
  /** Counts since the start; never falls. */
  readonly total: (atMs: number) => bigint;
  /** Above the atmosphere, MPa. */
  readonly pressureMpa: (atMs: number) => number;
  readonly celsius: (atMs: number) => number;
  /** kPa; 101.325 when left out. */
  readonly atmosphericKpa?: number;
}

export interface FlowComputer extends SimDevice {
  /** From now on the transmitters show NaN, or values again. */
  setBroken(isBroken: boolean): void;
}

export const FLOW_COMPUTER = { total: 100, pressureMpa: 200, absoluteKpa: 202, celsius: 204 } as const;

export function createFlowComputer(options: FlowComputerOptions): FlowComputer {
  const { unit, total, pressureMpa, celsius, atmosphericKpa = 101.325 } = options;
  let broken = false;
  const gauge = (address: number, value: (atMs: number) => number) => ({
    address,
    size: 2,
    words: ({ atMs }: { readonly atMs: number }) => f32(broken ? Number.NaN : value(atMs)),
  });
  const device = createDevice({
    unit,
    functions: [3],
    maxRegisters: 20,
    fields: [
      { address: FLOW_COMPUTER.total, size: 2, words: ({ atMs }) => u32(total(atMs), 'msw') },
      gauge(FLOW_COMPUTER.pressureMpa, pressureMpa),
      gauge(FLOW_COMPUTER.absoluteKpa, (atMs) => pressureMpa(atMs) * 1000 + atmosphericKpa),
      gauge(FLOW_COMPUTER.celsius, celsius),
    ],
  });
  return { ...device, setBroken: (isBroken) => void (broken = isBroken) };
}
