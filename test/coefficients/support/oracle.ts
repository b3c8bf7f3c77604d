/**
 * What an hour weighs, worked out without any code of the product: the figures of the law written down once more, one
 * hour and one document at a time. Documents are kept as they come, by the rule a person would use.
 */
import type { Announced } from './plant.ts';

export type OracleDocument = Required<Omit<Announced, 'monthly' | 'ruleSet'>> & {
  readonly monthly: Readonly<Record<string, string>>;
};

export interface OracleSite {
  readonly area: string;
  /** From the April of this year on by the month; null: never. */
  readonly monthlyFrom: number | null;
}

export interface OracleHour {
  readonly class: string;
  /** As text: `9.4`; null where nothing may be guessed. */
  readonly mjPerKwh: string | null;
  readonly document: string | null;
  readonly revision: number | null;
  readonly confirmed: boolean;
}

/** What is in force, by area and name. */
export type OracleBook = Map<string, OracleDocument>;

/** @returns what a person would say of the arrival */
export function shelve(book: OracleBook, document: OracleDocument): string {
  const key = `${document.area} ${document.document}`;
  const held = book.get(key);
  if (held && document.revision < held.revision) return 'document-older';
  if (held && document.revision === held.revision)
    return JSON.stringify(document) === JSON.stringify(held) ? 'same' : 'document-conflict';
  book.set(key, document);
  return held ? 'replaces' : 'new';
}

const JST_MS = 9 * 3_600_000;

function lastIssued(documents: readonly OracleDocument[]): OracleDocument | null {
  let last: OracleDocument | null = null;
  for (const each of documents) {
    const [a, b] = [Date.parse(each.issuedAt), last === null ? 0 : Date.parse(last.issuedAt)];
    if (last === null || a > b || (a === b && each.document > last.document)) last = each;
  }
  return last;
}

export function oracleHour(book: OracleBook, site: OracleSite, hourMs: number): OracleHour {
  const local = new Date(hourMs + JST_MS).toISOString();
  const [date, month, hour] = [local.slice(0, 10), local.slice(0, 7), Number(local.slice(11, 13))];
  const fiscalYear = Number(date.slice(0, 4)) - (Number(date.slice(5, 7)) < 4 ? 1 : 0);
  const here = [...book.values()].filter(({ area }) => area === site.area);
  const of = (by: OracleDocument) => ({ document: by.document, revision: by.revision, confirmed: true });
  const nobody = { document: null, revision: null, confirmed: false };
  if (site.monthlyFrom !== null && fiscalYear >= site.monthlyFrom) {
    const table = lastIssued(here.filter(({ monthly }) => monthly[month] !== undefined));
    if (!table) return { class: 'none', mjPerKwh: null, ...nobody };
    return { class: 'monthly', mjPerKwh: table.monthly[month] ?? null, ...of(table) };
  }
  const by = lastIssued(
    here.filter(({ complete }) => complete.some(([from, to]) => from <= date && date <= to)),
  );
  if (!by) return { class: 'normal', mjPerKwh: '9.4', ...nobody };
  if (by.curtailmentDays.includes(date) && hour >= 8 && hour < 16)
    return { class: 'curtailment', mjPerKwh: '3.6', ...of(by) };
  if (by.tightDays.includes(date)) return { class: 'tight', mjPerKwh: '12.2', ...of(by) };
  return { class: 'normal', mjPerKwh: '9.4', ...of(by) };
}

/** kWh × MJ/kWh in micro-units, halves away from zero. */
export function oracleMj(energyMicroKwh: bigint | null, mjPerKwh: string | null): bigint | null {
  if (energyMicroKwh === null || mjPerKwh === null) return null;
  const [whole = '0', fraction = ''] = mjPerKwh.split('.');
  const den = 10n ** BigInt(fraction.length);
  return (2n * energyMicroKwh * BigInt(whole + fraction) + den) / (2n * den);
}
