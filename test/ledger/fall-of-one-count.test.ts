import { expect, it } from 'vitest';
import { at, decimal, MINUTE, micro, openLedger, reading, specWith } from './support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');
const feedCounts = (counts: readonly number[]) => {
  const ledger = openLedger({ startMs: START });
  ledger.feed(counts.map((count, i) => reading(START + i * MINUTE, count)));
  return ledger;
};

it('that is made up for by the next reading was a transient', () => {
  const ledger = feedCounts([100, 105, 104, 110]);
  expect(ledger.eras()).toHaveLength(1);
  expect(ledger.store.readings.head(ledger.channelId)).toMatchObject({ reading: { raw: { count: 110n } } });
});

it('that lasts for three readings is a register that was changed: it opens an era, it is never a negative quantity', () => {
  const ledger = feedCounts([100, 105, 104, 104, 104]);
  expect(ledger.eras()).toMatchObject([
    { no: 1 },
    { no: 2, cause: 'register-change', baseMicro: micro('0.5') },
  ]);
});

it('readings that fall again and again are never three that agree', () => {
  const ledger = feedCounts([100, 99, 98, 97, 96, 95, 94]);
  expect(ledger.eras()).toHaveLength(1);
});

it('two counts more than the rating allows are rounding, three are not', () => {
  const spec = specWith({ ratedPerHour: decimal('6') });
  // 6 kW for a minute are one count of 0.1 kWh.
  for (const [count, head] of [
    [103, 103n],
    [104, 100n],
  ] as const) {
    const ledger = openLedger({ startMs: START, spec });
    ledger.feed([reading(START, 100), reading(START + MINUTE, count)]);
    expect(ledger.store.readings.head(ledger.channelId)).toMatchObject({ reading: { raw: { count: head } } });
  }
});

it('more than sixteen contradicting readings are not kept waiting', () => {
  const ledger = openLedger({ startMs: START });
  const falling = Array.from({ length: 40 }, (_, i) => reading(START + (i + 1) * MINUTE, 900 - i));
  ledger.feed([reading(START, 1_000), ...falling]);

  expect(ledger.store.readings.pendingAfter(ledger.channelId, START)).toHaveLength(16);
});
