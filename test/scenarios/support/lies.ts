/**
 * Where a meter, a wire or the clock told something else than the truth: freezes, registers that refresh more rarely
 * than their type says, resets, exchanges, other CTs, values that were never shown, wraps that nobody can count, and
 * times that were wrong.
 */
import { HOUR, MINUTE } from '../../ledger/support/ledger.ts';
import type { Given, PlayedMeter, PlayedScenario } from './playing.ts';
import { MILLI_J_PER_UNIT } from './truth.ts';

export interface Lie {
  readonly kind: 'freeze' | 'refresh' | 'reset' | 'exchange' | 'ct' | 'misread' | 'odd' | 'wraps' | 'clock';
  /** By the gateway's clock. */
  readonly fromMs: number;
  readonly toMs: number;
  /** An event that names it is about a time up to here. */
  readonly namedToMs: number;
  /** How far it can put a bucket between these instants off although each rise is one that the rating allows, mJ. */
  readonly allowanceMilliJ: (fromMs: number, toMs: number) => bigint;
}

/** An event about a lie is about one of so many readings after it: three must agree, and some may be lost. */
const NAMED_WITHIN_READINGS = 8;
const NEVER = Number.POSITIVE_INFINITY;

export function liesOf(meter: PlayedMeter, played: PlayedScenario): Lie[] {
  const { plan, truth, given } = meter;
  const { nature } = plan;
  const { clock } = played.plan;
  const wall = (trueMs: number) => trueMs + (clock.findLast(({ atMs }) => atMs <= trueMs)?.offsetMs ?? 0);
  const honest = given.filter(({ odd, heard }) => odd === null && heard);
  const { scale, ratedPerHour } = plan.described[0]?.spec ?? played.specOf(plan.id);

  const before = (trueMs: number): Given | undefined => honest.findLast(({ trueAtMs }) => trueAtMs < trueMs);
  const after = (trueMs: number): Given | undefined =>
    honest.find(({ trueSinceMs }) => trueSinceMs >= trueMs);
  const namedTo = (trueMs: number): number =>
    honest.filter(({ trueAtMs }) => trueAtMs >= trueMs).at(NAMED_WITHIN_READINGS - 1)?.reading.atMs ?? NEVER;

  /** The most that may seem to have passed between two readings: rated × time + 2 counts, mJ. */
  function ratedRise(p: Given | undefined, q: Given | undefined): bigint {
    const fromMs = p?.trueSinceMs ?? nature.startMs;
    const toMs = q?.trueAtMs ?? played.plan.endMs;
    const rated =
      (ratedPerHour.num * BigInt(toMs - fromMs + scale.updateMs) * 1_000n * 1_000n) / ratedPerHour.den;
    return rated + 2n * countMilliJ();
  }

  /** One count, or one step of a float's last bits where that is larger, of the coarsest ratio it ever had. */
  function countMilliJ(): bigint {
    const counts = plan.described.map(({ spec }) => {
      const { num, den } = spec.scale.unitsPerCount;
      const value = (nature.width * num * MILLI_J_PER_UNIT) / den;
      const bit = scale.encoding === 'integer' ? 0n : value >> (scale.encoding === 'float32' ? 23n : 52n);
      const step = (scale.stepCounts.num * num * MILLI_J_PER_UNIT) / (scale.stepCounts.den * den);
      return (bit > step ? bit : step) + 1n;
    });
    return counts.reduce((most, one) => (one > most ? one : most), 0n);
  }

  const passed = (p: Given | undefined, q: Given | undefined): bigint =>
    truth.energy(q?.trueAtMs ?? played.plan.endMs) -
    truth.energy((p?.trueSinceMs ?? nature.startMs) - scale.updateMs);

  /** A jump somewhere between two readings. */
  function jump(kind: Lie['kind'], fromMs: number, toMs: number): Lie {
    const [p, q] = [before(fromMs), after(toMs)];
    const allowance = ratedRise(p, q) + passed(p, q);
    return {
      kind,
      fromMs: p?.reading.sinceMs ?? 0,
      toMs: q?.reading.atMs ?? NEVER,
      namedToMs: namedTo(toMs),
      allowanceMilliJ: () => allowance,
    };
  }

  function freezes(): Lie[] {
    return nature.freezes.map(({ fromMs, toMs }): Lie => {
      const q = after(toMs + nature.refreshMs);
      const allowance = ratedRise(q && before(q.trueSinceMs), q);
      return {
        kind: 'freeze',
        fromMs: before(fromMs)?.reading.sinceMs ?? 0,
        toMs: q?.reading.atMs ?? NEVER,
        namedToMs: namedTo(toMs + nature.refreshMs),
        allowanceMilliJ: () => allowance,
      };
    });
  }

  function slowRefresh(): Lie[] {
    if (nature.refreshMs <= scale.updateMs) return [];
    const rises = honest.map((q, i) => ({ atMs: q.reading.atMs, rise: ratedRise(honest[i - 1], q) }));
    const marginMs = nature.refreshMs + 2 * played.plan.pollMs;
    return [
      {
        kind: 'refresh',
        fromMs: 0,
        toMs: NEVER,
        namedToMs: NEVER,
        allowanceMilliJ: (fromMs, toMs) =>
          rises
            .filter(({ atMs }) => atMs >= fromMs - marginMs && atMs <= toMs + marginMs)
            .reduce((most, { rise }) => (rise > most ? rise : most), 0n),
      },
    ];
  }

  /** Wraps whose number cannot be known from the readings around them. */
  function wraps(): Lie[] {
    return honest.flatMap((q, i) => {
      const p = honest[i - 1];
      if (!p || p.turn !== q.turn || p.wraps === q.wraps) return [];
      const isKnown =
        scale.wrapsAt !== null && q.wraps - p.wraps === 1n && q.reading.raw.count < p.reading.raw.count;
      return isKnown ? [] : [jump('wraps', p.trueAtMs + 1, q.trueSinceMs)];
    });
  }

  function odds(): Lie[] {
    return given
      .filter(({ odd }) => odd !== null)
      .map((one): Lie => {
        const lie = jump('odd', one.trueSinceMs, one.trueAtMs);
        return { ...lie, toMs: Math.max(lie.toMs, lie.namedToMs === NEVER ? NEVER : lie.namedToMs) };
      });
  }

  /** What was stamped by a clock that was wrong by more than 30 s, and where it belongs. */
  function wrongClock(): Lie[] {
    return clock.flatMap(({ atMs, offsetMs }, i) => {
      if (Math.abs(offsetMs) <= 30_000) return [];
      const backMs = clock[i + 1]?.atMs ?? played.plan.endMs;
      // The next readings of all meters, and the minute in which the ledger looks for the last one.
      const marginMs = 3 * played.plan.pollMs + 2 * MINUTE;
      return [0, offsetMs].map(
        (shift): Lie => ({
          kind: 'clock',
          fromMs: atMs + shift - marginMs,
          toMs: backMs + shift + marginMs,
          namedToMs: NEVER,
          allowanceMilliJ: () => 0n,
        }),
      );
    });
  }

  return [
    ...freezes(),
    ...slowRefresh(),
    ...plan.exchanges.map(({ atMs, kind }) => jump(kind, atMs, atMs)),
    ...plan.misread.map(
      ({ fromMs, toMs }): Lie => ({
        kind: 'misread',
        fromMs: Math.min(fromMs, wall(fromMs)) - HOUR,
        toMs: Math.max(toMs, wall(toMs)) + HOUR,
        namedToMs: namedTo(toMs),
        allowanceMilliJ: () => 0n,
      }),
    ),
    ...wraps(),
    ...odds(),
    ...wrongClock(),
  ];
}
