/** Any line of the site file as a driver: the wire it is decides which one. */
import type { LineConfig, MeterConfig } from '../config/types.ts';
import type { LineDriver } from '../gateway/domain/ports.ts';
import { type LineDeps, openLine as openModbusLine } from './modbus/line.ts';
import { openPulseLine, type PulseLineDeps } from './pulse/line.ts';

/** Opens no port and begins no process yet: the first poll does. Never fails because of hardware. */
export function openLine(
  line: LineConfig,
  meters: readonly MeterConfig[],
  deps: Pick<LineDeps, 'clock' | 'timing'> & {
    readonly pulse?: Pick<PulseLineDeps, 'log' | 'nowUs' | 'aheadUs'>;
  },
): LineDriver {
  return line.kind === 'gpio'
    ? openPulseLine(line, meters, { clock: deps.clock, ...deps.pulse })
    : openModbusLine(line, meters, {
        clock: deps.clock,
        ...(deps.timing ? { timing: deps.timing } : {}),
      });
}
