import type { Mutant } from './mutant.ts';

const A_METER = 'test/corrections/a-meter-is-replaced.test.ts';

/** What people say about exchanges, resets and dials. */
export const OF_CORRECTIONS: readonly Mutant[] = [
  {
    name: 'an answer adds what was found already',
    file: 'gateway/domain/ledger/correction.ts',
    find: 'const micro = mark.declared - before.declared - (mark.found - before.found);',
    replace: 'const micro = mark.declared - before.declared;',
    test: A_METER,
    story:
      'a used meter that happens to show more than the old one looks like consumption until somebody says',
  },
  {
    name: 'what was answered exactly is still called a guess',
    file: 'gateway/store/ledger-rows.ts',
    find: 'said.from_ms = era.after_at_ms AND said.exact = 1',
    replace: 'said.from_ms = era.after_at_ms AND said.exact = 0',
    test: A_METER,
    story:
      'what passed across the exchange is counted in its hour, which goes out again with the next revision',
  },
  {
    name: 'the new meter counts from 0, whatever the slip says',
    file: 'gateway/domain/ledger/correction.ts',
    find: 'const after = first - startMicro;',
    replace: 'const after = first;',
    test: A_METER,
    story:
      'what passed across the exchange is counted in its hour, which goes out again with the next revision',
  },
  {
    name: 'any figure is believed',
    file: 'gateway/domain/ledger/correction.ts',
    find: 'if (!rules.sure && passedMicro > most)',
    replace: 'if (rules.sure && passedMicro > most)',
    test: A_METER,
    story: 'a digit too many is more than the rating allows',
  },
  {
    name: 'the dial of the new gas meter is compared with the old one',
    file: 'gateway/store/dial-rows.ts',
    find: 'dialMicro: nextMicro ?? dialMicro',
    replace: 'dialMicro',
    test: 'test/corrections/counted-by-the-gateway.test.ts',
    story: 'a replaced gas meter ends one dial and begins another; the pulses go on',
  },
  {
    name: 'the same said again is another correction',
    file: 'gateway/stages/apply-correction.ts',
    find: 'return inForce && saysTheSame(inForce, row) ? inForce : null;',
    replace: 'return inForce && !saysTheSame(inForce, row) ? inForce : null;',
    test: A_METER,
    story: 'the same slip again changes nothing; a corrected one takes its place, and both stay written',
  },
  {
    name: 'what was declared is spread evenly, whenever it happened',
    file: 'gateway/domain/ledger/correction.ts',
    find: 'const knot = atMs === null ? null : { atMs: clamp(atMs, step), passedMicro: before };',
    replace: 'const knot = null;',
    test: A_METER,
    story: 'an exchange across a boundary is cut where it happened, and the two hours make the slip up',
  },
  {
    name: 'an end that was passed counts from the beginning',
    file: 'gateway/domain/ledger/correction.ts',
    find: 'const passedMicro = end - last + registerMicro(to.raw, toScale);',
    replace: 'const passedMicro = end - last;',
    test: A_METER,
    story: 'a reset, an end that was passed and a jump that was real',
  },
  {
    name: 'what a slow register has not shown yet is refused',
    file: 'gateway/correction-intake.ts',
    find: "error.fault.code === 'correction-too-early'",
    replace: "error.fault.code === 'correction-in-future'",
    test: 'test/corrections/the-inbox-of-corrections.test.ts',
    story: 'what a slow register has not shown yet waits',
  },
  {
    name: 'an answer about a time that never came stays in force',
    file: 'gateway/stages/rewind.ts',
    find: '    reopenAnswers(id, nowMs);',
    replace: '',
    test: 'test/corrections/counted-by-the-gateway.test.ts',
    story: 'a clock that is set back asks again what was answered about its future',
  },
  {
    name: 'a person may be sure of more than the ledger can hold',
    file: 'gateway/domain/ledger/correction.ts',
    find: "if ('refused' in declared || declared.passedMicro <= LARGEST_MICRO) return declared;",
    replace: "if ('refused' in declared || declared.passedMicro <= LARGEST_MICRO ** 9n) return declared;",
    test: 'test/corrections/more-than-a-ledger-can-hold.test.ts',
    story: 'is refused with --sure too, and nothing changes',
  },
];
