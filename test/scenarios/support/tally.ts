/** What was checked, and what a failed check says. */

/** Counted so that a run can show that its checks had something to bite on. */
export interface Tally {
  /** Slots and hours that were held against the truth. */
  buckets: number;
  /** Within the interval of their readings. */
  strict: number;
  /** Beyond it, within what the rating allows after a lie. */
  withinRating: number;
  /** Beyond that, named by an event. */
  named: number;
  /** No longer called measured or interpolated. */
  marked: number;
  /** Meters whose total was held against all that was truly used. */
  wholes: number;
  hours: number;
  withdrawn: number;
  eras: number;
  messages: number;
}

export const emptyTally = (): Tally => ({
  buckets: 0,
  strict: 0,
  withinRating: 0,
  named: 0,
  marked: 0,
  wholes: 0,
  hours: 0,
  withdrawn: 0,
  eras: 0,
  messages: 0,
});

export class Broken extends Error {}

/** Sentences are made only when they are needed: there are millions of checks. */
export function must(holds: unknown, says: () => string): asserts holds {
  if (!holds) throw new Broken(says());
}

export interface EventRow {
  readonly kind: string;
  readonly meter: string | null;
  readonly atMs: number;
  readonly detail: Readonly<Record<string, unknown>>;
}
