/** CRC-16/MODBUS, bit by bit: polynomial 0xA001, start 0xFFFF. "123456789" gives 0x4B37. */
function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xa001 : crc >>> 1;
  }
  return crc;
}

/** The frame with its CRC, low byte first. */
export function withCrc(body: Uint8Array): Uint8Array {
  const crc = crc16(body);
  return Uint8Array.of(...body, crc & 0xff, crc >>> 8);
}

/** A frame whose last two bytes are the CRC of the rest has a CRC of 0 over all. */
export function crcHolds(frame: Uint8Array): boolean {
  return frame.length >= 4 && crc16(frame) === 0;
}
