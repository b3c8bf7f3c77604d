/**
 * What a person says passed between two neighbouring readings of a register: a meter was replaced, a register was
 * reset or rolled over, a jump was real. The readings, the eras and the boundaries stay as they are, for they are the
 * evidence. What was said becomes fills beside them: per slot, the declared amount less what the boundaries say
 * already. So slots telescope as before, and an answer is undone by another answer.
 * Invariant: Σ fills of an answer = declared − found, to the last digit.
 */
import type { KeptBy, RegisterScale } from '../meters.ts';
import { type Rational, roundHalfAway } from '../rational.ts';
import { boundaryAt, type EpochMs, SLOT_MS } from '../time.ts';
import type { Fill } from './dial.ts';
import { agreedRiseMicro, LARGEST_MICRO, microOf, type Reading, registerMicro } from './register.ts';

/**
 * `exchange` the meter was replaced; `reset` its register was set back; `wrap` it passed its end; `real` what the
 * register rose was used; `ignore` nobody will ever know, and nothing is counted.
 */
export type StepAnswer =
  | {
      readonly kind: 'exchange';
      /** When; null: nobody knows better than the two readings. */
      readonly atMs: EpochMs | null;
      /** The last figure of the old register and the first of the new one, micro-units. */
      readonly finalMicro: bigint;
      readonly startMicro: bigint;
      /** Of the new meter. */
      readonly serial: string | null;
    }
  | { readonly kind: 'reset'; readonly finalMicro: bigint | null; readonly startMicro: bigint }
  | { readonly kind: 'wrap'; readonly endMicro: bigint | null }
  | { readonly kind: 'real' }
  | { readonly kind: 'ignore' };

/** Two neighbouring accepted readings of one channel, with what the ledger counts between them by itself. */
export interface Step {
  readonly from: Reading;
  readonly to: Reading;
  readonly fromScale: RegisterScale;
  readonly toScale: RegisterScale;
  /** Total at `to` less total at `from`; 0 while nobody knows. */
  readonly foundMicro: bigint;
  /** The channel's total at `from`. */
  readonly fromTotalMicro: bigint;
  /** The eras of the two. */
  readonly fromEra: number;
  readonly toEra: number;
}

/** What passed, and how it lies in time. */
export interface Declared {
  readonly passedMicro: bigint;
  /** What had passed since `from` by then; null: evenly. */
  readonly knot: { readonly atMs: EpochMs; readonly passedMicro: bigint } | null;
  /** Whether nothing of it is guessed. */
  readonly exact: boolean;
}

export type Objection = 'final-below' | 'start-above' | 'implausible' | 'no-end' | 'beyond-end' | 'fell';
export interface Refused {
  readonly refused: Objection;
  /** What was said, and what the ledger has against it, micro-units. */
  readonly saidMicro: bigint;
  readonly haveMicro: bigint;
}

interface Rules {
  readonly ratedPerHour: Rational;
  /** The person has looked twice: what the rating allows is not asked. */
  readonly sure: boolean;
}

const clamp = (at: EpochMs, { from, to }: Step): EpochMs =>
  at < from.atMs ? from.atMs : at > to.atMs ? to.atMs : at;

/** The most that can have passed between the two readings, as three agreeing readings may. */
function mostMicro({ from, to, fromScale, toScale }: Step, ratedPerHour: Rational): bigint {
  const old = agreedRiseMicro(from, { ...to, raw: from.raw }, fromScale, ratedPerHour);
  const fresh = agreedRiseMicro(from, to, toScale, ratedPerHour);
  return old > fresh ? old : fresh;
}

/** Both sides of a replaced or reset register. */
function twoParts(
  step: Step,
  finalMicro: bigint,
  startMicro: bigint,
  atMs: EpochMs | null,
  rules: Rules,
): Declared | Refused {
  const last = registerMicro(step.from.raw, step.fromScale);
  const first = registerMicro(step.to.raw, step.toScale);
  const before = finalMicro - last;
  const after = first - startMicro;
  if (before < 0n) return { refused: 'final-below', saidMicro: finalMicro, haveMicro: last };
  if (after < 0n) return { refused: 'start-above', saidMicro: startMicro, haveMicro: first };
  const passedMicro = before + after;
  const most = mostMicro(step, rules.ratedPerHour);
  if (!rules.sure && passedMicro > most)
    return { refused: 'implausible', saidMicro: passedMicro, haveMicro: most };
  const knot = atMs === null ? null : { atMs: clamp(atMs, step), passedMicro: before };
  return { passedMicro, knot, exact: true };
}

function wrapped(step: Step, endMicro: bigint | null, rules: Rules): Declared | Refused {
  const { from, to, fromScale, toScale } = step;
  const end = endMicro ?? (fromScale.wrapsAt && microOf(fromScale.wrapsAt, fromScale));
  const last = registerMicro(from.raw, fromScale);
  if (end === null) return { refused: 'no-end', saidMicro: last, haveMicro: last };
  if (end < last) return { refused: 'beyond-end', saidMicro: end, haveMicro: last };
  const passedMicro = end - last + registerMicro(to.raw, toScale);
  const most = mostMicro(step, rules.ratedPerHour);
  return !rules.sure && passedMicro > most
    ? { refused: 'implausible', saidMicro: passedMicro, haveMicro: most }
    : { passedMicro, knot: null, exact: true };
}

/** A ratio that was corrected weighs what the counts rose; a jump is what the register says. */
function real(step: Step): Declared | Refused {
  const before = registerMicro(step.from.raw, step.toScale);
  const after = registerMicro(step.to.raw, step.toScale);
  return after < before
    ? { refused: 'fell', saidMicro: after, haveMicro: before }
    : { passedMicro: after - before, knot: null, exact: true };
}

/** What passed by the answer, or why that cannot be: nobody is sure of more than the ledger can hold. */
export function declare(step: Step, answer: StepAnswer, rules: Rules): Declared | Refused {
  const declared = saidBy(step, answer, rules);
  if ('refused' in declared || declared.passedMicro <= LARGEST_MICRO) return declared;
  const haveMicro = mostMicro(step, rules.ratedPerHour);
  return { refused: 'implausible', saidMicro: declared.passedMicro, haveMicro };
}

function saidBy(step: Step, answer: StepAnswer, rules: Rules): Declared | Refused {
  switch (answer.kind) {
    case 'exchange':
      return twoParts(step, answer.finalMicro, answer.startMicro, answer.atMs, rules);
    case 'reset': {
      const final = answer.finalMicro ?? registerMicro(step.from.raw, step.fromScale);
      const parts = twoParts(step, final, answer.startMicro, null, rules);
      // Without the last figure, what was used between the last reading and the reset is not in it.
      return 'refused' in parts ? parts : { ...parts, exact: answer.finalMicro !== null };
    }
    case 'wrap':
      return wrapped(step, answer.endMicro, rules);
    case 'real':
      return real(step);
    default:
      return { passedMicro: 0n, knot: null, exact: false };
  }
}

function linear(micro: bigint, partMs: number, wholeMs: number): bigint {
  return wholeMs === 0 ? micro : roundHalfAway({ num: micro * BigInt(partMs), den: BigInt(wholeMs) });
}

/** What had passed since `from` by the instant, by what was declared. */
function declaredBy({ passedMicro, knot }: Declared, { from, to }: Step, atMs: EpochMs): bigint {
  if (atMs <= from.atMs) return 0n;
  if (atMs >= to.atMs) return passedMicro;
  if (!knot) return linear(passedMicro, atMs - from.atMs, to.atMs - from.atMs);
  return atMs < knot.atMs
    ? linear(knot.passedMicro, atMs - from.atMs, knot.atMs - from.atMs)
    : knot.passedMicro + linear(passedMicro - knot.passedMicro, atMs - knot.atMs, to.atMs - knot.atMs);
}

/** Boundaries that lie strictly between the two readings. */
export function slotsInside({ from, to }: Pick<Step, 'from' | 'to'>): number[] {
  const slots: number[] = [];
  for (let slot = Math.floor(from.atMs / SLOT_MS) + 1; slot * SLOT_MS < to.atMs; slot++) slots.push(slot);
  return slots;
}

/**
 * The fills, one a slot at most.
 * @param found what the ledger counts from `from` to each boundary inside, by slot
 * @param keptBy counted pulses are not smoothed: all of it lies where the count was seen again
 */
export function fillsOf(
  step: Step,
  declared: Declared,
  found: ReadonlyMap<number, bigint>,
  keptBy: KeptBy,
): Fill[] {
  const smooth = keptBy === 'meter' || declared.knot !== null;
  const inside = slotsInside(step).map((slot) => ({
    atMs: boundaryAt(slot),
    found: found.get(slot) ?? 0n,
    declared: smooth ? declaredBy(declared, step, boundaryAt(slot)) : 0n,
  }));
  const end = { atMs: step.to.atMs, found: step.foundMicro, declared: declared.passedMicro };
  let before = { atMs: step.from.atMs, found: 0n, declared: 0n };
  const fills: Fill[] = [];
  for (const mark of [...inside, end]) {
    const micro = mark.declared - before.declared - (mark.found - before.found);
    if (micro !== 0n) fills.push({ fromMs: before.atMs, toMs: mark.atMs, micro });
    before = mark;
  }
  return fills;
}
