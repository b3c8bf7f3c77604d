/**
 * The clock is set forward by two hours while contacts are counted. No pulse is lost or counted twice, and nobody saw
 * the contact in the hours that were passed over: they are missing, never a measured 0.
 */
import { expect, it } from 'vitest';
import { createCounter } from '../../drivers/pulse/counter.ts';
import { instant } from '../../gateway/domain/time.ts';
import { createTallies } from '../../gateway/stages/tally.ts';
import { at, decimal, HOUR, MINUTE, micro, openLedger, SECOND, specWith } from '../ledger/support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');
const GAS = specWith({
  channel: 'gas-volume',
  unit: 'm3',
  role: 'gas',
  keptBy: 'gateway',
  ratedPerHour: decimal('6000'),
  kwhPerUnit: null,
  scale: { unitsPerCount: decimal('1') },
});

function works() {
  const ledger = openLedger({ startMs: START, spec: GAS });
  const tallies = createTallies(ledger.store);
  let sinceMs = 0;
  let offsetMs = 0;
  const counter = createCounter({
    channel: 'gas-volume',
    filter: { kind: 'edge', ms: 10 },
    run: 'life',
    wallMs: (us) => START + offsetMs + us / 1_000,
    nowUs: () => sinceMs * 1_000,
  });
  const wall = () => START + offsetMs + sinceMs;
  counter.begin(0);
  return {
    ledger,
    wall,
    set: (byMs: number) => void (offsetMs += byMs),
    /** One pulse each ten seconds, the count handed over each second. */
    run(this: void, ms: number): void {
      for (const untilMs = sinceMs + ms; sinceMs < untilMs; ) {
        sinceMs += SECOND;
        if (sinceMs % (10 * SECOND) === 0) counter.edge(true, sinceMs * 1_000 - 500);
        const registers = counter.samples();
        if (registers.length === 0) continue;
        const poll = { meter: GAS.meter, atMs: instant(wall()), registers, gauges: [], fault: null };
        const readings = tallies.totalled(poll).registers.map(({ raw, sinceMs: since, atMs, tally }) => ({
          raw,
          sinceMs: since,
          atMs,
          ...(tally ? { watched: { id: `${tally.run}/${tally.watch}`, sinceMs: tally.watchedSinceMs } } : {}),
        }));
        ledger.feed(readings, wall());
      }
    },
  };
}

it('the hours that were passed over are missing, and every pulse is counted', () => {
  const { ledger, wall, set, run } = works();
  run(70 * MINUTE);
  set(2 * HOUR);
  run(50 * MINUTE);
  ledger.close(wall() + 2 * HOUR);
  // The channel begins within the first one.
  const slots = ledger.slots(START, 8).slice(1);
  expect(slots.map(({ quality }) => quality)).toEqual([
    'measured',
    'missing',
    'missing',
    'missing',
    'missing',
    'missing',
    'measured',
  ]);
  expect(slots.at(-1)).toMatchObject({ quantityMicro: micro('180') });
  expect(ledger.store.readings.head(ledger.channelId)?.reading.raw.count).toBe(720n);
  const [, span] = ledger.store.unwatched.touching(ledger.channelId, {
    fromMs: instant(0),
    toMs: instant(START + 9 * HOUR),
  });
  expect(Number(span?.toMs) - Number(span?.fromMs)).toBeGreaterThan(2 * HOUR - 5 * SECOND);
});

it('a small step is no break of the watch', () => {
  const { ledger, wall, set, run } = works();
  run(70 * MINUTE);
  set(20 * SECOND);
  run(50 * MINUTE);
  ledger.close(wall() + 2 * HOUR);
  const [, ...slots] = ledger.slots(START, 4);
  expect(slots.map(({ quality }) => quality)).toEqual(['measured', 'measured', 'measured']);
});
