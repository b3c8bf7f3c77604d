/** `hakaru report …`: a report out of the database, also while the gateway runs. */
import { writeFileSync } from 'node:fs';
import { CodedError, fault } from '../domain/faults.ts';
import { parsePeriod, type ReportPeriod } from '../domain/report/period.ts';
import { instant } from '../domain/time.ts';
import { encodeText, type ReportEncoding, reportCsv } from '../report/csv.ts';
import { explainCell, explainedText } from '../report/explain-cell.ts';
import { reportHtml } from '../report/html.ts';
import { reportJson } from '../report/json.ts';
import { createReporter, type MadeReport, type Reporter } from '../report/reporter.ts';
import { reportKnowledge } from '../report-sources.ts';
import { openStoreForReading } from '../store/store.ts';
import { type Console, words, writeBytes } from './console.ts';

export interface ReportOptions {
  readonly data: string;
  readonly fiscalYear?: string;
  readonly month?: string;
  readonly day?: string;
  readonly format: 'html' | 'csv' | 'json';
  readonly encoding: ReportEncoding;
  /** A file; stdout when left out. */
  readonly output?: string;
}

const WHICH = {
  en: 'Say which: --fiscal-year 2026, --month 2026-07 or --day 2026-07-15 (one of them).',
  ja: '期間を一つ指定してください: --fiscal-year 2026、--month 2026-07、--day 2026-07-15。',
};
const REPLACED = {
  en: 'Shift_JIS has no room for {signs}: 〓 stands in their place. Take --encoding utf-8 to keep them.',
  ja: 'Shift_JIS で表せない文字 {signs} は 〓 にしました。残すには --encoding utf-8 を使ってください。',
};

/** @throws CodedError report-period-unreadable */
export function readPeriod(text: string): ReportPeriod {
  const period = parsePeriod(/^20\d\d$/.test(text) ? `fy${text}` : text);
  if (!period) throw new CodedError(fault('report-period-unreadable', { text: text.slice(0, 40) }));
  return period;
}

function chosen({ fiscalYear, month, day }: ReportOptions): ReportPeriod | null {
  const given = [fiscalYear, month, day].filter((each) => each !== undefined);
  const [text] = given;
  if (given.length !== 1 || text === undefined) return null;
  const period = readPeriod(text);
  const wanted = fiscalYear !== undefined ? 'fiscal-year' : month !== undefined ? 'month' : 'day';
  if (period.kind !== wanted)
    throw new CodedError(fault('report-period-unreadable', { text: text.slice(0, 40) }));
  return period;
}

function reporterOn(dataDir: string): Reporter {
  return createReporter({
    ...reportKnowledge(),
    open: () => openStoreForReading(dataDir),
    dataDir,
    now: () => instant(Date.now()),
  });
}

function bytesOf(
  console: Console,
  { report, grid }: MadeReport,
  { format, encoding }: ReportOptions,
): Uint8Array {
  const { language } = console;
  if (format === 'json') return Buffer.from(`${reportJson(report, grid)}\n`, 'utf8');
  if (format === 'html') return Buffer.from(reportHtml(report, { language, grid, links: null }).html, 'utf8');
  const { bytes, replaced } = encodeText(reportCsv(report, language, grid), encoding);
  if (replaced.length > 0) console.say(words(console, REPLACED, { signs: replaced.join(' ') }));
  return bytes;
}

/** @throws CodedError report-period-unreadable, report-period-future, ledger-missing */
export async function showReport(console: Console, options: ReportOptions): Promise<number> {
  const period = chosen(options);
  if (!period) {
    console.say(words(console, WHICH));
    return 2;
  }
  const bytes = await reporterOn(options.data).make(period, (made) => bytesOf(console, made, options));
  if (options.output === undefined) writeBytes(bytes);
  else writeFileSync(options.output, bytes);
  return 0;
}

/** `hakaru explain --report 2026-07 CELL`. @throws CodedError report-period-unreadable, report-cell-unknown */
export async function explainReport(
  console: Console,
  data: string,
  report: string,
  cell: string,
): Promise<number> {
  const knowledge = reportKnowledge();
  const period = readPeriod(report);
  const made = await reporterOn(data).make(period, (found) =>
    explainCell(found, cell, knowledge, console.language),
  );
  console.out(explainedText(made));
  return 0;
}
