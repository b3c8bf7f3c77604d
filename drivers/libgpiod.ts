/**
 * Which libgpiod is installed. Its tools, `gpiomon` and `gpioset`, take other options and write other text in major 1
 * than in major 2.
 */
import { type ChildProcess, execFile } from 'node:child_process';

export type GpiodTool = 'gpiomon' | 'gpioset';
export type GpiodMajor = 1 | 2;

const VERSION_LIMIT_MS = 10_000;
/** Of a text that nobody knows, this much is shown. */
const SHOWN_CHARACTERS = 80;

/**
 * The major out of `gpiomon --version`: `gpiomon (libgpiod) v1.6.3`, `gpiomon (libgpiod) v2.2.4`, and from 2.3 on
 * `gpiomon v2.3 (libgpiod v2.2.4)`; gpioset says the same of itself. null when it is neither 1 nor 2.
 */
export function majorOf(tool: GpiodTool, versionText: string): GpiodMajor | null {
  const [, name, major] = /^(\w+) (?:\(libgpiod\) )?v([12])\.\d/.exec(versionText) ?? [];
  if (name !== tool) return null;
  return major === '1' ? 1 : 2;
}

export type MajorAnswer =
  | { readonly kind: 'major'; readonly major: GpiodMajor }
  /** It could not be started. */
  | { readonly kind: 'missing'; readonly reason: string }
  /** It said something else. */
  | { readonly kind: 'unknown'; readonly text: string };

/** @param program its path, or a name that is looked for in the PATH. @returns the process, which may be ended */
export function askMajor(
  tool: GpiodTool,
  program: string,
  answered: (answer: MajorAnswer) => void,
): ChildProcess {
  return execFile(program, ['--version'], { timeout: VERSION_LIMIT_MS }, (error, stdout, stderr) => {
    const major = majorOf(tool, stdout);
    const text = (stdout || stderr).split('\n')[0]?.slice(0, SHOWN_CHARACTERS) ?? '';
    if (major !== null) answered({ kind: 'major', major });
    else if (error && typeof error.code === 'string') answered({ kind: 'missing', reason: error.code });
    else answered({ kind: 'unknown', text });
  });
}
