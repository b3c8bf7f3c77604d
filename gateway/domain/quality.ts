/**
 * How far a quantity may be believed. Worst wins when slots are joined.
 * `measured` both boundaries within max(2 counts, 1 % of the slot); `interpolated` bracketed more loosely within
 * the hour; `estimated` spread over an outage or touching an unresolved step; `missing` no later reading yet
 * (the value is null, never 0); `withdrawn` published, then found impossible.
 */
export type Quality = 'measured' | 'interpolated' | 'estimated' | 'missing' | 'withdrawn';

export const QUALITIES = [
  'measured',
  'interpolated',
  'estimated',
  'missing',
  'withdrawn',
] as const satisfies readonly Quality[];

export function worstOf(a: Quality, b: Quality): Quality {
  return QUALITIES.indexOf(a) >= QUALITIES.indexOf(b) ? a : b;
}
