/** A collector made for homes throws away whatever is above 60 kW. A factory has single machines above that. */
import { expect, it } from 'vitest';
import { at, decimal, HOUR, micro, openLedger, reading, SECOND, specWith } from '../ledger/support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');

it('an arc furnace of 40 MW beside a lamp is counted to the last count, also above what it is rated for', () => {
  const ledger = openLedger({ startMs: START, spec: specWith({ ratedPerHour: decimal('30000') }) });
  // 40 MW between 09:20 and 09:40, 1 kW before and after; asked every 10 s, in counts of 0.1 kWh.
  let counts = 1_000;
  for (let second = 0; second <= 5_400; second += 10) {
    ledger.feed([reading(START + second * SECOND, counts)]);
    counts += second >= 1_200 && second < 2_400 ? 1_111 : second % 360 === 0 ? 1 : 0;
  }
  ledger.close(START + 2 * HOUR);
  expect(ledger.eras()).toHaveLength(1);
  expect(ledger.hour(START)).toMatchObject({ quantityMicro: micro('13332.7'), quality: 'measured' });
  expect(ledger.events('transient-reading')).toEqual([]);
});
