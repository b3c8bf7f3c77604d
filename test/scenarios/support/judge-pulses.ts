/**
 * What must hold of pulses that the gateway counts, whatever died. A pulse was counted, once, or it lies in a span that
 * is recorded as unwatched; no bucket says otherwise; and whenever somebody read the dial,
 * Σ slots + adjustments = dial difference.
 */
import { filledWithin } from '../../../gateway/domain/ledger/dial.ts';
import { boundaryAt, instant, SLOT_MS, slotOf } from '../../../gateway/domain/time.ts';
import { standing } from '../../../gateway/store/dial-rows.ts';
import { HOUR, MINUTE } from '../../ledger/support/ledger.ts';
import { type LedgerRows, ledgerRows } from './ledger-rows.ts';
import { countBefore, type PulsePlan } from './plan-pulse.ts';
import type { PlayedScenario } from './playing.ts';
import { must, type Tally } from './tally.ts';

const EVER = { fromMs: instant(0), toMs: instant(8_000_000_000_000) };
/** A clock that is set by less is not told of: stamps may be off by that. */
const UNTOLD_MS = 31_000;

interface PulseCheck {
  readonly played: PlayedScenario;
  readonly plan: PulsePlan;
  readonly ledger: LedgerRows;
  readonly channelId: number;
  readonly tally: Tally;
}

export function judgePulses(played: PlayedScenario, plan: PulsePlan, tally: Tally): LedgerRows {
  const spec = played.specOf(plan.id);
  const row = played.store.channels.find(spec.meter, spec.channel);
  must(row, () => `${plan.id} has no channel`);
  const ledger = ledgerRows(played, row.id, spec);
  const check = { played, plan, ledger, channelId: row.id, tally };
  checkSlots(check);
  checkHours(check);
  checkDials(check);
  if (played.plan.clock.length === 0) checkCounts(check);
  checkBuckets(check);
  return ledger;
}

const unitsOf = ({ ledger }: PulseCheck): bigint => {
  const { num, den } = ledger.spec.scale.unitsPerCount;
  return (num * 1_000_000n) / den;
};

/** Slots telescope: what was counted between two boundaries, and what dials gave to it. */
function checkSlots({ plan, ledger, played, channelId }: PulseCheck): void {
  const newest = ledger.boundaries.at(-1);
  if (!newest) return;
  let counted = 0n;
  for (const { slot, quality, quantityMicro, countedMicro } of ledger.slots) {
    must(
      countedMicro !== null && countedMicro >= 0n,
      () => `${plan.id}: slot ${slot} counted ${countedMicro}`,
    );
    counted += countedMicro;
    const fills = played.store.dials.fillsTouching(channelId, {
      fromMs: boundaryAt(slot),
      toMs: boundaryAt(slot + 1),
    });
    const filled = filledWithin(fills, { fromMs: boundaryAt(slot), toMs: boundaryAt(slot + 1) });
    must(
      quality === 'missing' ? quantityMicro === null : quantityMicro === countedMicro + filled,
      () =>
        `${plan.id}: slot ${slot} is ${quality} and ${quantityMicro}, counted ${countedMicro}, filled ${filled}`,
    );
  }
  must(
    counted === newest.totalMicro,
    () => `${plan.id}: slots counted ${counted}, the register ${newest.totalMicro}`,
  );
  ledger.boundaries.forEach((boundary, i) => {
    const next = ledger.boundaries[i + 1];
    must(!next || next.slot === boundary.slot + 1, () => `${plan.id}: no boundary ${boundary.slot + 1}`);
  });
}

/** An hour says what its two slots say; null where one of them is missing. */
function checkHours({ plan, ledger, tally, played, channelId }: PulseCheck): void {
  // A clock that ran ahead may have said of an hour that it is missing: its time comes yet.
  const waiting = new Set(
    played.store.work
      .take('close', 100_000)
      .flatMap((item) => (item.channelId === channelId ? [item.startMs] : [])),
  );
  const bySlot = new Map(ledger.slots.map((slot) => [slot.slot, slot]));
  for (const hour of ledger.hours) {
    tally.hours += 1;
    const [first, second] = [slotOf(hour.startMs), slotOf(hour.startMs) + 1].map((slot) => bySlot.get(slot));
    if (hour.quality === 'withdrawn') {
      tally.withdrawn += 1;
      continue;
    }
    if (!first || !second || waiting.has(hour.startMs)) continue;
    const sum =
      first.quantityMicro === null || second.quantityMicro === null
        ? null
        : first.quantityMicro + second.quantityMicro;
    must(
      hour.quantityMicro === sum,
      () =>
        `${plan.id}: hour ${new Date(hour.startMs).toISOString()} is ${hour.quantityMicro}, its slots ${sum}`,
    );
  }
}

/** Dial difference = counted + fills + adjustment, of each dial reading and of all together. */
function checkDials(check: PulseCheck): void {
  const { plan, ledger, played, channelId, tally } = check;
  const { store } = played;
  const dials = store.dials.all(channelId);
  const adjustments = store.dials.adjustments(channelId);
  const fills = store.dials.fillsTouching(channelId, EVER);
  const unwatched = store.unwatched.touching(channelId, EVER);
  const isCalm = played.plan.clock.length === 0;
  tally.dials += dials.length;
  tally.spans += unwatched.length;
  dials.forEach((dial, i) => {
    const before = dials[i - 1];
    if (!before) return;
    const given = fills
      .filter(({ fromMs, toMs }) => fromMs >= before.atMs && toMs <= dial.atMs)
      .reduce((sum, { micro }) => sum + micro, 0n);
    const adjusted = adjustments[i] ?? 0n;
    const difference = dial.dialMicro - standing(before).dialMicro;
    const counted = dial.countedMicro - before.countedMicro;
    must(
      counted + given + adjusted === difference,
      () =>
        `${plan.id}: the dial rose by ${difference}, counted ${counted}, filled ${given}, adjusted ${adjusted}`,
    );
    if (!isCalm) return;
    const spans = unwatched.filter(({ fromMs, toMs }) => fromMs < dial.atMs && toMs > before.atMs);
    must(
      adjusted <= 0n || spans.length === 0,
      () =>
        `${plan.id}: ${adjusted} is an adjustment of the dial at ${new Date(dial.atMs).toISOString()} though ${spans.length} spans were not watched since the one before`,
    );
    // Σ slots + adjustments = dial difference, where both dials were read on a boundary.
    const [from, to] = [before.atMs / SLOT_MS, dial.atMs / SLOT_MS];
    const between = ledger.slots.filter(({ slot }) => slot >= from && slot < to);
    if (!Number.isInteger(from) || !Number.isInteger(to) || between.length !== to - from) return;
    const sum = between.reduce<bigint | null>(
      (all, { quantityMicro }) => (all === null || quantityMicro === null ? null : all + quantityMicro),
      0n,
    );
    must(
      sum !== null && sum + adjusted === difference,
      () =>
        `${plan.id}: slots between two dials add up to ${sum}, adjusted ${adjusted}, the dial to ${difference}`,
    );
    tally.reconciled += 1;
  });
  for (const { fromMs, toMs, micro } of isCalm ? fills : [])
    must(
      micro >= 0n && unwatched.some((span) => span.fromMs <= fromMs && toMs <= span.toMs),
      () => `${plan.id}: ${micro} was given to a stretch that was watched`,
    );
}

/**
 * Where a hand-over was lost (or was so old that nobody could stamp it), a span begins at the one before: what it held
 * lies in that span and is counted all the same.
 */
const isLossy = ({ plan, played }: Pick<PulseCheck, 'plan' | 'played'>): boolean =>
  plan.lostPermille > 0 || played.plan.untrusted.length > 0;

/** Every pulse since the opening was counted once, or passed while nobody watched. */
function checkCounts({ plan, ledger, played, channelId, tally }: PulseCheck): void {
  const opening = ledger.eras[0]?.opening;
  must(ledger.eras.length <= 1, () => `${plan.id}: a count that only rises has ${ledger.eras.length} eras`);
  if (!opening) return;
  const spans = played.store.unwatched.touching(channelId, EVER);
  const within = (fromMs: number, toMs: number) =>
    countBefore(plan.pulses, toMs) - countBefore(plan.pulses, fromMs);
  const unseen = (toMs: number) =>
    spans.reduce((sum, span) => {
      const [from, to] = [Math.max(span.fromMs, opening.atMs), Math.min(span.toMs, toMs)];
      return sum + (from < to ? within(from, to) : 0);
    }, 0);
  for (const { reading } of ledger.accepted) {
    // A span that began with this reading is told by the next.
    const expected = within(opening.atMs, reading.atMs) - unseen(reading.atMs);
    const counted = Number(reading.raw.count - opening.raw.count);
    const most = isLossy({ plan, played }) ? within(opening.atMs, reading.atMs) : expected;
    must(
      expected <= counted && counted <= most,
      () =>
        `${plan.id}: ${counted} pulses counted by ${new Date(reading.atMs).toISOString()}, ${expected} were there to be counted`,
    );
    tally.counts += 1;
  }
}

/** Where the clock was wrong by more than is left untold, and where that put readings. */
function wrongTimes({ plan }: PlayedScenario): (fromMs: number, toMs: number) => boolean {
  const marginMs = 3 * plan.pollMs + 2 * MINUTE;
  const spans = plan.clock.flatMap(({ atMs, offsetMs }, i) => {
    const toMs = plan.clock[i + 1]?.atMs ?? plan.endMs;
    return Math.abs(offsetMs) <= 30_000
      ? []
      : [0, offsetMs].map((shift) => ({ fromMs: atMs + shift - marginMs, toMs: toMs + shift + marginMs }));
  });
  // What came while nobody knew the time was stamped afterwards, by the clock as it was then.
  for (const { fromMs, toMs } of plan.untrusted) {
    const offsetMs = plan.clock.findLast(({ atMs }) => atMs <= toMs)?.offsetMs ?? 0;
    if (Math.abs(offsetMs) <= 30_000) continue;
    for (const shift of [0, offsetMs])
      spans.push({ fromMs: fromMs + shift - marginMs, toMs: toMs + shift + marginMs });
  }
  return (fromMs, toMs) => spans.some((span) => span.fromMs <= toMs && span.toMs >= fromMs);
}

/** A bucket that is believed says what passed: exactly between the two counts it rests on. */
function checkBuckets(check: PulseCheck): void {
  const { plan, ledger, played, tally } = check;
  const isWrong = wrongTimes(played);
  const looseMs = played.plan.clock.length > 0 ? UNTOLD_MS : 0;
  const units = unitsOf(check);
  const spans = played.store.unwatched.touching(check.channelId, EVER);
  const closed = (fromMs: number, toMs: number): bigint =>
    BigInt(countBefore(plan.pulses, toMs) - countBefore(plan.pulses, fromMs));
  /** Closings in a stretch that somebody watched; stamps, and the ends of spans, may be off by so much. */
  const seen = (fromMs: number, toMs: number, offMs: number): bigint => {
    const isUnseen = (ms: number) =>
      spans.some((span) => span.fromMs - offMs <= ms && ms < span.toMs + offMs);
    const [low, high] = [fromMs + offMs, toMs - offMs].map((ms) => countBefore(plan.pulses, ms));
    return BigInt(plan.pulses.slice(low, high).filter((ms) => !isUnseen(ms)).length);
  };
  for (const { slot, quality, quantityMicro } of ledger.slots) {
    tally.pulseSlots += 1;
    if (quality !== 'measured' && quality !== 'interpolated') {
      tally.marked += 1;
      continue;
    }
    const [start, end] = [ledger.bySlot.get(slot), ledger.bySlot.get(slot + 1)];
    must(
      start && end && quantityMicro !== null,
      () => `${plan.id}: slot ${slot} is ${quality} without its ends`,
    );
    const [fromMs, toMs] = [start.lower.reading.atMs, end.lower.reading.atMs];
    if (isWrong(fromMs, end.upper.reading.atMs)) {
      tally.named += 1;
      continue;
    }
    const least = seen(fromMs, toMs, looseMs);
    const most = isLossy(check) ? closed(fromMs - looseMs, toMs + looseMs) : seen(fromMs, toMs, -looseMs);
    must(
      least * units <= quantityMicro && quantityMicro <= most * units,
      () =>
        `${plan.id}: ${new Date(boundaryAt(slot)).toISOString()} says ${quantityMicro} (${quality}), truly ${least * units} … ${most * units}`,
    );
    // How far the two counts may lie from the boundaries.
    const late = [start, end].map((boundary) =>
      seen(boundary.lower.reading.atMs, boundaryAt(boundary.slot), 0),
    );
    const claim = larger(2n * units, quantityMicro / 100n);
    must(
      looseMs > 0 || quality === 'interpolated' || late.every((pulses) => pulses * units <= claim),
      () => `${plan.id}: slot ${slot} is measured, and its ends are ${late.join(' and ')} pulses late`,
    );
    must(
      quality === 'measured' || end.upper.reading.atMs - end.lower.reading.atMs <= HOUR,
      () => `${plan.id}: slot ${slot} is ${quality} over more than an hour`,
    );
    tally.pulsesHeld += 1;
  }
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
