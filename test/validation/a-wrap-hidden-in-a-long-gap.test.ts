/**
 * A counter of few digits behind a large machine goes round within days. After a stop of the gateway its small rise may
 * be a whole round and a small rise. Nobody can tell but a person: it is asked, not guessed.
 */
import { describe, expect, it } from 'vitest';
import { openDesk } from '../corrections/support/desk.ts';
import { at, HOUR, MINUTE, micro, openLedger, reading, specWith } from '../ledger/support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');
/** Five digits of 0.1 kWh: 10,000 kWh, once round in 16 h 40 min at 600 kW. */
const spec = specWith({ scale: { wrapsAt: { num: 100_000n, den: 1n } } });

/** 60 kW, asked every minute: 10 counts of 0.1 kWh between two readings. */
const from = (startMs: number, count: number, minutes: number) =>
  Array.from({ length: minutes }, (_, i) => reading(startMs + i * MINUTE, count + i * 10));

function afterStopOf(hours: number, rise: number) {
  const ledger = openLedger({ startMs: START, spec });
  ledger.feed(from(START, 1_000, 61));
  const backMs = START + HOUR + hours * HOUR;
  const shown = (1_600 + rise) % 100_000;
  ledger.feed(from(backMs, shown, 130));
  ledger.close(backMs + 3 * HOUR);
  return { ledger, desk: openDesk(ledger), backMs };
}

describe('a small rise after a stop', () => {
  it('of a day may hide a whole round: it counts as nothing, and is asked', () => {
    const { ledger, desk } = afterStopOf(24, 400);
    expect(desk.questions().questions).toMatchObject([
      { look: 'hidden-wrap', fromMicro: micro('160'), toMicro: micro('200'), foundMicro: null },
    ]);
    const [event] = ledger.events('step-unresolved');
    expect(event.text).toContain('its register may have gone once round: it went from 1600 to 2000');
    expect(ledger.slot(START + 12 * HOUR)).toMatchObject({ quantityMicro: 0n, quality: 'estimated' });
  });

  it.each([
    ['real', '40'],
    ['wrap', '10040'],
  ] as const)('is settled by a person: `%s` makes it %s kWh', (kind, kwh) => {
    const { ledger, desk, backMs } = afterStopOf(24, 400);
    desk.answer(2, kind === 'wrap' ? { kind, endMicro: null } : { kind }, backMs + 4 * HOUR);
    expect(desk.questions().questions).toEqual([]);
    const hours = ledger.hours(START + HOUR, backMs);
    expect(hours.reduce((sum, { quantityMicro }) => sum + (quantityMicro ?? 0n), 0n)).toBe(micro(kwh));
  });

  it('of eight hours hides nothing: the rating does not allow for a round', () => {
    const { desk, ledger } = afterStopOf(8, 400);
    expect(desk.questions(true).questions).toEqual([]);
    expect(ledger.eras()).toHaveLength(1);
  });

  it('one odd reading after the stop decides nothing', () => {
    const ledger = openLedger({ startMs: START, spec });
    ledger.feed(from(START, 1_000, 61));
    ledger.feed([reading(START + 25 * HOUR, 2_000)]);
    expect(ledger.eras()).toHaveLength(1);
    expect(openDesk(ledger).questions().doubts).toMatchObject([{ readings: 1 }]);
  });
});

it('a fall after two days may be one round or two: it is asked, not taken for one', () => {
  const { desk } = afterStopOf(48, 99_000);
  expect(desk.questions().questions).toMatchObject([{ look: 'fall', foundMicro: null }]);
});

it('a fall after 17 hours can only be one round', () => {
  const { ledger, desk } = afterStopOf(17, 99_000);
  expect(desk.questions().questions).toEqual([]);
  expect(ledger.eras()).toMatchObject([{ no: 1 }, { no: 2, cause: 'rollover', stepMicro: micro('9900') }]);
});
