/**
 * The port object for modbus-serial on Modbus TCP: turns its RTU frames into MBAP and back. modbus-serial's own TCP
 * port keeps 256 finished transactions for ever, wraps its transaction id at 256 and does not check the protocol id;
 * this one keeps the transaction under way and nothing else.
 *
 * Header (Modbus Messaging on TCP/IP V1.0b, 3.1.3): transaction id, protocol id 0, length of what follows, unit.
 * An answer counts only with the transaction id of the request under way; ids rise through all 16 bits, so an older
 * answer is told apart unless 65,536 requests lie between. Unit, function and byte count must fit as well. TCP keeps
 * the order of bytes, so once a header is wrong no later byte can be trusted: the connection is dropped.
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

interface Transaction {
  readonly id: number;
  readonly request: ReadRequest;
  readonly sent: Uint8Array;
  readonly timeoutMs: number;
  readonly fail: (reason: Fault) => void;
  readonly cancelDeadline: () => void;
}

export interface TcpPortOptions {
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
    this.pending = Buffer.concat([this.pending, bytes]);
    if (this.pending.length > BUFFER_LIMIT_BYTES) return this.junk();
    while (this.pending.length >= HEADER_BYTES) {
      const length = this.pending.readUInt16BE(4);
      if (this.pending.readUInt16BE(2) !== 0 || length < LEAST_LENGTH || length > MOST_LENGTH)
        return this.junk();
      if (this.pending.length < 6 + length) return;
      // Copied: the rest must not be held by a slice of something long gone.
      const frame = Buffer.from(this.pending.subarray(0, 6 + length));
      this.pending = Buffer.from(this.pending.subarray(6 + length));
      this.take(frame);
    }
  }

  abort(reason: Fault): void {
    this.pending = Buffer.alloc(0);
    if (this.transaction) this.fail(this.transaction, reason);
  }

  private take(frame: Buffer): void {
    const { transaction } = this;
    // An answer to a request given up earlier, or one that came twice.
    if (!transaction || frame.readUInt16BE(0) !== transaction.id) return;
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
    if (this.pending.length > 0)
      this.fail(transaction, fault('short-answer', { ...about, bytes: this.pending.length }));
    else this.fail(transaction, fault('no-answer', { ...about, timeoutMs: transaction.timeoutMs }));
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
