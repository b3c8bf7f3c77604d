/**
 * How `gpioset` is called, for both majors of libgpiod, and how it is made to let go when its gateway dies. Sources:
 * tools/gpioset.c of libgpiod 1.6.3 and 2.2.
 *
 * Major 1: sets and exits unless `--mode=signal`, which holds until SIGTERM. It says nothing.
 * Major 2: holds until it is ended; `--toggle 0` sets and exits. `--banner` prints one line when the output is held.
 */
import type { GpiodMajor } from '../libgpiod.ts';

export interface AlarmOutput {
  /** As gpioset takes it: `gpiochip0`, or a path. */
  readonly chip: string;
  /** Offset, or, with major 2, a name. */
  readonly output: number | string;
  /** The contact is on while the output is low. */
  readonly activeLow: boolean;
}

/** @param how `hold` until it is ended, or set `once` and end */
export function gpiosetArgs(
  major: GpiodMajor,
  { chip, output, activeLow }: AlarmOutput,
  on: boolean,
  how: 'hold' | 'once',
): string[] {
  const low = activeLow ? ['--active-low'] : [];
  const value = `${output}=${on ? 1 : 0}`;
  if (major === 1) return [`--mode=${how === 'hold' ? 'signal' : 'exit'}`, ...low, chip, value];
  const kind = how === 'hold' ? ['--banner'] : ['--toggle=0'];
  return [...kind, '--consumer=hakaru', ...low, `--chip=${chip}`, value];
}

export const BANNER = /^Setting lines? '/m;

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * A shell script that holds the output for as long as its standard input is open, and switches it off at the end, however
 * that comes: a gateway that is killed leaves nobody who could do it, but the kernel closes its end of the pipe.
 * It ends with the code of the gpioset that held.
 */
export function holdingScript(major: GpiodMajor, program: string, output: AlarmOutput, on: boolean): string {
  const command = (how: 'hold' | 'once', value: boolean): string =>
    [program, ...gpiosetArgs(major, output, value, how)].map(quoted).join(' ');
  return [
    // A service manager may end the whole group: this one stays until the output is off.
    'trap : TERM INT HUP',
    // A command in the background has no standard input of its own.
    'exec 3<&0 </dev/null',
    `${command('hold', on)} 3<&- &`,
    'held=$!',
    // The reader ends with the pipe; it needs no other program.
    '{ while read -r _ <&3; do :; done; kill "$held"; } 2>/dev/null &',
    'exec 3<&-',
    'wait "$held"',
    'code=$?',
    'kill "$held" 2>/dev/null',
    'wait "$held" 2>/dev/null',
    ...(on ? [command('once', false)] : []),
    'exit "$code"',
  ].join('\n');
}
