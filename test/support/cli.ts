import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { eventually } from '../uplink/support/eventually.ts';

const MAIN = fileURLToPath(new URL('../../gateway/main.ts', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Everything printed so far, both streams. */
  printed(): string;
  /** Waits until something is printed. */
  prints(text: string): Promise<void>;
}

/** Starts `hakaru …` as an installer does, in English unless told otherwise. */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LANG: 'C', LC_ALL: 'C', ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString('utf8')));
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString('utf8')));
  const finished = new Promise<Finished>((resolve) =>
    child.once('close', (code) => resolve({ code, stdout, stderr })),
  );
  const printed = () => stdout + stderr;
  return {
    child,
    finished,
    printed,
    prints: (text) =>
      eventually(
        () => printed().includes(text),
        () => `“${text}” in: ${printed()}`,
      ),
  };
}

/** Runs `hakaru …` to its end. */
export function hakaru(...args: string[]): Promise<Finished> {
  return start(args).finished;
}
