/**
 * readings → ledger. Takes what the drivers read, decides with the pure ledger what is accepted, and writes the
 * evidence, eras, boundaries, unwatched spans and events in one transaction. Channels are independent of each other.
 *
 * What becomes a row.  Boundaries keep their bracket for ever. Of the other accepted readings the first of each
 * `evidenceMs` is kept, and both ends of whatever happened: a boundary, a gap, an era, a doubt. The newest one of a
 * channel is always kept (`head`). So a card lives for years, and a start goes on where the last one ended.
 *
 * How durable.  A batch of everyday readings may lose its last seconds to a power cut: the registers go on counting
 * in the meters. Anything else (a boundary, an era, a gap, an event) is on the card when `accept` returns.
 */
import { accept, changeScale, type Verdict } from '../domain/ledger/accept.ts';
import { type Boundary, closeBoundaries } from '../domain/ledger/boundary.ts';
import type { Era } from '../domain/ledger/era.ts';
import { isCountable, type Reading } from '../domain/ledger/register.ts';
import type { Span } from '../domain/ledger/spans.ts';
import { steadyMicro } from '../domain/ledger/steady.ts';
import { unwatchedBetween } from '../domain/ledger/watch.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { boundaryAt, type EpochMs, type HourGrid, slotOf } from '../domain/time.ts';
import { sameScale } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import { type Channel, loadChannel, settle } from './channel-book.ts';
import { createLateTaker } from './late-readings.ts';
import { type EventSink, ledgerEvents } from './ledger-events.ts';
import { createDialRecorder } from './record-dial.ts';

export interface NewReading {
  readonly spec: ChannelSpec;
  readonly reading: Reading;
}

export interface AcceptDeps {
  readonly store: Store;
  readonly grid: HourGrid;
  readonly events: EventSink;
  /** One reading in this time is kept beside the brackets, ms; 1 keeps every reading. */
  readonly evidenceMs: number;
}

export interface Acceptor {
  /** @returns how many readings were accepted */
  accept(readings: readonly NewReading[], nowMs: EpochMs): number;
  /** Rows were changed elsewhere: start from them again. */
  reload(): void;
}

export function createAcceptor({ store, grid, events, evidenceMs }: AcceptDeps): Acceptor {
  const channels = new Map<ChannelSpec, Channel>();
  /** Channels whose rows lack something. */
  const unsaved = new Set<Channel>();
  /** Pulses that the gateway counts are among what is being accepted: they are lost with their row. */
  let counted = false;
  const takeLate = createLateTaker({ store, putBoundary, touchSlots, apply });

  function touchHour(channel: Channel, slot: number): void {
    const startMs = grid.hourOf(boundaryAt(slot));
    // A channel that opens on the hour has no hour before.
    if (startMs >= channel.firstHourMs) store.work.add('close', { channelId: channel.id, startMs });
  }

  function touchSlots(channel: Channel, fromMs: EpochMs, toMs: EpochMs): void {
    for (let slot = slotOf(fromMs); slot <= slotOf(toMs); slot++) touchHour(channel, slot);
  }

  /** Both hours that a boundary bounds are looked at again. */
  function putBoundary(channel: Channel, boundary: Boundary): void {
    store.boundaries.put(channel.id, boundary);
    touchHour(channel, boundary.slot - 1);
    touchHour(channel, boundary.slot);
  }

  function channelOf(spec: ChannelSpec, firstAtMs: EpochMs): Channel {
    const known = channels.get(spec);
    if (known) return known;
    saveAll();
    const loaded = loadChannel(store, grid, spec, firstAtMs);
    for (const [other, { id }] of channels) if (id === loaded.id) channels.delete(other);
    channels.set(spec, loaded);
    return loaded;
  }

  /** Pulses that the gateway counts exist nowhere else: each of their readings is kept. */
  function isEvidence(channel: Channel, before: Reading, reading: Reading): boolean {
    if (channel.spec.keptBy === 'gateway') return true;
    return Math.floor(before.atMs / evidenceMs) !== Math.floor(reading.atMs / evidenceMs);
  }

  /** The everyday case, without a row. @returns false when accept.ts must judge */
  function takeSteady({ spec, reading }: NewReading): boolean {
    const channel = channels.get(spec);
    const { steady, state } = channel ?? {};
    const { era, last } = state ?? {};
    if (!channel || !steady || !era || !last) return false;
    if (reading.watched && unwatchedBetween(last, reading, spec.watchGapMs)) return false;
    const micro = steadyMicro(last, steady.lastMicro, reading, steady.pace);
    if (micro === null) return false;
    if (spec.keptBy === 'gateway') {
      // Counts of one transaction: the last one holds the others.
      channel.unwritten = [{ reading, era: era.no }];
      counted ||= micro > steady.lastMicro;
    } else if (isEvidence(channel, last, reading)) channel.unwritten.push({ reading, era: era.no });
    steady.lastMicro = micro;
    channel.state = { era, last: reading, pending: [] };
    unsaved.add(channel);
    return true;
  }

  function save(channel: Channel): void {
    if (!unsaved.delete(channel)) return;
    for (const { reading, era } of channel.unwritten)
      store.readings.put(channel.id, reading, 'accepted', era);
    channel.unwritten = [];
    const { era, last } = channel.state;
    if (era && last) store.readings.putHead(channel.id, last, era.no);
  }

  function saveAll(): void {
    for (const channel of unsaved) save(channel);
  }

  /** The dial may have been read while nobody watched, before this span was known. */
  function reconcileAgain({ id, spec }: Channel, fromMs: EpochMs): void {
    if ((store.dials.newest(id)?.atMs ?? 0) <= fromMs) return;
    createDialRecorder({ store, grid, events, specs: new Map([[id, spec]]) }).lookAgain(id, fromMs);
  }

  function noteGap(channel: Channel, gap: Span): void {
    store.unwatched.insert(channel.id, gap);
    touchSlots(channel, gap.fromMs, gap.toMs);
    events.emit(ledgerEvents.gap(channel.spec, gap.fromMs, gap.toMs));
    if (channel.spec.keptBy === 'gateway') reconcileAgain(channel, gap.fromMs);
  }

  function take(channel: Channel, verdict: Verdict & { kind: 'accepted' }, alone: boolean): void {
    const { reading, era, previous } = verdict;
    if (verdict.aboveRating) events.emit(ledgerEvents.aboveRating(channel.spec, reading));
    const last = previous && { reading: previous, era: previousEra(channel, previous, era) };
    const { closed, open } = closeBoundaries(channel.open, last, { reading, era }, channel.spec.keptBy);
    const gap = previous && unwatchedBetween(previous, reading, channel.spec.watchGapMs);
    const everyday = alone && previous !== null && closed.length + open.length + channel.open.length === 0;
    if (!everyday || gap) {
      // Both ends of whatever happened are evidence.
      if (last) store.readings.put(channel.id, last.reading, 'accepted', last.era.no);
      store.readings.put(channel.id, reading, 'accepted', era.no);
    } else if (isEvidence(channel, previous, reading)) {
      store.readings.put(channel.id, reading, 'accepted', era.no);
    }
    store.readings.putHead(channel.id, reading, era.no);
    if (gap) noteGap(channel, gap);
    channel.open = open;
    for (const boundary of closed) putBoundary(channel, boundary);
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
    const before = channel.eras.at(-2);
    events.emit(ledgerEvents.eraOpened(channel.spec, verdict.era, verdict.after, before));
  }

  function apply(channel: Channel, verdicts: readonly Verdict[]): number {
    const alone = verdicts.length === 1 && channel.state.pending.length === 0;
    let accepted = 0;
    for (const verdict of verdicts) {
      if (verdict.kind === 'accepted') {
        take(channel, verdict, alone);
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

  function judge({ spec, reading }: NewReading): number {
    if (!isCountable(reading.raw, spec.scale)) {
      events.emit(ledgerEvents.rejected(spec, reading, 'out-of-range'));
      return 0;
    }
    const channel = channelOf(spec, reading.atMs);
    save(channel);
    const { last, era } = channel.state;
    // No hour is there for what passed before a channel's first one; its register keeps it.
    if (!era && reading.atMs < channel.firstHourMs) return 0;
    // The same reading again changes nothing; another value at the same instant has no place in the order.
    if (last?.atMs === reading.atMs || store.readings.at(channel.id, reading.atMs)) return 0;
    if (last && reading.atMs < last.atMs) {
      const accepted = takeLate(channel, reading);
      settle(channel);
      return accepted;
    }
    const rules = { scale: spec.scale, ratedPerHour: spec.ratedPerHour };
    const rescaled = era !== null && !sameScale(era.scale, spec.scale);
    const { state, verdicts } = rescaled
      ? changeScale(channel.state, reading, rules)
      : accept(channel.state, reading, rules);
    const accepted = apply(channel, verdicts);
    channel.state = state;
    settle(channel);
    return accepted;
  }

  function acceptOne(item: NewReading): number {
    return takeSteady(item) ? 1 : judge(item);
  }

  /** Forgets the copies, so that the next call starts from the rows. */
  function reload(): void {
    channels.clear();
    unsaved.clear();
  }

  return {
    reload,
    accept(readings, nowMs) {
      try {
        let steady = 0;
        counted = false;
        while (steady < readings.length && takeSteady(readings[steady] as NewReading)) steady += 1;
        const mayWait = steady === readings.length && !counted;
        if (mayWait && !events.pending()) {
          store.writeSoon(saveAll);
          return steady;
        }
        return events.write(nowMs, () => {
          const judged = readings.slice(steady).reduce((sum, item) => sum + acceptOne(item), 0);
          saveAll();
          return steady + judged;
        });
      } catch (error) {
        // Nothing was written.
        reload();
        throw error;
      }
    },
  };
}
