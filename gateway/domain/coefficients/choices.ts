/** What a site has chosen for a date: which edition of the rules, which method. */
import { fiscalYearOf } from './jst.ts';
import type { Method, MethodFrom, RuleSet } from './types.ts';

/** An entry of this fiscal year holds for all of them. */
export const EVERY_YEAR = 0;

/** The rule set that governs a JST date; null when none is in force then. Where two are, the one that came last. */
export function ruleSetOn(
  date: string,
  ruleSets: ReadonlyMap<string, RuleSet>,
  choice: string | null,
): RuleSet | null {
  if (choice !== null) return ruleSets.get(choice) ?? null;
  let found: RuleSet | null = null;
  for (const ruleSet of ruleSets.values()) {
    const inForce = ruleSet.validFrom <= date && (ruleSet.validTo === null || date <= ruleSet.validTo);
    if (inForce && (found === null || ruleSet.validFrom > found.validFrom)) found = ruleSet;
  }
  return found;
}

/** The entry that holds on a JST date; null where nothing is chosen for it. */
export function methodChoiceOn(date: string, methods: readonly MethodFrom[] = []): MethodFrom | null {
  const year = fiscalYearOf(date);
  return methods.findLast(({ fiscalYear }) => fiscalYear <= year) ?? null;
}

/** The method of a JST date; hourly where nothing is chosen. */
export function methodOn(date: string, methods?: readonly MethodFrom[]): Method {
  return methodChoiceOn(date, methods)?.method ?? 'hourly';
}
