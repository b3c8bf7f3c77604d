import type { Mutant } from './mutant.ts';

const JUDGE = 'gateway/stages/judge-clock.ts';
const SMALL_STEPS = 'test/stories/a-small-step-back.test.ts';
const WITHOUT_TIME = 'test/stories/boot-without-time.test.ts';

/** What a clock that is wrong, or set, may not do to the ledger. */
export const OF_THE_CLOCK: readonly Mutant[] = [
  {
    name: 'clock: a small step back is taken as it stands',
    file: JUDGE,
    find: 'lead = { ms: nextLeadMs, atMs: steadyMs };',
    replace: '',
    test: SMALL_STEPS,
    story: 'the ledger has waited for the clock after half an hour',
  },
  {
    name: 'clock: the lead of the ledger is forgotten at a start',
    file: JUDGE,
    find: 'let lead = { ms: smallLead((rewinder.newestMs() ?? 0) + 1 - clock.now()), atMs: clock.monotonicMs() };',
    replace: 'let lead = { ms: 0, atMs: clock.monotonicMs() };',
    test: SMALL_STEPS,
    story: 'a gateway that was started again between the step and the next reading goes on as well',
  },
  {
    name: 'clock: the event of a step back does not say by how much',
    file: JUDGE,
    find: 'rewinder.rewind(wallMs, step, shiftMs);',
    replace: 'rewinder.rewind(wallMs, null, shiftMs);',
    test: SMALL_STEPS,
    story: 'a step back of a day is one event, with the step and what was taken back in it',
  },
  {
    name: 'clock: one that was never set is believed',
    file: JUDGE,
    find: "if (trust === 'untrusted') return 'untrusted';",
    replace: '',
    test: WITHOUT_TIME,
    story: 'nothing is written while the clock is not set, and the fault is told once',
  },
  {
    name: 'clock: what was read before the time was known keeps its wrong stamps',
    file: 'gateway/stages/unstamped.ts',
    find: 'const byMs = Math.round(wallMs - (steadyMs - thenSteadyMs) * speed - thenMs);',
    replace: 'const byMs = 0;',
    test: WITHOUT_TIME,
    story: 'what was read before the time is known is stamped afterwards by the steady clock, and said so',
  },
];
