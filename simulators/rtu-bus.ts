/**
 * A bus of Modbus RTU slaves over any byte stream. With pace 1 it takes the time a wire would take: request, silence,
 * turnaround and answer at 11 bits a character. With pace 0 it answers at once.
 *
 * Frames are told apart by silence, as slaves do: 3.5 characters, 1.75 ms above 19,200 baud. Only at pace 0 a whole
 * read request with a good CRC is taken without waiting for the silence.
 *
 * Each port has its own receive buffer; the wire itself is one: transmissions wait for each other.
 */
import { type Transmission, transmissions } from './answer.ts';
import { crcHolds, withCrc } from './crc16.ts';
import type { SimDevice } from './devices/device.ts';
import type { DrawnFault, FaultPlan } from './faults.ts';
import { type BytePort, createWire, type Wire } from './wire.ts';

const MAX_FRAME_BYTES = 256;
const READ_REQUEST_BYTES = 8;

export interface RtuBusOptions {
  readonly devices: readonly SimDevice[];
  /** Simulated time: when devices take their values. */
  readonly now: () => number;
  readonly baudRate: number;
  /** 1 (when left out) real wire time, 0.5 twice as fast, 0 none. */
  readonly pace?: number;
  /** Time a slave takes before its answer, ms; 2 when left out. */
  readonly turnaroundMs?: number;
  /** Requests that come too soon after the last frame are not understood (they are always counted). */
  readonly insistOnSilence?: boolean;
  readonly faults?: FaultPlan;
}

export interface RtuBusStats {
  /** Frames with a good CRC. */
  readonly requests: number;
  /** Requests for units that are not on the bus. */
  readonly unanswered: number;
  readonly badCrc: number;
  /** Requests whose first byte came before the silence was over; not looked at when pace is 0. */
  readonly silenceViolations: number;
  /** Of those, the ones that `insistOnSilence` left without an answer. */
  readonly notUnderstood: number;
  /** Transmissions that found too many others waiting. */
  readonly dropped: number;
}

export interface RtuBus {
  readonly baudRate: number;
  stats(): RtuBusStats;
  attach(port: BytePort): void;
  setPace(pace: number): void;
  /** Stops all timers; later bytes are ignored. */
  close(): void;
}

export function createRtuBus(options: RtuBusOptions): RtuBus {
  const { devices, baudRate, faults = null, turnaroundMs = 2 } = options;
  const wire = createWire({ baudRate, turnaroundMs, pace: options.pace ?? 1 });
  const byUnit = new Map(devices.map((device) => [device.unit, device]));
  const counted = { requests: 0, unanswered: 0, badCrc: 0, silenceViolations: 0, notUnderstood: 0 };

  const onFrame = (port: BytePort, frame: Uint8Array): void => {
    if (!crcHolds(frame)) {
      counted.badCrc++;
      return;
    }
    counted.requests++;
    const unit = frame[0] ?? 0;
    const device = byUnit.get(unit);
    if (!device) {
      counted.unanswered++;
      return;
    }
    const drawn = faults?.draw(unit) ?? null;
    const others = devices.filter((other) => other.unit !== unit);
    const framing = { request: frame, frame: rtuFrame };
    const pdu = frame.slice(1, -2);
    for (const part of transmissions(device, others, pdu, options.now(), drawn, faults, framing))
      wire.send(port, drawn?.name === 'bad-crc' ? withTurnedBit(part, drawn) : part);
  };

  return {
    baudRate,
    stats: () => ({ ...counted, dropped: wire.dropped() }),
    attach(port) {
      receiveFrames(port, wire, {
        insistOnSilence: options.insistOnSilence ?? false,
        onFrame: (frame) => onFrame(port, frame),
        onViolation: () => counted.silenceViolations++,
        onNotUnderstood: () => counted.notUnderstood++,
      });
    },
    setPace: (pace) => wire.setPace(pace),
    close: () => wire.close(),
  };
}

interface Receiver {
  readonly insistOnSilence: boolean;
  readonly onFrame: (frame: Uint8Array) => void;
  readonly onViolation: () => void;
  readonly onNotUnderstood: () => void;
}

/** States: empty; collecting, with the silence timer running; collecting something that will not be understood. */
function receiveFrames(port: BytePort, wire: Wire, receiver: Receiver): void {
  let buffer: number[] = [];
  let firstAt = 0;
  let understood = true;
  let silence: NodeJS.Timeout | null = null;

  const begin = (now: number): void => {
    firstAt = now;
    const tooSoon = wire.pace() > 0 && now - wire.lastSentAt() < wire.silenceMs * wire.pace();
    if (tooSoon) receiver.onViolation();
    understood = !(tooSoon && receiver.insistOnSilence);
  };
  const endOfFrame = (): void => {
    silence = null;
    const frame = Uint8Array.from(buffer);
    buffer = [];
    if (understood) receiver.onFrame(frame);
    else receiver.onNotUnderstood();
  };
  port.onData((bytes) => {
    if (wire.closed()) return;
    const now = performance.now();
    if (buffer.length === 0) begin(now);
    buffer.push(...bytes);
    while (wire.pace() === 0 && startsWithReadRequest(buffer))
      receiver.onFrame(Uint8Array.from(buffer.splice(0, READ_REQUEST_BYTES)));
    // Longer than any frame: its CRC cannot hold, so the rest need not be kept.
    if (buffer.length > MAX_FRAME_BYTES) buffer.length = MAX_FRAME_BYTES;
    if (silence) wire.cancel(silence);
    silence = null;
    if (buffer.length === 0) return;
    const onWireUntil = Math.max(now, firstAt + buffer.length * wire.characterMs * wire.pace());
    const pace = wire.pace() === 0 ? 1 : wire.pace();
    silence = wire.after(onWireUntil + wire.silenceMs * pace - now, endOfFrame);
  });
}

function startsWithReadRequest(bytes: readonly number[]): boolean {
  const code = bytes[1] ?? 0;
  if (bytes.length < READ_REQUEST_BYTES || code < 1 || code > 4) return false;
  return crcHolds(Uint8Array.from(bytes.slice(0, READ_REQUEST_BYTES)));
}

/** Unit, PDU, CRC low byte first. */
function rtuFrame(unit: number, pdu: Uint8Array): Uint8Array {
  return withCrc(Uint8Array.of(unit, ...pdu));
}

function withTurnedBit(part: Transmission, drawn: DrawnFault): Transmission {
  const bytes = Uint8Array.from(part.bytes);
  const at = Math.floor(drawn.random() * bytes.length);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(drawn.random() * 8));
  return { ...part, bytes };
}
