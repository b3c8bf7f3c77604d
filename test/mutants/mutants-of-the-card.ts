import type { Mutant } from './mutant.ts';

const STEADY = 'gateway/domain/ledger/steady.ts';
const ACCEPT = 'gateway/stages/accept-readings.ts';
const REWIND = 'gateway/stages/rewind.ts';
const EVIDENCE = 'test/ledger/evidence-is-thinned.test.ts';
const AHEAD = 'test/stories/a-clock-that-ran-ahead.test.ts';

/** The everyday reading, thinning, retention, and a clock that is set. */
export const OF_THE_CARD: readonly Mutant[] = [
  {
    name: 'everyday rule: a fall is taken for a rise',
    file: STEADY,
    find: 'if (rise < 0n) return null;',
    replace: '',
    test: 'test/ledger/fall-of-one-count.test.ts',
    story:
      'that lasts for three readings is a register that was changed: it opens an era, it is never a negative quantity',
  },
  {
    name: 'everyday rule: any rise will do',
    file: STEADY,
    find: 'return rise * pace.riseFactor <= elapsedMs * pace.timeFactor ? micro : null;',
    replace: 'return rise * pace.riseFactor <= elapsedMs * pace.timeFactor * 1000n ? micro : null;',
    test: 'test/ledger/fall-of-one-count.test.ts',
    story: 'two counts more than the rating allows are rounding, three are not',
  },
  {
    name: 'everyday rule: a boundary is passed unseen',
    file: STEADY,
    find: 'if (slotOf(last.atMs) !== slotOf(next.atMs)) return null;',
    replace: '',
    test: EVIDENCE,
    story: 'an hour of 3,600 readings leaves 60 rows, and both readings around each boundary',
  },
  {
    name: 'thinning: the newest reading is lost with its row',
    file: ACCEPT,
    find: '    unsaved.add(channel);',
    replace: '',
    test: EVIDENCE,
    story: 'the newest reading is never lost, also where no row holds it',
  },
  {
    name: 'thinning: the reading before a boundary is no evidence',
    file: ACCEPT,
    find: "      if (last) store.readings.put(channel.id, last.reading, 'accepted', last.era.no);",
    replace: '',
    test: EVIDENCE,
    story: 'an hour of 3,600 readings leaves 60 rows, and both readings around each boundary',
  },
  {
    name: 'retention: the end of an era is purged',
    file: 'gateway/store/ledger-rows.ts',
    find: 'AND era.after_at_ms = old.at_ms)',
    replace: 'AND era.after_at_ms = 1)',
    test: EVIDENCE,
    story: 'the evidence of an unresolved step outlives the retention',
  },
  {
    name: 'clock set back: the hour that never came stands',
    file: REWIND,
    find: '      store.hours.putQuantities(channelId, startMs, WITHDRAWN);',
    replace: '',
    test: AHEAD,
    story: 'an hour that never came is withdrawn, and the true one takes its place with a higher revision',
  },
  {
    name: 'clock set back: what passed is counted in one half-hour',
    file: REWIND,
    find: 'if (rise <= agreedRiseMicro(last.reading, head, era.scale, spec.ratedPerHour))',
    replace: 'if (rise >= 0n)',
    test: AHEAD,
    story: 'where more passed than there was time for, the step is a question, not a demand peak',
  },
  {
    name: 'clock set back: a clock that nobody vouches for takes readings back',
    file: 'gateway/stages/judge-clock.ts',
    find: "if (trust === 'rtc') return false;",
    replace: '',
    test: AHEAD,
    story: 'a clock that nobody vouches for takes nothing back: it waits until it has caught up',
  },
];
