/** Values to 16-bit words. Bytes inside a word are big-endian, as Modbus has it. */

export type WordOrder = 'msw' | 'lsw';

const scratch = new DataView(new ArrayBuffer(8));

function words(count: number, order: WordOrder): number[] {
  const list: number[] = [];
  for (let i = 0; i < count; i++) list.push(scratch.getUint16(i * 2));
  return order === 'lsw' ? list.reverse() : list;
}

/** The float32 nearest to the value. */
export function f32(value: number, order: WordOrder = 'msw'): number[] {
  scratch.setFloat32(0, value);
  return words(2, order);
}

/** Most significant word first. */
export function f64(value: number): number[] {
  scratch.setFloat64(0, value);
  return words(4, 'msw');
}

/** Takes the low 16 bits. */
export function u16(value: number): number[] {
  return [value & 0xffff];
}

/** Takes the low 32 bits; negative values give two's complement, so it serves s32 as well. */
export function u32(value: bigint, order: WordOrder): number[] {
  scratch.setUint32(0, Number(BigInt.asUintN(32, value)));
  return words(2, order);
}

export function s64(value: bigint, order: WordOrder = 'msw'): number[] {
  scratch.setBigInt64(0, BigInt.asIntN(64, value));
  return words(4, order);
}
