/** What is allowed in a site file and still deserves a look, and the bounds from which on it does. */
import type { CheckContext } from './meter-checks.ts';
import type { LineBudget } from './types.ts';

/** A wire that is busy for more than this share of its time has nothing left for retries. */
export const FULL_SHARE = 0.9;

/** Lines that cannot ask their meters as often as the site file wants. */
export function warnOfBusyLines(budgets: readonly LineBudget[], warn: CheckContext['warn']): void {
  for (const { line, share, requests, roundMs } of budgets) {
    if (share <= FULL_SHARE) continue;
    const about = { line, percent: Math.round(share * 100), requests, roundMs: Math.round(roundMs) };
    warn(['lines', line], 'line-busy', about);
  }
}
