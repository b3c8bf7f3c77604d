/**
 * A slot is the half-hour between two boundaries; its quantity is their difference, so slots telescope: their sum
 * is the difference of two register totals, whatever happened in between.
 */
import type { KeptBy } from '../meters.ts';
import { type Quality, worstOf } from '../quality.ts';
import { boundaryAt, type EpochMs, HOUR_MS, SLOT_MS } from '../time.ts';
import { type Boundary, bracketMs } from './boundary.ts';
import { overlapMs, type Span, watchedMicro } from './spans.ts';

/** The channel's opening reading, standing for a boundary that lies before it: the total is 0 until then. */
export interface Opening {
  readonly opening: true;
  readonly atMs: EpochMs;
  readonly totalMicro: bigint;
  readonly registerMicro: bigint | null;
}

/** What a slot is made of: the marks at its two ends. */
export interface SlotEvidence {
  readonly slot: number;
  readonly keptBy: KeptBy;
  /** The total where the slot begins: its boundary, the channel's opening where that comes later, or nothing. */
  readonly start: Boundary | Opening | null;
  /** The same where it ends; null while no later reading has come. */
  readonly end: Boundary | Opening | null;
  /** Stretches without readings (and before the channel's opening) that touch this slot. */
  readonly unwatched: readonly Span[];
  /**
   * From the last reading of one era to the first of the next, where what passed is unknown; and where a person said
   * what passed, but not how much of it in this slot.
   */
  readonly unresolved: readonly Span[];
  /** What answers of people add to this slot beside its boundaries, micro-units; 0 when left out. */
  readonly answeredMicro?: bigint;
  /** What a dial reading gave to the unwatched part of this slot, micro-units; null when no dial covers it yet. */
  readonly filledMicro: bigint | null;
}

export interface Slot {
  readonly slot: number;
  readonly quality: Quality;
  /** 1,000,000 = the whole slot was watched. */
  readonly coverageMicro: number;
  /** Micro-units; null when missing. */
  readonly quantityMicro: bigint | null;
  /** What is known to have passed, even when the slot as a whole is missing; null when nothing is known. */
  readonly countedMicro: bigint | null;
  readonly startRegisterMicro: bigint | null;
  readonly endRegisterMicro: bigint | null;
}

/** The bracket a measured boundary may have: max(2 counts, 1 % of the slot). */
function isTight(boundary: Boundary, quantityMicro: bigint): boolean {
  const bound = boundary.highMicro - boundary.lowMicro;
  return bound <= 2n * boundary.resolutionMicro || bound * 100n <= quantityMicro;
}

function boundaryQuality(boundary: Boundary, quantityMicro: bigint): Quality {
  // An unresolved step may lie before this boundary or after it: its bound knows nothing of what passed there.
  if (boundary.registerMicro === null) return 'estimated';
  if (isTight(boundary, quantityMicro)) return 'measured';
  return bracketMs(boundary) <= HOUR_MS ? 'interpolated' : 'estimated';
}

function qualityOf(
  evidence: SlotEvidence,
  start: Boundary | Opening,
  end: Boundary | Opening,
  quantity: bigint,
): Quality {
  const whole = slotSpan(evidence.slot);
  const touches = (spans: readonly Span[]) => spans.some((span) => overlapMs(span, whole) > 0);
  // The gateway counts nothing while it does not look: only a dial reading can say what passed.
  if (evidence.keptBy === 'gateway' && touches(evidence.unwatched)) {
    return evidence.filledMicro === null ? 'missing' : 'estimated';
  }
  if ('opening' in start || 'opening' in end || touches(evidence.unresolved)) return 'estimated';
  return worstOf(boundaryQuality(start, quantity), boundaryQuality(end, quantity));
}

export function slotSpan(slot: number): Span {
  return { fromMs: boundaryAt(slot), toMs: boundaryAt(slot + 1) };
}

export function deriveSlot(evidence: SlotEvidence): Slot {
  const { slot, start, end } = evidence;

  const registers = {
    startRegisterMicro: start?.registerMicro ?? null,
    endRegisterMicro: end?.registerMicro ?? null,
  };
  if (!start || !end) {
    return {
      slot,
      quality: 'missing',
      coverageMicro: 0,
      quantityMicro: null,
      countedMicro: null,
      ...registers,
    };
  }
  const span = slotSpan(slot);
  // Nobody watched a channel that had not begun; such a slot only completes the hour in which it begins.
  const begun = !('opening' in start) || start.atMs < span.toMs;
  const coverageMicro = begun ? watchedMicro(span, evidence.unwatched) : 0;
  const counted = end.totalMicro - start.totalMicro + (evidence.answeredMicro ?? 0n);
  const quantity = counted + (evidence.filledMicro ?? 0n);
  const quality = qualityOf(evidence, start, end, quantity);
  return {
    slot,
    quality,
    coverageMicro,
    quantityMicro: quality === 'missing' ? null : quantity,
    countedMicro: counted,
    ...registers,
  };
}

/** Half-hour demand: micro-units per hour. Null unless the slot is measured (a maximum must not rest on a guess). */
export function demandMicro(slot: Slot): bigint | null {
  return slot.quality === 'measured' && slot.quantityMicro !== null
    ? (slot.quantityMicro * BigInt(HOUR_MS)) / BigInt(SLOT_MS)
    : null;
}
