import type { Mutant } from './mutant.ts';

const PORT = 'test/polling/polling-port.test.ts';
const TICKS = 'test/polling/ticks.test.ts';

/** The poller, and the port between its thread and that of the ledger. */
export const OF_POLLING: readonly Mutant[] = [
  {
    name: 'nobody counts the polls that were taken',
    file: 'gateway/polling-port.ts',
    find: 'Atomics.add(taken, 0, 1);',
    replace: '',
    test: 'test/polling/polls-that-were-taken.test.ts',
    story: 'what was taken makes room for what comes',
  },
  {
    name: 'meters are asked however far behind the ledger is',
    file: 'gateway/polling-host.ts',
    find: '((sent - Atomics.load(count, 0)) | 0) < maxAhead;',
    replace: '((sent - Atomics.load(count, 0)) | 0) < maxAhead * 1_000;',
    test: PORT,
    story: 'meters rest while the other thread takes nothing, and are asked again when it goes on',
  },
  {
    name: 'polling goes on when its ledger is gone',
    file: 'gateway/polling-host.ts',
    find: '  await polling.close();',
    replace: '',
    test: PORT,
    story: 'a ledger thread that is gone takes the polling with it',
  },
  {
    name: 'a meter that does not answer is asked again and again at once',
    file: 'gateway/stages/poll.ts',
    find: 'if (known) return known;',
    replace: '',
    test: TICKS,
    story: 'that do not answer are not asked again while a poll is under way',
  },
  {
    name: 'a clock that is set back stops the polling',
    file: 'gateway/stages/poll.ts',
    find: ' || group.dueMs - nowMs > intervalMs;',
    replace: ';',
    test: TICKS,
    story: 'that is set back does not stop the polling',
  },
];
