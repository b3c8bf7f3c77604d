/** How many registers one read of a meter may have on a line, and which holes are worth reading along. */
import type { MeterConfig, ModbusLineConfig } from '../../config/types.ts';
import { ROOM_FOR_WIDER } from './answer-order.ts';
import type { ReadLimits } from './read-plan.ts';
import { holeWords } from './timing.ts';

/** On a network a round trip costs more than any number of words; a serial wire leaves room for wider reads. */
export function readLimits(line: ModbusLineConfig, { type }: MeterConfig): ReadLimits {
  const { maxRegisters, pauseMs = 0 } = type.limits;
  if (line.kind === 'modbus-tcp') return { maxWords: maxRegisters, holeWords: maxRegisters };
  return {
    maxWords: Math.max(maxRegisters - ROOM_FOR_WIDER, 1),
    holeWords: holeWords(line.baudRate, pauseMs),
  };
}
