/** Frames as slaves send them, built here byte by byte: the drivers' own code is what is under test. */

function crc(bytes: readonly number[]): number {
  let value = 0xffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xa001 : value >>> 1;
  }
  return value;
}

export function rtu(...body: readonly number[]): Buffer {
  const check = crc(body);
  return Buffer.from([...body, check & 0xff, check >> 8]);
}

/** The answer to a read, every register holding `value`. */
export function rtuAnswer(request: Uint8Array, value: number, unit = request[0] ?? 0): Buffer {
  const words = (request[4] ?? 0) * 256 + (request[5] ?? 0);
  return rtu(unit, request[1] ?? 0, words * 2, ...registers(words, value));
}

export function registers(words: number, value: number): number[] {
  return Array.from({ length: words }, () => [value >> 8, value & 0xff]).flat();
}

/** MBAP header and body for Modbus TCP. */
export function mbap(id: number, unit: number, ...pdu: readonly number[]): Buffer {
  return Buffer.from([id >> 8, id & 0xff, 0, 0, 0, pdu.length + 1, unit, ...pdu]);
}
