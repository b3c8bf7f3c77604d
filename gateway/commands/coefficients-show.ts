/** `hakaru coefficients show`: which coefficient applies in which hour, and by which document and rule. */
import { loadRuleSets } from '../../config/rule-sets.ts';
import { sameCoefficient } from '../domain/coefficients/decide.ts';
import { prepareToExplain } from '../domain/coefficients/explain.ts';
import { explanationText, likeness } from '../domain/coefficients/explain-text.ts';
import type { CoefficientExplanation } from '../domain/coefficients/explain-types.ts';
import { explanationView } from '../domain/coefficients/explain-view.ts';
import { coefficientWords } from '../domain/coefficients/explain-words.ts';
import { decisionText, printedMj } from '../domain/coefficients/sentences.ts';
import type { Coefficient, CoefficientRules } from '../domain/coefficients/types.ts';
import { CodedError, fault } from '../domain/faults.ts';
import { type EpochMs, HOUR_MS, type HourGrid, instant, plus } from '../domain/time.ts';
import { hourGrid } from '../platform/hour-grid.ts';
import { recallSite, rulesOf } from '../stages/site-facts.ts';
import { openStoreForReading } from '../store/store.ts';
import type { Console } from './console.ts';
import { readTime } from './read-time.ts';
import { table } from './table.ts';

export interface ShowOptions {
  readonly data: string;
  readonly from?: string;
  readonly to?: string;
  /** One hour alone. */
  readonly hour?: string;
  readonly hours: number;
  readonly explain?: boolean;
  readonly json?: boolean;
}

/** More hours than this in one answer is a slip of the pen: a year and a week. */
const MAX_HOURS = 9_000;

interface ExplainedHour {
  readonly explanation: CoefficientExplanation;
  /** What the hour is weighed with in the database; null where no bucket of it was ever weighed. */
  readonly stored: Coefficient | null;
}

const HEADER = {
  en: ['hour', 'MJ/kWh', 'class', 'state', 'why'],
  ja: ['時間', 'MJ/kWh', '区分', '状態', '理由'],
} as const;

function hoursAsked(options: ShowOptions, grid: HourGrid, zone: string, nowMs: EpochMs): EpochMs[] {
  if (options.hour !== undefined) return [grid.hourOf(readTime(options.hour, zone))];
  const from =
    options.from === undefined
      ? grid.day(grid.dateOf(nowMs)).fromMs
      : grid.hourOf(readTime(options.from, zone));
  const count =
    options.to === undefined ? options.hours : Math.ceil((readTime(options.to, zone) - from) / HOUR_MS);
  if (count < 1)
    throw new CodedError(fault('times-reversed', { from: options.from ?? '', to: options.to ?? '' }));
  if (count > MAX_HOURS) throw new CodedError(fault('hours-too-many', { found: count, limit: MAX_HOURS }));
  return Array.from({ length: count }, (_, index) => plus(from, index * HOUR_MS));
}

/** Hours that stand under one heading: neighbours of one JST date that are explained alike. */
function grouped(hours: readonly ExplainedHour[]): ExplainedHour[][] {
  const groups: ExplainedHour[][] = [];
  let last = '';
  for (const each of hours) {
    const like = likeness(each.explanation) + storedText(each);
    const group = groups.at(-1);
    if (group && like === last) group.push(each);
    else groups.push([each]);
    last = like;
  }
  return groups;
}

/** What the database still says otherwise; empty where it says the same or nothing. */
function storedText({ explanation, stored }: ExplainedHour): string {
  if (!stored || sameCoefficient(stored, explanation.coefficient)) return '';
  return stored.mjPerKwh === null ? '–' : `${printedMj(stored.mjPerKwh)} MJ/kWh (${stored.class})`;
}

function explained(console: Console, hours: readonly ExplainedHour[], grid: HourGrid): string {
  const print = { language: console.language, iso: (at: EpochMs) => grid.iso(at) };
  const { say } = coefficientWords(console.language);
  return grouped(hours)
    .flatMap((group) => {
      const [first, last] = [group[0], group.at(-1)];
      if (!first || !last) return [];
      const text = explanationText(first.explanation, last.explanation.hour + 1, print);
      const value = storedText(first);
      return [value === '' ? text : `${text}\n    ${say('stored')}: ${say('storedOtherwise', { value })}`];
    })
    .join('\n\n');
}

function tabled(
  console: Console,
  hours: readonly ExplainedHour[],
  rules: CoefficientRules,
  grid: HourGrid,
): string {
  const { say } = coefficientWords(console.language);
  const rows = hours.map(({ explanation: { hourStartMs: hourStart, coefficient } }) => [
    grid.iso(hourStart),
    coefficient.mjPerKwh === null ? '–' : printedMj(coefficient.mjPerKwh),
    coefficient.class,
    say(coefficient.confirmed ? 'confirmed' : 'notConfirmed'),
    decisionText(coefficient, { ...rules, hourStart }, console.language),
  ]);
  return table(HEADER[console.language], rows, new Set([1]));
}

/** Prints what applies from a time on, hour by hour, with the reason; with `explain` each step and file of it. */
export function show(console: Console, options: ShowOptions): number {
  const store = openStoreForReading(options.data);
  try {
    const facts = recallSite(store);
    if (!facts) throw new CodedError(fault('ledger-missing', { path: options.data }));
    const grid = hourGrid(facts.timezone);
    const rules = rulesOf(facts, loadRuleSets());
    const starts = hoursAsked(options, grid, facts.timezone, instant(Date.now()));
    const hours = store.read((): ExplainedHour[] => {
      const explainer = prepareToExplain(rules, store.documents.all());
      return starts.map((hourStart) => ({
        explanation: explainer.explain(hourStart),
        stored: store.coefficients.find(hourStart),
      }));
    });
    if (options.json) {
      const views = hours.map(({ explanation, stored }) =>
        explanationView(explanation, stored, rules, (at) => grid.iso(at)),
      );
      console.out(JSON.stringify({ hours: views }, null, 2));
    } else if (options.explain) console.out(explained(console, hours, grid));
    else console.out(tabled(console, hours, rules, grid));
    return 0;
  } finally {
    store.close();
  }
}
