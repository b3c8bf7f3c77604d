import { expect, it } from 'vitest';
import { at, HOUR, MINUTE, micro, openLedger, reading } from './support/ledger.ts';

function dayOf(timezone: string, date: string) {
  const probe = openLedger({ startMs: at('2026-01-01T00:00:00Z'), timezone });
  const { fromMs, toMs } = probe.grid.day(date);
  const ledger = openLedger({ startMs: fromMs, timezone });
  const count = (toMs - fromMs) / MINUTE + 5;
  ledger.feed(Array.from({ length: count }, (_, i) => reading(fromMs + i * MINUTE, i * 10)));
  ledger.close(toMs + 3 * MINUTE);
  return { hours: ledger.hours(fromMs, toMs), messages: ledger.hourMessages(), fromMs, toMs };
}

it.each([
  ['Europe/Berlin', '2026-03-29', 23],
  ['Europe/Berlin', '2026-10-25', 25],
  ['Australia/Adelaide', '2026-10-04', 23],
  ['Australia/Adelaide', '2026-04-05', 25],
  ['Asia/Kolkata', '2026-03-29', 24],
])('%s on %s has %d hours, each of 60 kWh and none twice', (timezone, date, expected) => {
  const { hours, messages, fromMs } = dayOf(timezone, date);

  expect(hours.map(({ startMs }) => startMs)).toEqual(
    Array.from({ length: expected }, (_, i) => fromMs + i * HOUR),
  );
  expect(hours.map(({ quantityMicro, quality }) => [quantityMicro, quality])).toEqual(
    hours.map(() => [micro('60'), 'measured']),
  );
  expect(new Set(messages.map(({ start }) => start)).size).toBe(expected);
});

it('names the hour that comes twice by its offset', () => {
  const { messages } = dayOf('Europe/Berlin', '2026-10-25');
  expect(messages.slice(2, 4).map(({ start, end }) => [start, end])).toEqual([
    ['2026-10-25T02:00:00+02:00', '2026-10-25T02:00:00+01:00'],
    ['2026-10-25T02:00:00+01:00', '2026-10-25T03:00:00+01:00'],
  ]);
});
