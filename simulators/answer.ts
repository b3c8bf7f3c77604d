/** From a request to what goes over the wire: the part that RTU and TCP have in common. */
import { exceptionPdu, type SimDevice } from './devices/device.ts';
import { type DrawnFault, type FaultPlan, randomBytes } from './faults.ts';

/** One piece of an answer; delayMs is real time, counted from when the answer would start. */
export interface Transmission {
  readonly bytes: Uint8Array;
  readonly delayMs: number;
}

/** How a wire packs a PDU. */
export interface Framing {
  readonly request: Uint8Array;
  frame(unit: number, pdu: Uint8Array): Uint8Array;
}

/**
 * The answer of a device with at most one fault in it. Faults of one wire only (`bad-crc`, `wrong-transaction`,
 * `cut`) are left to the caller, who gets the plain answer for them.
 */
export function transmissions(
  device: SimDevice,
  others: readonly SimDevice[],
  pdu: Uint8Array,
  atMs: number,
  drawn: DrawnFault | null,
  faults: FaultPlan | null,
  framing: Framing,
): readonly Transmission[] {
  if (drawn && faults) applyToRegisters(device, drawn, faults, atMs);
  const answer = device.answer(pdu, atMs);
  const frame = framing.frame(device.unit, answer);
  const plain = { bytes: frame, delayMs: 0 };
  if (!drawn || !faults) return [plain];
  const { random } = drawn;
  switch (drawn.name) {
    case 'late':
      return [{ bytes: frame, delayMs: faults.settings.lateMs }];
    case 'doubled':
      return [plain, { bytes: frame, delayMs: faults.settings.doubledAfterMs }];
    case 'echo':
      return [{ bytes: framing.request, delayMs: 0 }, plain];
    case 'short':
      return [{ bytes: frame.slice(0, 1 + Math.floor(random() * (frame.length - 1))), delayMs: 0 }];
    case 'silent':
      return [];
    case 'exception': {
      const code = random() < 0.5 ? 4 : 6;
      return [{ bytes: framing.frame(device.unit, exceptionPdu(pdu[0] ?? 0, code)), delayMs: 0 }];
    }
    case 'wrong-unit': {
      // A neighbour answers with its own values; where there is none, the same answer under another number.
      const other = others[Math.floor(random() * others.length)];
      const bytes = other
        ? framing.frame(other.unit, other.answer(pdu, atMs))
        : framing.frame((device.unit % 247) + 1, answer);
      return [{ bytes, delayMs: 0 }];
    }
    case 'junk':
      return [{ bytes: randomBytes(random, faults.settings.noiseBytes), delayMs: 0 }, plain];
    case 'noise': {
      const noise = { bytes: randomBytes(random, faults.settings.noiseBytes), delayMs: 0 };
      const place = random();
      if (place < 1 / 3) return [noise, plain];
      return place < 2 / 3 ? [plain, noise] : [noise];
    }
    default:
      return [plain];
  }
}

function applyToRegisters(device: SimDevice, drawn: DrawnFault, faults: FaultPlan, atMs: number): void {
  for (const register of device.registers) {
    if (drawn.name === 'transient-zero') register.transientZero();
    if (drawn.name === 'reset') register.reset(atMs);
    if (drawn.name === 'freeze') register.freeze(atMs, faults.settings.freezeMs);
  }
}
