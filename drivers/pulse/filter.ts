/**
 * Which edges are pulses. Contacts bounce for 1 to 20 ms when they close, and most of them when they open.
 *
 * `edge`: a pulse is an edge that is not closer than the filter to the last counted one. For clean outputs, and for
 * contacts that are closed for less than the filter.
 * `pulse`: a pulse is a level that held for the filter time after the opposite level had held for it. A contact may
 * bounce at both ends; both edges must be watched.
 *
 * Both judge by the kernel's stamps (µs) and by nothing else, and both need one filter time of history: in the first
 * one of a watch nothing is counted, because it may be the bounce of a pulse that was counted before. So a watch is
 * sure from {@link PulseFilter.sureFromUs} on. Pure; no clock.
 */
export type FilterKind = 'edge' | 'pulse';

export interface FilterSetting {
  readonly kind: FilterKind;
  readonly ms: number;
}

export interface PulseFilter {
  /** Nothing is known of the time before. */
  begin(atUs: number): void;
  /** An edge; stamps never fall within one watch, unless the kernel stamps by a wall clock that was set. */
  edge(active: boolean, atUs: number): void;
  /** Every edge up to here was given. */
  settle(toUs: number): void;
  /** Up to where every pulse was told, given that every edge up to `toUs` was given. */
  decidedUs(toUs: number): number;
  /** Since when the judgement of this watch is sure; null while it is not yet. */
  sureFromUs(): number | null;
  /** The stamp at which a level began that has not held for long enough; null when there is none. */
  waitingUs(): number | null;
  /** Opposite edges that must have been there and were never told, at places where they could hide a pulse. */
  lost(): number;
}

function edgeFilter(filterUs: number, onPulse: (atUs: number) => void): PulseFilter {
  let sureFrom: number | null = null;
  let last = Number.NEGATIVE_INFINITY;
  return {
    begin(atUs) {
      sureFrom = atUs + filterUs;
    },
    edge(active, atUs) {
      if (!active) return;
      if (sureFrom === null || atUs < sureFrom || Math.abs(atUs - last) < filterUs) return;
      last = atUs;
      onPulse(atUs);
    },
    settle: () => undefined,
    decidedUs: (toUs) => toUs,
    sureFromUs: () => sureFrom,
    waitingUs: () => null,
    lost: () => 0,
  };
}

function levelFilter(filterUs: number, onPulse: (atUs: number) => void): PulseFilter {
  /** The level since `sinceUs`; null: as at the begin of the watch, whatever that was. */
  let level: boolean | null = null;
  let sinceUs = 0;
  /** The last level that held; null while none is known. */
  let held: boolean | null = null;
  let sureFrom: number | null = null;
  let lost = 0;

  function settle(toUs: number): void {
    if (toUs - sinceUs < filterUs) return;
    sureFrom ??= sinceUs + filterUs;
    if (level === null || level === held) return;
    const isPulse = level && held === false;
    held = level;
    if (isPulse) onPulse(sinceUs);
  }

  return {
    begin(atUs) {
      level = null;
      held = null;
      sinceUs = atUs;
      sureFrom = null;
    },
    edge(active, atUs) {
      settle(atUs);
      if (level === null && atUs - sinceUs >= filterUs) held = !active;
      // Twice the same level: the edge between is missing. It can hide a pulse only where a level could have held.
      if (level === active && atUs - sinceUs >= filterUs) lost += 1;
      level = active;
      sinceUs = atUs;
    },
    settle,
    decidedUs: (toUs) => (level && held === false ? Math.min(toUs, sinceUs) : toUs),
    sureFromUs: () => sureFrom,
    waitingUs: () => (level === null || level === held ? null : sinceUs),
    lost: () => lost,
  };
}

/** @param onPulse called with the stamp of the edge at which the pulse began, in the order of the stamps */
export function createFilter({ kind, ms }: FilterSetting, onPulse: (atUs: number) => void): PulseFilter {
  return kind === 'edge' ? edgeFilter(ms * 1_000, onPulse) : levelFilter(ms * 1_000, onPulse);
}
