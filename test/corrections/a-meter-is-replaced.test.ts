/**
 * 計器交換. The old meter is taken down at 9:45 with 50,042.0 kWh on it, the new one was delivered with 12.0 kWh; the
 * gateway could read neither from 9:39 to 9:50. What the slip says closes the hole to the last digit.
 */
import { expect, it } from 'vitest';
import { slotLines } from '../../gateway/domain/explain-slot.ts';
import { wordsOf } from '../../gateway/domain/explain-words.ts';
import { explainHour } from '../../gateway/stages/explain-hour.ts';
import { at, HOUR, MINUTE, micro, openLedger, reading } from '../ledger/support/ledger.ts';
import { hoursSum, openDesk, refusal } from './support/desk.ts';

const START = at('2026-07-01T09:00:00+09:00');
const NOW = START + 4 * HOUR;
const SLIP = { at: START + 45 * MINUTE, final: '50042', start: '12', serial: 'N-77' };

/** 60 kW all the while; steps of 0.1 kWh. */
function exchanged() {
  const ledger = openLedger({ startMs: START, evidenceMs: 1 });
  const old = Array.from({ length: 40 }, (_, i) => reading(START + i * MINUTE, 500_000 + i * 10));
  const fresh = Array.from({ length: 180 }, (_, i) => reading(START + (50 + i) * MINUTE, 150 + i * 10));
  ledger.feed([...old, ...fresh]);
  ledger.close(NOW);
  return { ledger, desk: openDesk(ledger) };
}

it('what passed across the exchange is counted in its hour, which goes out again with the next revision', () => {
  const { ledger, desk } = exchanged();
  expect(desk.questions().questions).toMatchObject([
    { id: `${ledger.channelId}-2`, look: 'fall', fromMicro: micro('50039'), toMicro: micro('15') },
  ]);
  const before = ledger.hour(START);
  expect(before).toMatchObject({ quantityMicro: micro('49'), quality: 'estimated', revision: 1 });

  expect(desk.exchange(SLIP, NOW)).toMatchObject({ kind: 'applied', hours: 1 });

  // 39 kWh seen + 3 kWh to the slip + 3 kWh since the new meter's 12 + 10 kWh seen.
  expect(ledger.hour(START)).toMatchObject({
    quantityMicro: micro('55'),
    // Both readings lie within 9:30–10:00, so nothing of that half-hour is a guess.
    quality: 'measured',
    demandMicro: [micro('60'), micro('50')],
    revision: 2,
  });
  expect(desk.questions().questions).toEqual([]);
  expect(ledger.hourMessages().filter(({ start }) => start.includes('T09:00'))).toMatchObject([
    { revision: 1, quantity: 49, quality: 'estimated' },
    { revision: 2, quantity: 55, quality: 'measured' },
  ]);
  expect(ledger.events('correction-applied')).toMatchObject([
    {
      meter: 'm1',
      detail: {
        by: 'tanaka',
        what: 'exchange',
        before: '0',
        passed: '6',
        final: '50042',
        start: '12',
        serial: 'N-77',
      },
    },
  ]);
  expect(desk.trail()).toMatchObject([
    { no: 1, by: 'tanaka', kind: 'exchange', beforeMicro: 0n, passedMicro: micro('6'), exact: true },
  ]);
});

it('the same slip again changes nothing; a corrected one takes its place, and both stay written', () => {
  const { ledger, desk } = exchanged();
  desk.exchange(SLIP, NOW);
  const messages = ledger.messages().length;
  expect(desk.exchange(SLIP, NOW)).toMatchObject({ kind: 'same', row: { no: 1 } });
  expect(ledger.messages()).toHaveLength(messages);

  desk.exchange({ ...SLIP, final: '50041.5' }, NOW);
  expect(ledger.hour(START)).toMatchObject({ quantityMicro: micro('54.5'), revision: 3 });
  desk.answer(2, { kind: 'ignore' }, NOW);
  expect(ledger.hour(START)).toMatchObject({ quantityMicro: micro('49'), quality: 'estimated', revision: 4 });
  expect(desk.questions().questions).toEqual([]);
  expect(desk.questions(true).questions).toMatchObject([{ answer: { kind: 'ignore', no: 3 } }]);
  expect(desk.trail().map(({ kind, passedMicro }) => [kind, passedMicro])).toEqual([
    ['exchange', micro('6')],
    ['exchange', micro('5.5')],
    ['ignore', 0n],
  ]);
});

it('an exchange across a boundary is cut where it happened, and the two hours make the slip up', () => {
  const ledger = openLedger({ startMs: START, evidenceMs: 1 });
  const desk = openDesk(ledger);
  ledger.feed([
    ...Array.from({ length: 51 }, (_, i) => reading(START + i * MINUTE, 1_000 + i * 10)),
    ...Array.from({ length: 120 }, (_, i) => reading(START + (80 + i) * MINUTE, 20 + i * 10)),
  ]);
  ledger.close(NOW);
  // Off at 9:50 with 150.0; 6 kWh more until 9:56, then the new one from 0; on again at 10:20 with 2.0.
  desk.exchange({ at: START + 56 * MINUTE, final: '156', start: '0' }, NOW);

  // 50 seen + 6 to the slip + 4/24 of the 2 kWh between 9:56 and 10:20.
  expect(ledger.hour(START)).toMatchObject({ quantityMicro: micro('56.333333'), quality: 'estimated' });
  // The rest of the 2 kWh and 40 minutes seen.
  expect(ledger.hour(START + HOUR)).toMatchObject({
    quantityMicro: micro('41.666667'),
    quality: 'estimated',
  });
});

it('a reset, an end that was passed and a jump that was real', () => {
  const { ledger, desk } = exchanged();
  desk.answer(2, { kind: 'reset', finalMicro: null, startMicro: 0n }, NOW);
  // What the register shows since its reset; what passed before it nobody knows, so it stays an estimate.
  expect(ledger.hour(START)).toMatchObject({ quantityMicro: micro('64'), quality: 'estimated' });
  desk.answer(2, { kind: 'wrap', endMicro: micro('50050') }, NOW);
  expect(ledger.hour(START)).toMatchObject({ quantityMicro: micro('75'), quality: 'measured' });
  expect(refusal(ledger, () => desk.answer(2, { kind: 'real' }, NOW))).toBe('answer-fell');

  const jumped = openLedger({ startMs: START });
  const other = openDesk(jumped);
  jumped.feed([0, 1, 2, 3, 4].map((i) => reading(START + i * MINUTE, i < 2 ? 100 : 900_000 + i)));
  jumped.feed([reading(START + 2 * HOUR, 900_010)]);
  jumped.close(NOW);
  other.answer(2, { kind: 'real' }, NOW);
  expect(hoursSum(jumped)).toBe(micro('89991'));
});

it.each([
  ['a time that has not come', { ...SLIP, at: NOW + 1 }, 'correction-in-future'],
  ['a time before the first reading', { ...SLIP, at: START - 1 }, 'correction-before-opening'],
  ['a time since when nothing was read', { ...SLIP, at: START + 230 * MINUTE }, 'exchange-not-read-yet'],
  ['a final figure below what was read', { ...SLIP, final: '50038.9' }, 'exchange-final-below'],
  ['a first figure above what was read', { ...SLIP, start: '15.1' }, 'exchange-start-above'],
  ['an hour in which nothing happened', { ...SLIP, at: START + 150 * MINUTE }, 'correction-implausible'],
])('%s is refused with what to do, and nothing changes', (_, slip, code) => {
  const { ledger, desk } = exchanged();
  // The slip as it would look for a stretch in which the meter showed 115 kWh.
  const said = code === 'correction-implausible' && slip.at !== SLIP.at ? { ...slip, final: '50000' } : slip;
  expect(refusal(ledger, () => desk.exchange(said, NOW))).toBe(code);
  expect(ledger.hour(START)).toMatchObject({ quantityMicro: micro('49'), revision: 1 });
});

it('a digit too many is more than the rating allows', () => {
  const { ledger, desk } = exchanged();
  const said = { ...SLIP, final: '500420' };
  expect(refusal(ledger, () => desk.exchange(said, NOW))).toBe('correction-implausible');
});

it('who has looked twice is believed', () => {
  const { ledger, desk } = exchanged();
  desk.exchange({ ...SLIP, final: '51039', sure: true }, NOW);
  expect(ledger.hour(START)).toMatchObject({ quantityMicro: micro('1052') });
});

it('a used meter that happens to show more than the old one looks like consumption until somebody says', () => {
  const ledger = openLedger({ startMs: START, evidenceMs: 1 });
  const desk = openDesk(ledger);
  ledger.feed([
    ...Array.from({ length: 30 }, (_, i) => reading(START + i * MINUTE, 1_000 + i * 10)),
    ...Array.from({ length: 62 }, (_, i) => reading(START + 3 * HOUR + i * MINUTE, 9_000 + i * 10)),
  ]);
  ledger.close(START + 6 * HOUR);
  expect(ledger.eras()).toHaveLength(1);
  expect(hoursSum(ledger)).toBe(micro('860'));

  // 129 + 60 kWh by the old one, 895 → 900 by the new one.
  desk.exchange({ at: START + 90 * MINUTE, final: '189', start: '895' }, START + 6 * HOUR);
  // 29 + 60 + 5 + 60.
  expect(hoursSum(ledger)).toBe(micro('154'));
  for (let hour = 0; hour < 4; hour++)
    expect(ledger.hour(START + hour * HOUR)?.quantityMicro ?? -1n).toBeGreaterThanOrEqual(0n);
  // The old readings may be purged by then: the answer can still be replaced.
  ledger.store.write(() => ledger.store.readings.purge(at('2026-07-01T12:30:00+09:00'), 10_000));
  desk.exchange({ at: START + 90 * MINUTE, final: '188', start: '895' }, START + 6 * HOUR);
  expect(hoursSum(ledger)).toBe(micro('153'));
});

it('a file that comes twice is applied once', () => {
  const { ledger, desk } = exchanged();
  const correction = {
    id: 'once',
    by: 'sato',
    saidAtMs: START,
    meter: 'm1',
    channel: 'energy-import',
    sure: false,
    kind: 'answer',
    era: 2,
    answer: { kind: 'ignore' },
  } as const;
  expect(desk.apply(correction, NOW).kind).toBe('applied');
  expect(desk.apply(correction, NOW).kind).toBe('same');
  expect(desk.trail()).toHaveLength(1);
  expect(ledger.events('correction-applied')).toHaveLength(1);
});

it('explain shows who said it and how the hour adds up', () => {
  const { ledger, desk } = exchanged();
  desk.exchange(SLIP, NOW);
  const explained = explainHour(
    {
      store: ledger.store,
      facts: { site: 'test', gateway: 'g1', gridArea: 'kyushu', ruleSetChoice: null },
      ruleSets: new Map(),
      grid: ledger.grid,
      language: 'en',
    },
    ledger.spec(),
    START,
  );
  const [, second] = explained?.slots ?? [];
  const text = second
    ? slotLines(second, null, {
        say: wordsOf('en'),
        grid: ledger.grid,
        unit: 'kWh',
        keptBy: 'meter',
        boundaries: explained?.boundaries ?? [],
      }).join('\n')
    : '';
  expect(text).toContain('1: exchange, tanaka');
  expect(text).toContain('(50042 − 50039) + (15 − 12) = 6 kWh; here 6 kWh');
  expect(text).toContain('49 − 30 + 6 = 25 kWh');
});
