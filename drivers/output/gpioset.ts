/**
 * The alarm contact: one output that is held on or off by a gpioset process for as long as the gateway lives. It is off
 * before and after, and while nobody knows better.
 *
 * States: asking (`--version`, once) → holding a value → changing (the holder ends and switches off, another one begins)
 * → holding …; down (the holder ended by itself; another one begins after a pause that doubles up to
 * {@link PAUSE_LIMIT_MS}) → holding …; closed.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { type Fault, fault } from '../../gateway/domain/faults.ts';
import { askMajor, type GpiodMajor } from '../libgpiod.ts';
import { createPauses, supervise } from '../supervised.ts';
import { type AlarmOutput, BANNER, holdingScript } from './gpioset-text.ts';

const FIRST_PAUSE_MS = 200;
const PAUSE_LIMIT_MS = 30_000;
/** After holding for so long the next pause is the first one again, ms. */
const GOOD_HOLD_MS = 60_000;
/** Major 1 is taken to hold after this time, ms: it asks the kernel within some ms of its start. */
const SETTLE_MS = 500;
/** Major 2 says that it holds within this time, or it is started again, ms. */
const START_LIMIT_MS = 10_000;
/** From closing its input to SIGKILL, ms. */
const END_LIMIT_MS = 1_500;

export interface AlarmOutputDeps extends AlarmOutput {
  /** The program: a name that is looked for in the PATH, or a path. */
  readonly program: string;
  /** null: asked by `--version`. */
  readonly major: GpiodMajor | null;
  /** Called when what is held, or why it is not, has changed. */
  readonly onChange: () => void;
}

export interface AlarmState {
  /** What the output is held at; null while it is not held. */
  readonly held: boolean | null;
  /** Why it is not held as wanted; null when it is, or soon will be. */
  readonly fault: Fault | null;
}

export interface AlarmSwitch {
  set(on: boolean): void;
  state(): AlarmState;
  /** Off, and let go. */
  close(): Promise<void>;
}

interface Holder {
  readonly child: ChildProcess;
  readonly on: boolean;
  /** We ended it. */
  ending: boolean;
}

/** Begins off. Never throws because of hardware: what is wrong is the fault of its state. */
export function openAlarmSwitch(deps: AlarmOutputDeps): AlarmSwitch {
  const { program, chip, output } = deps;
  let major = deps.major;
  let wanted = false;
  let holder: Holder | null = null;
  let held: boolean | null = null;
  let problem: Fault | null = null;
  const pauses = createPauses({ firstMs: FIRST_PAUSE_MS, limitMs: PAUSE_LIMIT_MS, goodMs: GOOD_HOLD_MS });
  let timer: NodeJS.Timeout | undefined;
  let isAsking = false;
  let isClosed = false;
  let ended: Promise<void> = Promise.resolve();

  function tell(next: AlarmState): void {
    const isSame = held === next.held && problem?.code === next.fault?.code;
    held = next.held;
    problem = next.fault;
    if (!isSame && !isClosed) deps.onChange();
  }

  function down(reason: Fault, heldMs = 0): void {
    tell({ held: null, fault: reason });
    if (isClosed) return;
    timer = setTimeout(begin, pauses.after(heldMs));
  }

  function begin(): void {
    clearTimeout(timer);
    if (isClosed || holder || isAsking) return;
    if (major === null) learnMajor();
    else if (major === 1 && typeof output === 'string') down(fault('alarm-names', { output }));
    else hold(major, wanted);
  }

  function learnMajor(): void {
    isAsking = true;
    ended = new Promise((resolve) => {
      askMajor('gpioset', program, (answer) => {
        isAsking = false;
        resolve();
        if (answer.kind === 'missing')
          return down(fault('gpioset-missing', { path: program, reason: answer.reason }));
        if (answer.kind === 'unknown')
          return down(fault('gpioset-unknown', { path: program, text: answer.text }));
        major = answer.major;
        return begin();
      });
    });
  }

  function hold(known: GpiodMajor, on: boolean): void {
    // A group of its own: whatever is left of it can be ended as a whole.
    const child = spawn('/bin/sh', ['-c', holdingScript(known, program, deps, on)], {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      env: { ...process.env, LC_ALL: 'C' },
    });
    const own: Holder = { child, on, ending: false };
    holder = own;
    clearTimeout(timer);
    const life = supervise(child, {
      isSilent: known === 1,
      settleMs: SETTLE_MS,
      startLimitMs: START_LIMIT_MS,
      endsWith: 'exit',
      onBegin() {
        if (holder === own && !own.ending) tell({ held: on, fault: null });
      },
      onLate: () => killGroup(own),
      onEnd({ said, how }) {
        if (!own.ending) killGroup(own);
        holder = null;
        after(own, said || how, life.heldMs());
      },
    });
    child.stdin.on('error', () => {});
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (BANNER.test(text)) life.begin();
    });
    ended = life.ended;
  }

  function after(own: Holder, how: string, heldMs: number): void {
    if (own.ending) {
      tell({ held: null, fault: null });
      begin();
      return;
    }
    down(fault('alarm-not-held', { chip, output, reason: how }), heldMs);
  }

  function killGroup({ child }: Holder): void {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // All of it has ended.
    }
  }

  /** Its input ends, so it switches off and ends. */
  function release(own: Holder): void {
    if (own.ending) return;
    own.ending = true;
    own.child.stdin?.end();
    const force = setTimeout(() => killGroup(own), END_LIMIT_MS);
    own.child.once('exit', () => clearTimeout(force));
  }

  begin();
  return {
    set(on) {
      if (wanted === on) return;
      wanted = on;
      if (holder && holder.on !== on) release(holder);
      else if (!holder) begin();
    },
    state: () => ({ held, fault: problem }),
    async close() {
      isClosed = true;
      clearTimeout(timer);
      if (holder) release(holder);
      await ended;
    },
  };
}
