/**
 * What people enter for reports: production, fuels without a meter, CO2 factors of electricity, hours of demand
 * response, figures of years before this gateway. An entry is never changed: a later one with the same key replaces it,
 * and both stay with who said them and when.
 */
import { fiscalYearOf } from '../coefficients/jst.ts';

export type ReportEntry =
  | { readonly kind: 'production'; readonly month: string; readonly amount: string }
  | { readonly kind: 'fuel'; readonly fuel: string; readonly month: string; readonly amount: string }
  | {
      readonly kind: 'co2';
      readonly fiscalYear: number;
      readonly retailer: string;
      readonly menu: string;
      /** When it was published, YYYY-MM-DD: of several for one year the newest counts. */
      readonly published: string;
      /** t-CO2/kWh: 基礎排出係数 and 調整後排出係数. */
      readonly basic: string;
      readonly adjusted: string;
      /** Share of non-fossil electricity in the menu, percent; null where it is not known. */
      readonly nonFossilPercent: string | null;
    }
  | {
      readonly kind: 'demand-response';
      readonly date: string;
      readonly direction: 'up' | 'down';
      /** Whole hours of the site, 0…24. */
      readonly fromHour: number;
      readonly toHour: number;
    }
  | {
      readonly kind: 'year';
      readonly fiscalYear: number;
      /** Intensities of a year that this gateway did not measure, kL per unit of production. */
      readonly ordinary: string;
      readonly optimization: string | null;
    };

export type EntryKind = ReportEntry['kind'];
export const ENTRY_KINDS = [
  'production',
  'fuel',
  'co2',
  'demand-response',
  'year',
] as const satisfies readonly EntryKind[];

/** An entry, or the word that one is taken back. */
export interface EntryDraft {
  readonly entry: ReportEntry;
  /** What was entered under this key is no longer said. */
  readonly withdrawn: boolean;
}

/** One that was said. */
export interface SaidEntry extends EntryDraft {
  /** 1, 2, 3 … in the order in which they were said. */
  readonly no: number;
  readonly saidAtMs: number;
  readonly by: string;
  /** `page`, `command`, or the name of a file. */
  readonly source: string;
  /** The entry that took its place; null while it is in force. */
  readonly replacedBy: number | null;
}

/** Entries with the same key replace each other. */
export function keyOf(entry: ReportEntry): string {
  switch (entry.kind) {
    case 'production':
      return entry.month;
    case 'fuel':
      return `${entry.fuel}/${entry.month}`;
    case 'co2':
      return JSON.stringify([entry.fiscalYear, entry.retailer, entry.menu, entry.published]);
    case 'demand-response':
      return `${entry.date}/${entry.direction}/${entry.fromHour}-${entry.toHour}`;
    default:
      return String(entry.fiscalYear);
  }
}

/** The fiscal year whose reports it can change first. */
export function fiscalYearOfEntry(entry: ReportEntry): number {
  switch (entry.kind) {
    case 'production':
    case 'fuel':
      return fiscalYearOf(`${entry.month}-01`);
    case 'demand-response':
      return fiscalYearOf(entry.date);
    default:
      return entry.fiscalYear;
  }
}

/** Whether two drafts say the same. */
export function sameDraft(a: EntryDraft, b: EntryDraft): boolean {
  return a.withdrawn === b.withdrawn && JSON.stringify(a.entry) === JSON.stringify(b.entry);
}
