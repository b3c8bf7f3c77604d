/**
 * gauges → evidence. Keeps what the gauges of pressures and temperatures showed in each half-hour
 * (thermo/gauge-slot.ts), so that the kWh that follow from them can be made again by anybody, for ever.
 *
 * What is in memory.  The readings of the running half-hour and of the one before, so that one that comes late still
 * finds its place. What a half-hour has in its row counts up to the row's `to_ms`; readings add what is later. So
 * nothing is counted twice, whatever is repeated and whenever the process ends.
 *
 * How durable.  A half-hour that is over is written at once and durably, before the boundaries that its commit holds;
 * a running one once a minute. A power cut costs that minute: it was not watched, and the row says so.
 */
import type { ChannelSpec } from '../domain/meters.ts';
import type { MeterPoll } from '../domain/ports.ts';
import { rational } from '../domain/rational.ts';
import {
  type GaugePoint,
  type GaugeReading,
  type GaugeRef,
  gaugeKey,
  gaugeMicro,
  gaugeSlot,
  type StoredGaugeSlot,
  type TrackedGauge,
} from '../domain/thermo/gauge-slot.ts';
import { gaugesOf } from '../domain/thermo/live-factor.ts';
import { compare } from '../domain/thermo/steam.ts';
import { boundaryAt, type EpochMs, type HourGrid, instant, SLOT_MS, slotOf } from '../domain/time.ts';
import type { Store } from '../store/store.ts';

/** A running half-hour is written this often, ms. */
const KEEP_MS = 60_000;
/** Readings of one gauge in memory: two half-hours at five a second. */
const MAX_POINTS = 20_000;
/** Half-hours that wait for a disk that takes nothing; older ones go first. */
const MAX_UNSAVED = 1_000;

interface Tracker {
  readonly gauge: TrackedGauge;
  /** By time; the newest one from before the window is the first. */
  points: GaugePoint[];
  /** What is known of a half-hour without the points: its row when it was looked at first, or what was condensed. */
  readonly bases: Map<number, StoredGaugeSlot | null>;
  /** Half-hours whose row lacks something. */
  readonly dirty: Set<number>;
  keptMs: number;
  /** Readings of before the first point were there and are none of the points any more. */
  isCut: boolean;
}

export interface GaugeEvidenceDeps {
  readonly store: Store;
  readonly grid: HourGrid;
  readonly gauges: readonly TrackedGauge[];
  /** By channel id. */
  readonly specs: ReadonlyMap<number, ChannelSpec>;
}

export interface GaugeEvidence {
  /** What of a poll is to be kept. */
  readingsOf(poll: MeterPoll): readonly GaugeReading[];
  note(reading: GaugeReading): void;
  /** Writes what is due. @param all also what could wait */
  keep(nowMs: EpochMs, all?: boolean): void;
  /** Forgets what is stamped later than now, and starts from the rows. */
  reload(nowMs: EpochMs): void;
}

const isOver = (slot: number, nowMs: EpochMs): boolean => boundaryAt(slot) + SLOT_MS <= nowMs;

/** @returns its place; −1 when it has none */
function insert(points: GaugePoint[], point: GaugePoint): number {
  let at = points.length;
  while (at > 0 && (points[at - 1] as GaugePoint).atMs > point.atMs) at -= 1;
  // The same reading again changes nothing; another value at the same instant has no place in the order.
  if (points[at - 1]?.atMs === point.atMs) return -1;
  points.splice(at, 0, point);
  return at;
}

export function createGaugeEvidence({ store, grid, gauges, specs }: GaugeEvidenceDeps): GaugeEvidence {
  const trackers = new Map(
    gauges.map((gauge): [string, Tracker] => [
      gaugeKey(gauge),
      {
        gauge,
        points: [],
        bases: new Map(),
        dirty: new Set(),
        keptMs: Number.NEGATIVE_INFINITY,
        isCut: false,
      },
    ]),
  );
  const meters = new Set(gauges.map(({ meter }) => meter));

  function baseOf({ gauge, bases }: Tracker, slot: number): StoredGaugeSlot | null {
    const known = bases.get(slot);
    if (known !== undefined) return known;
    const row = store.gauges.find(gauge, slot);
    bases.set(slot, row);
    return row;
  }

  function evidenceOf(tracker: Tracker, slot: number, nowMs: EpochMs): StoredGaugeSlot | null {
    return gaugeSlot(slot, baseOf(tracker, slot), tracker.points, tracker.gauge.holdMs, nowMs);
  }

  /** The half-hours in which the nth reading holds, as far as that is known. */
  function touch({ points, gauge, dirty }: Tracker, n: number, fromSlot = 0): void {
    const point = points[n];
    if (!point) return;
    const untilMs = Math.min(points[n + 1]?.atMs ?? Number.POSITIVE_INFINITY, point.atMs + gauge.holdMs);
    const last = slotOf(instant(untilMs - 1));
    for (let slot = Math.max(slotOf(point.atMs), fromSlot); slot <= last; slot++) dirty.add(slot);
  }

  /** Hours that were closed already are looked at again; the others come due anyway. */
  function touchHours(gauge: GaugeRef, slot: number): void {
    const startMs = grid.hourOf(boundaryAt(slot));
    for (const [channelId, { kwhFactors }] of specs) {
      const follows = kwhFactors.some(
        ({ live }) => live && gaugesOf(live).some(({ from }) => gaugeKey(from) === gaugeKey(gauge)),
      );
      const row = follows ? store.channels.byId(channelId) : null;
      if (row && startMs < row.nextHourMs) store.work.add('close', { channelId, startMs });
    }
  }

  function isDue({ dirty, keptMs }: Tracker, nowMs: EpochMs, all: boolean): boolean {
    if (dirty.size === 0) return false;
    return all || Math.abs(nowMs - keptMs) >= KEEP_MS || [...dirty].some((slot) => isOver(slot, nowMs));
  }

  function write(tracker: Tracker, nowMs: EpochMs): void {
    for (const slot of tracker.dirty) {
      const evidence = evidenceOf(tracker, slot, nowMs);
      if (!evidence) continue;
      store.gauges.put(tracker.gauge, slot, evidence);
      touchHours(tracker.gauge, slot);
    }
  }

  /** To be called when it is written: the newest value goes on holding, so its half-hour stays to be written. */
  function settle(tracker: Tracker, nowMs: EpochMs): void {
    const { points, gauge, dirty, bases } = tracker;
    const newest = points.at(-1);
    dirty.clear();
    tracker.keptMs = nowMs;
    if (newest && newest.atMs + gauge.holdMs > nowMs) touch(tracker, points.length - 1, slotOf(nowMs));
    for (const slot of bases.keys()) if (slot < slotOf(nowMs) - 1) bases.delete(slot);
  }

  /** Points from before the window go; what they say of half-hours that are not written yet stays. */
  function moveOn(tracker: Tracker, nowMs: EpochMs): void {
    const { points, dirty, bases, gauge } = tracker;
    const windowMs = boundaryAt(slotOf(nowMs) - 1);
    const old = Math.max(
      points.length - MAX_POINTS,
      points.findLastIndex(({ atMs }) => atMs <= windowMs),
    );
    const first = points[old];
    if (old <= 0 || !first) return;
    const gone = points.slice(0, old + 1);
    for (const slot of dirty)
      if (slot <= slotOf(first.atMs))
        bases.set(slot, gaugeSlot(slot, baseOf(tracker, slot), gone, gauge.holdMs, first.atMs));
    tracker.points = points.slice(old);
    tracker.isCut = true;
    for (const slot of [...dirty].slice(0, -MAX_UNSAVED)) {
      dirty.delete(slot);
      bases.delete(slot);
    }
  }

  return {
    readingsOf({ meter, gauges: samples }) {
      if (!meters.has(meter)) return [];
      return samples.flatMap(({ gauge, value, atMs }): GaugeReading[] => {
        const wanted = trackers.get(gaugeKey({ meter, gauge }))?.gauge;
        const micro = wanted ? gaugeMicro(value) : null;
        if (!wanted || micro === null) return [];
        const shown = rational(micro, 1_000_000n);
        if (compare(shown, wanted.low) < 0 || compare(shown, wanted.high) > 0) return [];
        return [{ meter, gauge, micro, atMs }];
      });
    },
    note(reading) {
      const tracker = trackers.get(gaugeKey(reading));
      if (!tracker) return;
      const { atMs, micro } = reading;
      const [oldest] = tracker.points;
      // Too late: what it would change is over and told.
      if (tracker.isCut && oldest && atMs < oldest.atMs) return;
      const at = insert(tracker.points, { atMs, micro });
      if (at < 0) return;
      touch(tracker, at - 1);
      touch(tracker, at);
    },
    keep(nowMs, all = false) {
      const due = [...trackers.values()].filter((tracker) => isDue(tracker, nowMs, all));
      if (due.length === 0) return;
      for (const tracker of due) moveOn(tracker, nowMs);
      const over = due.some(({ dirty }) => [...dirty].some((slot) => isOver(slot, nowMs)));
      const work = (): void => {
        for (const tracker of due) write(tracker, nowMs);
      };
      if (over) store.write(work);
      else store.writeSoon(work);
      for (const tracker of due) settle(tracker, nowMs);
    },
    reload(nowMs) {
      for (const tracker of trackers.values()) {
        tracker.points = tracker.points.filter(({ atMs }) => atMs <= nowMs);
        tracker.bases.clear();
        for (const slot of tracker.dirty) if (slot > slotOf(nowMs)) tracker.dirty.delete(slot);
      }
    },
  };
}
