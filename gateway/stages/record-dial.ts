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

export interface DialRecorder {
  /**
   * @param dialMicro what the dial shows, micro-units of the channel's native unit
   * @param atMs when it was read; after the channel's newest dial reading and not after `nowMs`
   * @throws CodedError dial-not-for-meter-kept, dial-out-of-order, dial-fell; nothing was recorded then
   */
  record(channelId: number, dialMicro: bigint, atMs: EpochMs, nowMs: EpochMs): RecordedDial;
}

const FIRST: Reconciliation = { fills: [], adjustmentMicro: 0n };

export function createDialRecorder({ store, grid, specs, events }: DialDeps): DialRecorder {
  function refuse(
    spec: ChannelSpec,
    before: DialReading | null,
    dialMicro: bigint,
    atMs: EpochMs,
    nowMs: EpochMs,
  ): void {
    const about = { meter: spec.meter, channel: spec.channel };
    if (atMs > nowMs || (before && atMs <= before.atMs)) {
      const after = before ? grid.iso(before.atMs) : '-';
      throw new CodedError(
        fault('dial-out-of-order', { ...about, at: grid.iso(atMs), after, now: grid.iso(nowMs) }),
      );
    }
    if (before && dialMicro < before.dialMicro) {
      const have = formatMicro(before.dialMicro);
      throw new CodedError(
        fault('dial-fell', { ...about, dial: formatMicro(dialMicro), have, unit: spec.unit }),
      );
    }
  }

  /** The channel's total by the newest reading accepted at or before the instant; 0 before its opening. */
  function countedAt(channelId: number, atMs: EpochMs): bigint {
    const row = store.readings.acceptedAtOrBefore(channelId, atMs);
    if (!row || row.era === null) return 0n;
    const era = store.eras.of(channelId)[row.era - 1];
    if (!era) throw new Error(`reading ${row.reading.atMs} names era ${row.era}, which is not there`);
    return totalMicro(era, row.reading);
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

  return {
    record(channelId, dialMicro, atMs, nowMs) {
      const spec = specs.get(channelId);
      if (!spec) throw new RangeError(`channel ${channelId} is not in the site file`);
      if (spec.keptBy !== 'gateway') {
        throw new CodedError(fault('dial-not-for-meter-kept', { meter: spec.meter, channel: spec.channel }));
      }
      return events.write(nowMs, () => {
        const before = store.dials.newest(channelId);
        refuse(spec, before, dialMicro, atMs, nowMs);
        const dial = { atMs, dialMicro, countedMicro: countedAt(channelId, atMs) };
        let settled = FIRST;
        if (before) {
          const between = { fromMs: before.atMs, toMs: atMs };
          const spans = unwatched(channelId, between, spec.watchGapMs);
          settled = reconcile(before, dial, spans);
          touchHours(channelId, spans, between);
        }
        store.dials.insert(channelId, dial, settled);
        events.emit(ledgerEvents.dialRecorded(spec, dial, settled));
        return { dial, settled };
      });
    },
  };
}
