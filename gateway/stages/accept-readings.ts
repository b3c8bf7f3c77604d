/**
 * readings → ledger. Takes what the drivers read, decides with the pure ledger what is accepted, and writes the
 * readings, eras, boundaries, unwatched spans and events in one transaction. Channels are independent of each
 * other. State is only a copy of rows: it is loaded from them at start, and after a failed transaction.
 */
import {
  accept,
  acceptLate,
  type ChannelState,
  changeScale,
  EMPTY_CHANNEL,
  type Verdict,
} from '../domain/ledger/accept.ts';
import {
  closeBoundaries,
  closedBy,
  isAfter,
  type Marked,
  narrowed,
  type OpenBoundary,
  slotsWithin,
  tightened,
} from '../domain/ledger/boundary.ts';
import type { Era } from '../domain/ledger/era.ts';
import { isCountable, type Reading } from '../domain/ledger/register.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { boundaryAt, type EpochMs, type HourGrid, instant, plus, slotOf } from '../domain/time.ts';
import { sameScale } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import { type EventSink, ledgerEvents } from './ledger-events.ts';

export interface NewReading {
  readonly spec: ChannelSpec;
  readonly reading: Reading;
}

interface Channel {
  readonly id: number;
  readonly spec: ChannelSpec;
  /** The hour its buckets begin with. */
  readonly firstHourMs: EpochMs;
  readonly eras: Era[];
  state: ChannelState;
  /** Boundaries passed but not yet bracketed from above. */
  open: readonly OpenBoundary[];
}

export interface AcceptDeps {
  readonly store: Store;
  readonly grid: HourGrid;
  readonly events: EventSink;
}

export interface Acceptor {
  /** @returns how many readings were accepted */
  accept(readings: readonly NewReading[], nowMs: EpochMs): number;
}

function marked(eras: readonly Era[], row: { reading: Reading; era: number | null } | null): Marked | null {
  const era = row?.era ? eras[row.era - 1] : undefined;
  return row && era ? { reading: row.reading, era } : null;
}

function load(store: Store, about: Pick<Channel, 'id' | 'spec' | 'firstHourMs'>): Channel {
  const { id } = about;
  const eras = store.eras.of(id);
  const head = marked(eras, store.readings.head(id));
  if (!head) return { ...about, eras, state: EMPTY_CHANNEL, open: [] };
  const pending = store.readings.pendingAfter(id, head.reading.atMs);
  const closedMs = store.boundaries.newestMs(id);
  const firstOpenMs = closedMs === null ? (eras[0] as Era).opening.atMs : closedMs + 1;
  const open = slotsWithin(instant(firstOpenMs), plus(head.reading.atMs, 1)).flatMap((slot) => {
    const lower = marked(eras, store.readings.acceptedAtOrBefore(id, boundaryAt(slot)));
    const upper = marked(eras, store.readings.acceptedAtOrAfter(id, boundaryAt(slot)));
    return lower && upper ? [{ slot, lower, upper }] : [];
  });
  return { ...about, eras, state: { era: head.era, last: head.reading, pending }, open };
}

export function createAcceptor({ store, grid, events }: AcceptDeps): Acceptor {
  const channels = new Map<string, Channel>();

  function touchHour(channel: Channel, slot: number): void {
    const startMs = grid.hourOf(boundaryAt(slot));
    // A channel that opens on the hour has no hour before.
    if (startMs >= channel.firstHourMs) store.work.add('close', { channelId: channel.id, startMs });
  }

  function touchSlots(channel: Channel, fromMs: EpochMs, toMs: EpochMs): void {
    for (let slot = slotOf(fromMs); slot <= slotOf(toMs); slot++) touchHour(channel, slot);
  }

  function channelOf(spec: ChannelSpec, firstAtMs: EpochMs): Channel {
    const key = `${spec.meter}/${spec.channel}`;
    const known = channels.get(key);
    if (known) return known;
    const row = store.channels.ensure(spec.meter, spec.channel, firstAtMs, grid.hourOf(firstAtMs));
    const loaded = load(store, { id: row.id, spec, firstHourMs: grid.hourOf(row.sinceMs) });
    channels.set(key, loaded);
    return loaded;
  }

  function noteGap(channel: Channel, before: Reading, after: Reading): void {
    if (after.atMs - before.atMs <= channel.spec.watchGapMs) return;
    store.unwatched.insert(channel.id, { fromMs: before.atMs, toMs: after.atMs });
    touchSlots(channel, before.atMs, after.atMs);
    events.emit(ledgerEvents.gap(channel.spec, before.atMs, after.atMs));
  }

  function take(channel: Channel, verdict: Verdict & { kind: 'accepted' }): void {
    const { reading, era, previous } = verdict;
    if (verdict.aboveRating) events.emit(ledgerEvents.aboveRating(channel.spec, reading));
    store.readings.put(channel.id, reading, 'accepted', era.no);
    store.readings.putHead(channel.id, reading, era.no);
    const last = previous && { reading: previous, era: previousEra(channel, previous, era) };
    if (previous) noteGap(channel, previous, reading);
    const { closed, open } = closeBoundaries(channel.open, last, { reading, era }, channel.spec.keptBy);
    channel.open = open;
    for (const boundary of closed) {
      store.boundaries.put(channel.id, boundary);
      touchHour(channel, boundary.slot - 1);
      touchHour(channel, boundary.slot);
    }
  }

  /** The reading before the first of an era belongs to the era before. */
  function previousEra(channel: Channel, previous: Reading, era: Era): Era {
    return previous.atMs < era.opening.atMs ? (channel.eras[era.no - 2] as Era) : era;
  }

  function openEra(channel: Channel, verdict: Verdict & { kind: 'era-opened' }): void {
    channel.eras.push(verdict.era);
    store.eras.insert(channel.id, verdict.era, verdict.after);
    if (!verdict.after) {
      // The hour in which the channel begins is known in part only, from this reading on.
      const beginning = boundaryAt(slotOf(verdict.era.opening.atMs));
      if (verdict.era.opening.atMs > beginning) {
        store.unwatched.insert(channel.id, { fromMs: beginning, toMs: verdict.era.opening.atMs });
      }
    } else {
      touchSlots(channel, verdict.after.atMs, verdict.era.opening.atMs);
    }
    events.emit(ledgerEvents.eraOpened(channel.spec, verdict.era, verdict.after));
  }

  function apply(channel: Channel, verdicts: readonly Verdict[]): number {
    let accepted = 0;
    for (const verdict of verdicts) {
      if (verdict.kind === 'accepted') {
        take(channel, verdict);
        accepted += 1;
      } else if (verdict.kind === 'era-opened') {
        openEra(channel, verdict);
      } else if (verdict.kind === 'pending') {
        store.readings.put(channel.id, verdict.reading, 'pending', null);
      } else {
        store.readings.put(channel.id, verdict.reading, 'rejected', null);
        events.emit(ledgerEvents.rejected(channel.spec, verdict.reading, verdict.reason));
      }
    }
    return accepted;
  }

  /** A late reading tightens the brackets around it and halves the unwatched span it falls into. */
  function takeLate(channel: Channel, reading: Reading): number {
    const before = marked(channel.eras, store.readings.acceptedAtOrBefore(channel.id, reading.atMs));
    const after = marked(channel.eras, store.readings.acceptedAtOrAfter(channel.id, reading.atMs));
    const neighbours =
      before && after && before.era.no === after.era.no
        ? { before: before.reading, after: after.reading, era: before.era }
        : null;
    const verdict = acceptLate(reading, neighbours, channel.spec.ratedPerHour);
    if (verdict.kind !== 'accepted' || !before || !after) return apply(channel, [verdict]);
    store.readings.put(channel.id, reading, 'accepted', verdict.era.no);
    const late: Marked = { reading, era: verdict.era };
    // A slow register's boundaries wait for a sure reading: they may lie as far back as its answers may be old.
    const slots = {
      from: slotOf(instant(before.reading.sinceMs - verdict.era.scale.updateMs)),
      to: slotOf(after.reading.atMs),
    };
    for (const boundary of store.boundaries.within(channel.id, slots.from, slots.to, channel.eras)) {
      const better = tightened(boundary, late, channel.spec.keptBy);
      if (!better) continue;
      store.boundaries.put(channel.id, better);
      touchHour(channel, boundary.slot - 1);
      touchHour(channel, boundary.slot);
    }
    closeOpenWith(channel, late);
    splitGap(channel, before.reading, reading, after.reading);
    return 1;
  }

  /** A late reading can be the first sure one after an open boundary, or a nearer neighbour of it. */
  function closeOpenWith(channel: Channel, late: Marked): void {
    channel.open = channel.open.flatMap((candidate) => {
      const narrow = narrowed(candidate, late);
      if (!isAfter(boundaryAt(candidate.slot), late)) return [narrow];
      store.boundaries.put(channel.id, closedBy(late, narrow, channel.spec.keptBy));
      touchHour(channel, candidate.slot - 1);
      touchHour(channel, candidate.slot);
      return [];
    });
  }

  function splitGap(channel: Channel, before: Reading, late: Reading, after: Reading): void {
    if (after.atMs - before.atMs <= channel.spec.watchGapMs) return;
    store.unwatched.remove(channel.id, { fromMs: before.atMs, toMs: after.atMs });
    for (const [from, to] of [[before, late] as const, [late, after] as const]) {
      if (to.atMs - from.atMs > channel.spec.watchGapMs) {
        store.unwatched.insert(channel.id, { fromMs: from.atMs, toMs: to.atMs });
      }
    }
    touchSlots(channel, before.atMs, after.atMs);
  }

  function acceptOne({ spec, reading }: NewReading): number {
    if (!isCountable(reading.raw, spec.scale)) {
      events.emit(ledgerEvents.rejected(spec, reading, 'out-of-range'));
      return 0;
    }
    const channel = channelOf(spec, reading.atMs);
    const stored = store.readings.at(channel.id, reading.atMs);
    // The same reading again changes nothing; another value at the same instant has no place in the order.
    if (stored) return 0;
    const { last, era } = channel.state;
    if (last && reading.atMs < last.atMs) return takeLate(channel, reading);
    const rules = { scale: spec.scale, ratedPerHour: spec.ratedPerHour };
    const rescaled = era !== null && !sameScale(era.scale, spec.scale);
    const { state, verdicts } = rescaled
      ? changeScale(channel.state, reading, rules)
      : accept(channel.state, reading, rules);
    const accepted = apply(channel, verdicts);
    channel.state = state;
    return accepted;
  }

  return {
    accept(readings, nowMs) {
      try {
        return store.write(() => {
          const accepted = readings.reduce((sum, item) => sum + acceptOne(item), 0);
          events.flush(nowMs);
          return accepted;
        });
      } catch (error) {
        // Nothing was written: forget the copies, so that the next call starts from the rows.
        channels.clear();
        events.clear();
        throw error;
      }
    },
  };
}
