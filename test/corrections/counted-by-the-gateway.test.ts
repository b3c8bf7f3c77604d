/** A gas meter whose pulses the gateway counts: dial readings, a typing error, a replaced meter, a set-back clock. */
import { expect, it } from 'vitest';
import { instant } from '../../gateway/domain/time.ts';
import { at, decimal, HOUR, MINUTE, micro, openLedger, reading, specWith } from '../ledger/support/ledger.ts';
import { hoursSum, openDesk, refusal } from './support/desk.ts';

const START = at('2026-07-01T09:00:00+09:00');
const NOW = START + 6 * HOUR;

/** 1 m³ a minute; the gateway looked away from 10:20 to 10:40. */
function gas() {
  const spec = specWith({
    channel: 'gas-volume',
    unit: 'm3',
    keptBy: 'gateway',
    ratedPerHour: decimal('600'),
    scale: { unitsPerCount: decimal('1') },
  });
  const ledger = openLedger({ startMs: START, spec });
  const pulses = (from: number, to: number, count: number) =>
    Array.from({ length: to - from }, (_, i) => reading(START + (from + i) * MINUTE, count + i));
  ledger.feed([...pulses(0, 81, 0), ...pulses(100, 300, 80)]);
  ledger.close(NOW);
  return { ledger, desk: openDesk(ledger) };
}

it('a dial reading with a typing error is replaced by the right one of the same time', () => {
  const { ledger, desk } = gas();
  desk.dial('5000', START, NOW);
  desk.dial('5240', START + 4 * HOUR, NOW);
  // 240 by the dial, 220 counted: 20 passed unseen.
  expect(ledger.hour(START + HOUR)).toMatchObject({ quality: 'estimated', quantityMicro: micro('60') });
  expect(desk.dial('5240', START + 4 * HOUR, NOW).kind).toBe('same');
  desk.dial('5250', START + 4 * HOUR, NOW);
  expect(ledger.hour(START + HOUR)).toMatchObject({ quantityMicro: micro('70') });
  expect(ledger.store.dials.adjustments(ledger.channelId)).toEqual([0n, 0n]);
  expect(desk.trail().map(({ kind, finalMicro }) => [kind, finalMicro])).toEqual([
    ['dial', micro('5000')],
    ['dial', micro('5240')],
    ['dial', micro('5250')],
  ]);
});

it('a replaced gas meter ends one dial and begins another; the pulses go on', () => {
  const { ledger, desk } = gas();
  desk.dial('5000', START, NOW);
  desk.exchange({ at: START + 2 * HOUR, final: '5120', start: '3', serial: 'G-2' }, NOW);
  expect(() => desk.dial('123', START + 4 * HOUR, NOW)).not.toThrow();
  expect(ledger.hour(START + HOUR)).toMatchObject({ quantityMicro: micro('60') });
  expect(ledger.store.dials.adjustments(ledger.channelId)).toEqual([0n, 0n, 0n]);
  expect(refusal(ledger, () => desk.dial('2', START + 4 * HOUR + 1, NOW))).toBe('dial-fell');
  expect(refusal(ledger, () => desk.dial('130', START + HOUR, NOW))).toBe('dial-out-of-order');
  expect(refusal(ledger, () => desk.dial('1', START - 1, NOW))).toBe('correction-before-opening');
});

it('a register that the meter keeps needs no dial reading', () => {
  const ledger = openLedger({ startMs: START });
  ledger.feed([reading(START, 1)]);
  expect(refusal(ledger, () => openDesk(ledger).dial('1', START, START))).toBe('dial-not-for-meter-kept');
});

it('a clock that is set back asks again what was answered about its future', () => {
  const ledger = openLedger({ startMs: START });
  const desk = openDesk(ledger);
  ledger.feed(Array.from({ length: 60 }, (_, i) => reading(START + i * MINUTE, 1_000 + i * 10)));
  ledger.feed(Array.from({ length: 60 }, (_, i) => reading(START + (70 + i) * MINUTE, 50 + i * 10)));
  ledger.close(NOW);
  desk.exchange({ at: START + 65 * MINUTE, final: '165', start: '0' }, NOW);
  const told = hoursSum(ledger);
  expect(told).toBe(micro('120'));

  const backMs = START + 62 * MINUTE;
  ledger.stages().rewinder.rewind(instant(backMs));
  ledger.restart();
  expect(desk.questions().questions).toHaveLength(1);
  expect(desk.trail()).toHaveLength(1);
  expect(
    ledger.store.corrections.fillsTouching(ledger.channelId, { fromMs: instant(0), toMs: instant(NOW) }),
  ).toEqual([]);
});
