/**
 * Which two readings an answer is about: the ends of an era's step, or, where the register changed without the ledger
 * seeing it (a used meter that happens to show more than the old one), the readings around the time that was named.
 */
import { CodedError, fault } from '../domain/faults.ts';
import type { Marked } from '../domain/ledger/boundary.ts';
import type { Step } from '../domain/ledger/correction.ts';
import { type Era, totalMicro } from '../domain/ledger/era.ts';
import type { Span } from '../domain/ledger/spans.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { type EpochMs, type HourGrid, instant, plus, slotOf } from '../domain/time.ts';
import type { Store } from '../store/store.ts';
import { marked } from './channel-book.ts';

/** People write times to the minute and from memory: a change seen so near to it is the one that is meant, ms. */
const NEAR_MS = 3_600_000;
const EVER = { fromMs: instant(0), toMs: instant(8_000_000_000_000) };

export interface StepDeps {
  readonly store: Store;
  readonly grid: HourGrid;
}

export function createStepFinder({ store, grid }: StepDeps) {
  /** The nearest accepted readings that are still known: rows, the head, and the brackets of boundaries. */
  function around(channelId: number, eras: readonly Era[], atMs: EpochMs) {
    let before = marked(eras, store.readings.acceptedAtOrBefore(channelId, atMs));
    let after = marked(eras, store.readings.acceptedAtOrAfter(channelId, plus(atMs, 1)));
    for (const { lower, upper } of store.boundaries.within(channelId, slotOf(atMs), slotOf(atMs) + 1, eras)) {
      for (const mark of [lower, upper]) {
        const at = mark.reading.atMs;
        if (at <= atMs && (!before || at > before.reading.atMs)) before = mark;
        if (at > atMs && (!after || at < after.reading.atMs)) after = mark;
      }
    }
    return { before, after };
  }

  function lost(spec: ChannelSpec, atMs: EpochMs): CodedError {
    const about = { meter: spec.meter, channel: spec.channel, at: grid.iso(atMs) };
    return new CodedError(fault('correction-evidence-lost', about));
  }

  function stepOf(from: Marked, to: Marked): Step {
    const fromTotalMicro = totalMicro(from.era, from.reading);
    return {
      from: from.reading,
      to: to.reading,
      fromScale: from.era.scale,
      toScale: to.era.scale,
      foundMicro: totalMicro(to.era, to.reading) - fromTotalMicro,
      fromTotalMicro,
      fromEra: from.era.no,
      toEra: to.era.no,
    };
  }

  /** The step before an era; null when there is none. @throws CodedError correction-evidence-lost */
  function ofEra(channelId: number, spec: ChannelSpec, no: number): Step | null {
    const eras = store.eras.of(channelId);
    const era = eras[no - 1];
    const before = eras[no - 2];
    if (!era || !before) return null;
    const span = store.eras.steps(channelId).find((one) => one.era === no);
    const row = span && marked(eras, store.readings.acceptedAtOrBefore(channelId, span.fromMs));
    if (!row || row.reading.atMs !== span.fromMs || row.era.no !== before.no)
      throw lost(spec, era.opening.atMs);
    return stepOf(row, { reading: era.opening, era });
  }

  /** The same two readings as an answer that is in force. */
  function ofSpan(channelId: number, spec: ChannelSpec, { fromMs, toMs }: Span): Step {
    const eras = store.eras.of(channelId);
    const from = marked(eras, store.readings.acceptedAtOrBefore(channelId, fromMs));
    const to = marked(eras, store.readings.acceptedAtOrAfter(channelId, toMs));
    if (from?.reading.atMs !== fromMs || to?.reading.atMs !== toMs) throw lost(spec, fromMs);
    return stepOf(from, to);
  }

  const distanceMs = ({ fromMs, toMs }: Span, atMs: EpochMs): number =>
    Math.max(0, fromMs - atMs, atMs - toMs);

  return {
    ofEra,
    /**
     * The step that is meant by a time. @throws CodedError correction-before-opening, exchange-not-read-yet,
     * correction-evidence-lost
     */
    near(channelId: number, spec: ChannelSpec, atMs: EpochMs): Step {
      const eras = store.eras.of(channelId);
      const about = { meter: spec.meter, channel: spec.channel, at: grid.iso(atMs) };
      const since = eras[0]?.opening.atMs ?? null;
      if (since === null || atMs < since) {
        const opened = since === null ? '-' : grid.iso(since);
        throw new CodedError(fault('correction-before-opening', { ...about, since: opened }));
      }
      const steps = store.eras.steps(channelId);
      const own = store.corrections
        .answersTouching(channelId, EVER)
        .filter(({ fromMs }) => !steps.some((step) => step.fromMs === fromMs));
      const nearest = [...steps, ...own.map((span) => ({ ...span, era: null }))]
        .filter((span) => distanceMs(span, atMs) <= NEAR_MS)
        .toSorted((a, b) => distanceMs(a, atMs) - distanceMs(b, atMs))[0];
      if (nearest?.era === null) return ofSpan(channelId, spec, nearest);
      const known = nearest && ofEra(channelId, spec, nearest.era);
      if (known) return known;
      const { before, after } = around(channelId, eras, atMs);
      if (!before) throw lost(spec, atMs);
      if (!after) {
        const last = grid.iso(before.reading.atMs);
        throw new CodedError(fault('exchange-not-read-yet', { ...about, last }));
      }
      return stepOf(before, after);
    },
    /** Where the ledger saw the register change, for a person who looks for the right time. */
    changes: (channelId: number): string =>
      store.eras
        .steps(channelId)
        .slice(-5)
        .map(({ toMs }) => grid.iso(toMs))
        .join(', ') || '-',
  };
}
