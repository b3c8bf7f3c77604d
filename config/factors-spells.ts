/** Conditions that hold from a date on: a block's own, then each of its `changes`. */
import type { Path } from './places.ts';
import type { TextKey, TextValues } from './problem-texts.ts';

/** @param path below the meter */
export type ReportBelow = (path: Path, text: TextKey, values?: TextValues) => void;

export interface Dates {
  readonly from: string | null;
  readonly to: string | null;
}

function dayBefore(date: string): string {
  return new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10);
}

export interface Spell<Conditions> extends Dates {
  readonly path: Path;
  readonly conditions: Conditions;
}

/** What stands in the block itself, then what each change makes of it. Out of order: reported, and null. */
export function spellsOf<Conditions extends object>(
  key: string,
  base: Conditions,
  changes: readonly ({ readonly from: string } & Partial<Conditions>)[],
  report: ReportBelow,
): Spell<Conditions>[] | null {
  const spells: Spell<Conditions>[] = [{ from: null, to: null, path: [key], conditions: base }];
  for (const [i, { from, ...changed }] of changes.entries()) {
    const before = spells.at(-1);
    if (!before) return null;
    if (before.from !== null && from <= before.from) {
      report([key, 'changes', i, 'from'], 'change-order', { from });
      return null;
    }
    spells[i] = { ...before, to: dayBefore(from) };
    const given = Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined));
    const conditions = { ...before.conditions, ...given };
    spells.push({ from, to: null, path: [key, 'changes', i], conditions });
  }
  return spells;
}
