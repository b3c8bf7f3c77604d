/**
 * A device whose every value says where it comes from, so that an answer to another question is recognised. Four
 * words from each address divisible by 4: unit, that address, and the number of the request, high word first. Read
 * as u64 (most significant word first): unit · 2⁴⁸ + address · 2³² + request. FC03 and FC04, addresses 0…0xFFFF.
 */
import { createDevice, type SimDevice } from './device.ts';

const LAST_GROUP = 0xfffc;

export interface EchoedValue {
  readonly unit: number;
  readonly address: number;
  readonly request: number;
}

export function createAddressEcho(options: {
  readonly unit: number;
  readonly maxRegisters?: number;
}): SimDevice {
  const { unit } = options;
  return createDevice({
    unit,
    functions: [3, 4],
    maxRegisters: options.maxRegisters ?? 125,
    fields: [],
    fieldAt(wanted) {
      const address = wanted - (wanted % 4);
      if (address > LAST_GROUP) return null;
      return {
        address,
        size: 4,
        words: ({ request }) => [unit, address, Math.floor(request / 0x1_0000) & 0xffff, request & 0xffff],
      };
    },
  });
}

/** Takes apart what was read as one u64 from an address divisible by 4. */
export function parseEchoed(value: bigint): EchoedValue {
  return {
    unit: Number(value >> 48n),
    address: Number((value >> 32n) & 0xffffn),
    request: Number(value & 0xffff_ffffn),
  };
}
