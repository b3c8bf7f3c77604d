/**
 * Every bucket against the true consumption.
 *
 * How far a bucket may be off.  At a boundary b the ledger's total lies between what its two neighbouring readings
 * showed. L, asked at L.since, can be as old as its `updateMs` and is cut to the register's step s (plus the last bit
 * of a float); U, answered at U.at, showed no more than was used by then. With E(t) for what was truly used by t:
 *
 *     E(L.since − updateMs) − s ≤ total ≤ E(U.at)
 *     E(L.since − updateMs) − s − E(b) ≤ error at b ≤ E(U.at) − E(b)
 *
 * and a slot or an hour may be off by the difference of two such intervals: by the register's step, the update
 * interval and the times of the readings, and by nothing else. One that is called `measured` must also keep what that
 * word promises: at each end at most 2 counts, or 1 % of it. L.since and U.at are true times here, so a clock that is
 * wrong by up to 30 s (that is not told) is in the interval; one that is wrong by more must have been told.
 *
 * What no ledger can tell: a register that lies (lies.ts) in such a way that each rise is one that the rating allows.
 * A bucket that a lie touches may be off by that much more: rated × (time between the readings around it + updateMs)
 * + 2 counts, and what was truly used between them. Whatever is further off must no longer be called `measured` or
 * `interpolated`, or an event about its meter names it: about a time between the beginning of the lie (its hour: such
 * events are told once an hour) and the eighth reading after its end.
 */
import type { Boundary, Marked } from '../../../gateway/domain/ledger/boundary.ts';
import type { Reading } from '../../../gateway/domain/ledger/register.ts';
import { type ChannelSpec, rawValue } from '../../../gateway/domain/meters.ts';
import { boundaryAt, instant, slotOf } from '../../../gateway/domain/time.ts';
import { HOUR } from '../../ledger/support/ledger.ts';
import type { LedgerRows } from './ledger-rows.ts';
import { type Lie, liesOf } from './lies.ts';
import type { Given, PlayedMeter, PlayedScenario } from './playing.ts';
import { type EventRow, must, type Tally } from './tally.ts';
import { MILLI_J_PER_MICRO, MILLI_J_PER_UNIT } from './truth.ts';

export interface TruthCheck {
  readonly ledger: LedgerRows;
  readonly meter: PlayedMeter;
  readonly played: PlayedScenario;
  /** About this meter or the clock. */
  readonly events: readonly EventRow[];
  readonly tally: Tally;
}

interface Interval {
  readonly low: bigint;
  readonly high: bigint;
}

type GivenIndex = (reading: Reading) => Given | null;

/** Small steps of the clock move the stamps of readings by at most so much, ms. */
const LED_MS = 31_000;

/**
 * The reading as it was taken. Its stamp may be another one than the clock showed then: after a small step the ledger
 * leads for a while, and readings of a time without a clock are stamped afterwards.
 */
function indexOf(given: readonly Given[], offsets: readonly number[]): GivenIndex {
  const byAt = Map.groupBy(given, ({ reading }) => reading.atMs);
  const byRaw = Map.groupBy(given, ({ reading }) => reading.raw.count);
  const same = (a: Reading, b: Reading) => a.raw.count === b.raw.count && a.raw.exp2 === b.raw.exp2;
  return (reading) => {
    const exact = byAt.get(reading.atMs)?.find((one) => same(one.reading, reading));
    if (exact) return exact;
    const offMs = ({ trueAtMs }: Given) =>
      Math.min(...offsets.map((offsetMs) => Math.abs(trueAtMs + offsetMs - reading.atMs)));
    const alike = (byRaw.get(reading.raw.count) ?? []).filter((one) => same(one.reading, reading));
    const near = alike.filter((one) => offMs(one) <= LED_MS);
    return near.toSorted((a, b) => offMs(a) - offMs(b))[0] ?? null;
  };
}

/** How a reading of the ledger was taken; null where nobody took it so. */
export function givenIndex(meter: PlayedMeter, { plan }: PlayedScenario): GivenIndex {
  return indexOf(meter.given, [0, ...plan.clock.map(({ offsetMs }) => offsetMs)]);
}

export function stepMilliJ({ unitsPerCount, stepCounts }: ChannelSpec['scale']): bigint {
  const step = unitsPerCount.num * stepCounts.num * MILLI_J_PER_UNIT;
  return step / (unitsPerCount.den * stepCounts.den) + 1n;
}

/** The last bits of a float of this size, mJ; 0 for integers. */
export function lastBitMilliJ({ reading, era }: Pick<Marked, 'reading' | 'era'>): bigint {
  const { encoding, unitsPerCount } = era.scale;
  if (encoding === 'integer') return 0n;
  const { num, den } = rawValue(reading.raw);
  const milliJ = (num * unitsPerCount.num * MILLI_J_PER_UNIT) / (den * unitsPerCount.den);
  return (milliJ >> (encoding === 'float32' ? 22n : 51n)) + 1n;
}

/** How far the total at a boundary may be from the truth, mJ; null where it rests on a reading that was stamped anew. */
function errorAt(boundary: Boundary, { meter }: TruthCheck, given: GivenIndex): Interval | null {
  const { energy } = meter.truth;
  const [lower, upper] = [given(boundary.lower.reading), given(boundary.upper.reading)];
  if (!lower || !upper) return null;
  const { scale } = boundary.lower.era;
  // Each rounding to micro-units: of the two registers, of a register's end, of the interpolation.
  const slack = 4n * MILLI_J_PER_MICRO + lastBitMilliJ(boundary.lower) + lastBitMilliJ(boundary.upper);
  const now = energy(boundaryAt(boundary.slot));
  return {
    low: energy(lower.trueSinceMs - scale.updateMs) - now - stepMilliJ(scale) - slack,
    high: energy(upper.trueAtMs) - now + slack,
  };
}

const isBelieved = (quality: string): boolean => quality === 'measured' || quality === 'interpolated';

export function checkTruth(check: TruthCheck): void {
  const { ledger, meter, played, tally } = check;
  const given = givenIndex(meter, played);
  const lies = liesOf(meter, played);
  const buckets = [
    ...ledger.slots.map(({ slot, quality, quantityMicro }) => ({
      from: slot,
      to: slot + 1,
      quality,
      quantityMicro,
    })),
    ...ledger.hours.map(({ startMs, quality, quantityMicro }) => ({
      from: slotOf(startMs),
      to: slotOf(startMs) + 2,
      quality,
      quantityMicro,
    })),
  ];
  for (const { from, to, quality, quantityMicro: quantity } of buckets) {
    tally.buckets += 1;
    if (!isBelieved(quality)) {
      tally.marked += 1;
      continue;
    }
    const [start, end] = [ledger.bySlot.get(from), ledger.bySlot.get(to)];
    must(
      start && end && quantity !== null,
      () => `${ledger.spec.meter}: a bucket is ${quality} without its ends`,
    );
    holdBucket(check, { start, end, quantity, quality, lies, given });
  }
  checkWhole(check, lies, given);
}

interface Bucket {
  readonly start: Boundary;
  readonly end: Boundary;
  readonly quantity: bigint;
  readonly quality: string;
  readonly lies: readonly Lie[];
  readonly given: GivenIndex;
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/**
 * How far the bucket may be off by what its quality promises, mJ. `measured`: at each end 2 counts or 1 % of it.
 * `interpolated`: each end that is not as tight as that lies between readings at most an hour apart, and nothing is
 * promised beyond those.
 */
function claimOf({ start, end, quality, quantity }: Bucket): bigint {
  if (quality === 'measured') {
    const counts = [start, end].map(({ lower, upper }) => {
      const bits = larger(lastBitMilliJ(lower), lastBitMilliJ(upper));
      return 2n * larger(stepMilliJ(upper.era.scale), bits) + 4n * MILLI_J_PER_MICRO;
    });
    const percent = (quantity * MILLI_J_PER_MICRO) / 100n;
    return counts.reduce((sum, one) => sum + larger(one, percent), 0n);
  }
  for (const { lower, upper, lowMicro, highMicro, resolutionMicro } of [start, end]) {
    const width = highMicro - lowMicro;
    const isTight = width <= 2n * resolutionMicro || width * 100n <= quantity;
    must(
      isTight || upper.reading.atMs - lower.reading.atMs <= HOUR,
      () => `a bucket from ${iso(boundaryAt(start.slot))} is interpolated over more than an hour`,
    );
  }
  return 10n ** 30n;
}

function holdBucket(check: TruthCheck, bucket: Bucket): void {
  const { meter, tally, ledger } = check;
  const { start, end, quantity, quality, given } = bucket;
  const [fromMs, toMs] = [boundaryAt(start.slot), boundaryAt(end.slot)];
  const [seenFromMs, seenToMs] = [
    start.lower.reading.sinceMs - start.lower.era.scale.updateMs,
    end.upper.reading.atMs,
  ];
  const answers = check.played.store.corrections.answersTouching(ledger.id, {
    fromMs: instant(fromMs),
    toMs: instant(toMs),
  });
  const isTrue = ({ correctionNo }: { readonly correctionNo: number }) =>
    check.played.desk.slips.has(check.played.store.corrections.byNo(correctionNo)?.id ?? '');
  // What a person said who could not know is a person's word, told as an event.
  if (!answers.every(isTrue)) {
    tally.said += 1;
    return;
  }
  const lies = bucket.lies.filter((lie) => lie.fromMs <= seenToMs && lie.toMs >= seenFromMs);
  const isWrongClock = lies.some(({ kind }) => kind === 'clock');
  const passed = meter.truth.energy(toMs) - meter.truth.energy(fromMs);
  const off = quantity * MILLI_J_PER_MICRO - passed;
  const says = (about: string) =>
    `${ledger.spec.meter}: ${iso(fromMs)} … ${iso(toMs)} says ${quantity} (${quality}), truly ${passed / MILLI_J_PER_MICRO}; ${about}${lies
      .map((lie) => `; ${lie.kind} ${iso(lie.fromMs)} … ${iso(lie.toMs)}`)
      .join('')}`;
  // That each step of the clock was told is checked on its own.
  if (isWrongClock) {
    tally.named += 1;
    return;
  }
  const [first, last] = [errorAt(start, check, given), errorAt(end, check, given)];
  if (!first || !last) {
    // The newest reading, stamped with the instant at which a clock was set right: an event tells of that instant.
    const anew = [start, end].flatMap(({ lower, upper }) => [lower.reading, upper.reading]);
    must(
      anew.every((one) => given(one) || isTakenBackAt(one.atMs, check)),
      () => says('it rests on a reading that nobody took'),
    );
    tally.named += 1;
    return;
  }
  const claimed = claimOf(bucket);
  // The figures on a slip are cut to the step, as those of a register are.
  const cut = BigInt(answers.length) * 4n * (stepMilliJ(end.upper.era.scale) + lastBitMilliJ(end.upper));
  const low = larger(last.low - first.high, -claimed) - cut;
  const high = -larger(first.low - last.high, -claimed) + cut;
  if (low <= off && off <= high) {
    tally.strict += 1;
    return;
  }
  const allowed = `allowed ${low / MILLI_J_PER_MICRO} … ${high / MILLI_J_PER_MICRO}`;
  const allowance = lies.reduce((sum, lie) => sum + lie.allowanceMilliJ(seenFromMs, seenToMs), 0n);
  if (low - allowance <= off && off <= high + allowance) {
    tally.withinRating += 1;
    return;
  }
  must(
    lies.some((lie) => isNamed(lie, check, seenFromMs)),
    () => says(`${allowed}, and ${allowance / MILLI_J_PER_MICRO} by the rating; no event names it`),
  );
  tally.named += 1;
}

/** Events that tell that something is wrong with what a register showed. */
const TELLING: ReadonlySet<string> = new Set([
  'above-rating',
  'step-unresolved',
  'era-opened',
  'transient-reading',
  'meter-setting',
]);

function isTakenBackAt(ms: number, { events }: TruthCheck): boolean {
  // Events are told in whole seconds.
  return events.some(
    ({ kind, atMs, detail }) => kind === 'clock-step' && 'aheadMs' in detail && Math.abs(atMs - ms) < 1_000,
  );
}

function isNamed(lie: Lie, { events }: TruthCheck, seenFromMs: number): boolean {
  const fromMs = Math.floor(Math.max(lie.fromMs, lie.kind === 'refresh' ? seenFromMs : 0) / HOUR) * HOUR;
  return events.some(({ kind, atMs }) => TELLING.has(kind) && atMs >= fromMs && atMs <= lie.namedToMs);
}

/** Nothing lost and nothing counted twice: where no register was changed, the whole is what was truly used. */
function checkWhole({ ledger, meter, tally }: TruthCheck, lies: readonly Lie[], given: GivenIndex): void {
  const harmless = new Set<Lie['kind']>(['clock', 'freeze', 'refresh', 'odd']);
  const { eras, accepted } = ledger;
  const [opening, lastRow] = [eras[0]?.opening, accepted.at(-1)];
  if (!opening || !lastRow || !lies.every(({ kind }) => harmless.has(kind))) return;
  if (eras.some(({ cause }) => cause !== 'first' && cause !== 'rollover')) return;
  const [from, to] = [given(opening), given(lastRow.reading)];
  const last = eras.at(-1);
  if (!from || !to || !last || from.odd || to.odd) return;
  const { energy, nature } = meter.truth;
  if (
    nature.freezes.some(({ fromMs, toMs }) =>
      [from, to].some((one) => one.trueAtMs >= fromMs && one.trueSinceMs <= toMs + nature.refreshMs),
    )
  )
    return;
  const total =
    (last.baseMicro + ledger.microOf(last, lastRow.reading) - ledger.microOf(last, last.opening)) *
    MILLI_J_PER_MICRO;
  const { scale } = last;
  const ageMs = Math.max(scale.updateMs, nature.refreshMs);
  // A register that goes round is a large float before and a small one after it.
  const ends = ledger.boundaries.flatMap(({ lower, upper }) => [lower, upper]);
  const marks = [...eras.map((era) => ({ reading: era.opening, era })), ...ends];
  const bits = 2n * marks.map(lastBitMilliJ).reduce((most, one) => (one > most ? one : most), 0n);
  const slack =
    stepMilliJ(scale) +
    BigInt(4 * eras.length) * MILLI_J_PER_MICRO +
    lastBitMilliJ({ reading: lastRow.reading, era: last }) +
    bits;
  const low = energy(to.trueSinceMs - ageMs) - energy(from.trueAtMs) - slack;
  const high = energy(to.trueAtMs) - energy(from.trueSinceMs - ageMs) + slack;
  must(
    low <= total && total <= high,
    () => `${ledger.spec.meter}: the whole is ${total} mJ, truly ${low} … ${high}`,
  );
  tally.wholes += 1;
}

const iso = (ms: number): string =>
  Math.abs(ms) < 8e15 ? new Date(ms).toISOString().slice(5, 19) : 'the end';
