/**
 * The utility's timing pulse (時限パルス): its meter marks :00 and :30, the limits of the demand periods. It says how
 * far our clock is from the utility's, and nothing is shifted by it.
 */
import type { GaugeSample } from '../../gateway/domain/ports.ts';
import { instant, SLOT_MS } from '../../gateway/domain/time.ts';

/** Edges so close to the last mark are its bounce, or the end of its contact, ms. */
const MARK_MS = 60_000;
/** A mark is shown until the next one is long overdue, ms. */
const SHOWN_MS = 2_400_000;

export function createTimingPulse(deps: {
  readonly wallMs: (us: number) => number;
  readonly nowUs: () => number;
}) {
  let lastUs = Number.NEGATIVE_INFINITY;
  return {
    edge(active: boolean, atUs: number): void {
      if (active && atUs - lastUs >= MARK_MS * 1_000) lastUs = atUs;
    },
    /** `timing-offset`, s: our clock minus the utility's, so positive when ours is ahead. Empty without a mark. */
    gauges(): GaugeSample[] {
      if (deps.nowUs() - lastUs > SHOWN_MS * 1_000) return [];
      const atMs = deps.wallMs(lastUs);
      const offsetMs = atMs - Math.round(atMs / SLOT_MS) * SLOT_MS;
      const value = Math.round(offsetMs) / 1_000;
      return [{ gauge: 'timing-offset', value, unit: 's', atMs: instant(Math.round(atMs)) }];
    },
  };
}
