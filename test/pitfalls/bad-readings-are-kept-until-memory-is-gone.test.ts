/** A meter that talks nonsense for a week must cost neither memory nor the readings before and after it. */
import { expect, it } from 'vitest';
import { MAX_PENDING } from '../../gateway/domain/ledger/accept.ts';
import { at, MINUTE, openLedger, reading } from '../ledger/support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');

it('3,000 readings of which no three agree leave sixteen that wait, and the register goes on', () => {
  const ledger = openLedger({ startMs: START });
  ledger.feed([reading(START, 100_000), reading(START + MINUTE, 100_010)]);
  // Ever smaller: each contradicts the one before it.
  const nonsense = Array.from({ length: 3_000 }, (_, n) =>
    reading(START + (2 + n) * MINUTE, 90_000 - n * 10),
  );
  ledger.feed(nonsense);
  const waiting = () => ledger.store.readings.pendingAfter(ledger.channelId, at('2026-07-01T09:01:00+09:00'));
  expect(waiting()).toHaveLength(MAX_PENDING);
  ledger.feed([reading(START + 3_002 * MINUTE, 100_500)]);
  expect(waiting()).toEqual([]);
  expect(ledger.eras()).toHaveLength(1);
});
