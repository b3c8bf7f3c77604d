/** A simulated Modbus device: a register image and the rules by which it answers. */
import type { SimRegister } from './register.ts';

export interface Sample {
  /** Simulated time at which the device takes its values. */
  readonly atMs: number;
  /** How many requests this device has got, this one included. */
  readonly request: number;
}

/** Some words that stand together and are always taken at one instant. */
export interface Field {
  readonly address: number;
  readonly size: number;
  readonly words: (sample: Sample) => readonly number[];
}

export interface SimDevice {
  readonly unit: number;
  /** Function codes it knows, of 3 and 4. */
  readonly functions: readonly number[];
  readonly maxRegisters: number;
  /** Cumulative registers, for the faults that act on them. */
  readonly registers: readonly SimRegister[];
  /** Requests got so far, of any kind. */
  requests(): number;
  /** Answer to one request PDU (function and data, no unit, no CRC), values taken at atMs. */
  answer(pdu: Uint8Array, atMs: number): Uint8Array;
}

export interface DeviceOptions {
  readonly unit: number;
  readonly functions: readonly number[];
  readonly maxRegisters: number;
  readonly fields: readonly Field[];
  /** The field at an address that no listed field holds, for images too large to list. */
  readonly fieldAt?: (address: number) => Field | null;
  readonly registers?: readonly SimRegister[];
  /** Spans [from, to] in which words that stand for nothing read as 0; elsewhere they answer exception 2. */
  readonly reserved?: readonly (readonly [number, number])[];
}

const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;

export function createDevice(options: DeviceOptions): SimDevice {
  const owner = new Map<number, Field>();
  for (const field of options.fields)
    for (let i = 0; i < field.size; i++) {
      if (owner.has(field.address + i)) throw new RangeError(`two fields at ${field.address + i}`);
      owner.set(field.address + i, field);
    }
  let requests = 0;

  const image = (first: number, count: number, sample: Sample): number[] | null => {
    const taken = new Map<Field, readonly number[]>();
    const words: number[] = [];
    for (let address = first; address < first + count; address++) {
      const field = owner.get(address) ?? options.fieldAt?.(address);
      if (!field) {
        if (!options.reserved?.some(([from, to]) => address >= from && address <= to)) return null;
        words.push(0);
        continue;
      }
      const value = taken.get(field) ?? field.words(sample);
      taken.set(field, value);
      words.push(value[address - field.address] ?? 0);
    }
    return words;
  };

  return {
    unit: options.unit,
    functions: options.functions,
    maxRegisters: options.maxRegisters,
    registers: options.registers ?? [],
    requests: () => requests,
    answer(pdu, atMs) {
      requests++;
      const code = pdu[0] ?? 0;
      if (!options.functions.includes(code)) return exceptionPdu(code, ILLEGAL_FUNCTION);
      if (pdu.length !== 5) return exceptionPdu(code, ILLEGAL_VALUE);
      const view = new DataView(pdu.buffer, pdu.byteOffset);
      const count = view.getUint16(3);
      if (count === 0 || count > options.maxRegisters) return exceptionPdu(code, ILLEGAL_VALUE);
      const words = image(view.getUint16(1), count, { atMs, request: requests });
      return words ? readPdu(code, words) : exceptionPdu(code, ILLEGAL_ADDRESS);
    },
  };
}

export function exceptionPdu(code: number, exception: number): Uint8Array {
  return Uint8Array.of(code | 0x80, exception);
}

function readPdu(code: number, words: readonly number[]): Uint8Array {
  const pdu = new Uint8Array(2 + words.length * 2);
  const view = new DataView(pdu.buffer);
  pdu[0] = code;
  pdu[1] = words.length * 2;
  for (const [i, word] of words.entries()) view.setUint16(2 + i * 2, word);
  return pdu;
}
