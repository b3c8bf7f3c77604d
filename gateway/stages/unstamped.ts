/**
 * Readings that were taken while the time was not known. Each is kept with what the steady clock of this machine showed
 * when it came; at the first instant whose time is known they are all stamped, exact to the ms. Nothing of this
 * outlives the process: the registers of the meters keep what passed.
 */
import { type Clock, type EpochMs, instant } from '../domain/time.ts';
import type { NewReading } from './accept-readings.ts';

/** A reading is handed over so soon after it was taken, ms; else the clock was set in between. */
const MAX_AGE_MS = 60_000;

interface Unstamped {
  readonly item: NewReading;
  /** Both clocks when it was handed over. */
  readonly wallMs: EpochMs;
  readonly steadyMs: number;
}

/** The reading with all its stamps moved. */
export function shifted({ spec, reading }: NewReading, byMs: number): NewReading {
  if (byMs === 0) return { spec, reading };
  const move = (ms: EpochMs): EpochMs => instant(ms + byMs);
  const { raw, sinceMs, atMs, watched } = reading;
  const moved = watched ? { watched: { id: watched.id, sinceMs: move(watched.sinceMs) } } : {};
  return { spec, reading: { raw, sinceMs: move(sinceMs), atMs: move(atMs), ...moved } };
}

/**
 * @param speed simulated ms per real ms
 * @param most kept; older ones go first
 */
export function createUnstamped(clock: Clock, speed: number, most: number) {
  let kept: Unstamped[] = [];
  return {
    note(items: readonly NewReading[]): void {
      const wallMs = clock.now();
      const steadyMs = clock.monotonicMs();
      for (const item of items) {
        const ageMs = wallMs - item.reading.atMs;
        if (ageMs >= 0 && ageMs <= MAX_AGE_MS * speed) kept.push({ item, wallMs, steadyMs });
      }
      // Cut now and then, not at each reading.
      if (kept.length > most + most / 10) kept = kept.slice(-most);
    },
    /**
     * Stamps what was kept by the wall clock of now, and forgets it.
     * @param afterMs what is stamped already; only later ones are of use, null: all
     */
    stamp(afterMs: EpochMs | null): NewReading[] {
      const wallMs = clock.now();
      const steadyMs = clock.monotonicMs();
      const stamped = kept.map(({ item, wallMs: thenMs, steadyMs: thenSteadyMs }) =>
        shifted(item, Math.round(wallMs - (steadyMs - thenSteadyMs) * speed - thenMs)),
      );
      kept = [];
      return stamped.filter(({ reading }) => afterMs === null || reading.atMs > afterMs);
    },
  };
}
