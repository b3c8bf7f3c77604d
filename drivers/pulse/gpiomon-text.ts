/**
 * What `gpiomon` is asked for and what it writes, for both majors of libgpiod. The text is asked for in a form of our
 * own, so that it hangs neither on the locale nor on the wording of a version. Sources: tools/gpiomon.c of libgpiod
 * 1.6.3 and 2.2.
 *
 * Major 1: `-F "%e %o %s %n"` → `1 17 4711 12345678`: 1 rising or 0 falling, offset, seconds, nanoseconds (not padded).
 * It says nothing when it begins to watch. `-b` and `-B` exist from 1.5 on.
 * Major 2: `-F "%e %o %S %l"` → `2 17 4711.012345678 GPIO17`: 1 rising or 2 falling, offset, seconds.nanoseconds, the
 * line's name (`unnamed` without one). `--banner` prints one line as soon as the kernel watches.
 *
 * Parsing is strict: whatever is not exactly one of these lines is told as unknown and counts as nothing.
 */
import type { GpiodMajor } from '../libgpiod.ts';

export type PulseBias = 'as-is' | 'disabled' | 'pull-up' | 'pull-down';

/** Lines of one chip that are watched in the same way, by one process. */
export interface WatchedSet {
  readonly chip: string;
  /** Offsets, or, with major 2, names. */
  readonly inputs: readonly (number | string)[];
  readonly activeLow: boolean;
  readonly bias: PulseBias;
  /** Also the edge at which the contact opens. */
  readonly bothEdges: boolean;
}

export interface GpiomonEdge {
  readonly offset: number;
  /** null with major 1, which does not tell it. */
  readonly name: string | null;
  /** The contact closed (after `activeLow`). */
  readonly active: boolean;
  /** The kernel's own time stamp, µs: since boot (monotonic), or since 1970 with major 1 on kernels before 5.7. */
  readonly stampUs: number;
}

const BIAS_1: Readonly<Record<PulseBias, string>> = {
  'as-is': 'as-is',
  disabled: 'disable',
  'pull-up': 'pull-up',
  'pull-down': 'pull-down',
};

/** The arguments for a set. Major 1 knows offsets only. */
export function gpiomonArgs(major: GpiodMajor, set: WatchedSet): string[] {
  const inputs = set.inputs.map(String);
  const low = set.activeLow ? ['--active-low'] : [];
  if (major === 1) {
    const edges = set.bothEdges ? [] : ['--rising-edge'];
    const bias = [`--bias=${BIAS_1[set.bias]}`];
    return ['--line-buffered', ...edges, ...low, ...bias, '--format=%e %o %s %n', set.chip, ...inputs];
  }
  const edges = [`--edges=${set.bothEdges ? 'both' : 'rising'}`];
  const bias = set.bias === 'as-is' ? [] : [`--bias=${set.bias}`];
  const fixed = ['--banner', '--event-clock=monotonic', '--consumer=hakaru', '--format=%e %o %S %l'];
  return [...fixed, ...edges, ...low, ...bias, `--chip=${set.chip}`, ...inputs];
}

/** Longest line that can be one: a name has at most 31 characters. */
const MAX_LINE = 120;
const BANNER = /^Monitoring lines? '/;

const code = (text: string, at: number): number => text.charCodeAt(at);
const SPACE = 32;
const ZERO = 48;
const DOT = 46;

/** Digits of `text` from `at` on: their value and where they end; null when there are none or too many for a double. */
function digits(text: string, at: number, atMost: number): { value: number; end: number } | null {
  let end = at;
  let value = 0;
  for (; end < text.length; end++) {
    const digit = code(text, end) - ZERO;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
  }
  return end === at || end - at > atMost ? null : { value, end };
}

const MAX_OFFSET_DIGITS = 5;
const MAX_SECOND_DIGITS = 10;

function edgeOf(line: string, major: GpiodMajor): GpiomonEdge | null {
  const type = code(line, 0) - ZERO;
  const falling = major === 1 ? 0 : 2;
  if ((type !== 1 && type !== falling) || code(line, 1) !== SPACE) return null;
  const offset = digits(line, 2, MAX_OFFSET_DIGITS);
  if (!offset || code(line, offset.end) !== SPACE) return null;
  const seconds = digits(line, offset.end + 1, MAX_SECOND_DIGITS);
  if (!seconds || code(line, seconds.end) !== (major === 1 ? SPACE : DOT)) return null;
  const nanos = digits(line, seconds.end + 1, 9);
  if (!nanos) return null;
  let name: string | null = null;
  if (major === 2) {
    if (nanos.end - seconds.end !== 10 || code(line, nanos.end) !== SPACE) return null;
    name = line.slice(nanos.end + 1);
    if (name === '') return null;
  } else if (nanos.end !== line.length) return null;
  const stampUs = seconds.value * 1_000_000 + Math.floor(nanos.value / 1_000);
  // Ten digits of seconds may be more µs than a double can tell apart.
  if (!Number.isSafeInteger(stampUs)) return null;
  return { offset: offset.value, name, active: type === 1, stampUs };
}

export interface GpiomonListener {
  /** Major 2: the kernel watches from now on. */
  begun(): void;
  edge(edge: GpiomonEdge): void;
  /** @param text a line that is none of what gpiomon writes, cut to what a person can read */
  unknown(text: string): void;
}

/** Cuts the output into lines, whatever the pieces it arrives in. An unfinished line at the end counts as nothing. */
export function createGpiomonReader(major: GpiodMajor, listener: GpiomonListener) {
  let rest = '';
  const take = (line: string): void => {
    const edge = line.length > MAX_LINE ? null : edgeOf(line, major);
    if (edge) listener.edge(edge);
    else if (major === 2 && BANNER.test(line)) listener.begun();
    else listener.unknown(line.slice(0, MAX_LINE));
  };
  return {
    /** @param chunk latin1 text */
    push(chunk: string): void {
      const text = rest === '' ? chunk : rest + chunk;
      let from = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
        take(text.slice(from, end));
        from = end + 1;
      }
      rest = text.slice(from);
      // The banner names every line; nothing else may be long.
      if (rest.length > 64 * MAX_LINE) {
        listener.unknown(rest.slice(0, MAX_LINE));
        rest = '';
      }
    },
  };
}
