/**
 * One gpiomon process that watches one set of lines, for as long as the driver lives.
 *
 * States: asking (`--version`, once) → starting (the process runs, the kernel may not watch yet) → watching → down (it
 * ended, or wrote what gpiomon does not write; another one is started after a pause that doubles up to
 * {@link PAUSE_LIMIT_MS}) → starting … → closed. Major 2 says when it watches; major 1 says nothing, so it watches
 * when it told an edge or after {@link SETTLE_MS}.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { type Fault, fault } from '../../gateway/domain/faults.ts';
import { askMajor, type GpiodMajor } from '../libgpiod.ts';
import { type ChildEnd, createPauses, supervise } from '../supervised.ts';
import { createGpiomonReader, type GpiomonEdge, gpiomonArgs, type WatchedSet } from './gpiomon-text.ts';
import { PARENT_VARIABLE } from './orphans.ts';

/** The first pause before another start, ms. */
export const FIRST_PAUSE_MS = 200;
export const PAUSE_LIMIT_MS = 30_000;
/** After a watch of this length the next pause is the first one again, ms. */
const GOOD_WATCH_MS = 60_000;
/** Major 1 is taken to watch after this time, ms: it asks the kernel within some ms of its start. */
const SETTLE_MS = 1_000;
/** Major 2 says that it watches within this time, or it is started again, ms. */
const START_LIMIT_MS = 10_000;
/** Between SIGTERM and SIGKILL, ms. */
const END_LIMIT_MS = 1_000;

export interface WatchDeps {
  readonly line: string;
  readonly program: string;
  /** null: asked by `--version`. */
  readonly major: GpiodMajor | null;
  readonly set: WatchedSet;
  readonly nowUs: () => number;
  /** From here on nothing is missed. */
  readonly onBegin: (atUs: number) => void;
  /** false: this is no edge of the set. */
  readonly onEdge: (edge: GpiomonEdge) => boolean;
  readonly onEnd: (reason: Fault) => void;
}

export interface Watch {
  start(): void;
  /** Resolves when it watches, or could not begin, for the first time. */
  readonly tried: Promise<void>;
  /** Why it does not watch; null while it does. */
  fault(): Fault | null;
  close(): Promise<void>;
}

/** What a process that ended said of it. */
function endFault({ line, set, program }: WatchDeps, { error, said, how }: ChildEnd): Fault {
  if (error) return fault('gpiomon-missing', { line, path: program, reason: error.code ?? error.message });
  const about = { line, chip: set.chip };
  const reason = said || how;
  if (/permission denied|operation not permitted/i.test(said)) return fault('gpio-denied', about);
  if (/resource busy/i.test(said)) return fault('gpio-busy', about);
  if (
    /no such (file|device)|cannot find|not find|invalid (argument|chip|offset|GPIO)|out of range/i.test(said)
  )
    return fault('gpio-missing', { ...about, reason });
  return fault('pulse-watch-ended', { line, reason });
}

export function createWatch(deps: WatchDeps): Watch {
  const { line, program, set } = deps;
  let major = deps.major;
  let child: ChildProcess | null = null;
  let ended: Promise<void> = Promise.resolve();
  let problem: Fault | null = fault('pulse-watch-starting', { line });
  const pauses = createPauses({ firstMs: FIRST_PAUSE_MS, limitMs: PAUSE_LIMIT_MS, goodMs: GOOD_WATCH_MS });
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const tried = Promise.withResolvers<void>();

  function down(reason: Fault, watchedMs: number): void {
    if (closed) return;
    problem = reason;
    tried.resolve();
    deps.onEnd(reason);
    timer = setTimeout(start, pauses.after(watchedMs));
  }

  function start(): void {
    if (closed) return;
    if (major !== null) run(major);
    else learnMajor();
  }

  function learnMajor(): void {
    ended = new Promise((resolve) => {
      child = askMajor('gpiomon', program, (answer) => {
        child = null;
        resolve();
        if (answer.kind === 'missing')
          return down(fault('gpiomon-missing', { line, path: program, reason: answer.reason }), 0);
        if (answer.kind === 'unknown')
          return down(fault('gpiomon-unknown', { line, path: program, text: answer.text }), 0);
        major = answer.major;
        return start();
      });
    });
  }

  function run(known: GpiodMajor): void {
    const named = set.inputs.find((input) => typeof input === 'string');
    if (known === 1 && named !== undefined) return down(fault('gpio-names', { line, input: named }), 0);
    const started = spawn(program, gpiomonArgs(known, set), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C', [PARENT_VARIABLE]: String(process.pid) },
    });
    child = started;
    let isWatching = false;
    let own: Fault | null = null;
    const giveUp = (reason: Fault): void => {
      own ??= reason;
      started.kill('SIGKILL');
    };
    const unknown = (text: string): void => giveUp(fault('pulse-text-unknown', { line, text }));
    const life = supervise(started, {
      isSilent: known === 1,
      settleMs: SETTLE_MS,
      startLimitMs: START_LIMIT_MS,
      endsWith: 'close',
      onBegin() {
        isWatching = true;
        problem = null;
        deps.onBegin(deps.nowUs());
        tried.resolve();
      },
      onLate: () => giveUp(fault('pulse-watch-ended', { line, reason: 'no banner' })),
      onEnd(end) {
        child = null;
        down(own ?? endFault(deps, end), life.heldMs());
      },
    });
    const reader = createGpiomonReader(known, {
      begun: () => life.begin(),
      edge(edge) {
        if (own) return;
        if (!isWatching) {
          if (known === 2) return unknown(`${edge.offset} before the banner`);
          life.begin();
        }
        if (!deps.onEdge(edge)) unknown(`${edge.offset} ${edge.name ?? ''} ${edge.stampUs}`);
      },
      unknown,
    });
    started.stdout.setEncoding('latin1').on('data', (chunk: string) => reader.push(chunk));
    ended = life.ended;
  }

  return {
    start,
    tried: tried.promise,
    fault: () => problem,
    async close() {
      closed = true;
      clearTimeout(timer);
      tried.resolve();
      problem = fault('driver-closed', { line });
      const running = child;
      running?.kill('SIGTERM');
      const force = setTimeout(() => running?.kill('SIGKILL'), END_LIMIT_MS);
      await ended;
      clearTimeout(force);
    },
  };
}
