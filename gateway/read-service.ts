/**
 * Hands questions about the past to the read worker, so that no query and no rendering stops the polling. The worker
 * is started by the first question, ends after a minute without one (its memory is a tenth of a small machine's
 * share), and is started again after whatever ended it.
 *
 * A question is *waiting* (the worker has enough to do), *under way* (pieces come as its reader takes them), or over.
 * When the worker dies, questions of which nothing was handed on yet are asked once more; the others fail, and their
 * readers see a broken connection, never half an answer.
 */
import { Worker } from 'node:worker_threads';
import type { Piece } from './dashboard/answers.ts';
import type { HourSourceFacts } from './dashboard/hour-source.ts';
import type { Answer, Question } from './dashboard/reads.ts';
import { CodedError, fault } from './domain/faults.ts';
import type { FromReadWorker, ReadWorkerData, ToReadWorker } from './read-worker.ts';

/** Questions that take turns in the worker. */
export const MAX_UNDER_WAY = 4;
/** Questions that wait for a turn; one more is refused. */
export const MAX_WAITING = 16;
/** Pieces of one answer that lie here unread. */
const PIECES_AHEAD = 4;
/** A reader waits this long for the next piece, ms; then something is wrong with the question or the disk. */
const ANSWER_MS = 10_000;
/** A reader that takes nothing for this long is given up, ms. */
const READER_MS = 30_000;
const IDLE_MS = 60_000;
/** The worker closes its connection within this, or is ended without, ms. */
const END_MS = 1_000;
/** How often one question is asked when the worker dies of it, or beside it. */
const MAX_TRIES = 2;
/** Most that questions may take of memory, MB: what goes beyond ends the worker and not the gateway. */
const HEAP_MB = 64;
const YOUNG_HEAP_MB = 8;

export interface ReadServiceOptions {
  readonly dataDir: string;
  readonly facts: HourSourceFacts;
  readonly log: { warn(about: object, text: string): void };
  /** Shorter, and smaller, in tests. */
  readonly idleMs?: number;
  readonly answerMs?: number;
  readonly heapMb?: number;
  /** In tests, to end the worker from outside. */
  readonly onWorker?: (worker: Worker) => void;
}

export interface ReadService {
  /** @throws CodedError too-many-questions, question-late, question-lost; Error when the database cannot be read */
  ask(question: Question): Promise<Answer>;
  /** Questions under way fail. Settles within {@link END_MS}. */
  close(): Promise<void>;
}

interface Come {
  readonly bytes: Piece;
  readonly last: boolean;
}

interface Asked {
  readonly id: number;
  readonly question: Question;
  /** Come, and not taken yet. */
  readonly pieces: Come[];
  reader: PromiseWithResolvers<Come> | null;
  timer: NodeJS.Timeout | null;
  tries: number;
  /** A piece was handed on: it cannot be asked again. */
  begun: boolean;
  /** The piece that the reader has. */
  lent: Piece | null;
  failure: Error | null;
}

export function createReadService(options: ReadServiceOptions): ReadService {
  const { log, idleMs = IDLE_MS, answerMs = ANSWER_MS } = options;
  const underWay = new Map<number, Asked>();
  const waiting: Asked[] = [];
  let worker: Worker | null = null;
  let heardMs = 0;
  let idle: NodeJS.Timeout | null = null;
  let lastId = 0;
  let closed = false;

  const post = (message: ToReadWorker, give: ArrayBuffer[] = [], to = worker): void =>
    to?.postMessage(message, give);

  function start(): Worker {
    const given: ReadWorkerData = { dataDir: options.dataDir, facts: options.facts };
    // Without execArgv it would inherit options that belong to the main program only (`--eval`, `--inspect`).
    const started = new Worker(new URL('./read-worker.ts', import.meta.url), {
      workerData: given,
      execArgv: [],
      resourceLimits: {
        maxOldGenerationSizeMb: options.heapMb ?? HEAP_MB,
        maxYoungGenerationSizeMb: YOUNG_HEAP_MB,
      },
      name: 'hakaru-read',
    });
    started.unref();
    started.on('message', heard);
    started.on('error', (error) => log.warn({ reason: error.message }, 'the read worker failed'));
    started.on('exit', () => {
      if (worker === started) lost();
    });
    options.onWorker?.(started);
    return started;
  }

  function lost(): void {
    worker = null;
    for (const asked of underWay.values()) {
      underWay.delete(asked.id);
      if (asked.begun || asked.pieces.length > 0 || asked.tries >= MAX_TRIES)
        fail(asked, new CodedError(fault('question-lost')));
      else waiting.unshift(asked);
    }
    pump();
  }

  function pump(): void {
    while (underWay.size < MAX_UNDER_WAY) {
      const asked = closed ? null : waiting.shift();
      if (!asked) break;
      worker ??= start();
      asked.tries++;
      underWay.set(asked.id, asked);
      post({ kind: 'ask', id: asked.id, question: asked.question, room: PIECES_AHEAD });
    }
    if (idle) clearTimeout(idle);
    idle = worker && underWay.size === 0 ? setTimeout(() => void retire(), idleMs).unref() : null;
  }

  function heard(message: FromReadWorker): void {
    heardMs = performance.now();
    const asked = underWay.get(message.id);
    if (!asked) return;
    if (message.kind === 'failed') {
      const { reason, code } = message;
      // Its reader has had the beginning, and sees no more than a broken connection.
      if (asked.begun) log.warn({ reason }, 'an answer broke off');
      fail(asked, Object.assign(new Error(reason), code === null ? {} : { code }));
    } else {
      asked.pieces.push(message);
      hand(asked);
      if (message.last) underWay.delete(asked.id);
    }
    pump();
  }

  /** Gives the next piece to its reader when both are there. */
  function hand(asked: Asked): void {
    const { reader } = asked;
    const piece = reader && asked.pieces.shift();
    if (!reader || !piece) return;
    asked.reader = null;
    asked.begun = true;
    asked.lent = piece.bytes;
    if (!piece.last) watch(asked, READER_MS, () => drop(asked));
    else if (asked.timer) clearTimeout(asked.timer);
    reader.resolve(piece);
  }

  function giveBack(asked: Asked): void {
    const buffer = asked.lent?.buffer;
    asked.lent = null;
    if (buffer) post({ kind: 'more', id: asked.id, buffer }, [buffer]);
  }

  function watch(asked: Asked, ms: number, overdue: () => void): void {
    if (asked.timer) clearTimeout(asked.timer);
    asked.timer = setTimeout(overdue, ms).unref();
  }

  function next(asked: Asked): Promise<Come> {
    if (asked.failure) return Promise.reject(asked.failure);
    giveBack(asked);
    const reader = Promise.withResolvers<Come>();
    asked.reader = reader;
    const askedMs = performance.now();
    watch(asked, answerMs, () => {
      drop(asked);
      // Not a word to anybody: it hangs in the disk or in itself.
      if (heardMs < askedMs) void worker?.terminate();
    });
    hand(asked);
    return reader.promise;
  }

  /** Over, and told so. */
  function fail(asked: Asked, failure: Error): void {
    if (asked.timer) clearTimeout(asked.timer);
    underWay.delete(asked.id);
    asked.pieces.length = 0;
    asked.failure = failure;
    asked.reader?.reject(failure);
  }

  /** Nobody wants it any more, or nobody can wait for it any longer. */
  function drop(asked: Asked): void {
    const place = waiting.indexOf(asked);
    if (place >= 0) waiting.splice(place, 1);
    else if (underWay.has(asked.id)) post({ kind: 'drop', id: asked.id });
    fail(asked, new CodedError(fault('question-late', { seconds: Math.ceil(answerMs / 1000) })));
    pump();
  }

  async function retire(): Promise<void> {
    const ended = worker;
    worker = null;
    if (!ended) return;
    const exit = new Promise((resolve) => ended.once('exit', resolve));
    post({ kind: 'end' }, [], ended);
    const timer = setTimeout(() => void ended.terminate(), END_MS);
    await exit;
    clearTimeout(timer);
  }

  return {
    async ask(question) {
      if (closed) throw new CodedError(fault('question-lost'));
      if (underWay.size >= MAX_UNDER_WAY && waiting.length >= MAX_WAITING)
        throw new CodedError(fault('too-many-questions', { limit: MAX_UNDER_WAY + MAX_WAITING }));
      const asked: Asked = {
        id: ++lastId,
        question,
        pieces: [],
        reader: null,
        timer: null,
        tries: 0,
        begun: false,
        lent: null,
        failure: null,
      };
      waiting.push(asked);
      const first = next(asked);
      pump();
      const { bytes, last } = await first;
      return { first: bytes, rest: last ? null : restOf(asked) };
    },
    async close() {
      closed = true;
      if (idle) clearTimeout(idle);
      for (const asked of [...waiting.splice(0), ...underWay.values()])
        fail(asked, new CodedError(fault('question-lost')));
      await retire();
    },
  };

  function restOf(asked: Asked): AsyncIterable<Uint8Array> {
    let over = false;
    return {
      [Symbol.asyncIterator]: () => ({
        async next() {
          if (over) {
            giveBack(asked);
            return { done: true, value: undefined };
          }
          const { bytes, last } = await next(asked);
          over = last;
          return { done: false, value: bytes };
        },
        async return() {
          if (!over) drop(asked);
          over = true;
          return { done: true, value: undefined };
        },
      }),
    };
  }
}
