/**
 * The port object for modbus-serial on an RTU wire. modbus-serial believes any bytes of the right length; this port
 * clears its buffer before every request and lets through exactly one frame: right unit, function, byte count and
 * CRC, and only when the order of answers proves that it answers the request just made (the argument stands in
 * answer-order.ts). Everything else is named and thrown away: the adapter's echo, late and doubled answers, other
 * units, broken frames, noise. Where an answer may be the copy of an earlier one, the port listens until the wire is
 * quiet, in case the true one follows, and then says so.
 *
 * The proof needs no clock, so an answer that seems to come too soon for the wire's speed is not refused: a pty and
 * some converters deliver faster than the baud rate says.
 *
 * States: see guarded-port.ts. While waiting, bytes gather in `tail`; whole frames are taken out as they are found.
 */
import { EventEmitter } from 'node:events';
import { type Fault, fault } from '../../gateway/domain/faults.ts';
import type { AnswerOrder, AnswerVerdict } from './answer-order.ts';
import { startDeadline } from './deadline.ts';
import {
  answerBytes,
  beginsWith,
  EXCEPTION_BYTES,
  type FoundAnswer,
  findAnswers,
  parseReadRequest,
  REQUEST_BYTES,
  type ReadRequest,
} from './frame.ts';
import type { Frames, GuardedPort } from './guarded-port.ts';
import type { WireTiming } from './timing.ts';
import type { Wire } from './wire.ts';

/** Waking the main thread and making a request take about this long. */
const PREPARE_MS = 0.25;
/** Two of the longest frames. Older bytes than that answer nothing. */
const TAIL_LIMIT_BYTES = 512;
/** Of all that came during a transaction, this much is kept for `--raw`. */
const HEARD_LIMIT_BYTES = 1024;

interface Transaction {
  readonly request: ReadRequest;
  readonly frame: Uint8Array;
  readonly timeoutMs: number;
  readonly use: 'value' | 'sync';
  readonly fail: (reason: Fault | 'doubtful') => void;
  readonly cancelDeadline: () => void;
  cancelBreak: () => void;
  heard: Buffer;
  tail: Buffer;
  /** Whole frames that were not the answer. */
  strayUnit: number | null;
  strayAnswer: boolean;
  /** An answer came that may be the copy of an earlier one. */
  doubtful: boolean;
}

interface RtuPortOptions {
  readonly line: string;
  readonly wire: Wire;
  readonly order: AnswerOrder;
  readonly timing: WireTiming;
  /** Time one character takes, ms. */
  readonly characterMs: number;
  /** The clock of the order of answers. */
  readonly nowMs: () => number;
}

/**
 * A request may be made this much before its silence is over; the rest is waited out awake, right before the write. At
 * 115,200 baud, with 80 requests a second at most, that is 1 % of a processor. Most of the silence is always slept, so
 * that what comes in is read.
 */
export function headStartMs({ silenceMs }: WireTiming): number {
  return Math.min(PREPARE_MS, silenceMs / 2);
}

export class RtuPort extends EventEmitter implements GuardedPort {
  private readonly options: RtuPortOptions;
  private armed: Pick<Transaction, 'timeoutMs' | 'use' | 'fail'> | null = null;
  private transaction: Transaction | null = null;
  private last: Frames = { request: null, reply: null };
  private lastBusyMs = 0;
  private unquiet = true;

  constructor(options: RtuPortOptions) {
    super();
    this.options = options;
  }

  get isOpen(): boolean {
    return this.options.wire.isOpen();
  }

  get frames(): Frames {
    return this.last;
  }

  get busyUntilMs(): number {
    return this.lastBusyMs;
  }

  get needsQuiet(): boolean {
    return this.unquiet;
  }

  quietKept(): void {
    this.unquiet = false;
  }

  /** The bus opens and closes the wire. */
  open(callback: (error?: Error | null) => void): void {
    callback(null);
  }

  close(callback?: (error?: Error | null) => void): void {
    callback?.(null);
  }

  arm(timeoutMs: number, use: 'value' | 'sync'): Promise<Fault | 'doubtful'> {
    return new Promise((fail) => {
      this.armed = { timeoutMs, use, fail };
    });
  }

  write(frame: Uint8Array): void {
    const request = parseReadRequest(frame);
    const { armed } = this;
    if (!armed || this.transaction) throw new Error('one transaction at a time, through the bus');
    this.armed = null;
    this.last = { request: frame, reply: null };
    this.transaction = {
      request,
      frame,
      ...armed,
      cancelDeadline: startDeadline(armed.timeoutMs, () => this.failWithVerdict()),
      cancelBreak: () => undefined,
      heard: Buffer.alloc(0),
      tail: Buffer.alloc(0),
      strayUnit: null,
      strayAnswer: false,
      doubtful: false,
    };
    this.waitOutSilence();
    this.lastBusyMs = performance.now() + REQUEST_BYTES * this.options.characterMs;
    this.options.wire.write(frame);
  }

  /** More than the head start is left only where the bus gave up waiting for a wire that never rests. */
  private waitOutSilence(): void {
    const { timing } = this.options;
    const dueMs = this.lastBusyMs + timing.silenceMs;
    if (dueMs - performance.now() <= headStartMs(timing)) while (performance.now() < dueMs);
  }

  receive(bytes: Uint8Array): void {
    this.lastBusyMs = performance.now();
    const { transaction } = this;
    if (!transaction) {
      this.unquiet = true;
      const asked = this.last.request?.[0];
      if (asked !== undefined) this.options.order.strayed(asked);
      return;
    }
    if (transaction.heard.length < HEARD_LIMIT_BYTES)
      transaction.heard = Buffer.concat([transaction.heard, bytes]).subarray(0, HEARD_LIMIT_BYTES);
    transaction.tail = Buffer.concat([transaction.tail, bytes]);
    for (const answer of findAnswers(transaction.tail))
      if (this.isAnswer(transaction, answer)) {
        const frame = Buffer.from(transaction.tail.subarray(answer.offset, answer.offset + answer.bytes));
        this.unquiet = transaction.tail.length > answer.offset + answer.bytes;
        if (this.unquiet) this.options.order.strayed(answer.unit);
        this.settle(transaction);
        this.emit('data', frame);
        return;
      }
    transaction.tail = withoutFrames(transaction.tail).subarray(-TAIL_LIMIT_BYTES);
    this.watchForBreak(transaction);
  }

  abort(reason: Fault): void {
    this.unquiet = true;
    this.lastBusyMs = performance.now();
    if (this.transaction) this.fail(this.transaction, reason);
  }

  private isAnswer(transaction: Transaction, answer: FoundAnswer): boolean {
    const { unit, fn, words } = transaction.request;
    const { order, nowMs } = this.options;
    if (answer.unit !== unit) {
      transaction.strayUnit = answer.unit;
      order.strayed(answer.unit);
      return false;
    }
    const judged: AnswerVerdict = order.seen(unit, withData(answer, transaction.tail), nowMs());
    const isEnough = judged === 'newest' || transaction.use === 'sync';
    if (answer.fn === fn && (answer.words === null || (isEnough && answer.words === words))) return true;
    if (judged === 'doubtful') transaction.doubtful = true;
    else transaction.strayAnswer = true;
    return false;
  }

  /** An answer that began and does not go on, or one that may follow a copy, need not be waited for any longer. */
  private watchForBreak(transaction: Transaction): void {
    transaction.cancelBreak();
    const { brokenOffMs, quietMs } = this.options.timing;
    if (damage(transaction) !== null)
      transaction.cancelBreak = startDeadline(brokenOffMs, () => this.failWithVerdict());
    else if (transaction.doubtful)
      transaction.cancelBreak = startDeadline(quietMs, () => this.leaveInDoubt());
  }

  private leaveInDoubt(): void {
    const { transaction } = this;
    if (!transaction) return;
    this.settle(transaction);
    transaction.fail('doubtful');
  }

  private failWithVerdict(): void {
    if (this.transaction) this.fail(this.transaction, verdict(this.options.line, this.transaction));
  }

  private fail(transaction: Transaction, reason: Fault): void {
    this.unquiet = true;
    this.settle(transaction);
    transaction.fail(reason);
  }

  private settle(transaction: Transaction): void {
    transaction.cancelDeadline();
    transaction.cancelBreak();
    this.transaction = null;
    this.last = {
      request: transaction.frame,
      reply: transaction.heard.length > 0 ? transaction.heard : null,
    };
  }
}

/** The answer with the registers it carries, between byte count and CRC. */
function withData(answer: FoundAnswer, tail: Buffer): FoundAnswer & { readonly data: Uint8Array } {
  const end = answer.offset + answer.bytes - 2;
  return {
    ...answer,
    data: answer.words === null ? new Uint8Array() : tail.subarray(answer.offset + 3, end),
  };
}

/** What follows the last whole frame. */
function withoutFrames(tail: Buffer): Buffer {
  const last = findAnswers(tail).at(-1);
  return last ? tail.subarray(last.offset + last.bytes) : tail;
}

function withoutEcho({ tail, frame }: Transaction): Buffer {
  return beginsWith(tail, frame) ? tail.subarray(frame.length) : tail;
}

/** Whether the bytes left over look like the awaited answer, cut short or spoilt. */
function damage(transaction: Transaction): 'short-answer' | 'crc-error' | null {
  const rest = withoutEcho(transaction);
  const { unit, fn, words } = transaction.request;
  const code = rest[1] ?? 0;
  const headed = rest[0] === unit && rest.length > 1 && (code & 0x7f) === fn;
  const awaited = headed && code !== fn ? EXCEPTION_BYTES : answerBytes(words);
  if (headed && rest.length < awaited) return 'short-answer';
  if (headed || rest.length === awaited || rest.length === EXCEPTION_BYTES) return 'crc-error';
  return null;
}

/** The name of what went wrong, from everything that came. Called once, when the transaction is given up. */
function verdict(line: string, transaction: Transaction): Fault {
  const { request, timeoutMs } = transaction;
  const about = { line, unit: request.unit };
  const rest = withoutEcho(transaction);
  const damaged = damage(transaction);
  if (damaged === 'short-answer') return fault('short-answer', { ...about, bytes: rest.length });
  if (damaged === 'crc-error') return fault('crc-error', about);
  if (transaction.strayAnswer) return fault('unexpected-answer', about);
  if (transaction.strayUnit !== null) return fault('wrong-unit', { ...about, got: transaction.strayUnit });
  if (rest.length > 0) return fault('line-noise', { line });
  if (transaction.tail.length > 0) return fault('line-echo', { line });
  return fault('no-answer', { ...about, timeoutMs });
}
