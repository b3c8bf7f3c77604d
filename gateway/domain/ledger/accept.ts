/**
 * Which readings enter the ledger. States of a channel: `empty` (no reading yet), `steady` (a last accepted
 * reading) and, beside that, up to {@link MAX_PENDING} pending readings that contradict it.
 *
 * A reading that rises plausibly from the last accepted one is accepted. A fall, or a rise above what the rating
 * allows, is pending until three consecutive readings agree with each other; one transient is never believed.
 * Three that agree on a rise which an overload or a slow refresh can explain stay in their era. Otherwise they are a
 * rollover if the type says where its register wraps and the implied rise is plausible, and a new era with an
 * unresolved step if not. After a gap in which the register could have gone once round unseen, they are one too. Nothing here reads a clock or a table.
 */

import type { RegisterScale } from '../meters.ts';
import type { Rational } from '../rational.ts';
import { type Era, firstEra, mayHideWrap, nextEra, rolloverStepMicro } from './era.ts';
import { agreedRiseMicro, largestRiseMicro, type Reading, registerMicro } from './register.ts';

/** Contradicting readings kept while waiting for three that agree; the oldest is set aside beyond this. */
export const MAX_PENDING = 16;
/** So many consecutive readings must agree before a fall or a jump is believed. */
const AGREEING = 3;

export interface ChannelState {
  /** The era in force; null before the first reading. */
  readonly era: Era | null;
  /** The newest accepted reading; it belongs to `era`. */
  readonly last: Reading | null;
  /** Readings later than `last` that contradict it, by time. */
  readonly pending: readonly Reading[];
}

export const EMPTY_CHANNEL: ChannelState = { era: null, last: null, pending: [] };

export type Verdict =
  | {
      readonly kind: 'accepted';
      readonly reading: Reading;
      readonly era: Era;
      readonly previous: Reading | null;
      /** Believed only because three agreed: it rose faster than the rating allows. */
      readonly aboveRating: boolean;
    }
  | { readonly kind: 'pending'; readonly reading: Reading }
  | { readonly kind: 'rejected'; readonly reading: Reading; readonly reason: 'transient' | 'out-of-order' }
  | { readonly kind: 'era-opened'; readonly era: Era; readonly after: Reading | null };

interface Rules {
  readonly scale: RegisterScale;
  readonly ratedPerHour: Rational;
}

/** Whether `to` can follow `from` in one era: no fall, and no rise above rated × elapsed + 2 counts. */
export function follows(from: Reading, to: Reading, rules: Rules): boolean {
  const rise = registerMicro(to.raw, rules.scale) - registerMicro(from.raw, rules.scale);
  return rise >= 0n && rise <= largestRiseMicro(from, to, rules.scale, rules.ratedPerHour);
}

/** Whether more may have passed than the readings show. */
const hidesWrap = (from: Reading, to: Reading, { scale, ratedPerHour }: Rules): boolean =>
  mayHideWrap(from, to, scale, ratedPerHour);

function surelyFollows(from: Reading, to: Reading, rules: Rules): boolean {
  return follows(from, to, rules) && !hidesWrap(from, to, rules);
}

/** Whether `to` may follow `from` if a third reading agrees: no fall, and no rise beyond any overload. */
function mayFollow(from: Reading, to: Reading, rules: Rules): boolean {
  const rise = registerMicro(to.raw, rules.scale) - registerMicro(from.raw, rules.scale);
  return rise >= 0n && rise <= agreedRiseMicro(from, to, rules.scale, rules.ratedPerHour);
}

/** Index of the first of three consecutive readings that agree, or -1. */
function agreeingFrom(list: readonly Reading[], rules: Rules): number {
  for (let i = 0; i + AGREEING <= list.length; i++) {
    const run = list.slice(i, i + AGREEING);
    if (run.every((reading, k) => k === 0 || mayFollow(run[k - 1] as Reading, reading, rules))) return i;
  }
  return -1;
}

function openEraAt(era: Era, last: Reading, opening: Reading, rules: Rules): Era {
  const step = rolloverStepMicro(era, last, opening);
  const fell = registerMicro(opening.raw, rules.scale) < registerMicro(last.raw, rules.scale);
  // A register that stood above its supposed end did not roll over there: the step would be negative.
  const plausible =
    step !== null && step >= 0n && step <= agreedRiseMicro(last, opening, rules.scale, rules.ratedPerHour);
  const surely = !hidesWrap(last, opening, rules);
  return fell && plausible && surely
    ? nextEra(era, last, opening, 'rollover', rules.scale, step)
    : nextEra(era, last, opening, 'register-change', rules.scale, null);
}

/**
 * Settles what can be settled among `list` (all later than `last`, by time).
 * Each round accepts at least one reading or stops, so it ends after at most `list.length` rounds.
 */
function settle(
  start: { era: Era; last: Reading },
  list: Reading[],
  rules: Rules,
  verdicts: Verdict[],
): ChannelState {
  let { era, last } = start;
  let waiting = list;
  const setAside = (readings: readonly Reading[]) => {
    for (const reading of readings) verdicts.push({ kind: 'rejected', reading, reason: 'transient' });
  };
  const take = (reading: Reading, aboveRating: boolean) => {
    verdicts.push({ kind: 'accepted', reading, era, previous: last, aboveRating });
    last = reading;
  };
  while (waiting.length > 0) {
    const next = waiting.findIndex((reading) => surelyFollows(last, reading, rules));
    const agreed = next >= 0 ? -1 : agreeingFrom(waiting, rules);
    if (next < 0 && agreed < 0) break;
    const first = next >= 0 ? next : agreed;
    const count = next >= 0 ? 1 : AGREEING;
    const run = waiting.slice(first, first + count);
    const opening = run[0] as Reading;
    setAside(waiting.slice(0, first));
    const rises = mayFollow(last, opening, rules) && !hidesWrap(last, opening, rules);
    if (agreed >= 0 && !rises) {
      era = openEraAt(era, last, opening, rules);
      verdicts.push({ kind: 'era-opened', era, after: last });
    }
    for (const reading of run) take(reading, agreed >= 0 && rises);
    waiting = waiting.slice(first + count);
  }
  if (waiting.length > MAX_PENDING) {
    setAside(waiting.slice(0, waiting.length - MAX_PENDING));
    waiting = waiting.slice(-MAX_PENDING);
  }
  return { era, last, pending: waiting };
}

/**
 * Takes one reading that is later than the last accepted one.
 * @returns the new state, and what became of this reading and of those that were pending
 */
export function accept(
  state: ChannelState,
  reading: Reading,
  rules: Rules,
): { state: ChannelState; verdicts: Verdict[] } {
  const verdicts: Verdict[] = [];
  if (!state.era || !state.last) {
    const era = firstEra(reading, rules.scale);
    verdicts.push(
      { kind: 'era-opened', era, after: null },
      { kind: 'accepted', reading, era, previous: null, aboveRating: false },
    );
    return { state: { era, last: reading, pending: [] }, verdicts };
  }
  const waiting = [...state.pending, reading].sort((a, b) => a.atMs - b.atMs);
  const settled = settle({ era: state.era, last: state.last }, waiting, rules, verdicts);
  if (settled.pending.includes(reading)) verdicts.push({ kind: 'pending', reading });
  return { state: settled, verdicts };
}

/**
 * What passed across a change of scale. A correction of the type (its refresh time, its step, its end) leaves the
 * counts meaning what they meant, so a plausible rise is known; another ratio makes it unknown.
 */
function stepAcrossScales(era: Era, last: Reading, reading: Reading, rules: Rules): bigint | null {
  const before = era.scale;
  const after = rules.scale;
  const sameRatio =
    before.unitsPerCount.num * after.unitsPerCount.den === after.unitsPerCount.num * before.unitsPerCount.den;
  if (!sameRatio || before.encoding !== after.encoding || !follows(last, reading, rules)) return null;
  return registerMicro(reading.raw, after) - registerMicro(last.raw, before);
}

/** Opens an era because the site file or the meter type gives the register another scale, from this reading on. */
export function changeScale(
  state: ChannelState,
  reading: Reading,
  rules: Rules,
): { state: ChannelState; verdicts: Verdict[] } {
  if (!state.era || !state.last) return accept(state, reading, rules);
  const rejected = state.pending.map(
    (pending): Verdict => ({ kind: 'rejected', reading: pending, reason: 'transient' }),
  );
  const step = stepAcrossScales(state.era, state.last, reading, rules);
  const era = nextEra(state.era, state.last, reading, 'scale-change', rules.scale, step);
  return {
    state: { era, last: reading, pending: [] },
    verdicts: [
      ...rejected,
      { kind: 'era-opened', era, after: state.last },
      { kind: 'accepted', reading, era, previous: state.last, aboveRating: false },
    ],
  };
}

/**
 * A reading older than the newest accepted one: taken only between two accepted neighbours of one era, and only
 * if it plausibly follows the one and is followed by the other. It then tightens brackets; it changes no total.
 */
export function acceptLate(
  reading: Reading,
  neighbours: { readonly before: Reading; readonly after: Reading; readonly era: Era } | null,
  ratedPerHour: Rational,
): Verdict {
  if (!neighbours) return { kind: 'rejected', reading, reason: 'out-of-order' };
  const { before, after, era } = neighbours;
  const rules = { scale: era.scale, ratedPerHour };
  const fits = follows(before, reading, rules) && follows(reading, after, rules);
  return fits
    ? { kind: 'accepted', reading, era, previous: before, aboveRating: false }
    : { kind: 'rejected', reading, reason: 'out-of-order' };
}
