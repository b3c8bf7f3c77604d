/** A collector that counts in memory shows 0 after each reboot, and the day shows the lifetime of the meter as one bar. */
import { expect, it } from 'vitest';
import type { MeterPoll } from '../../gateway/domain/ports.ts';
import { instant } from '../../gateway/domain/time.ts';
import { createTallies } from '../../gateway/stages/tally.ts';
import { at, decimal, openLedger, SECOND, specWith } from '../ledger/support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');
const GAS = specWith({
  channel: 'gas-volume',
  unit: 'm3',
  role: 'gas',
  keptBy: 'gateway',
  ratedPerHour: decimal('1000'),
  scale: { unitsPerCount: decimal('1') },
});

it('what was counted before the restart stays, and what comes is added to it', () => {
  const ledger = openLedger({ startMs: START, spec: GAS });
  const shown: bigint[] = [];
  for (const [life, firstSecond] of [
    ['first', 0],
    ['second', 60],
  ] as const) {
    const tallies = createTallies(ledger.store);
    ledger.restart();
    for (let pulses = 0; pulses <= 3; pulses++) {
      const atMs = instant(START + (firstSecond + pulses * 5) * SECOND);
      const tally = { run: life, watch: 1, watchedSinceMs: instant(START + firstSecond * SECOND) };
      const raw = { count: BigInt(pulses), exp2: 0 };
      const sample = { channel: 'gas-volume', raw, sinceMs: atMs, atMs, tally } as const;
      const poll: MeterPoll = { meter: GAS.meter, atMs, registers: [sample], gauges: [], fault: null };
      const readings = tallies.totalled(poll).registers.map((told) => ({
        raw: told.raw,
        sinceMs: told.sinceMs,
        atMs: told.atMs,
        watched: { id: life, sinceMs: tally.watchedSinceMs },
      }));
      ledger.feed(readings);
      shown.push(readings[0]?.raw.count ?? -1n);
    }
  }
  expect(shown).toEqual([0n, 1n, 2n, 3n, 3n, 4n, 5n, 6n]);
  expect(ledger.eras()).toHaveLength(1);
});
