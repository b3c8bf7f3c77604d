/**
 * What a driver counts becomes a register: polls may be lost, come twice, or end with their driver; the total never
 * falls, never counts twice, and each break of the watch is a span. HAKARU_SEED replays a run.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { MeterPoll } from '../../gateway/domain/ports.ts';
import { instant } from '../../gateway/domain/time.ts';
import { createTallies } from '../../gateway/stages/tally.ts';
import { at, decimal, openLedger, SECOND, specWith } from '../ledger/support/ledger.ts';

const SEED = Number(process.env['HAKARU_SEED'] ?? 20_261_106);
const BASE = at('2026-07-01T09:00:00+09:00');
const GAS = specWith({
  channel: 'gas-volume',
  unit: 'm3',
  role: 'gas',
  keptBy: 'gateway',
  ratedPerHour: decimal('1000000'),
  watchGapMs: 60 * SECOND,
  scale: { unitsPerCount: decimal('1') },
});

const life = fc.record({
  watches: fc.array(
    fc.record({
      downS: fc.integer({ min: 1, max: 900 }),
      polls: fc.array(fc.record({ pulses: fc.nat(50), isLost: fc.boolean(), isTwice: fc.boolean() }), {
        minLength: 1,
        maxLength: 8,
      }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

it(`adds each life of a driver once (seed ${SEED})`, () => {
  fc.assert(
    fc.property(fc.array(life, { minLength: 1, maxLength: 4 }), (lives) => {
      const ledger = openLedger({ startMs: BASE, spec: GAS });
      let nowMs = Number(BASE);
      let kept = 0;
      let keptMs: number | null = null;
      const spans: { fromMs: number; toMs: number }[] = [];
      for (const [n, { watches }] of lives.entries()) {
        // Everything in memory is gone, and so is what was counted and not kept.
        const tallies = createTallies(ledger.store);
        ledger.restart();
        const base = kept;
        let counted = 0;
        for (const [watch, { downS, polls }] of watches.entries()) {
          nowMs += downS * SECOND;
          const watchedSinceMs = instant(nowMs);
          let isFirst = true;
          for (const { pulses, isLost, isTwice } of polls) {
            nowMs += SECOND;
            counted += pulses;
            if (isLost) continue;
            const atMs = instant(nowMs);
            const tally = { run: `life-${n}`, watch, watchedSinceMs };
            const raw = { count: BigInt(counted), exp2: 0 };
            const poll: MeterPoll = {
              meter: GAS.meter,
              atMs,
              registers: [{ channel: 'gas-volume', raw, sinceMs: atMs, atMs, tally }],
              gauges: [],
              fault: null,
            };
            for (let told = 0; told < (isTwice ? 2 : 1); told++) {
              const readings = tallies.totalled(poll).registers.map((sample) => ({
                sinceMs: sample.sinceMs,
                atMs: sample.atMs,
                raw: sample.raw,
                watched: { id: `life-${n}/${watch}`, sinceMs: watchedSinceMs },
              }));
              ledger.feed(readings);
            }
            if (isFirst && keptMs !== null) spans.push({ fromMs: keptMs, toMs: watchedSinceMs });
            isFirst = false;
            kept = base + counted;
            keptMs = nowMs;
          }
        }
      }
      expect(ledger.store.readings.head(ledger.channelId)?.reading.raw.count ?? 0n).toBe(BigInt(kept));
      const found = ledger.store.unwatched
        .touching(ledger.channelId, { fromMs: instant(0), toMs: instant(nowMs + 1) })
        .filter(({ fromMs }) => spans.some((span) => span.fromMs === fromMs));
      expect(found).toEqual(spans);
      ledger.store.close();
    }),
    { seed: SEED, numRuns: 150 },
  );
});
