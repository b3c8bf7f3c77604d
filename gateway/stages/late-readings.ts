/**
 * A reading that is older than the newest accepted one. It changes no total; it tightens the brackets around it,
 * may close a boundary that was still open, and halves the unwatched span it falls into.
 */
import { acceptLate, type Verdict } from '../domain/ledger/accept.ts';
import {
  type Boundary,
  closedBy,
  isAfter,
  type Marked,
  narrowed,
  tightened,
} from '../domain/ledger/boundary.ts';
import type { Reading } from '../domain/ledger/register.ts';
import { boundaryAt, type EpochMs, instant, slotOf } from '../domain/time.ts';
import type { Store } from '../store/store.ts';
import { type Channel, marked } from './channel-book.ts';

export interface LateDeps {
  readonly store: Store;
  readonly putBoundary: (channel: Channel, boundary: Boundary) => void;
  readonly touchSlots: (channel: Channel, fromMs: EpochMs, toMs: EpochMs) => void;
  /** What becomes of a reading that is not taken. */
  readonly apply: (channel: Channel, verdicts: readonly Verdict[]) => number;
}

export function createLateTaker({ store, putBoundary, touchSlots, apply }: LateDeps) {
  /**
   * The nearest accepted readings that are still known: rows, the head, and the brackets of boundaries. Rows are
   * thinned, so a bracket may hold a nearer one.
   */
  function neighbours(channel: Channel, atMs: EpochMs): { before: Marked | null; after: Marked | null } {
    const { id, eras } = channel;
    let before = marked(eras, store.readings.acceptedAtOrBefore(id, atMs));
    let after = marked(eras, store.readings.acceptedAtOrAfter(id, atMs));
    for (const { lower, upper } of store.boundaries.within(id, slotOf(atMs), slotOf(atMs) + 1, eras)) {
      for (const mark of [lower, upper]) {
        const at = mark.reading.atMs;
        if (at <= atMs && (!before || at > before.reading.atMs)) before = mark;
        if (at >= atMs && (!after || at < after.reading.atMs)) after = mark;
      }
    }
    return { before, after };
  }

  /** A late reading can be the first sure one after an open boundary, or a nearer neighbour of it. */
  function closeOpenWith(channel: Channel, late: Marked): void {
    channel.open = channel.open.flatMap((candidate) => {
      const narrow = narrowed(candidate, late);
      if (!isAfter(boundaryAt(candidate.slot), late)) return [narrow];
      putBoundary(channel, closedBy(late, narrow, channel.spec.keptBy));
      return [];
    });
  }

  function splitGap(channel: Channel, before: Reading, late: Reading, after: Reading): void {
    // Rows are thinned: far neighbours are a gap only where it is known as one.
    if (!store.unwatched.remove(channel.id, { fromMs: before.atMs, toMs: after.atMs })) return;
    for (const [from, to] of [[before, late] as const, [late, after] as const]) {
      if (to.atMs - from.atMs > channel.spec.watchGapMs) {
        store.unwatched.insert(channel.id, { fromMs: from.atMs, toMs: to.atMs });
      }
    }
    touchSlots(channel, before.atMs, after.atMs);
  }

  /** @returns 1 when it was accepted */
  return function takeLate(channel: Channel, reading: Reading): number {
    const { before, after } = neighbours(channel, reading.atMs);
    const between =
      before && after && before.era.no === after.era.no
        ? { before: before.reading, after: after.reading, era: before.era }
        : null;
    const verdict = acceptLate(reading, between, channel.spec.ratedPerHour);
    if (verdict.kind !== 'accepted' || !before || !after) return apply(channel, [verdict]);
    store.readings.put(channel.id, reading, 'accepted', verdict.era.no);
    const late: Marked = { reading, era: verdict.era };
    // A slow register's boundaries wait for a sure reading: they may lie as far back as its answers may be old.
    const from = slotOf(instant(before.reading.sinceMs - verdict.era.scale.updateMs));
    const to = slotOf(after.reading.atMs);
    for (const boundary of store.boundaries.within(channel.id, from, to, channel.eras)) {
      const better = tightened(boundary, late, channel.spec.keptBy);
      if (better) putBoundary(channel, better);
    }
    closeOpenWith(channel, late);
    splitGap(channel, before.reading, reading, after.reading);
    return 1;
  };
}
