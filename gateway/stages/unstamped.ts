/**
 * Readings that were taken while the time was not known. Each is kept with what the steady clock of this machine showed
 * when it came; at the first instant whose time is known they are all stamped, exact to the ms. Nothing of this
 * outlives the process: the registers of the meters keep what passed.
 */

import type { GaugeReading } from '../domain/thermo/gauge-slot.ts';
import { type Clock, type EpochMs, instant } from '../domain/time.ts';
import type { NewReading } from './accept-readings.ts';

/** Both clocks are not read at the same instant: a difference below this is no step at all, real ms. */
export const NOISE_MS = 500;
/** A reading is handed over so soon after it was taken, ms; else the clock was set in between. */
const MAX_AGE_MS = 60_000;

interface Unstamped<Item> {
  readonly item: Item;
  /** Both clocks when it was handed over. */
  readonly wallMs: EpochMs;
  readonly steadyMs: number;
}

/** The reading with all its stamps moved. */
export function shifted(item: NewReading, byMs: number): NewReading {
  if (byMs === 0) return item;
  const { spec, reading } = item;
  const move = (ms: EpochMs): EpochMs => instant(ms + byMs);
  const { raw, sinceMs, atMs, watched } = reading;
  const moved = watched ? { watched: { id: watched.id, sinceMs: move(watched.sinceMs) } } : {};
  return { spec, reading: { raw, sinceMs: move(sinceMs), atMs: move(atMs), ...moved } };
}

/** A gauge's reading with its stamp moved. */
export function shiftedGauge(item: GaugeReading, byMs: number): GaugeReading {
  return byMs === 0 ? item : { ...item, atMs: instant(item.atMs + byMs) };
}

/** When an item is stamped, and the same with all its stamps moved. */
export interface Stamps<Item> {
  readonly atMs: (item: Item) => EpochMs;
  readonly shifted: (item: Item, byMs: number) => Item;
}

/**
 * @param speed simulated ms per real ms
 * @param most kept; older ones go first
 */
export function createUnstamped<Item>(clock: Clock, speed: number, most: number, stamps: Stamps<Item>) {
  let kept: Unstamped<Item>[] = [];
  return {
    note(items: readonly Item[]): void {
      const wallMs = clock.now();
      const steadyMs = clock.monotonicMs();
      for (const item of items) {
        const ageMs = wallMs - stamps.atMs(item);
        if (ageMs >= -NOISE_MS && ageMs <= MAX_AGE_MS * speed) kept.push({ item, wallMs, steadyMs });
      }
      // Cut now and then, not at each reading.
      if (kept.length > most + most / 10) kept = kept.slice(-most);
    },
    /**
     * Stamps what was kept by the wall clock of now, and forgets it.
     * @param newestMs what is stamped already: only later ones are of use; null: all
     */
    stamp(newestMs: () => EpochMs | null): Item[] {
      if (kept.length === 0) return [];
      const afterMs = newestMs();
      const wallMs = clock.now();
      const steadyMs = clock.monotonicMs();
      const stamped = kept.map(({ item, wallMs: thenMs, steadyMs: thenSteadyMs }) => {
        const byMs = Math.round(wallMs - (steadyMs - thenSteadyMs) * speed - thenMs);
        return stamps.shifted(item, Math.abs(byMs) < NOISE_MS * speed ? 0 : byMs);
      });
      kept = [];
      return stamped.filter((item) => afterMs === null || stamps.atMs(item) > afterMs);
    },
  };
}
