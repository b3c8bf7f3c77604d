import { expect, it } from 'vitest';
import { at, decimal, micro, openLedger, reading, specWith } from './support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');
const SECOND = 1_000;
/** 60 kW in steps of 1 Wh: 16.7 counts a second. */
const FINE = specWith({ ratedPerHour: decimal('60'), scale: { unitsPerCount: decimal('0.001') } });

const heads = (ledger: ReturnType<typeof openLedger>) =>
  ledger.store.readings.head(ledger.channelId)?.reading.raw.count;

it('a meter that refreshes every 5 s without saying so, polled every second near its rating, loses nothing', () => {
  const ledger = openLedger({ startMs: START, spec: FINE });
  // 48 kW: 13.3 Wh a second, shown in steps of 66 or 67 every fifth poll.
  const shown = (second: number) => 1_000 + Math.floor((Math.floor(second / 5) * 5 * 48_000) / 3_600);
  ledger.feed(Array.from({ length: 1_004 }, (_, second) => reading(START + second * SECOND, shown(second))));
  expect(ledger.eras()).toHaveLength(1);
  expect(heads(ledger)).toBe(BigInt(shown(1_000)));
});

it('a load steadily above a rating that was written too low is counted, and told of once an hour', () => {
  const ledger = openLedger({ startMs: START, spec: FINE });
  // 100 kW behind a rating of 60 kW.
  const shown = (second: number) => Math.floor((second * 100_000) / 3_600);
  ledger.feed(Array.from({ length: 1_200 }, (_, i) => reading(START + i * 5 * SECOND, shown(i * 5))));
  expect(ledger.eras()).toHaveLength(1);
  // At the most the last two readings still wait for a third that agrees.
  expect(Number(heads(ledger))).toBeGreaterThanOrEqual(shown(1_197 * 5));
  // It lasted from 9:00 to 10:40: one word in each hour.
  expect(ledger.events('above-rating')).toHaveLength(2);
  expect(ledger.events('step-unresolved')).toEqual([]);
});

it('a jump that no overload explains opens an era all the same', () => {
  const ledger = openLedger({ startMs: START, spec: FINE });
  // Three times 60 kW over 65 s are 3.25 kWh.
  const counts = [1_000, 1_050, 4_400, 4_450, 4_500];
  ledger.feed(counts.map((count, i) => reading(START + i * 5 * SECOND, count)));
  expect(ledger.eras()).toMatchObject([
    { no: 1 },
    { no: 2, cause: 'register-change', stepMicro: null, baseMicro: micro('0.05') },
  ]);
});

it('one jump within that reach is still a transient when the next readings disagree with it', () => {
  const ledger = openLedger({ startMs: START, spec: FINE });
  const counts = [1_000, 1_050, 2_500, 1_150, 1_200];
  ledger.feed(counts.map((count, i) => reading(START + i * 5 * SECOND, count)));
  expect(ledger.eras()).toHaveLength(1);
  expect(heads(ledger)).toBe(1_200n);
});

it('a correction of the type’s refresh time across a stop of hours loses nothing', () => {
  const ledger = openLedger({ startMs: START, spec: FINE });
  ledger.feed([reading(START, 1_000), reading(START + 5 * SECOND, 1_050)]);
  ledger.restart(
    specWith({ ratedPerHour: decimal('60'), scale: { unitsPerCount: decimal('0.001'), updateMs: 500 } }),
  );
  const after = START + 5 * 3_600 * SECOND;
  ledger.feed([reading(after, 101_050), reading(after + 5 * SECOND, 101_100)]);
  expect(ledger.eras()).toMatchObject([
    { no: 1 },
    { no: 2, cause: 'scale-change', stepMicro: micro('100'), baseMicro: micro('100.05') },
  ]);
});
