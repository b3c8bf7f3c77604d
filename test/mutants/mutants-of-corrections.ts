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
];
