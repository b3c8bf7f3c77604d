/**
 * Pulses that the gateway counts: whatever was watched, missed or counted double, and whenever somebody read the
 * dial, Σ slots + adjustments = dial difference. HAKARU_SEED and HAKARU_RUNS replay or lengthen a run.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { boundaryAt, instant, slotOf } from '../../gateway/domain/time.ts';
import { at, decimal, HOUR, MINUTE, openLedger, reading, SECOND, specWith } from './support/ledger.ts';

const SEED = Number(process.env['HAKARU_SEED'] ?? 20_261_102);
const RUNS = Number(process.env['HAKARU_RUNS'] ?? 80);
const BASE = at('2026-07-01T09:00:00+09:00');

const shape = fc.record({
  weight: fc.constantFrom('1', '0.1', '0.001', '0.37'),
  offsetMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: HOUR })),
  beforeOpening: fc.nat(30),
  phases: fc.array(
    fc.record({
      polls: fc.integer({ min: 1, max: 12 }),
      intervalMs: fc.constantFrom(10 * SECOND, MINUTE, 9 * MINUTE),
      /** Pulses the gateway saw between two polls, and what the dial moved beside them (bounces: less than seen). */
      seen: fc.nat(9),
      unseen: fc.integer({ min: -4, max: 2 }),
      gapMs: fc.oneof(fc.constant(0), fc.integer({ min: MINUTE, max: 5 * HOUR })),
      missed: fc.nat(300),
      dial: fc.boolean(),
      restart: fc.boolean(),
    }),
    { minLength: 1, maxLength: 7 },
  ),
  lastDialLate: fc.boolean(),
});

it(`fills and adjustments make up what was not seen (seed ${SEED}, ${RUNS} cases)`, () => {
  fc.assert(
    fc.property(shape, ({ weight, offsetMs, beforeOpening, phases, lastDialLate }) => {
      const unit = decimal(weight);
      const micro = (pulses: number) => (BigInt(pulses) * unit.num * 1_000_000n) / unit.den;
      const spec = specWith({
        channel: 'gas-volume',
        unit: 'm3',
        keptBy: 'gateway',
        ratedPerHour: { num: unit.num * 1_000_000n, den: unit.den },
        scale: { unitsPerCount: unit },
      });
      const openMs = BASE + offsetMs;
      const ledger = openLedger({ startMs: instant(openMs), spec });
      const firstMs = boundaryAt(slotOf(instant(openMs)));
      ledger.dial(micro(500), firstMs);
      let dial = 500 + (openMs > firstMs ? beforeOpening : 0);
      let counted = 0;
      let nowMs = openMs;
      ledger.feed([reading(nowMs, counted)]);
      for (const phase of phases) {
        for (let i = 0; i < phase.polls; i++) {
          nowMs += phase.intervalMs;
          counted += phase.seen;
          dial += Math.max(0, phase.seen + phase.unseen);
          ledger.feed([reading(nowMs, counted)]);
        }
        if (phase.restart) ledger.restart();
        if (phase.gapMs > 0) {
          dial += phase.missed;
          nowMs += phase.gapMs;
        }
        if (phase.dial) ledger.dial(micro(dial), nowMs);
        if (phase.restart) ledger.close(nowMs);
      }
      // The last dial is read on a boundary, before or after the reading that closes it has come.
      const endMs = boundaryAt(slotOf(instant(nowMs)) + 1);
      const closing = reading(endMs + 11 * MINUTE, counted + 3);
      if (lastDialLate) ledger.feed([closing]);
      ledger.dial(micro(dial), endMs, endMs + 11 * MINUTE);
      if (!lastDialLate) ledger.feed([closing]);
      ledger.close(endMs + 2 * HOUR);

      const slots = ledger.slots(firstMs, slotOf(endMs) - slotOf(firstMs));
      expect(slots.filter(({ quality }) => quality === 'missing')).toEqual([]);
      const quantities = slots.reduce((sum, slot) => sum + (slot.quantityMicro ?? 0n), 0n);
      const adjustments = ledger.store.dials
        .adjustments(ledger.channelId)
        .reduce((sum, each) => sum + each, 0n);
      expect(quantities + adjustments).toBe(micro(dial) - micro(500));
      for (const hour of ledger.hours(0, endMs)) {
        const [first, second] = ledger.slots(hour.startMs, 2);
        if (hour.startMs + HOUR > endMs) continue;
        expect(hour.quantityMicro).toBe((first?.quantityMicro ?? 0n) + (second?.quantityMicro ?? 0n));
      }
      ledger.store.close();
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
