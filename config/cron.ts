/**
 * Checks a cron expression without a scheduler: five fields (minute hour day month weekday) or six with seconds
 * first. The subset that is accepted: `*`, numbers, ranges, steps, lists, and English names of months and weekdays.
 */
interface Field {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const FIELDS: readonly Field[] = [
  { name: 'second', low: 0, high: 59, names: [] },
  { name: 'minute', low: 0, high: 59, names: [] },
  { name: 'hour', low: 0, high: 23, names: [] },
  { name: 'day', low: 1, high: 31, names: [] },
  { name: 'month', low: 1, high: 12, names: MONTHS },
  { name: 'weekday', low: 0, high: 7, names: WEEKDAYS },
];

function numberOf(text: string, field: Field): number | null {
  const named = field.names.indexOf(text.toLowerCase());
  if (named >= 0) return named + field.low;
  return /^\d{1,2}$/.test(text) ? Number(text) : null;
}

function termFits(term: string, field: Field): boolean {
  const match = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(term);
  if (!match?.[1]) return false;
  const [, span, step] = match;
  if (step !== undefined && Number(step) === 0) return false;
  if (span === '*') return true;
  const ends = span.split('-').map((end) => numberOf(end, field));
  const [low = null, high = low] = ends;
  if (ends.length > 2 || low === null || high === null) return false;
  // A step needs a span to walk over.
  if (step !== undefined && ends.length === 1) return false;
  return low >= field.low && high <= field.high && low <= high;
}

/** @returns null when the expression is sound, else the field that is not, e.g. `hour (25)` */
export function cronProblem(expression: string): string | null {
  const parts = expression.trim().split(/\s+/);
  if (parts.length !== 5 && parts.length !== 6) return `${parts.length} fields`;
  const fields = parts.length === 5 ? FIELDS.slice(1) : FIELDS;
  for (const [index, field] of fields.entries()) {
    const part = parts[index] ?? '';
    if (part.length > 100 || !part.split(',').every((term) => termFits(term, field)))
      return `${field.name} (${part.slice(0, 20)})`;
  }
  return null;
}
