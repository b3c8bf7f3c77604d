/** Every input from outside, checked before anything is done with it. */
import { z } from 'zod';
import { CodedError, fault } from '../domain/faults.ts';
import { type EpochMs, HOUR_MS, instant } from '../domain/time.ts';
import type { HoursQuery, SiteFacts } from './reads.ts';
import { isDate, startOfDate } from './site-day.ts';

/** Most hours one answer may span: a leap year, and the hour that the clocks are set back. */
const MAX_HOURS_SPAN = 366 * 24 + 1;

const YEARS = /^(19|20|21)/;
const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .refine((text) => YEARS.test(text) && isDate(text));
const time = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/)
  .refine((text) => YEARS.test(text) && isDate(text.slice(0, 10)) && !Number.isNaN(Date.parse(text)));

const dayQuery = z.strictObject({ date: date.optional() });
const hoursQuery = z.strictObject({
  from: z.union([date, time]),
  to: z.union([date, time]),
  meter: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/)
    .optional(),
});
const coefficientsQuery = z.union([
  z.strictObject({ hour: time }),
  z.strictObject({ from: z.union([date, time]), to: z.union([date, time]) }),
]);
const noQuery = z.strictObject({});

function checked<T>(schema: z.ZodType<T>, query: unknown, form: string): T {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const problem = result.error.issues[0];
  const unknownKeys = problem?.code === 'unrecognized_keys' ? problem.keys.join(', ') : null;
  const field = unknownKeys ?? problem?.path.join('.') ?? 'query';
  throw new CodedError(fault('query-invalid', { field: field.slice(0, 60), reason: form }));
}

/** `null` means today. @throws CodedError query-invalid */
export function parseDayQuery(query: unknown): { readonly date: string | null } {
  return { date: checked(dayQuery, query, '?date=2026-11-21').date ?? null };
}

/** @throws CodedError query-invalid */
export function parseNoQuery(query: unknown): void {
  checked(noQuery, query, '(-)');
}

/** Most hours that are explained in one answer: a month. */
const MAX_EXPLAINED_HOURS = 31 * 24 + 1;

/** One hour, or those from a time to another; dates are site-local midnights. @throws CodedError query-invalid */
export function parseCoefficientsQuery(
  query: unknown,
  site: SiteFacts,
): { readonly fromMs: EpochMs; readonly toMs: EpochMs } {
  const form = '?hour=2026-11-21T13:00%2B09:00, ?from=2026-11-21&to=2026-11-22';
  const asked = checked(coefficientsQuery, query, form);
  if ('hour' in asked) {
    const fromMs = instant(Date.parse(asked.hour));
    return { fromMs, toMs: instant(fromMs + 1) };
  }
  return spanOf(asked, site, MAX_EXPLAINED_HOURS);
}

function spanOf(
  { from, to }: { readonly from: string; readonly to: string },
  site: SiteFacts,
  maxHours: number,
): { readonly fromMs: EpochMs; readonly toMs: EpochMs } {
  const instantOf = (text: string): EpochMs =>
    text.includes('T') ? instant(Date.parse(text)) : startOfDate(text, site.timezone);
  const fromMs = instantOf(from);
  const toMs = instantOf(to);
  if (toMs <= fromMs) throw new CodedError(fault('query-invalid', { field: 'to', reason: 'to ≤ from' }));
  if (toMs - fromMs > maxHours * HOUR_MS)
    throw new CodedError(fault('query-invalid', { field: 'to', reason: `> ${maxHours} h` }));
  return { fromMs, toMs };
}

/** Dates are site-local midnights. @throws CodedError query-invalid, meter-unknown */
export function parseHoursQuery(query: unknown, site: SiteFacts): HoursQuery {
  const { from, to, meter } = checked(
    hoursQuery,
    query,
    '?from=2026-11-21&to=2026-11-22T13:00%2B09:00&meter=main',
  );
  const { fromMs, toMs } = spanOf({ from, to }, site, MAX_HOURS_SPAN);
  if (meter !== undefined && !site.meters.some((known) => known.id === meter)) {
    throw new CodedError(
      fault('meter-unknown', { meter, known: site.meters.map((known) => known.id).join(', ') }),
    );
  }
  return { fromMs, toMs, meter: meter ?? null };
}
