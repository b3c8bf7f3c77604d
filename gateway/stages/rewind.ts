/**
 * A clock that ran ahead was set back: the newest readings are stamped with a time that has not come yet. What they
 * showed is true, only their time is wrong. So the newest one is stamped anew: by the step, where that was seen, else
 * with the time at which the clock was set right, and then it may be as old as the last reading before, so that no
 * boundary in between rests on it. All other traces of that future go: readings, boundaries, gaps, means of
 * gauges, and hours, which are `withdrawn` where they were published and come due again when their time comes. The
 * registers stay, so no energy is lost.
 *
 * Where more passed than the rating allows between the last reading before that future and now, the clock had been
 * wrong for longer than can be seen here: when it passed is not known, so it is an unresolved step, told as an event.
 */
import { closeBoundaries, type Marked, type OpenBoundary } from '../domain/ledger/boundary.ts';
import { nextEra } from '../domain/ledger/era.ts';
import { agreedRiseMicro, type Reading, registerMicro } from '../domain/ledger/register.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { boundaryAt, type EpochMs, HOUR_MS, type HourGrid, instant, plus, slotOf } from '../domain/time.ts';
import type { ChannelRow } from '../store/ledger-rows.ts';
import type { Store } from '../store/store.ts';
import { marked } from './channel-book.ts';
import { type EventSink, ledgerEvents } from './ledger-events.ts';

/** Steps of the clock that nobody tells of may have moved a stamp by so much, ms. */
const UNSURE_MS = 30_000;
/** Far beyond any hour that a clock can have stamped. */
const FOR_EVER = instant(8_000_000_000_000);

/** No hour can be said about: its time has not come. */
const WITHDRAWN = {
  quality: 'withdrawn',
  coverageMicro: 0,
  quantityMicro: null,
  energyMicroKwh: null,
  demandMicro: [null, null],
  startRegisterMicro: null,
  endRegisterMicro: null,
} as const;

export interface RewindDeps {
  readonly store: Store;
  readonly grid: HourGrid;
  readonly events: EventSink;
  /** By channel id, also of channels that have left the site file. */
  readonly specs: ReadonlyMap<number, ChannelSpec>;
}

export function createRewinder({ store, grid, events, specs }: RewindDeps) {
  /** The newest accepted reading that the future did not stamp, with its era; from rows, or from a bracket. */
  function lastBefore(channelId: number, nowMs: EpochMs): Marked | null {
    const eras = store.eras.of(channelId);
    const row = marked(eras, store.readings.acceptedAtOrBefore(channelId, nowMs));
    const slot = slotOf(nowMs);
    const brackets = store.boundaries.within(channelId, slot - 1, slot + 1, eras);
    return brackets
      .flatMap(({ lower, upper }) => [lower, upper])
      .filter(({ reading }) => reading.atMs <= nowMs)
      .reduce<Marked | null>(
        (best, mark) => (best && best.reading.atMs >= mark.reading.atMs ? best : mark),
        row,
      );
  }

  function withdrawHours(channelId: number, fromMs: EpochMs): number {
    store.rewind.hoursFrom(channelId, fromMs);
    const sent = store.hours.within(channelId, fromMs, FOR_EVER);
    for (const { startMs } of sent) {
      store.hours.putQuantities(channelId, startMs, WITHDRAWN);
      store.work.add('weigh', { channelId, startMs });
    }
    return sent.length;
  }

  /** The newest reading with the time it can have been taken at. */
  function stamped(head: Reading, last: Reading, nowMs: EpochMs, shiftMs: number | null): Reading {
    const takenMs = shiftMs === null ? Number.POSITIVE_INFINITY : head.atMs + shiftMs;
    // Nobody knows by how much it was wrong, or since when: it was taken at any time since the last one.
    if (takenMs > nowMs || takenMs <= last.atMs) return { raw: head.raw, sinceMs: last.atMs, atMs: nowMs };
    const sinceMs = takenMs - (head.atMs - head.sinceMs) - UNSURE_MS;
    return { raw: head.raw, sinceMs: instant(Math.max(last.atMs, sinceMs)), atMs: instant(takenMs) };
  }

  /** The era the newest reading belongs to from now on; a new one where its rise has no known time. */
  function eraOf(channel: ChannelRow, spec: ChannelSpec, last: Marked, head: Reading): Marked {
    const era = store.eras.of(channel.id).at(-1) ?? last.era;
    if (era.no !== last.era.no) return { reading: head, era };
    const rise = registerMicro(head.raw, era.scale) - registerMicro(last.reading.raw, era.scale);
    if (rise <= agreedRiseMicro(last.reading, head, era.scale, spec.ratedPerHour))
      return { reading: head, era };
    const opened = nextEra(era, last.reading, head, 'register-change', era.scale, null);
    store.eras.insert(channel.id, opened, last.reading);
    events.emit(ledgerEvents.eraOpened(spec, opened, last.reading));
    return { reading: head, era: opened };
  }

  /** What was answered about readings of that future is asked again: they are other readings now. */
  function reopenAnswers(channelId: number, nowMs: EpochMs): void {
    for (const span of store.corrections.answersTouching(channelId, { fromMs: nowMs, toMs: FOR_EVER })) {
      store.corrections.reopen(channelId, span);
      let hourMs = grid.hourOf(span.fromMs);
      for (; hourMs <= nowMs; hourMs = grid.hourOf(plus(hourMs, HOUR_MS)))
        store.work.add('close', { channelId, startMs: hourMs });
    }
  }

  /**
   * A dial reading that was written down for a time that has not come says nothing about any hour: what it gave to
   * spans goes with it, and somebody reads the dial again. Who said what stays written.
   * @returns how many
   */
  function takeBackDials(channelId: number, nowMs: EpochMs): number {
    const dials = store.dials.all(channelId);
    const kept = dials.filter(({ atMs }) => atMs <= nowMs).length;
    for (let i = dials.length - 1; i >= kept; i--) {
      const toMs = dials[i]?.atMs ?? nowMs;
      const span = { fromMs: dials[i - 1]?.atMs ?? toMs, toMs };
      const settled = [
        ...store.dials.fillsTouching(channelId, span),
        // It had said that nothing passed there: nobody knows again.
        ...store.unwatched.touching(channelId, span),
      ];
      for (const { fromMs, toMs: untilMs } of settled) {
        let hourMs = grid.hourOf(fromMs);
        for (; hourMs <= nowMs && hourMs < untilMs; hourMs = grid.hourOf(plus(hourMs, HOUR_MS)))
          store.work.add('close', { channelId, startMs: hourMs });
      }
      store.dials.remove(channelId, span);
    }
    return dials.length - kept;
  }

  /** Pulses that nobody counted before now are not counted because the clock was set back. */
  function cutUnwatched(channelId: number, spec: ChannelSpec, taken: Reading, nowMs: EpochMs): void {
    const across = store.unwatched.touching(channelId, { fromMs: nowMs, toMs: plus(nowMs, 1) });
    store.rewind.unwatchedAfter(channelId, nowMs);
    if (spec.keptBy !== 'gateway') return;
    for (const { fromMs } of across)
      if (fromMs < taken.atMs) store.unwatched.insert(channelId, { fromMs, toMs: taken.atMs });
  }

  /**
   * Boundaries of before that only a reading of that future can have closed: of a register that refreshes rarely, the
   * bound of such a one proves nothing. They wait again for a reading that is surely from after them.
   */
  function reopened(channelId: number, last: Marked, nowMs: EpochMs): OpenBoundary[] {
    const sureMs = instant(last.reading.sinceMs - last.era.scale.updateMs);
    const to = slotOf(last.reading.atMs);
    const rows = store.boundaries.within(channelId, slotOf(sureMs) + 1, to, store.eras.of(channelId));
    store.rewind.boundariesAfter(channelId, nowMs, Math.min(slotOf(sureMs), slotOf(nowMs)));
    return rows.filter(({ upper }) => upper.reading.atMs <= nowMs);
  }

  function bridge(
    channel: ChannelRow,
    spec: ChannelSpec,
    last: Marked,
    taken: Reading,
    nowMs: EpochMs,
  ): void {
    const { id } = channel;
    const open = reopened(id, last, nowMs);
    store.rewind.stampEras(id, taken.atMs, last.reading.atMs);
    cutUnwatched(id, spec, taken, nowMs);
    reopenAnswers(id, nowMs);
    store.readings.removeAfter(id, nowMs);
    const next = eraOf(channel, spec, last, taken);
    store.readings.put(id, last.reading, 'accepted', last.era.no);
    store.readings.put(id, next.reading, 'accepted', next.era.no);
    store.readings.putHead(id, next.reading, next.era.no);
    if (taken.atMs - last.reading.atMs > spec.watchGapMs)
      store.unwatched.insert(id, { fromMs: last.reading.atMs, toMs: taken.atMs });
    const { closed } = closeBoundaries(open, last, next, spec.keptBy);
    for (const boundary of closed) store.boundaries.put(id, boundary);
    let hourMs = grid.hourOf(boundaryAt((open[0]?.slot ?? slotOf(last.reading.atMs)) - 1));
    for (; hourMs <= nowMs; hourMs = grid.hourOf(plus(hourMs, HOUR_MS)))
      store.work.add('close', { channelId: id, startMs: hourMs });
  }

  /** @returns how many published hours were withdrawn */
  function rewindOne(channel: ChannelRow, nowMs: EpochMs, shiftMs: number | null): number {
    const { id } = channel;
    const head = store.readings.head(id);
    const spec = specs.get(id);
    if (!head || !spec || head.reading.atMs <= nowMs) return 0;
    const last = lastBefore(id, nowMs);
    const sinceMs = channel.sinceMs < nowMs ? channel.sinceMs : nowMs;
    store.rewind.boundariesAfter(id, nowMs, slotOf(nowMs));
    if (!last) {
      store.rewind.forget(id, sinceMs, grid.hourOf(sinceMs));
      return withdrawHours(id, grid.hourOf(sinceMs));
    }
    bridge(channel, spec, last, stamped(head.reading, last.reading, nowMs, shiftMs), nowMs);
    // An hour of before whose end rested on that future has no end any more.
    const knownToMs = store.boundaries.newestMs(id) ?? sinceMs;
    return withdrawHours(id, grid.hourOf(knownToMs < nowMs ? knownToMs : nowMs));
  }

  function newestMs(): EpochMs | null {
    const known = store.readings.heads().filter(({ channelId }) => specs.has(channelId));
    return known.reduce<EpochMs | null>((max, { atMs }) => (max !== null && max > atMs ? max : atMs), null);
  }

  return {
    /** The newest accepted reading of all channels that are known; null before the first. */
    newestMs,
    /**
     * Takes back what is stamped later than now; one durable transaction. The accepting stage must start from the
     * rows afterwards.
     * @param step how the clock was set, if that was seen: the one event tells both
     * @param shiftMs by how much it was set since the newest readings were stamped; null when nobody saw that
     */
    rewind(
      nowMs: EpochMs,
      step: { readonly beforeMs: EpochMs; readonly stepMs: number } | null = null,
      shiftMs: number | null = null,
    ): void {
      const aheadMs = (newestMs() ?? nowMs) - nowMs;
      if (aheadMs <= 0) return;
      events.write(nowMs, () => {
        store.gauges.removeAfter(nowMs);
        const channels = store.channels.all();
        const dials = channels.reduce((sum, { id }) => sum + takeBackDials(id, nowMs), 0);
        const withdrawn = channels.reduce((sum, row) => sum + rewindOne(row, nowMs, shiftMs), 0);
        const again = dials === 0 ? '' : ` ${dials} dial readings were, too: read the dials again.`;
        events.emit({
          kind: 'clock-step',
          meter: null,
          channel: null,
          atMs: nowMs,
          text: `The clock had run ahead by ${Math.round(aheadMs / 1000)} s. What it had stamped with a time that has not come was taken back: ${withdrawn} published hours are withdrawn and come again. The registers were kept, so nothing is lost.${again}`,
          detail: { aheadMs, withdrawnHours: withdrawn, ...(dials > 0 ? { dials } : {}), ...step },
        });
      });
    },
  };
}

export type Rewinder = ReturnType<typeof createRewinder>;
