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
  /** Slots of pulse inputs, and those that were held against the contact. */
  pulseSlots: number;
  pulsesHeld: number;
  /** Counts held against the contact: each pulse once, or in a span that nobody watched. */
  counts: number;
  /** Spans that nobody watched, dial readings, and pairs of these between which all slots add up. */
  spans: number;
  dials: number;
  reconciled: number;
  /** Ends of the gateway at which what rare contacts had counted was looked at. */
  kills: number;
  /** What people said: written, known already, refused. */
  applied: number;
  same: number;
  refused: number;
  /** Buckets that rest on what a person said who could not know. */
  said: number;
  /** True answers held against the truth. */
  slips: number;
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
  pulseSlots: 0,
  pulsesHeld: 0,
  counts: 0,
  spans: 0,
  dials: 0,
  reconciled: 0,
  kills: 0,
  applied: 0,
  same: 0,
  refused: 0,
  said: 0,
  slips: 0,
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
