/**
 * The contact of a meter that gives a pulse for each so much: when it closes follows from the plant alone, to the µs,
 * so that how many pulses began before any instant can be computed beside it.
 */
import type { Plant } from '../plant.ts';
import { SEGMENT_MS } from '../schedule.ts';
import { type Contact, type Edge, pulseEdges } from './contact.ts';

export interface PulseSourceOptions {
  readonly plant: Plant;
  readonly load: string;
  /** What one pulse stands for, in the plant's fine unit. */
  readonly finePerPulse: bigint;
  readonly contact: Contact;
  /** The machine's steady clock at an instant of simulated time, ns. */
  readonly steadyNs: (us: bigint) => bigint;
}

export interface PulseSource {
  /** The edges from where the last call ended up to an instant, by their stamps. */
  take(untilMs: number): Edge[];
  /** Pulses that began before an instant, since the plant's start. */
  before(atMs: number): bigint;
}

export function createPulseSource(options: PulseSourceOptions): PulseSource {
  const { plant, load, finePerPulse, contact, steadyNs } = options;
  let segmentMs = plant.startMs;
  /** What had passed at the segment's start. */
  let passed = 0n;
  let pulses = 0;
  let pending: Edge[] = [];

  const nextSegmentMs = (): number => (Math.floor(segmentMs / SEGMENT_MS) + 1) * SEGMENT_MS;

  /** When what has passed reaches the target, µs; null when not before the limit. */
  function reached(target: bigint, untilUs: bigint): bigint | null {
    while (BigInt(segmentMs) * 1_000n < untilUs) {
      const rate = BigInt(plant.rate(load, segmentMs));
      const endMs = nextSegmentMs();
      const inSegment = rate * BigInt(endMs - segmentMs);
      if (passed + inSegment >= target) {
        const atUs = BigInt(segmentMs) * 1_000n + ((target - passed) * 1_000n) / rate;
        return atUs < untilUs ? atUs : null;
      }
      passed += inSegment;
      segmentMs = endMs;
    }
    return null;
  }

  return {
    take(untilMs) {
      const untilUs = BigInt(untilMs) * 1_000n;
      for (;;) {
        const atUs = reached(BigInt(pulses + 1) * finePerPulse, untilUs);
        if (atUs === null) break;
        pulses += 1;
        pending.push(...pulseEdges(contact, plant.seed, pulses, steadyNs(atUs)));
      }
      const untilNs = steadyNs(untilUs);
      const due = pending.filter(({ ns }) => ns < untilNs);
      pending = pending.filter(({ ns }) => ns >= untilNs);
      return due;
    },
    before(atMs) {
      const total = plant.total(load, atMs);
      return total === 0n ? 0n : (total - 1n) / finePerPulse;
    },
  };
}
