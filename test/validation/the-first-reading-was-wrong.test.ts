/** A meter that is just being switched on may show 0 once. Nothing came before it, so nothing is to be asked. */
import { expect, it } from 'vitest';
import { openDesk } from '../corrections/support/desk.ts';
import { at, HOUR, MINUTE, micro, openLedger, reading } from '../ledger/support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');
const honest = (minute: number, to: number) =>
  Array.from({ length: to - minute }, (_, i) =>
    reading(START + (minute + i) * MINUTE, 100_000 + (minute + i) * 10),
  );

it('the channel begins with those that agree, and nobody is asked what passed', () => {
  for (const wrong of [0, 4_294_967_295]) {
    const ledger = openLedger({ startMs: START });
    ledger.feed([reading(START, wrong), ...honest(1, 130)]);
    ledger.close(START + 3 * HOUR);
    const desk = openDesk(ledger);

    expect(desk.questions().questions).toEqual([]);
    expect(desk.questions(true).questions).toMatchObject([{ look: 'opening' }]);
    expect(ledger.events('step-unresolved')).toEqual([]);
    const [, begun] = ledger.events('era-opened');
    expect(begun.text).toContain(`The very first reading of m1/energy-import (${wrong}) was wrong`);
    // The lifetime of the register never lands in an hour.
    expect(ledger.hour(START)).toMatchObject({ quantityMicro: micro('59'), quality: 'estimated' });
    expect(ledger.hour(START + HOUR)).toMatchObject({ quantityMicro: micro('60'), quality: 'measured' });
  }
});

it('a meter that shows something else an hour after its only reading may have been replaced: that is asked', () => {
  const ledger = openLedger({ startMs: START });
  ledger.feed([reading(START, 5_000_000), ...honest(60, 190)]);
  expect(openDesk(ledger).questions().questions).toMatchObject([{ look: 'fall' }]);
});
