/**
 * Somebody reads the dial just while gpiomon is away, so the span is not on record yet. What passed until then belongs
 * to that span, not into an adjustment.
 */
import { expect, it } from 'vitest';
import type { Reading } from '../../gateway/domain/ledger/register.ts';
import { instant } from '../../gateway/domain/time.ts';
import { at, decimal, HOUR, MINUTE, micro, openLedger, reading, specWith } from './support/ledger.ts';

const NINE = at('2026-07-01T09:00:00+09:00');
const gas = specWith({
  channel: 'gas-volume',
  unit: 'm3',
  role: 'gas',
  keptBy: 'gateway',
  ratedPerHour: decimal('600'),
  kwhPerUnit: null,
  scale: { unitsPerCount: decimal('1') },
});

/** The count, minute by minute, of one watch. */
const watch = (id: string, from: number, to: number, counted: number): Reading[] =>
  Array.from({ length: to - from + 1 }, (_, i) => ({
    ...reading(NINE + (from + i) * MINUTE, counted + i),
    watched: { id, sinceMs: instant(NINE + from * MINUTE) },
  }));

it('what passed until then is filled into the span as soon as that is known', () => {
  const ledger = openLedger({ startMs: NINE, spec: gas });
  ledger.dial(micro('7000'), NINE);
  ledger.feed(watch('1', 0, 40, 0));
  // From 9:40 to 9:48 nobody watches, shorter than any gap of a register; at 9:44 the dial has seen 4 more.
  ledger.dial(micro('7044'), NINE + 44 * MINUTE, NINE + 45 * MINUTE);
  ledger.feed(watch('2', 48, 130, 40));
  expect(ledger.store.dials.adjustments(ledger.channelId)).toEqual([0n, 0n]);
  const spans = { fromMs: instant(NINE), toMs: instant(NINE + 3 * HOUR) };
  expect(ledger.store.dials.fillsTouching(ledger.channelId, spans)).toEqual([
    { fromMs: NINE + 40 * MINUTE, toMs: NINE + 44 * MINUTE, micro: micro('4') },
  ]);

  // The rest of the span is filled by the next dial reading.
  ledger.dial(micro('7120'), NINE + 2 * HOUR, NINE + 2 * HOUR + 5 * MINUTE);
  expect(ledger.store.dials.adjustments(ledger.channelId)).toEqual([0n, 0n, 0n]);
  ledger.close(NINE + 3 * HOUR);
  const slots = ledger.slots(NINE, 4);
  expect(slots.map(({ quality }) => quality)).toEqual(['measured', 'estimated', 'measured', 'measured']);
  expect(slots.reduce((sum, { quantityMicro }) => sum + (quantityMicro ?? 0n), 0n)).toBe(micro('120'));
});
