/**
 * One wire: one queue, one transaction at a time. Whoever has the bus (see {@link Bus.use}) reads; everybody else
 * waits in order. modbus-serial builds the request and decodes the answer; our port object between it and the wire
 * decides which bytes are an answer.
 *
 * A read may take several transactions: on RTU a separator or another length may be needed before an answer can be
 * believed (answer-order.ts), one whose answer is doubtful is asked in another way at once, and a failed one is tried
 * again RETRIES times. Never more than MAX_SENDS in all.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import modbusSerial from 'modbus-serial';
import { type Fault, fault } from '../../gateway/domain/faults.ts';
import type { WireExchange } from '../../gateway/domain/ports.ts';
import type { Clock, EpochMs } from '../../gateway/domain/time.ts';
import type { AnswerOrder, Question, WantedRead } from './answer-order.ts';
import { hex, type ReadRequest } from './frame.ts';
import { type Gap, openGap } from './gap.ts';
import type { GuardedPort } from './guarded-port.ts';
import type { QuestionEnd } from './read-habits.ts';
import { headStartMs } from './rtu-port.ts';
import { PUNCTUAL_MS, STALL_GRACE_MS, type WireTiming } from './timing.ts';
import type { Wire } from './wire.ts';
import { createWireKeeper, type WireKeeper } from './wire-keeper.ts';

export const RETRIES = 1;
export const MAX_SENDS = 6;
/** So often is listened again after a stall. */
const STALL_TRIES = 10;
/** Exceptions that pass: 4 device failure, 5 acknowledge, 6 busy. */
const PASSING_EXCEPTIONS: ReadonlySet<unknown> = new Set([4, 5, 6]);
/** Exceptions about the question: 1 function, 2 address, 3 count. */
const REFUSING_EXCEPTIONS: ReadonlySet<unknown> = new Set([1, 2, 3]);

export interface BusRead extends WantedRead {
  /** Longest time the meter thinks before it answers, ms. */
  readonly responseMs: number;
  /** Least time between the end of one exchange with this unit and the next request to it, ms. */
  readonly pauseMs?: number;
  readonly retries: number;
}

export type BusAnswer =
  | {
      readonly kind: 'words';
      readonly words: readonly number[];
      readonly sinceMs: EpochMs;
      readonly atMs: EpochMs;
    }
  | { readonly kind: 'fault'; readonly fault: Fault }
  /** Not asked: an earlier answer may still come, and could not be told from this one. The fault says so. */
  | { readonly kind: 'held'; readonly fault: Fault };

export interface Bus {
  /** Runs a job when all jobs before it are done. The caller bounds how many it queues. */
  use<T>(job: () => Promise<T>): Promise<T>;
  /** Only within `use`. Never rejects for trouble on the wire; `record` gets every transaction made. */
  read(read: BusRead, record?: (exchange: WireExchange) => void): Promise<BusAnswer>;
  /** Transactions under way and queued jobs end with `driver-closed`. */
  close(): Promise<void>;
}

interface BusOptions {
  readonly line: string;
  readonly wire: Wire;
  /** Makes the port; `drop` closes a wire that carries rubbish. */
  readonly createPort: (drop: () => void) => GuardedPort;
  /** Null where frames carry a transaction id. */
  readonly order: AnswerOrder | null;
  readonly timing: WireTiming;
  readonly clock: Clock;
  /** Monotonic ms for back-off and history. */
  readonly nowMs: () => number;
  readonly onOpened: () => void;
  readonly onLost: (reason: Fault) => void;
}

export function createBus(options: BusOptions): Bus {
  const { line, wire, order, timing, nowMs } = options;
  const port = options.createPort(() => void keeper.drop());
  const client = new modbusSerial.default(port);
  client.open(() => undefined);
  const gap: Gap | null = timing.silenceMs > 0 ? openGap() : null;
  const keeper = createWireKeeper({
    line,
    wire,
    nowMs,
    listener: {
      data(bytes) {
        keeper.heard();
        port.receive(bytes);
      },
      lost(reason) {
        port.abort(reason);
        options.onLost(reason);
      },
    },
    onOpened() {
      port.abort(fault('connection-lost', { line }));
      options.onOpened();
    },
  });
  const parts: Parts = { options, port, client, keeper };
  /** When the last exchange with each unit ended, real monotonic ms. */
  const heardMs = new Map<number, number>();
  let tail: Promise<unknown> = Promise.resolve();

  return {
    use(job) {
      const turn = tail.then(job);
      tail = turn.catch(() => undefined);
      return turn;
    },
    async read(read, record) {
      let retriesLeft = read.retries;
      const timeoutMs = timing.timeoutMs(read.words, read.responseMs);
      let lastFault: Fault = fault('no-answer', { line, unit: read.unit, timeoutMs });
      let failed = false;
      for (let sends = 0; sends < MAX_SENDS; sends++) {
        const closed = await keeper.ensureOpen();
        if (closed) return { kind: 'fault', fault: closed };
        const restMs = (heardMs.get(read.unit) ?? 0) + (read.pauseMs ?? 0) - performance.now();
        if (read.pauseMs && heardMs.has(read.unit) && restMs > 0) await sleep(Math.ceil(restMs));
        await keepSilence(port, timing, gap, order?.awaitsLate(read.unit) ?? false);
        // Lost while waiting: open it anew, as one of the attempts.
        if (!wire.isOpen()) continue;
        const question = order ? order.choose(read, nowMs()) : exactly(read);
        if (!question) return { kind: failed ? 'fault' : 'held', fault: lastFault };
        const { words, failure, sinceMs, atMs } = await attempt(parts, read, question, record);
        heardMs.set(read.unit, performance.now());
        if (!failure) {
          if (words !== null && question.use === 'value')
            return { kind: 'words', words: words.slice(0, read.words), sinceMs, atMs };
          continue;
        }
        lastFault = failure;
        failed = true;
        const isRefusal = failure.code === 'modbus-exception' || failure.code === 'gateway-no-answer';
        if (isRefusal && question.ownDoing) continue;
        const mayPass = !isRefusal || PASSING_EXCEPTIONS.has(failure.about['exception']);
        if (!mayPass || retriesLeft-- <= 0) break;
      }
      return { kind: 'fault', fault: lastFault };
    },
    async close() {
      const ending = keeper.end();
      port.abort(fault('driver-closed', { line }));
      await ending;
      await tail;
      gap?.release();
    },
  };
}

interface Parts {
  readonly options: BusOptions;
  readonly port: GuardedPort;
  readonly client: InstanceType<typeof modbusSerial.default>;
  readonly keeper: WireKeeper;
}

interface Attempt {
  /** Null where it failed, and where the answer was doubtful. */
  readonly words: readonly number[] | null;
  readonly failure: Fault | null;
  readonly sinceMs: EpochMs;
  readonly atMs: EpochMs;
}

/** One transaction, with everybody told who must know of it. The wire is open and silent. */
async function attempt(
  { options, port, client, keeper }: Parts,
  read: BusRead,
  question: Question,
  record?: (exchange: WireExchange) => void,
): Promise<Attempt> {
  const { order, timing, clock, nowMs } = options;
  const { request, use } = question;
  const timeoutMs = timing.timeoutMs(request.words, read.responseMs);
  const failed = port.arm(timeoutMs, use);
  order?.asked(question, nowMs());
  const startedMs = performance.now();
  const sinceMs = clock.now();
  client.setID(request.unit);
  const asked =
    request.fn === 3
      ? client.readHoldingRegisters(request.address, request.words)
      : client.readInputRegisters(request.address, request.words);
  const answered = asked.then(
    ({ data }) => data,
    (error: unknown) => refusal(options.line, request, error),
  );
  const outcome = await Promise.race([answered, failed]);
  const atMs = clock.now();
  const isDoubtful = outcome === 'doubtful';
  const failure = !isDoubtful && 'code' in outcome ? outcome : null;
  const end = isDoubtful ? 'doubtful' : endOf(failure);
  order?.ended(read, question, end, timeoutMs, nowMs());
  const { frames } = port;
  record?.({
    requestHex: hex(frames.request ?? new Uint8Array()),
    replyHex: frames.reply && hex(frames.reply),
    fault: failure,
    tookMs: performance.now() - startedMs,
  });
  if (end === 'silent') await keeper.unanswered();
  else if (end !== 'spoilt') keeper.served();
  return { words: isDoubtful || 'code' in outcome ? null : outcome, failure, sinceMs, atMs };
}

function exactly({ unit, fn, address, words }: ReadRequest): Question {
  return { request: { unit, fn, address, words }, use: 'value', ownDoing: false, unlike: [] };
}

function endOf(failure: Fault | null): QuestionEnd {
  if (failure === null) return 'answered';
  if (failure.code === 'gateway-no-answer') return 'troubled';
  if (failure.code !== 'modbus-exception') return failure.code === 'no-answer' ? 'silent' : 'spoilt';
  return REFUSING_EXCEPTIONS.has(failure.about['exception']) ? 'refused' : 'troubled';
}

/** The fault of a promise that modbus-serial rejected. Anything but these two is a bug, and thrown on. */
function refusal(line: string, { unit, address }: ReadRequest, error: unknown): Fault {
  const { modbusCode, name } = error as { modbusCode?: unknown; name?: unknown };
  if (typeof modbusCode === 'number') {
    // 10 and 11: the gateway in between speaks for itself, not for the meter.
    if (modbusCode === 10 || modbusCode === 11)
      return fault('gateway-no-answer', { line, unit, exception: modbusCode });
    return fault('modbus-exception', { line, unit, address, exception: modbusCode });
  }
  if (name === 'PortNotOpenError') return fault('connection-lost', { line });
  throw error;
}

/**
 * Waits until the next request may be written: after a fault or stray bytes until the wire has been quiet for
 * `quietMs`, and always for the silence between frames. Gives up after `quietLimitMs`: a wire that never rests shows
 * its noise in the answers.
 *
 * @param awaitsLate an answer may still be late, and the time it is given must not run out unheard: after a stall of
 *   the whole process, what came meanwhile is read first
 */
async function keepSilence(
  port: GuardedPort,
  timing: WireTiming,
  gap: Gap | null,
  awaitsLate: boolean,
): Promise<void> {
  if (!gap) return;
  const limitMs = performance.now() + timing.quietLimitMs;
  for (;;) {
    // The port itself waits for the very end of a silence.
    const waitMs = port.needsQuiet ? timing.quietMs : timing.silenceMs - headStartMs(timing);
    const busyUntilMs = port.busyUntilMs;
    const dueMs = Math.min(busyUntilMs + waitMs, limitMs);
    await gap.until(dueMs);
    if (awaitsLate && performance.now() - dueMs > PUNCTUAL_MS) await listenAfterStall();
    const isQuiet = port.busyUntilMs === busyUntilMs;
    if (isQuiet || performance.now() >= limitMs) break;
  }
  port.quietKept();
}

/** What arrived during a stall is read. A wait that was held up itself is none; a process always held up still asks. */
async function listenAfterStall(): Promise<void> {
  for (let tries = 0; tries < STALL_TRIES; tries++) {
    const dueMs = performance.now() + STALL_GRACE_MS;
    await sleep(STALL_GRACE_MS);
    if (performance.now() - dueMs <= PUNCTUAL_MS) return;
  }
}
