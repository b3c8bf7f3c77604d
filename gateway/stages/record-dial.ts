/**
 * dial reading (指針値) → fills and adjustments. A person reads the dial of a meter whose pulses the gateway counts;
 * what the dial says and the gateway did not see goes to the spans nobody watched since the dial before, and the
 * hours touched are looked at again. One transaction: a dial is recorded with all it settles, or refused whole.
 */
import { CodedError, fault } from '../domain/faults.ts';
import { type DialReading, type Reconciliation, reconcile } from '../domain/ledger/dial.ts';
import { totalMicro } from '../domain/ledger/era.ts';
import type { Span } from '../domain/ledger/spans.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { formatMicro } from '../domain/rational.ts';
import { type EpochMs, HOUR_MS, type HourGrid, plus } from '../domain/time.ts';
import { type DialRow, standing } from '../store/dial-rows.ts';
import type { Store } from '../store/store.ts';
import { type EventSink, ledgerEvents } from './ledger-events.ts';

export interface RecordedDial {
  readonly dial: DialReading;
  /** Empty for a channel's first dial reading: there is nothing to compare it with. */
  readonly settled: Reconciliation;
}

export interface DialDeps {
  readonly store: Store;
  readonly grid: HourGrid;
  /** By channel id. */
  readonly specs: ReadonlyMap<number, ChannelSpec>;
  readonly events: EventSink;
}

/** What a person read, or wrote on the old and the new dial when the meter was replaced. */
export interface DialSaid {
  /** What the dial shows, micro-units of the channel's native unit. */
  readonly dialMicro: bigint;
  /** When it was read: not before the channel's newest dial reading and not after now. */
  readonly atMs: EpochMs;
  /** What the new dial shows, where the meter was replaced then; null where it goes on. */
  readonly nextMicro: bigint | null;
}

export interface DialRecorder {
  /**
   * A dial reading on top of those that are there: later than the newest.
   * @throws CodedError dial-not-for-meter-kept, dial-out-of-order, dial-fell; nothing was recorded then
   */
  record(channelId: number, dialMicro: bigint, atMs: EpochMs, nowMs: EpochMs): RecordedDial;
  /** The same inside a transaction that is under way; one of the same instant as the newest takes its place. */
  recordWithin(channelId: number, said: DialSaid, nowMs: EpochMs): RecordedDial;
  /** @throws the same, where it could not be recorded; writes nothing */
  judge(channelId: number, said: DialSaid, nowMs: EpochMs): void;
  /**
   * What was counted from `fromMs` on is another sum now: dial readings after it are reconciled again. Inside a
   * transaction that is under way.
   * @param shiftMicro by how much more was counted at an instant
   */
  resettle(channelId: number, fromMs: EpochMs, shiftMicro: (atMs: EpochMs) => bigint): void;
  /**
   * A span that nobody watched came to light: dial readings since its beginning are reconciled again, those typed in
   * while it lasted among them. Inside a transaction that is under way.
   */
  lookAgain(channelId: number, fromMs: EpochMs): void;
}

const FIRST: Reconciliation = { fills: [], adjustmentMicro: 0n };

export function createDialRecorder({ store, grid, specs, events }: DialDeps): DialRecorder {
  function specOf(channelId: number): ChannelSpec {
    const spec = specs.get(channelId);
    if (!spec) throw new RangeError(`channel ${channelId} is not in the site file`);
    if (spec.keptBy === 'gateway') return spec;
    throw new CodedError(fault('dial-not-for-meter-kept', { meter: spec.meter, channel: spec.channel }));
  }

  /** The dial reading before this one: one of the same instant is replaced. */
  function before(channelId: number, atMs: EpochMs): DialReading | null {
    const row = store.dials.all(channelId).findLast((dial) => dial.atMs !== atMs);
    return row ? standing(row) : null;
  }

  function judge(channelId: number, { dialMicro, atMs }: DialSaid, nowMs: EpochMs, mayReplace = true): void {
    const spec = specOf(channelId);
    const about = { meter: spec.meter, channel: spec.channel };
    const earlier = mayReplace ? before(channelId, atMs) : store.dials.newest(channelId);
    if (atMs > nowMs || (earlier && atMs <= earlier.atMs)) {
      const after = earlier ? grid.iso(earlier.atMs) : '-';
      throw new CodedError(
        fault('dial-out-of-order', { ...about, at: grid.iso(atMs), after, now: grid.iso(nowMs) }),
      );
    }
    if (earlier && dialMicro < earlier.dialMicro) {
      const have = formatMicro(earlier.dialMicro);
      throw new CodedError(
        fault('dial-fell', { ...about, dial: formatMicro(dialMicro), have, unit: spec.unit }),
      );
    }
  }

  /** What was counted by the newest reading at or before the instant, and by answers; 0 before the opening. */
  function countedAt(channelId: number, atMs: EpochMs): bigint {
    const row = store.readings.acceptedAtOrBefore(channelId, atMs);
    if (!row || row.era === null) return 0n;
    const era = store.eras.of(channelId)[row.era - 1];
    if (!era) throw new Error(`reading ${row.reading.atMs} names era ${row.era}, which is not there`);
    return totalMicro(era, row.reading) + store.corrections.filledBefore(channelId, atMs);
  }

  /** Spans nobody watched, with the one that is still running: it becomes a row with the next accepted reading. */
  function unwatched(channelId: number, between: Span, watchGapMs: number): Span[] {
    const known = store.unwatched.touching(channelId, between);
    const last = store.readings.head(channelId)?.reading;
    const running = last && between.toMs - last.atMs > watchGapMs;
    return running ? [...known, { fromMs: last.atMs, toMs: between.toMs }] : known;
  }

  function touchHours(channelId: number, spans: readonly Span[], between: Span): void {
    for (const span of spans) {
      const toMs = Math.min(span.toMs, between.toMs);
      let hourMs = grid.hourOf(span.fromMs > between.fromMs ? span.fromMs : between.fromMs);
      for (; hourMs < toMs; hourMs = grid.hourOf(plus(hourMs, HOUR_MS))) {
        store.work.add('close', { channelId, startMs: hourMs });
      }
    }
  }

  /** Writes a dial reading with what it settles, in the place of one of the same instant. */
  function write(
    channelId: number,
    dial: DialRow,
    earlier: DialReading | null,
    watchGapMs: number,
  ): Reconciliation {
    const between = { fromMs: earlier?.atMs ?? dial.atMs, toMs: dial.atMs };
    touchHours(channelId, store.dials.fillsTouching(channelId, between), between);
    store.dials.remove(channelId, between);
    const spans = earlier ? unwatched(channelId, between, watchGapMs) : [];
    const settled = earlier ? reconcile(earlier, dial, spans) : FIRST;
    touchHours(channelId, spans, between);
    store.dials.insert(channelId, dial, settled);
    return settled;
  }

  function recordWithin(channelId: number, said: DialSaid, nowMs: EpochMs): RecordedDial {
    judge(channelId, said, nowMs);
    const spec = specOf(channelId);
    const { atMs, dialMicro, nextMicro } = said;
    const dial = { atMs, dialMicro, countedMicro: countedAt(channelId, atMs), nextMicro };
    const settled = write(channelId, dial, before(channelId, atMs), spec.watchGapMs);
    events.emit(ledgerEvents.dialRecorded(spec, dial, settled));
    return { dial, settled };
  }

  return {
    judge,
    recordWithin,
    record: (channelId, dialMicro, atMs, nowMs) =>
      events.write(nowMs, () => {
        const said = { dialMicro, atMs, nextMicro: null };
        judge(channelId, said, nowMs, false);
        return recordWithin(channelId, said, nowMs);
      }),
    lookAgain(channelId, fromMs) {
      const spec = specOf(channelId);
      const dials = store.dials.all(channelId);
      for (const [i, dial] of dials.entries()) {
        const earlier = dials[i - 1];
        if (dial.atMs > fromMs) write(channelId, dial, earlier ? standing(earlier) : null, spec.watchGapMs);
      }
    },
    resettle(channelId, fromMs, shiftMicro) {
      const spec = specOf(channelId);
      let earlier: DialRow | null = null;
      let moved = false;
      for (const dial of store.dials.all(channelId)) {
        const shift = dial.atMs > fromMs ? shiftMicro(dial.atMs) : 0n;
        const now = { ...dial, countedMicro: dial.countedMicro + shift };
        if (moved || shift !== 0n) write(channelId, now, earlier && standing(earlier), spec.watchGapMs);
        moved = shift !== 0n;
        earlier = now;
      }
    },
  };
}
