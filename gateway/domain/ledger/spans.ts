/** Stretches of time, half-open [fromMs, toMs). */
import type { EpochMs } from '../time.ts';

export interface Span {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

export function overlapMs(a: Span, b: Span): number {
  return Math.max(0, Math.min(a.toMs, b.toMs) - Math.max(a.fromMs, b.fromMs));
}

/** Share of `whole` not covered by the spans, in micro-units (1,000,000 = all of it). Spans must not overlap each other. */
export function watchedMicro(whole: Span, unwatched: readonly Span[]): number {
  const lengthMs = whole.toMs - whole.fromMs;
  const missedMs = unwatched.reduce((sum, span) => sum + overlapMs(whole, span), 0);
  return Math.floor(((lengthMs - missedMs) * 1_000_000) / lengthMs);
}
