/**
 * Somebody corrects a meter type between two starts: the meter refreshes its register more rarely than its file said.
 * The counts mean what they meant, so nothing that passed is lost.
 */
import { expect, it } from 'vitest';
import { at, decimal, HOUR, MINUTE, micro, openLedger, reading, specWith } from '../ledger/support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');
const HOURS = 4;
/** 60 kW on a register of 0.1 kWh steps: 10 counts a minute. */
const readings = Array.from({ length: HOURS * 60 + 3 }, (_, minute) =>
  reading(START + minute * MINUTE, 10_000 + minute * 10),
);
/** In the middle of a half-hour of the third hour. */
const RESTART_AT = 2 * 60 + 17;

const kwh = (hours: readonly { readonly quantityMicro: bigint | null }[]): bigint =>
  hours.reduce((sum, { quantityMicro }) => sum + (quantityMicro ?? 0n), 0n);

it.each([
  ['says it refreshes each minute', { updateMs: MINUTE }],
  ['says it refreshes each second', { updateMs: 1_000 }],
])('a type that now %s loses no energy', (_, scale) => {
  const ledger = openLedger({ startMs: START });
  ledger.feed(readings.slice(0, RESTART_AT));
  ledger.close(readings[RESTART_AT - 1]?.atMs ?? START);
  ledger.restart(specWith({ scale }));
  ledger.feed(readings.slice(RESTART_AT));
  ledger.close(START + HOURS * HOUR + 2 * MINUTE);

  const hours = ledger.hours(START, START + HOURS * HOUR);
  expect(hours).toHaveLength(HOURS);
  expect(ledger.events('step-unresolved')).toEqual([]);
  const first = hours[0]?.startRegisterMicro ?? 0n;
  const last = hours.at(-1)?.endRegisterMicro ?? 0n;
  expect(kwh(hours)).toBe(last - first);
  // A minute's answer may be a minute old: at most that much is counted in the hour after.
  const shortBy = micro('240') - kwh(hours);
  expect(shortBy).toBeGreaterThanOrEqual(0n);
  expect(shortBy).toBeLessThanOrEqual(micro('1.1'));
});

it('a corrected ratio is another matter: what passed across it is not known, and is told', () => {
  const ledger = openLedger({ startMs: START });
  ledger.feed(readings.slice(0, RESTART_AT));
  ledger.restart(specWith({ scale: { unitsPerCount: decimal('0.2') } }));
  ledger.feed(readings.slice(RESTART_AT));
  expect(ledger.events('step-unresolved')).toHaveLength(1);
});
