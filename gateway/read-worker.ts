/**
 * The thread that answers questions about the past, with a connection of its own that can only read. Started and
 * ended by read-service.ts. Questions under way take turns, a piece each, and each may be some pieces ahead of its
 * reader; so a year's report neither fills the memory nor keeps a page waiting for its day.
 */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { PIECE_BYTES, type Piece, piecesOf } from './dashboard/answers.ts';
import { createHourSource, type HourSourceFacts } from './dashboard/hour-source.ts';
import type { HourSource, Question } from './dashboard/reads.ts';
import { openStoreForReading, type Store } from './store/store.ts';

export interface ReadWorkerData {
  readonly dataDir: string;
  readonly facts: HourSourceFacts;
}

export type ToReadWorker =
  /** `room`: pieces that may be sent before more are asked for. */
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question; readonly room: number }
  /** A piece was read: here is its buffer, send another one. */
  | { readonly kind: 'more'; readonly id: number; readonly buffer: ArrayBuffer }
  | { readonly kind: 'drop'; readonly id: number }
  | { readonly kind: 'end' };

export type FromReadWorker =
  | { readonly kind: 'piece'; readonly id: number; readonly bytes: Piece; readonly last: boolean }
  | { readonly kind: 'failed'; readonly id: number; readonly reason: string; readonly code: string | null };

interface Job {
  readonly pieces: Generator<Piece>;
  /** The next piece; null before the first was made. */
  ahead: IteratorResult<Piece> | null;
  room: number;
}

/** Buffers kept to be filled again, so that a long answer leaves no garbage on either side. */
const MAX_SPARE = 24;
/** Of 19: where there is one core for both, polling comes first. */
const NICENESS = 10;

/** Linux sets the priority of one thread by its own id. Elsewhere, or where it may not, all threads are equal. */
function stepBack(): void {
  try {
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), NICENESS);
  } catch {
    // No /proc, or no right: slower polling beside a long query is the worst that follows.
  }
}

/** Errors lose all but their words on the way to another thread. */
function codeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  return 'code' in error ? String(error.code) : codeOf(error.cause);
}

function serve(port: NonNullable<typeof parentPort>, { dataDir, facts }: ReadWorkerData): void {
  const jobs = new Map<number, Job>();
  let store: Store | null = null;
  let source: HourSource | null = null;
  let scheduled = false;
  const spare: ArrayBuffer[] = [];

  const buffer = (): Piece => new Uint8Array(spare.pop() ?? new ArrayBuffer(PIECE_BYTES));
  const send = (message: FromReadWorker, give: ArrayBuffer[] = []): void => port.postMessage(message, give);

  function open(): HourSource {
    store ??= openStoreForReading(dataDir);
    source ??= createHourSource(store, facts);
    return source;
  }

  function advance(id: number, job: Job): void {
    const piece = job.ahead ?? job.pieces.next();
    job.ahead = job.pieces.next();
    const last = job.ahead.done === true;
    job.room--;
    if (last) jobs.delete(id);
    send({ kind: 'piece', id, bytes: piece.value, last }, [piece.value.buffer]);
  }

  function round(): void {
    scheduled = false;
    for (const [id, job] of jobs) {
      if (job.room === 0) continue;
      try {
        advance(id, job);
      } catch (error) {
        jobs.delete(id);
        const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
        send({ kind: 'failed', id, reason, code: codeOf(error) });
      }
    }
    schedule();
  }

  /** Between two rounds messages are heard. */
  function schedule(): void {
    if (scheduled || ![...jobs.values()].some(({ room }) => room > 0)) return;
    scheduled = true;
    setImmediate(round);
  }

  function* lazily(question: Question): Generator<Piece> {
    yield* piecesOf(question, open(), buffer);
  }

  port.on('message', (message: ToReadWorker) => {
    if (message.kind === 'end') {
      jobs.clear();
      store?.close();
      port.close();
      return;
    }
    if (message.kind === 'ask')
      jobs.set(message.id, { pieces: lazily(message.question), ahead: null, room: message.room });
    else if (message.kind === 'drop') jobs.delete(message.id);
    else {
      if (spare.length < MAX_SPARE) spare.push(message.buffer);
      const job = jobs.get(message.id);
      if (job) job.room++;
    }
    schedule();
  });
}

if (parentPort) {
  stepBack();
  serve(parentPort, workerData as ReadWorkerData);
}
