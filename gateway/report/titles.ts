/** What a report and the first column of its tables are called. */
import type { Language } from '../domain/faults.ts';
import type { Words } from '../domain/report/factors.ts';
import { plain, type Report, type Table } from '../domain/report/model.ts';
import { periodId, type ReportPeriod } from '../domain/report/period.ts';
import { BUCKET_TITLES, periodTitle, REPORT_NAMES } from '../domain/report/words.ts';

/** Tables whose rows are times. */
const BY_TIME: ReadonlySet<string> = new Set(['purchased', 'hours', 'meters', 'fuels']);

/** What stands above the first column of a table. */
export function headOf(table: Table, report: Report): Words {
  if (!BY_TIME.has(table.id)) return plain('');
  return BUCKET_TITLES[table.id === 'fuels' ? 'fiscal-year' : report.period.kind];
}

export function titleOf(period: ReportPeriod, language: Language): string {
  return `${REPORT_NAMES[period.kind][language]} ${periodTitle(periodId(period))[language]}`;
}
