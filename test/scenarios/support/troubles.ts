/** A stretch of time. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Kinds of trouble; each scenario has some of them. */
export const TROUBLES = [
  'gap',
  'process',
  'clock',
  'untrusted',
  'register',
  'reading',
  'load',
  'order',
] as const;
export type Trouble = (typeof TROUBLES)[number];
