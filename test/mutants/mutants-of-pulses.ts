import type { Mutant } from './mutant.ts';

const TEXT = 'drivers/pulse/gpiomon-text.ts';
const TEXT_TEST = 'test/pulse/gpiomon-text.test.ts';
const COUNTER = 'drivers/pulse/counter.ts';
const FORWARD = 'test/pulse/a-clock-set-forward.test.ts';

/** What gpiomon writes, and what becomes of pulses that only the gateway counts. */
export const OF_PULSES: readonly Mutant[] = [
  {
    name: 'libgpiod 2 is read in the words of 1',
    file: TEXT,
    find: 'const falling = major === 1 ? 0 : 2;',
    replace: 'const falling = 0;',
    test: TEXT_TEST,
    story: 'of major 2, with its banner and names',
  },
  {
    name: 'a stamp that was cut off is a stamp',
    file: TEXT,
    find: 'nanos.end - seconds.end !== 10 || ',
    replace: '',
    test: TEXT_TEST,
    story: 'major 2: 1 17 4711.0123 a',
    template: 'major %i: %s',
  },
  {
    name: 'nanoseconds without leading zeros are read as if padded',
    file: TEXT,
    find: 'Math.floor(nanos.value / 1_000)',
    replace: 'Number(String(nanos.value).padEnd(9, "0").slice(0, 6))',
    test: TEXT_TEST,
    story: 'of major 1, whose nanoseconds have no leading zeros',
  },
  {
    name: 'a line that came in two pieces is lost',
    file: TEXT,
    find: '      rest = text.slice(from);',
    replace: "      rest = '';",
    test: TEXT_TEST,
    story: 'in whatever pieces the pipe gives them',
  },
  {
    name: 'what gpiomon does not write counts as nothing said',
    file: TEXT,
    find: 'else listener.unknown(line.slice(0, MAX_LINE));',
    replace: '',
    test: TEXT_TEST,
    story: 'major 1: 1 17 4711 12 x',
    template: 'major %i: %s',
  },
  {
    name: 'hours that a clock passed over are a measured 0',
    file: COUNTER,
    find: 'if (!(nowMs - toldMs > MAX_FORWARD_MS)) return;',
    replace: 'if (nowMs !== 0) return;',
    test: FORWARD,
    story: 'the hours that were passed over are missing, and every pulse is counted',
  },
  {
    name: 'any trim of the clock breaks the watch',
    file: COUNTER,
    find: 'const MAX_FORWARD_MS = 30_000;',
    replace: 'const MAX_FORWARD_MS = 3_000;',
    test: FORWARD,
    story: 'a small step is no break of the watch',
  },
  {
    name: 'a dial that was read while nobody watched stays an adjustment',
    file: 'gateway/stages/accept-readings.ts',
    find: "    if (channel.spec.keptBy === 'gateway') reconcileAgain(channel, gap.fromMs);",
    replace: '',
    test: 'test/ledger/a-dial-read-while-nobody-watched.test.ts',
    story: 'what passed until then is filled into the span as soon as that is known',
  },
  {
    name: 'rare pulses wait for the next commit',
    file: 'gateway/stages/pipeline.ts',
    find: 'return before === undefined || atMs - before.roseMs >= RARE_PULSE_MS;',
    replace: 'return before === undefined;',
    test: 'test/pulse/a-rare-pulse-is-kept-at-once.test.ts',
    story: 'a pulse each 15 s: after each of them the ledger holds all',
  },
  {
    name: 'pulses wait as long as registers, which are kept elsewhere',
    file: 'gateway/stages/pipeline.ts',
    find: 'const isRisky = clock.now() - riskSinceMs >= COUNTED_COMMIT_MS;',
    replace: 'const isRisky = clock.now() - riskSinceMs >= COUNTED_COMMIT_MS * 1_000;',
    test: 'test/pulse/a-rare-pulse-is-kept-at-once.test.ts',
    story: 'five pulses a second: what is not kept is never more than 10 s of them',
  },
  {
    name: 'a dial of a time that never came stays in force',
    file: 'gateway/stages/rewind.ts',
    find: 'const dials = channels.reduce((sum, { id }) => sum + takeBackDials(id, nowMs), 0);',
    replace:
      'const dials = channels.reduce((sum, { id }) => sum + (id < 0 ? takeBackDials(id, nowMs) : 0), 0);',
    test: 'test/ledger/a-dial-of-a-time-that-never-came.test.ts',
    story: 'is taken back with what it gave, and the dial can be read again',
  },
  {
    name: 'a stretch that nobody watched is forgotten when the clock is set back',
    file: 'gateway/stages/rewind.ts',
    find: "    if (spec.keptBy !== 'gateway') return;",
    replace: '    return;',
    test: 'test/ledger/a-dial-of-a-time-that-never-came.test.ts',
    story: 'a short stretch that nobody watched before the clock was set back stays one',
  },
  {
    name: 'hours that rested on a dial of a time that never came stand',
    file: 'gateway/stages/rewind.ts',
    find: '        ...store.unwatched.touching(channelId, span),',
    replace: '',
    test: 'test/ledger/a-dial-of-a-time-that-never-came.test.ts',
    story: 'where it had said that nothing passed, nobody knows again',
  },
];
