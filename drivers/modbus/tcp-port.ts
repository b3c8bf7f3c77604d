/**
 * The port object for modbus-serial on Modbus TCP: turns its RTU frames into MBAP and back. modbus-serial's own TCP
 * port keeps 256 finished transactions for ever, wraps its transaction id at 256 and does not check the protocol id;
 * this one keeps the transaction under way and nothing else.
 *
 * Header (Modbus Messaging on TCP/IP V1.0b, 3.1.3): transaction id, protocol id 0, length of what follows, unit.
 * An answer counts only with the transaction id of the request under way; ids rise through all 16 bits, so an older
 * answer is told apart unless 65,536 requests lie between. Unit, function and byte count must fit as well. TCP keeps
 * the order of bytes, so once a header is wrong no later byte can be trusted: the connection is dropped. There is no
 * CRC: an answer cut short by its device would be filled up with the bytes that follow. Therefore a frame that is
 * still open when another one begins, and an answer with loose bytes behind it, drop the connection too.
 *
 * States: see guarded-port.ts.
 */
import { EventEmitter } from 'node:events';
import { type Fault, fault } from '../../gateway/domain/faults.ts';
import { startDeadline } from './deadline.ts';
import { MAX_WORDS, parseReadRequest, type ReadRequest, withCrc } from './frame.ts';
import type { Frames, GuardedPort } from './guarded-port.ts';
import type { Wire } from './wire.ts';

const HEADER_BYTES = 7;
/** Unit, function, exception code. */
const LEAST_LENGTH = 3;
/** Unit, function, byte count, 125 registers. Longer answers exist only to functions that are never asked. */
const MOST_LENGTH = 3 + MAX_WORDS * 2;
/** Bytes kept at once; whole frames are taken out as they come, so more than a few is a flood. */
const BUFFER_LIMIT_BYTES = 4096;
/** How far back an id still counts as one of ours, for the beginning of a late answer. */
const RECENT_IDS = 256;

interface Transaction {
  readonly id: number;
  readonly request: ReadRequest;
  readonly sent: Uint8Array;
  readonly timeoutMs: number;
  readonly fail: (reason: Fault) => void;
  readonly cancelDeadline: () => void;
}

interface TcpPortOptions {
  readonly line: string;
  readonly wire: Wire;
  /** Junk came: nothing on this connection can be trusted any more. */
  readonly drop: () => void;
}

export class TcpPort extends EventEmitter implements GuardedPort {
  private readonly options: TcpPortOptions;
  private armed: { readonly timeoutMs: number; readonly fail: (reason: Fault) => void } | null = null;
  private transaction: Transaction | null = null;
  private pending: Buffer = Buffer.alloc(0);
  private last: Frames = { request: null, reply: null };
  private lastId = 0;

  constructor(options: TcpPortOptions) {
    super();
    this.options = options;
  }

  get isOpen(): boolean {
    return this.options.wire.isOpen();
  }

  get frames(): Frames {
    return this.last;
  }

  readonly busyUntilMs = 0;
  readonly needsQuiet = false;

  quietKept(): void {
    // Frames are told apart by their header: no quiet is ever needed.
  }

  /** The bus opens and closes the wire. */
  open(callback: (error?: Error | null) => void): void {
    callback(null);
  }

  close(callback?: (error?: Error | null) => void): void {
    callback?.(null);
  }

  /** Bytes kept at this moment; for tests. */
  get heldBytes(): number {
    return this.pending.length;
  }

  arm(timeoutMs: number): Promise<Fault> {
    return new Promise((fail) => {
      this.armed = { timeoutMs, fail };
    });
  }

  write(frame: Uint8Array): void {
    const request = parseReadRequest(frame);
    const { armed } = this;
    if (!armed || this.transaction) throw new Error('one transaction at a time, through the bus');
    this.armed = null;
    this.lastId = (this.lastId + 1) & 0xffff;
    const body = frame.subarray(0, -2);
    const sent = Buffer.alloc(6 + body.length);
    sent.writeUInt16BE(this.lastId, 0);
    sent.writeUInt16BE(body.length, 4);
    sent.set(body, 6);
    this.last = { request: sent, reply: null };
    this.transaction = {
      id: this.lastId,
      request,
      sent,
      ...armed,
      cancelDeadline: startDeadline(armed.timeoutMs, () => this.timedOut()),
    };
    this.options.wire.write(sent);
  }

  receive(bytes: Uint8Array): void {
    if (this.pending.length > 0 && this.beginsFrame(bytes)) return this.junk();
    this.pending = Buffer.concat([this.pending, bytes]);
    if (this.pending.length > BUFFER_LIMIT_BYTES) return this.junk();
    let answer: Buffer | null = null;
    while (this.pending.length >= HEADER_BYTES) {
      const length = this.pending.readUInt16BE(4);
      if (this.pending.readUInt16BE(2) !== 0 || length < LEAST_LENGTH || length > MOST_LENGTH)
        return this.junk();
      if (this.pending.length < 6 + length) break;
      // Copied: the rest must not be held by a slice of something long gone.
      const frame = Buffer.from(this.pending.subarray(0, 6 + length));
      this.pending = Buffer.from(this.pending.subarray(6 + length));
      // Other ids: an answer to a request given up earlier. A second answer to this one is ignored.
      if (frame.readUInt16BE(0) === this.transaction?.id) answer ??= frame;
    }
    if (!answer) return;
    if (this.pending.length > 0) this.junk();
    else this.take(answer);
  }

  abort(reason: Fault): void {
    this.pending = Buffer.alloc(0);
    if (this.transaction) this.fail(this.transaction, reason);
  }

  /** Whether bytes from the socket begin like an answer to one of the last requests. */
  private beginsFrame(bytes: Uint8Array): boolean {
    if (bytes.length < HEADER_BYTES) return false;
    const [idHigh = 0, idLow = 0, protocolHigh, protocolLow, lengthHigh = 0, lengthLow = 0] = bytes;
    const age = (this.lastId - (idHigh * 256 + idLow)) & 0xffff;
    const length = lengthHigh * 256 + lengthLow;
    const isProtocol = protocolHigh === 0 && protocolLow === 0;
    return isProtocol && age < RECENT_IDS && length >= LEAST_LENGTH && length <= MOST_LENGTH;
  }

  private take(frame: Buffer): void {
    const { transaction } = this;
    if (!transaction) return;
    this.last = { request: transaction.sent, reply: frame };
    const { unit, fn, words } = transaction.request;
    const [gotUnit = 0, code = 0, count = 0] = frame.subarray(6);
    const isException = code === (fn | 0x80) && frame.length === 9;
    const isAnswer = code === fn && count === words * 2 && frame.length === 9 + count;
    if (gotUnit !== unit)
      this.fail(transaction, fault('wrong-unit', { line: this.options.line, unit, got: gotUnit }));
    else if (!isException && !isAnswer)
      this.fail(transaction, fault('unexpected-answer', { line: this.options.line, unit }));
    else {
      this.settle(transaction);
      this.emit('data', withCrc(frame.subarray(6)));
    }
  }

  private timedOut(): void {
    const { transaction } = this;
    if (!transaction) return;
    const { unit } = transaction.request;
    const about = { line: this.options.line, unit };
    if (this.pending.length === 0)
      return this.fail(transaction, fault('no-answer', { ...about, timeoutMs: transaction.timeoutMs }));
    this.fail(transaction, fault('short-answer', { ...about, bytes: this.pending.length }));
    this.pending = Buffer.alloc(0);
    this.options.drop();
  }

  private junk(): void {
    this.pending = Buffer.alloc(0);
    if (this.transaction) this.fail(this.transaction, fault('line-noise', { line: this.options.line }));
    this.options.drop();
  }

  private fail(transaction: Transaction, reason: Fault): void {
    this.settle(transaction);
    transaction.fail(reason);
  }

  private settle(transaction: Transaction): void {
    transaction.cancelDeadline();
    this.transaction = null;
  }
}
