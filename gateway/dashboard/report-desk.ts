/** What the dashboard needs of reports: made elsewhere, asked for here. */
import type { Language } from '../domain/faults.ts';
import type { SaidEntry } from '../domain/report/entries.ts';
import type { ReportPeriod } from '../domain/report/period.ts';

/** A page with one style sheet in it; its hash goes into the content security policy. */
export interface ReportPage {
  readonly html: string;
  readonly styleHash: string;
}

export interface ReportDesk {
  /** @throws CodedError report-period-future, too-many-questions; so do the others */
  html(period: ReportPeriod, language: Language): Promise<ReportPage>;
  csv(period: ReportPeriod, language: Language, encoding: 'utf-8' | 'shift_jis'): Promise<Uint8Array>;
  json(period: ReportPeriod): Promise<string>;
  /** @throws CodedError report-cell-unknown */
  explain(period: ReportPeriod, cell: string, language: Language): Promise<ReportPage>;
  /** `hakaru explain METER HOUR` as a page. @throws CodedError meter-unknown, hour-unknown */
  hour(meter: string, channel: string, hour: string, language: Language): Promise<ReportPage>;
  /** The last ones said, the newest first. */
  entries(limit: number): readonly SaidEntry[];
  /** Kinds of entries with an example each, and the fuels that can be named. */
  forms(): { readonly examples: Readonly<Record<string, string>>; readonly fuels: readonly string[] };
  /** A CSV text, all of it or nothing. @throws CodedError report-entry-invalid. @returns how many were new */
  enter(bytes: Uint8Array, by: string, source: string): number;
}
