/** Small meter types, lines and clocks for driver tests. */
import type { MeterConfig, MeterType, ModbusLineConfig, RegisterMap } from '../../../config/types.ts';
import type { WireTiming } from '../../../drivers/modbus/timing.ts';
import type { SerialLine } from '../../../drivers/modbus/wire.ts';
import type { ChannelName } from '../../../gateway/domain/meters.ts';
import { ONE, rational } from '../../../gateway/domain/rational.ts';
import { type Clock, instant } from '../../../gateway/domain/time.ts';

/** Stamps readings; wire waits are real in these tests. */
export const CLOCK: Clock = {
  now: () => instant(Date.now()),
  monotonicMs: () => performance.now(),
  trust: () => 'manual',
};

/** Waits compressed so that a test of faults takes seconds. */
export function quickTiming(timeoutMs: number): WireTiming {
  return { silenceMs: 0.2, quietMs: 2, quietLimitMs: 20, brokenOffMs: 3, timeoutMs: () => timeoutMs };
}

export const RTU_LINE: SerialLine = {
  id: 'rs485',
  kind: 'modbus-rtu',
  port: '/dev/none',
  baudRate: 19_200,
  parity: 'none',
  stopBits: 1,
};

export function tcpLine(port: number): ModbusLineConfig {
  return { id: 'lan', kind: 'modbus-tcp', host: '127.0.0.1', port };
}

export function rtuOverTcpLine(port: number, baudRate = 115_200): ModbusLineConfig {
  return {
    id: 'server',
    kind: 'modbus-rtu-over-tcp',
    host: '127.0.0.1',
    port,
    baudRate,
    parity: 'none',
    stopBits: 1,
  };
}

export function map(change: Partial<RegisterMap> = {}): RegisterMap {
  return {
    table: 'holding',
    address: 0,
    type: 'u32',
    wordOrder: 'msw',
    scale: ONE,
    unit: 'kWh',
    ratio: 'primary',
    ...change,
  };
}

export function meterType(change: Partial<MeterType> = {}): MeterType {
  return {
    id: 'test',
    maker: 'Test',
    model: 'Test',
    manual: 'not seen',
    source: 'this test',
    status: 'unverified',
    notes: null,
    line: null,
    limits: { maxRegisters: 125, responseMs: 100 },
    updateMs: 0,
    invalid: {},
    channels: { 'energy-import': { ...map(), step: ONE, wrapsAt: null, ratio: 'primary' } },
    pulseInputs: null,
    gauges: {},
    ...change,
  };
}

export function meter(id: string, unit: number, change: Partial<MeterConfig> = {}): MeterConfig {
  const type = change.type ?? meterType();
  return {
    id,
    name: id,
    line: 'rs485',
    unit,
    type,
    role: 'sub',
    parent: null,
    ct: ONE,
    vt: ONE,
    multiplier: ONE,
    input: null,
    pulseWeight: null,
    channels: Object.keys(type.channels) as ChannelName[],
    ratedPerHour: rational(100n),
    intervalMs: 1_000,
    kwhFactors: {},
    ...change,
  };
}
