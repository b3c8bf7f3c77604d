import type { Mutant } from './mutant.ts';

const TEST = 'test/stories/a-clock-set-back.test.ts';

/** A clock that is set back: what of the past rested on it, who hears of it, where a channel may begin. */
export const OF_A_CLOCK_SET_BACK: readonly Mutant[] = [
  {
    name: 'an hour is kept whose end rested on a time that never came',
    file: 'gateway/stages/rewind.ts',
    find: 'grid.hourOf(knownToMs < nowMs ? knownToMs : nowMs)',
    replace: 'grid.hourOf(nowMs)',
    test: TEST,
    story: 'an hour whose end rested on a time that never came is withdrawn with it',
  },
  {
    name: 'a step back is told only once the clock has caught up',
    file: 'gateway/stages/pipeline.ts',
    find: '(!isHeldBack() || judge.mayTell())',
    replace: '!isHeldBack()',
    test: TEST,
    story:
      'that the clock stands before what is written is told at once: the process may end before it is right',
  },
  {
    name: 'a channel begins before its first hour',
    file: 'gateway/stages/accept-readings.ts',
    find: '    if (!era && reading.atMs < channel.firstHourMs) return 0;',
    replace: '',
    test: TEST,
    story: 'no channel begins before its first hour: what passed there would be in no hour',
  },
];
