/**
 * Whatever comes in whatever order, is repeated, or is lost with the process: the kWh of every hour are those that
 * anybody makes of the rows, to the last digit; what was not lost is in the rows exactly; and what was lost makes
 * the watched time shorter and never the mean wrong. HAKARU_SEED and HAKARU_RUNS replay or lengthen a run.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rational, roundHalfAway } from '../../gateway/domain/rational.ts';
import type { GaugePoint } from '../../gateway/domain/thermo/gauge-slot.ts';
import { feedEnthalpy, saturationAt, steamKwhPerTonne } from '../../gateway/domain/thermo/steam.ts';
import { boundaryAt, instant, slotOf } from '../../gateway/domain/time.ts';
import { createGaugeEvidence } from '../../gateway/stages/gauge-evidence.ts';
import { at, HOUR, MINUTE, openLedger, reading } from '../ledger/support/ledger.ts';
import { ATMOSPHERE, liveSteamSpec, PRESSURE } from './support/live-spec.ts';

const START = at('2026-11-04T09:00:00+09:00');
const SLOTS = 4;
const HALF = 30 * MINUTE;
const END = START + SLOTS * HALF;
const HOLD = MINUTE;
const SEED = Number(process.env['HAKARU_SEED'] ?? 20_261_122);
const RUNS = Number(process.env['HAKARU_RUNS'] ?? 25);
const FALLBACK_KPA = 500n;

const samples = fc.array(
  fc.record({
    /** After the one before, ms. */
    afterMs: fc.oneof(
      { arbitrary: fc.integer({ min: 1_000, max: 70_000 }), weight: 20 },
      { arbitrary: fc.integer({ min: 60_000, max: 900_000 }), weight: 1 },
    ),
    kpaMilli: fc.integer({ min: 0, max: 1_600_000 }),
    /** Comes so much later than it was read. */
    lateMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 600_000 })),
    twice: fc.boolean(),
  }),
  { minLength: 60, maxLength: 150 },
);
const events = fc.array(
  fc.record({
    atMs: fc.integer({ min: 0, max: SLOTS * HALF }),
    what: fc.constantFrom('keep', 'close', 'crash'),
  }),
  { maxLength: 12 },
);

interface Step {
  readonly atMs: number;
  readonly what: 'keep' | 'close' | 'crash' | GaugePoint;
}

/** What a slot's row must be, by the meaning of the words: each ms counts the value that was read last. */
function truth(points: readonly GaugePoint[], slot: number) {
  const sorted = points.toSorted((a, b) => a.atMs - b.atMs);
  let [sum, watched] = [0n, 0];
  const seen: bigint[] = [];
  for (const [i, { atMs, micro }] of sorted.entries()) {
    const from = Math.max(atMs, boundaryAt(slot));
    const to = Math.min(atMs + HOLD, sorted[i + 1]?.atMs ?? Number.POSITIVE_INFINITY, boundaryAt(slot + 1));
    if (to <= from) continue;
    sum += micro * BigInt(to - from);
    watched += to - from;
    seen.push(micro);
  }
  const [min, max] = [(a: bigint, b: bigint) => (a < b ? a : b), (a: bigint, b: bigint) => (a > b ? a : b)];
  return watched === 0
    ? null
    : { sumMicroMs: sum, watchedMs: watched, minMicro: seen.reduce(min), maxMicro: seen.reduce(max) };
}

describe(`seed ${SEED}, ${RUNS} cases`, () => {
  it('kWh are what the rows say, for any order, repetition and crash', () => {
    const property = fc.property(samples, events, (read, happened) => {
      const spec = liveSteamSpec({ fallbackKpa: FALLBACK_KPA });
      const ledger = openLedger({ startMs: START, spec });
      const { store, grid, channelId } = ledger;
      const build = () =>
        createGaugeEvidence({
          store,
          grid,
          gauges: [{ ...PRESSURE, holdMs: HOLD, low: rational(-100n), high: rational(16_400n) }],
          specs: new Map([[channelId, spec]]),
        });
      let gauges = build();
      let atMs: number = START;
      const points: GaugePoint[] = [];
      const steps: Step[] = [];
      for (const { afterMs, kpaMilli, lateMs, twice } of read) {
        atMs += afterMs;
        if (atMs >= END) break;
        const point = { atMs: instant(atMs), micro: BigInt(kpaMilli) * 1_000n };
        points.push(point);
        steps.push({ atMs: atMs + lateMs, what: point });
        if (twice) steps.push({ atMs: atMs + lateMs + 5_000, what: point });
      }
      for (const { atMs: offset, what } of happened) steps.push({ atMs: START + offset, what });
      for (let boundary: number = START; boundary <= END; boundary += HALF)
        steps.push({ atMs: boundary, what: 'keep' }, { atMs: boundary + 100_000, what: 'close' });
      const pulses = Array.from({ length: SLOTS * 15 + 2 }, (_, i) =>
        reading(START + i * 2 * MINUTE, 100 + i * 7),
      );
      ledger.feed(pulses);

      for (const { atMs: now, what } of steps.toSorted((a, b) => a.atMs - b.atMs)) {
        if (what === 'keep') gauges.keep(instant(now), true);
        else if (what === 'crash') {
          gauges = build();
          // What was read already is told once more.
          for (const point of points) if (point.atMs <= now) gauges.note({ ...PRESSURE, ...point });
        } else if (what === 'close') ledger.close(now);
        else gauges.note({ ...PRESSURE, ...what });
      }
      const end = instant(END + HOUR);
      gauges.keep(end, true);
      ledger.close(end);

      const crashed = happened.some(({ what }) => what === 'crash');
      const slots = Array.from({ length: SLOTS }, (_, i) => slotOf(START) + i);
      const halves = slots.map((slot) => {
        const row = store.gauges.find(PRESSURE, slot);
        const whole = truth(points, slot);
        if (!crashed) expect(row && { ...row, toMs: 0 }).toEqual(whole && { ...whole, toMs: 0 });
        if (row) {
          expect(row.watchedMs).toBeLessThanOrEqual(whole?.watchedMs ?? 0);
          expect(row.minMicro >= (whole?.minMicro ?? 0n)).toBe(true);
          expect(row.maxMicro <= (whole?.maxMicro ?? 0n)).toBe(true);
        }
        // By hand, out of the row.
        const isEnough = row !== null && row.watchedMs >= HALF / 2;
        const micro = isEnough
          ? roundHalfAway(rational(row.sumMicroMs, BigInt(row.watchedMs)))
          : FALLBACK_KPA * 1_000_000n;
        const { steamKjPerKg } = saturationAt(rational(micro, 1_000_000_000n), ATMOSPHERE);
        const factor = steamKwhPerTonne(steamKjPerKg, feedEnthalpy(rational(20n), ATMOSPHERE));
        const quantity = ledger.slot(boundaryAt(slot)).quantityMicro ?? 0n;
        return {
          energy: roundHalfAway({ num: quantity * factor.num, den: factor.den }),
          isEnough,
          isWell: (row?.watchedMs ?? 0) >= HALF * 0.9,
        };
      });
      const hours = ledger.hours(START, END);
      expect(hours).toHaveLength(SLOTS / 2);
      for (const [i, hour] of hours.entries()) {
        const [a, b] = halves.slice(2 * i, 2 * i + 2);
        if (!a || !b) throw new Error('two halves are wanted');
        expect(hour.energyMicroKwh).toBe(a.energy + b.energy);
        // The bucket never looks better than what it rests on; interpolation between pulses may make it worse.
        const both = (is: 'isEnough' | 'isWell') => a[is] && b[is];
        if (!both('isEnough')) expect(hour.quality).toBe('estimated');
        else if (!both('isWell')) expect(['interpolated', 'estimated']).toContain(hour.quality);
      }
      const total = (list: readonly (bigint | null)[]) =>
        list.reduce<bigint>((sum, each) => sum + (each ?? 0n), 0n);
      expect(total(hours.map(({ energyMicroKwh }) => energyMicroKwh))).toBe(
        total(halves.map(({ energy }) => energy)),
      );
      // What was sent last says the same.
      const sent = new Map(ledger.hourMessages().map((message) => [message.start, message.kwh]));
      for (const hour of hours)
        expect(Math.round((sent.get(grid.iso(hour.startMs)) ?? -1) * 1e6)).toBe(Number(hour.energyMicroKwh));
    });
    // The seed replays it; making it smaller would take minutes.
    fc.assert(property, { seed: SEED, numRuns: RUNS, endOnFailure: true });
  });
});
