/** Round ticks for an axis that begins at 0. Pure. */

export interface Axis {
  /** From 0 upwards, all multiples of one round step. */
  readonly ticks: readonly number[];
  /** Top of the axis, the last tick. */
  readonly top: number;
}

const STEPS = [1, 2, 2.5, 5, 10];

/** The smallest round step (1, 2, 2.5 or 5 × 10ⁿ) that reaches `largest` in at most `intervals` steps. */
export function axisFor(largest: number, intervals = 4): Axis {
  // Nothing to show has no scale: the base line alone.
  if (!(largest > 0)) return { ticks: [0], top: 1 };
  const wanted = largest / intervals;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const factor = STEPS.find((step) => step * power >= wanted * (1 - 1e-9)) ?? 10;
  // A tenth of a tenth is not 0.01 in binary: ten digits keep the labels round.
  const multiple = (n: number): number => Number((n * factor * power).toPrecision(10));
  const count = Math.max(1, Math.ceil(largest / (factor * power) - 1e-9));
  const ticks = Array.from({ length: count + 1 }, (_, n) => multiple(n));
  return { ticks, top: multiple(count) };
}
