/** `coefficients.method` of the site file: one method for every fiscal year, or by fiscal year. */

import type * as z from 'zod';
import { EVERY_YEAR } from '../gateway/domain/coefficients/choices.ts';
import { METHODS, type Method, type MethodFrom } from '../gateway/domain/coefficients/types.ts';
import type { Language } from '../gateway/domain/faults.ts';
import type { CheckContext } from './meter-checks.ts';
import type { methodSchema } from './method-schema.ts';
import { nearest } from './nearest.ts';
import { suggestionText } from './problem-texts.ts';

const ALIASES: Readonly<Record<string, Method>> = {
  hour: 'hourly',
  hours: 'hourly',
  時間別: 'hourly',
  month: 'monthly',
  months: 'monthly',
  月別: 'monthly',
};

function isMethod(value: unknown): value is Method {
  return METHODS.some((method) => method === value);
}

function isFiscalYear(key: string): boolean {
  return /^20\d\d$/.test(key);
}

/** @param written the value as written; what is neither text nor a block is reported by the schema */
export function checkMethod(written: unknown, language: Language, report: CheckContext['report']): void {
  const at = ['coefficients', 'method'];
  const checkWord = (value: unknown, path: readonly string[]): void => {
    if (typeof value !== 'string' || isMethod(value)) return;
    const near = ALIASES[value] ?? nearest(value, METHODS);
    report(path, 'wrong-value', {
      field: 'method',
      found: value.slice(0, 40),
      suggestion: suggestionText(near, METHODS, language),
    });
  };
  checkWord(written, at);
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return;
  const years = Object.entries(written);
  if (years.length === 0) report(at, 'nothing-there', { field: 'method', hint: '`2026: monthly`' });
  for (const [year, value] of years) {
    if (!isFiscalYear(year)) report([...at, year], 'bad-fiscal-year', { found: year.slice(0, 40) });
    checkWord(value, [...at, year]);
  }
}

/** @param written sound, as {@link checkMethod} saw it. @returns by fiscal year, rising */
export function methodsOf(written: z.output<typeof methodSchema> | undefined): readonly MethodFrom[] {
  if (written === undefined) return [];
  if (isMethod(written)) return [{ fiscalYear: EVERY_YEAR, method: written }];
  return Object.entries(written)
    .flatMap(([year, method]) => (isMethod(method) ? [{ fiscalYear: Number(year), method }] : []))
    .sort((a, b) => a.fiscalYear - b.fiscalYear);
}
