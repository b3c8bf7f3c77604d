/**
 * boundaries → hour buckets. Looks at hours that are due and at hours whose evidence changed, derives their two
 * slots and writes the bucket. An hour is due {@link PUBLISH_DELAY_MS} after its end whether or not its meter
 * answers: without a later reading it is written as missing, never as 0. Safe to repeat: an unchanged bucket is
 * left alone.
 */
import { type HourQuantities, joinSlots } from '../domain/hour.ts';
import type { Boundary } from '../domain/ledger/boundary.ts';
import { filledWithin } from '../domain/ledger/dial.ts';
import type { Era } from '../domain/ledger/era.ts';
import { registerMicro } from '../domain/ledger/register.ts';
import { deriveSlot, type Opening, type Slot, slotSpan } from '../domain/ledger/slot.ts';
import { overlapMs, type Span } from '../domain/ledger/spans.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { type EpochMs, HOUR_MS, type HourGrid, plus, slotOf } from '../domain/time.ts';
import type { HourRow, WorkItem } from '../store/hour-rows.ts';
import type { Store } from '../store/store.ts';
import { hourFactor } from './gauge-energy.ts';

/** Buckets leave this long after their hour's end, so that the reading after the boundary is in. */
export const PUBLISH_DELAY_MS = 90_000;
/** Hours looked at in one transaction. */
const BATCH = 500;

export interface CloseHoursDeps {
  readonly store: Store;
  readonly grid: HourGrid;
  /** By channel id, also of channels that have left the site file: what changes of their past is still derived. */
  readonly specs: ReadonlyMap<number, ChannelSpec>;
  /** Channels of the site file as it is now: only their hours come due. */
  readonly active: ReadonlySet<number>;
}

/**
 * The mark at a slot's beginning. The opening stands for the boundaries of its own slot and of the one before, so
 * that the hour in which a channel begins carries what was counted, in whichever half it begins.
 */
function markAt(
  slot: number,
  eras: readonly Era[],
  boundary: Boundary | undefined,
): Boundary | Opening | null {
  if (boundary) return boundary;
  const first = eras[0];
  const before = first ? slotOf(first.opening.atMs) - slot : -1;
  if (!first || before < 0 || before > 1) return null;
  const { atMs, raw } = first.opening;
  return { opening: true, atMs, totalMicro: 0n, registerMicro: registerMicro(raw, first.scale) };
}

/** What dials gave to the slot; null while its unwatched part is not between two dial readings. */
function filledMicro(store: Store, channelId: number, span: Span, unwatched: readonly Span[]): bigint | null {
  const covered = store.dials.covered(channelId);
  const within =
    covered !== null &&
    unwatched.every(
      (gap) =>
        overlapMs(gap, span) ===
        overlapMs({ fromMs: max(gap.fromMs, covered.fromMs), toMs: min(gap.toMs, covered.toMs) }, span),
    );
  return within ? filledWithin(store.dials.fillsTouching(channelId, span), span) : null;
}

/** Answers about a stretch that reaches beyond the slot: how much of it passed in here is an estimate. */
export function sharedAnswers(store: Store, channelId: number, span: Span): Span[] {
  return store.corrections
    .answersTouching(channelId, span)
    .filter(({ fromMs, toMs }) => fromMs < span.fromMs || toMs > span.toMs);
}

const max = (a: EpochMs, b: EpochMs): EpochMs => (a > b ? a : b);
const min = (a: EpochMs, b: EpochMs): EpochMs => (a < b ? a : b);

/** The slots of a stretch, from the rows; also what `explain` and the invariants look at. */
export function slotsOf(
  store: Store,
  channelId: number,
  spec: ChannelSpec,
  fromSlot: number,
  count: number,
): Slot[] {
  const eras = store.eras.of(channelId);
  const boundaries = store.boundaries.within(channelId, fromSlot, fromSlot + count, eras);
  const bySlot = new Map(boundaries.map((boundary) => [boundary.slot, boundary]));
  return Array.from({ length: count }, (_, i) => {
    const slot = fromSlot + i;
    const span = slotSpan(slot);
    const unwatched = store.unwatched.touching(channelId, span);
    return deriveSlot({
      slot,
      keptBy: spec.keptBy,
      start: markAt(slot, eras, bySlot.get(slot)),
      end: markAt(slot + 1, eras, bySlot.get(slot + 1)),
      unwatched,
      unresolved: [...store.eras.unresolved(channelId, span), ...sharedAnswers(store, channelId, span)],
      answeredMicro: filledWithin(store.corrections.fillsTouching(channelId, span), span),
      filledMicro: spec.keptBy === 'gateway' ? filledMicro(store, channelId, span, unwatched) : null,
    });
  });
}

function sameQuantities(a: HourQuantities, b: HourRow): boolean {
  return (
    a.quality === b.quality &&
    a.coverageMicro === b.coverageMicro &&
    a.quantityMicro === b.quantityMicro &&
    a.energyMicroKwh === b.energyMicroKwh &&
    a.demandMicro[0] === b.demandMicro[0] &&
    a.demandMicro[1] === b.demandMicro[1] &&
    a.startRegisterMicro === b.startRegisterMicro &&
    a.endRegisterMicro === b.endRegisterMicro
  );
}

function isDue(startMs: EpochMs, nowMs: EpochMs): boolean {
  return startMs + HOUR_MS + PUBLISH_DELAY_MS <= nowMs;
}

export function createHourCloser({ store, grid, specs, active }: CloseHoursDeps) {
  /** Hours that came due since the last look become work, readings or not. */
  function queueDueHours(nowMs: EpochMs): void {
    for (const channel of store.channels.all()) {
      if (!active.has(channel.id)) continue;
      let hourMs = channel.nextHourMs;
      for (let n = 0; n < BATCH && isDue(hourMs, nowMs); n++) {
        store.work.add('close', { channelId: channel.id, startMs: hourMs });
        hourMs = grid.hourOf(plus(hourMs, HOUR_MS));
      }
      if (hourMs !== channel.nextHourMs) store.channels.advanceTo(channel.id, hourMs);
    }
  }

  /** A boundary on the very start of a channel touches the hour before it, which is not this channel's. */
  function isOurs({ channelId, startMs }: WorkItem): boolean {
    const channel = store.channels.byId(channelId);
    return channel !== null && startMs >= grid.hourOf(channel.sinceMs);
  }

  function closeOne(item: WorkItem): void {
    const spec = specs.get(item.channelId);
    if (!spec || !isOurs(item)) return;
    const [first, second] = slotsOf(store, item.channelId, spec, slotOf(item.startMs), 2) as [Slot, Slot];
    const bucket = joinSlots(first, second, hourFactor(store, spec, item.startMs, grid).by);
    const known = store.hours.find(item.channelId, item.startMs);
    if (known && sameQuantities(bucket, known)) return;
    // Evidence only grows. Where a damaged database lost it, the bucket that was made of it is worth more than none.
    if (known && known.quantityMicro !== null && bucket.quality === 'missing' && spec.keptBy === 'meter')
      return;
    store.hours.putQuantities(item.channelId, item.startMs, bucket);
    store.work.add('weigh', item);
  }

  return {
    /** One bounded step. @returns whether there may be more to do at once */
    run(nowMs: EpochMs): boolean {
      return store.write(() => {
        queueDueHours(nowMs);
        const items = store.work.take('close', BATCH).filter((item) => isDue(item.startMs, nowMs));
        for (const item of items) {
          closeOne(item);
          store.work.done('close', item);
        }
        return (
          items.length === BATCH ||
          store.channels.all().some((row) => active.has(row.id) && isDue(row.nextHourMs, nowMs))
        );
      });
    },
  };
}
