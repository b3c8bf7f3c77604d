/** What every figure of `npm run bench` has in common. */

/** One figure, printed as one line of JSON. */
export interface FigureLine {
  readonly name: string;
  /** Median of the runs. */
  readonly value: number;
  readonly unit: string;
  /** The physical or peer limit of the same run; null where there is none. */
  readonly limit: number | null;
  /** value / limit, or as the name says. */
  readonly ratio: number | null;
  readonly runs: number;
  /** Least and most of the runs. */
  readonly spread: readonly [least: number, most: number];
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const low = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  return (low + (sorted[middle] ?? Number.NaN)) / 2;
}

/** Runs a, b, a, b …, so that both see the same machine. @returns all results of each, in order */
export async function interleaved<K extends string>(
  runs: number,
  contenders: Readonly<Record<K, () => Promise<number>>>,
): Promise<Record<K, number[]>> {
  const names = Object.keys(contenders) as K[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<K, number[]>;
  for (let run = 0; run < runs; run++) for (const name of names) results[name].push(await contenders[name]());
  return results;
}

/** Four digits are more than a shared machine can tell. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

/** One line of runs beside their limits; the ratio is the median of the runs' own ratios. */
export function figure(
  name: string,
  unit: string,
  runs: readonly number[],
  limit: readonly number[] | number | null,
): FigureLine {
  const limits = limit === null ? [] : typeof limit === 'number' ? runs.map(() => limit) : limit;
  const ratios = limits.map((each, i) => (runs[i] ?? Number.NaN) / each);
  return {
    name,
    value: rounded(median(runs)),
    unit,
    limit: limits.length > 0 ? rounded(median(limits)) : null,
    ratio: ratios.length > 0 ? rounded(median(ratios)) : null,
    runs: runs.length,
    spread: [rounded(Math.min(...runs)), rounded(Math.max(...runs))],
  };
}
