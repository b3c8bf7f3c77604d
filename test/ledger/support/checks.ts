/** What must hold of a ledger whatever it was fed; sums are made here anew, out of rows. */
import { expect } from 'vitest';
import type { Boundary } from '../../../gateway/domain/ledger/boundary.ts';
import { rawValue } from '../../../gateway/domain/meters.ts';
import { formatMicro, type Rational } from '../../../gateway/domain/rational.ts';
import { boundaryAt, instant, slotOf } from '../../../gateway/domain/time.ts';
import type { Observed } from './cases.ts';
import { HOUR, type Ledger } from './ledger.ts';
import { MILLI_J_PER_MICRO_KWH, type Truth } from './truth.ts';

/** Micro-units of a register value, halves away from zero; written again here so that a wrong rounding shows. */
export function rounded(raw: { count: bigint; exp2: number }, unitsPerCount: Rational): bigint {
  const { num, den } = rawValue(raw);
  const top = num * unitsPerCount.num * 1_000_000n;
  const bottom = den * unitsPerCount.den;
  const doubled = (top < 0n ? -top : top) * 2n + bottom;
  return top < 0n ? -(doubled / (2n * bottom)) : doubled / (2n * bottom);
}

const EVER = { fromMs: instant(0), toMs: instant(8_000_000_000_000) };

export function acceptedRows(ledger: Ledger) {
  return ledger.store.readings.within(ledger.channelId, EVER).filter(({ state }) => state === 'accepted');
}

/** Σ over eras (last accepted − opening) + Σ resolved steps. */
export function totalByEras(ledger: Ledger): bigint {
  const rows = acceptedRows(ledger);
  let total = 0n;
  for (const era of ledger.eras()) {
    const own = rows.filter((row) => row.era === era.no);
    const first = own[0];
    const last = own.at(-1);
    if (!first || !last) throw new Error(`era ${era.no} has no readings`);
    expect(first.reading).toEqual(era.opening);
    total +=
      rounded(last.reading.raw, era.scale.unitsPerCount) -
      rounded(first.reading.raw, era.scale.unitsPerCount);
    total += era.stepMicro ?? 0n;
  }
  return total;
}

export function allBoundaries(ledger: Ledger): Boundary[] {
  return ledger.store.boundaries.within(ledger.channelId, 0, 10_000_000, ledger.eras());
}

/** Σ closed slots + open tail = Σ eras + Σ resolved steps, slots without a hole, totals that never fall. */
export function checkSums(ledger: Ledger): void {
  const boundaries = allBoundaries(ledger);
  const expected = totalByEras(ledger);
  const [first] = ledger.eras();
  const newest = boundaries.at(-1);
  if (!first || !newest) return;
  const last = acceptedRows(ledger).at(-1);
  const lastEra = ledger.eras().at(-1);
  if (!last || !lastEra) throw new Error('boundaries without readings');
  const lastTotal =
    lastEra.baseMicro +
    rounded(last.reading.raw, lastEra.scale.unitsPerCount) -
    rounded(lastEra.opening.raw, lastEra.scale.unitsPerCount);
  expect(lastTotal).toBe(expected);
  const from = slotOf(first.opening.atMs);
  const slots = ledger.slots(boundaryAt(from), newest.slot - from);
  let sum = 0n;
  for (const slot of slots) {
    expect(slot.quantityMicro, `slot ${slot.slot}`).not.toBeNull();
    expect(slot.quality).not.toBe('missing');
    sum += slot.quantityMicro as bigint;
    expect(slot.quantityMicro as bigint).toBeGreaterThanOrEqual(0n);
  }
  expect(sum + (lastTotal - newest.totalMicro)).toBe(expected);
  for (const [i, boundary] of boundaries.entries()) {
    const next = boundaries[i + 1];
    if (next) expect([next.slot, next.totalMicro >= boundary.totalMicro]).toEqual([boundary.slot + 1, true]);
  }
}

/** Every published hour: contiguous, summing to the register, missing as null, differences equal to registers. */
export function checkHours(ledger: Ledger, untilMs: number): void {
  const eras = ledger.eras();
  const [first] = eras;
  if (!first) return;
  const openingHour = ledger.grid.hourOf(first.opening.atMs);
  const hours = ledger.hours(0, EVER.toMs);
  hours.forEach((hour, i) => i > 0 && expect(hour.startMs - (hours[i - 1]?.startMs ?? 0)).toBe(HOUR));
  expect(hours.at(-1)?.startMs ?? 0).toBeLessThanOrEqual(untilMs - HOUR - 90_000);
  const boundaries = new Map(allBoundaries(ledger).map((boundary) => [boundary.slot, boundary]));
  let sum = 0n;
  for (const hour of hours) {
    const end = boundaries.get(slotOf(hour.startMs) + 2);
    if (hour.startMs < openingHour || !end) {
      expect([hour.quality, hour.quantityMicro, hour.energyMicroKwh]).toEqual(['missing', null, null]);
      continue;
    }
    expect(hour.quality).not.toBe('missing');
    sum += hour.quantityMicro as bigint;
    expect(sum).toBe(end.totalMicro);
    const calm = !eras.some(
      (era) =>
        era.no > 1 && era.opening.atMs >= hour.startMs - HOUR && era.opening.atMs <= hour.startMs + 2 * HOUR,
    );
    const { startRegisterMicro, endRegisterMicro } = hour;
    if (
      calm &&
      startRegisterMicro !== null &&
      endRegisterMicro !== null &&
      boundaries.get(slotOf(hour.startMs))
    ) {
      const sameEra = boundaries.get(slotOf(hour.startMs))?.lower.era.no === end.upper.era.no;
      if (sameEra) expect(hour.quantityMicro).toBe(endRegisterMicro - startRegisterMicro);
    }
  }
}

/** Messages: seq without a hole; each hour's revisions 1, 2, 3 …; the newest says what the row says. */
export function checkMessages(ledger: Ledger): void {
  expect(ledger.messages().map(({ seq }) => seq)).toEqual(ledger.messages().map((_, i) => i + 1));
  const byStart = new Map<string, ReturnType<Ledger['hourMessages']>>();
  for (const message of ledger.hourMessages()) {
    byStart.set(message.start, [...(byStart.get(message.start) ?? []), message]);
  }
  for (const hour of ledger.hours(0, EVER.toMs)) {
    const sent = byStart.get(ledger.grid.iso(hour.startMs)) ?? [];
    expect(sent.map(({ revision }) => revision)).toEqual(sent.map((_, i) => i + 1));
    const newest = sent.at(-1);
    expect(newest).toMatchObject({ revision: hour.revision, quality: hour.quality });
    expect(newest?.quantity).toBe(
      hour.quantityMicro === null ? null : Number(formatMicro(hour.quantityMicro)),
    );
    sent.forEach((message, i) => {
      if (i > 0)
        expect({ ...message, revision: 0, seq: 0, producedAt: '' }).not.toEqual({
          ...sent[i - 1],
          revision: 0,
          seq: 0,
          producedAt: '',
        });
      if (message.quality === 'missing') expect([message.quantity, message.kwh]).toEqual([null, null]);
    });
  }
}

/** Everything the rows say, for comparing two ledgers. */
export function content(ledger: Ledger) {
  const id = ledger.channelId;
  return {
    eras: ledger.eras(),
    readings: ledger.store.readings.within(id, EVER),
    head: ledger.store.readings.head(id),
    boundaries: allBoundaries(ledger),
    unwatched: ledger.store.unwatched.touching(id, EVER),
    hours: ledger.hours(0, EVER.toMs).map(({ revision: _revision, sentDigest: _digest, ...hour }) => hour),
  };
}

/** Looks at all hours again, twice: no row, no revision, no message may come of it. */
export function checkRepeatable(ledger: Ledger, nowMs: number): void {
  const before = { ...content(ledger), messages: ledger.messages(), hours: ledger.hours(0, EVER.toMs) };
  for (const stage of ['close', 'weigh', 'send'] as const) {
    ledger.store.write(() => {
      for (const { startMs } of before.hours)
        ledger.store.work.add(stage, { channelId: ledger.channelId, startMs });
    });
    ledger.close(nowMs);
  }
  ledger.restart();
  ledger.close(nowMs);
  expect({ ...content(ledger), messages: ledger.messages(), hours: ledger.hours(0, EVER.toMs) }).toEqual(
    before,
  );
}

interface Interval {
  readonly low: bigint;
  readonly high: bigint;
}

/** low ≤ num/den ≤ high */
function expectWithin({ low, high }: Interval, { num, den }: Rational, about: string): void {
  expect(low * den <= num && num <= high * den, `${about}: ${low} ≤ ${num}/${den} ≤ ${high}`).toBe(true);
}

/**
 * Against the truth: each bracket contains it, and a measured slot lies within its bound of the energy that really
 * passed, whatever the register did meanwhile.
 */
export function checkTruth(
  ledger: Ledger,
  truth: Truth,
  observed: readonly Observed[],
): { measured: number; brackets: number } {
  const shownAt = new Map(observed.map(({ reading, shown }) => [reading.atMs, shown]));
  const { unitsPerCount } = ledger.spec().scale;
  const boundaries = allBoundaries(ledger);
  let brackets = 0;
  for (const boundary of boundaries) {
    const lower = shownAt.get(boundary.lower.reading.atMs);
    const upper = shownAt.get(boundary.upper.reading.atMs);
    // No register value, no footing: an unresolved step lies somewhere between the readings that prove it.
    if (!lower || !upper || lower.stretch !== upper.stretch || boundary.registerMicro === null) continue;
    const { lower: mark } = boundary;
    const base =
      mark.era.baseMicro +
      rounded(mark.reading.raw, unitsPerCount) -
      rounded(mark.era.opening.raw, unitsPerCount);
    const register = truth.continuous(lower.stretch, boundaryAt(boundary.slot));
    const risen = {
      num: register.num * lower.unwrapped.den - lower.unwrapped.num * register.den,
      den: register.den * lower.unwrapped.den,
    };
    const den = risen.den * unitsPerCount.den;
    const total = { num: base * den + risen.num * unitsPerCount.num * 1_000_000n, den };
    // A rollover inside the bracket brings the rounding of the register's end with it.
    const slack = boundary.lower.era.no === boundary.upper.era.no ? 0n : 1n;
    expectWithin(
      { low: boundary.lowMicro - slack, high: boundary.highMicro + slack },
      total,
      `boundary ${boundary.slot}`,
    );
    brackets += 1;
  }
  return { brackets, measured: checkMeasured(ledger, truth, boundaries) };
}

function checkMeasured(ledger: Ledger, truth: Truth, boundaries: readonly Boundary[]): number {
  const bySlot = new Map(boundaries.map((boundary) => [boundary.slot, boundary]));
  let measured = 0;
  for (const start of boundaries) {
    const end = bySlot.get(start.slot + 1);
    if (!end) continue;
    const slot = ledger.slot(boundaryAt(start.slot));
    if (slot.quality !== 'measured') continue;
    measured += 1;
    const passed = {
      num: truth.energy(boundaryAt(end.slot)) - truth.energy(boundaryAt(start.slot)),
      den: MILLI_J_PER_MICRO_KWH,
    };
    expectWithin(
      { low: end.lowMicro - start.highMicro, high: end.highMicro - start.lowMicro },
      passed,
      `slot ${start.slot}`,
    );
    const quantity = slot.quantityMicro as bigint;
    const bound = start.highMicro - start.lowMicro + end.highMicro - end.lowMicro;
    expectWithin({ low: quantity - bound, high: quantity + bound }, passed, `measured slot ${start.slot}`);
    const allowed = (boundary: Boundary) => {
      const width = boundary.highMicro - boundary.lowMicro;
      return width <= 2n * boundary.resolutionMicro || width * 100n <= quantity;
    };
    expect([allowed(start), allowed(end)]).toEqual([true, true]);
  }
  return measured;
}
