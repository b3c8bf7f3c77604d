/**
 * Modbus RTU frames as bytes: CRC, reading a request, finding answers in a stream. Pure.
 * Source: Modbus over Serial Line V1.02 (2.5.1, 6.2.2), Modbus Application Protocol V1.1b3 (6.3, 6.4, 7).
 */

/** The only functions that may leave this gateway: read holding and read input registers. */
export type ReadFunction = 3 | 4;

/** One read as it stands in a request. Addresses are 0-based, `words` 1…125. */
export interface ReadRequest {
  readonly unit: number;
  readonly fn: ReadFunction;
  readonly address: number;
  readonly words: number;
}

/** Unit, function, address, count, CRC. */
export const REQUEST_BYTES = 8;
/** Unit, function with the top bit set, exception code, CRC. */
export const EXCEPTION_BYTES = 5;
/** Protocol limit of one read. */
export const MAX_WORDS = 125;

export function answerBytes(words: number): number {
  return 5 + words * 2;
}

const CRC_TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1;
  return crc;
});

/** CRC-16/MODBUS of a stretch of bytes; on the wire its low byte goes first. */
function crc16(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let crc = 0xffff;
  for (let i = from; i < to; i++) crc = (crc >> 8) ^ (CRC_TABLE[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
  return crc;
}

function crcFits(bytes: Uint8Array, from: number, to: number): boolean {
  const crc = crc16(bytes, from, to - 2);
  return bytes[to - 2] === (crc & 0xff) && bytes[to - 1] === crc >> 8;
}

/** Appends the CRC to unit + PDU. */
export function withCrc(body: Uint8Array): Buffer {
  const frame = Buffer.alloc(body.length + 2);
  frame.set(body);
  frame.writeUInt16LE(crc16(body), body.length);
  return frame;
}

/**
 * Reads a request that is about to leave. Everything that is not a whole, right read of 1…125 registers is a bug of
 * the caller: this is the gate that keeps every write function inside.
 */
export function parseReadRequest(frame: Uint8Array): ReadRequest {
  const fn = frame[1];
  if (frame.length !== REQUEST_BYTES || (fn !== 3 && fn !== 4) || !crcFits(frame, 0, REQUEST_BYTES))
    throw new Error(`not a register read: ${hex(frame)}`);
  const view = new DataView(frame.buffer, frame.byteOffset);
  const request: ReadRequest = {
    unit: view.getUint8(0),
    fn: fn === 3 ? 3 : 4,
    address: view.getUint16(2),
    words: view.getUint16(4),
  };
  if (request.words < 1 || request.words > MAX_WORDS || request.address + request.words > 0x1_0000)
    throw new Error(`a read of ${request.words} registers at ${request.address}`);
  return request;
}

/** A whole answer with a right CRC, found in a stream. */
export interface FoundAnswer {
  readonly offset: number;
  readonly bytes: number;
  readonly unit: number;
  readonly fn: number;
  /** Registers it carries; null for an exception. */
  readonly words: number | null;
  readonly exception: number | null;
}

/**
 * Finds every whole answer to a read, of any unit, in order. Bytes that belong to none are stepped over one by one,
 * so a glitch before a frame (common when a driver switches its direction) does not cost the frame.
 */
export function findAnswers(bytes: Uint8Array): FoundAnswer[] {
  const found: FoundAnswer[] = [];
  let offset = 0;
  while (offset + EXCEPTION_BYTES <= bytes.length) {
    const answer = answerAt(bytes, offset);
    if (answer) found.push(answer);
    offset += answer?.bytes ?? 1;
  }
  return found;
}

function answerAt(bytes: Uint8Array, offset: number): FoundAnswer | null {
  const code = bytes[offset + 1] ?? 0;
  const fn = code & 0x7f;
  if (fn !== 3 && fn !== 4) return null;
  const third = bytes[offset + 2] ?? 0;
  const isException = code > 0x7f;
  if (!isException && (third === 0 || third % 2 === 1 || third > MAX_WORDS * 2)) return null;
  const length = isException ? EXCEPTION_BYTES : 5 + third;
  if (offset + length > bytes.length || !crcFits(bytes, offset, offset + length)) return null;
  return {
    offset,
    bytes: length,
    unit: bytes[offset] ?? 0,
    fn,
    words: isException ? null : third / 2,
    exception: isException ? third : null,
  };
}

/** Whether the bytes begin with this request: an RS-485 adapter that hears itself. */
export function beginsWith(bytes: Uint8Array, request: Uint8Array): boolean {
  return bytes.length >= request.length && request.every((byte, i) => bytes[i] === byte);
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}
