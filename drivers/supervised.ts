/**
 * What a child process that holds something (lines of a GPIO chip) for as long as it lives needs of whoever began it:
 * when it holds, what it said of its trouble, its one end, and how long to wait before another one is begun.
 */
import type { ChildProcess } from 'node:child_process';

/** Of what it wrote to stderr, the end is kept, characters. */
const MAX_SAID = 500;

export interface Pauses {
  /** @param livedMs how long the child that ended had held. @returns how long to wait now, ms */
  after(livedMs: number): number;
}

/** Doubles each time up to `limitMs`; after a child that held for `goodMs` it is the first pause again. */
export function createPauses({
  firstMs,
  limitMs,
  goodMs,
}: {
  readonly firstMs: number;
  readonly limitMs: number;
  readonly goodMs: number;
}): Pauses {
  let nextMs = firstMs;
  return {
    after(livedMs) {
      const pauseMs = livedMs >= goodMs ? firstMs : nextMs;
      nextMs = Math.min(pauseMs * 2, limitMs);
      return pauseMs;
    },
  };
}

export interface ChildEnd {
  /** It could not be started; null when it ran. */
  readonly error: NodeJS.ErrnoException | null;
  /** Its signal or its exit code. */
  readonly how: string;
  /** The end of what it wrote to stderr, as one line. */
  readonly said: string;
}

export interface ChildRun {
  /** It holds; the first call counts, and none after its end. */
  begin(): void;
  /** How long it has held, ms by the machine's steady clock; 0 before it does. */
  heldMs(): number;
  readonly ended: Promise<void>;
}

export interface Supervision {
  /** It never says that it holds: it is taken to after `settleMs`. */
  readonly isSilent: boolean;
  readonly settleMs: number;
  /** One that is not silent says so within this time, or {@link onLate} is called, ms. */
  readonly startLimitMs: number;
  /** `close`: after the last text in its pipes, which may be kept open by what it began itself. */
  readonly endsWith: 'close' | 'exit';
  readonly onBegin: () => void;
  readonly onLate: () => void;
  /** Called once. */
  readonly onEnd: (end: ChildEnd) => void;
}

export function supervise(child: ChildProcess, options: Supervision): ChildRun {
  const { isSilent, settleMs, startLimitMs, endsWith, onBegin, onLate, onEnd } = options;
  const ended = Promise.withResolvers<void>();
  let said = '';
  let beganMs: number | null = null;
  let isOver = false;
  const timer = isSilent ? setTimeout(begin, settleMs) : setTimeout(onLate, startLimitMs);

  function begin(): void {
    if (beganMs !== null || isOver) return;
    clearTimeout(timer);
    beganMs = performance.now();
    onBegin();
  }

  function end(error: NodeJS.ErrnoException | null, how: string): void {
    if (isOver) return;
    isOver = true;
    clearTimeout(timer);
    ended.resolve();
    onEnd({ error, how, said: said.trim().replaceAll(/\s+/g, ' ') });
  }

  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-MAX_SAID)));
  child.once('error', (error: NodeJS.ErrnoException) => end(error, error.message));
  // What it said last may come in the same turn.
  child.once(endsWith, (code, signal) => setImmediate(() => end(null, signal ?? `exit ${code}`)));
  return {
    begin,
    heldMs: () => (beganMs === null ? 0 : performance.now() - beganMs),
    ended: ended.promise,
  };
}
