/**
 * The sending side of a paced wire. One transmission after the other: each character takes its time, and bytes reach
 * the other end in pieces, as a serial driver hands them over.
 */
import type { Transmission } from './answer.ts';

const BITS_PER_CHARACTER = 11;
/** A serial driver hands over what has come in about this often. */
const PIECE_BYTES = 32;
/** Pieces waiting for the wire; more are dropped and counted. */
const MAX_WAITING = 1_024;

/** One end of a stream of bytes. */
export interface BytePort {
  write(bytes: Uint8Array): void;
  /** Called with the one receiver before anything else. */
  onData(receive: (bytes: Uint8Array) => void): void;
}

export interface Wire {
  /** Time of one character at full pace, ms. */
  readonly characterMs: number;
  /** Silence that ends a frame at full pace, ms. */
  readonly silenceMs: number;
  pace(): number;
  setPace(pace: number): void;
  /** performance.now() of the last byte sent. */
  lastSentAt(): number;
  /** Sends after the turnaround and the transmission's own delay. */
  send(port: BytePort, part: Transmission): void;
  /** Runs later unless the wire is closed first; real ms. */
  after(ms: number, run: () => void): NodeJS.Timeout;
  cancel(timer: NodeJS.Timeout): void;
  /** Transmissions dropped because too many were waiting. */
  dropped(): number;
  closed(): boolean;
  close(): void;
}

export function createWire(options: {
  readonly baudRate: number;
  readonly pace: number;
  readonly turnaroundMs: number;
}): Wire {
  const characterMs = (BITS_PER_CHARACTER * 1000) / options.baudRate;
  const timers = new Set<NodeJS.Timeout>();
  let pace = options.pace;
  let closed = false;
  let dropped = 0;
  let lastSentAt = Number.NEGATIVE_INFINITY;
  let freeAt = Number.NEGATIVE_INFINITY;

  const after = (ms: number, run: () => void): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, ms);
    timers.add(timer);
    return timer;
  };
  const put = (port: BytePort, bytes: Uint8Array): void => {
    if (closed) return;
    lastSentAt = performance.now();
    port.write(bytes);
  };
  const sendPaced = (port: BytePort, { bytes, delayMs }: Transmission): void => {
    const now = performance.now();
    let at = Math.max(now + delayMs + options.turnaroundMs * pace, freeAt);
    for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
      const piece = bytes.subarray(from, from + PIECE_BYTES);
      at += piece.length * characterMs * pace;
      after(at - now, () => put(port, piece));
    }
    // A late answer keeps nobody else from the wire until it is there.
    if (delayMs === 0) freeAt = at;
  };

  return {
    characterMs,
    // Modbus over Serial Line V1.02, 2.5.1.1.
    silenceMs: options.baudRate > 19_200 ? 1.75 : 3.5 * characterMs,
    pace: () => pace,
    setPace(factor) {
      if (!(factor >= 0)) throw new RangeError(`pace ${factor}`);
      pace = factor;
    },
    lastSentAt: () => lastSentAt,
    send(port, part) {
      if (closed) return;
      if (pace === 0 && part.delayMs === 0) put(port, part.bytes);
      else if (timers.size >= MAX_WAITING) dropped++;
      else if (pace === 0) after(part.delayMs, () => put(port, part.bytes));
      else sendPaced(port, part);
    },
    after,
    cancel(timer) {
      clearTimeout(timer);
      timers.delete(timer);
    },
    dropped: () => dropped,
    closed: () => closed,
    close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
