/** Reports for the dashboard: made on a connection of their own in the ledger's thread, never in that of the polling. */
import { ENTRY_EXAMPLES } from '../config/report-entry-csv.ts';
import type { ReportDesk, ReportPage } from './dashboard/report-desk.ts';
import { fiscalYearOf } from './domain/coefficients/jst.ts';
import { printExplanation } from './domain/explain.ts';
import { CodedError, fault, type Language } from './domain/faults.ts';
import { fiscalYearOfPeriod, monthsIn, periodId, type ReportPeriod } from './domain/report/period.ts';
import { periodTitle } from './domain/report/words.ts';
import { type Clock, type HourGrid, instant } from './domain/time.ts';
import { encodeText, reportCsv } from './report/csv.ts';
import { type ExplainedCell, explainCell, type Onward } from './report/explain-cell.ts';
import { escaped, htmlPage, type NavLink, navHtml, reportHtml } from './report/html.ts';
import { reportJson } from './report/json.ts';
import { createReporter, type ReportKnowledge } from './report/reporter.ts';
import type { ReportIntake } from './report-intake.ts';
import { reportKnowledge } from './report-sources.ts';
import { explainHour } from './stages/explain-hour.ts';
import { recallSite } from './stages/site-facts.ts';
import { openStoreForReading, type Store } from './store/store.ts';

interface DeskDeps {
  readonly store: Store;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly intake: ReportIntake;
  /** Shown what the database throws; throws it again, named. */
  readonly onError: (error: unknown) => never;
}

const address = (path: string, query: Readonly<Record<string, string>>): string =>
  `${path}?${new URLSearchParams(query).toString()}`;

const WORDS = {
  back: { ja: '画面に戻る', en: 'Dashboard' },
  other: { ja: 'English', en: '日本語' },
  report: { ja: '報告', en: 'Report' },
} as const;

/** Year, month and day around a period, the other language, and the files. */
function navOf(period: ReportPeriod, language: Language, grid: HourGrid, nowMs: number): readonly NavLink[] {
  const id = periodId(period);
  const today = grid.dateOf(instant(nowMs));
  const year = fiscalYearOfPeriod(period);
  const link = (to: string): NavLink => ({
    href: address('/report', { period: to, lang: language }),
    text: periodTitle(to)[language],
    on: to === id,
  });
  const current = fiscalYearOf(today);
  const months = monthsIn(period).filter((month) => month <= today.slice(0, 7));
  const last = months.at(-1) ?? today.slice(0, 7);
  const day = period.kind === 'day' ? period.date : last === today.slice(0, 7) ? today : `${last}-01`;
  const wanted = [
    `fy${year - 1}`,
    `fy${year}`,
    ...(year < current ? [`fy${year + 1}`] : []),
    ...(period.kind === 'fiscal-year' ? months : [last]),
    day,
  ];
  return [
    { href: '/', text: WORDS.back[language] },
    ...[...new Set(wanted)].map(link),
    {
      href: address('/report', { period: id, lang: language === 'ja' ? 'en' : 'ja' }),
      text: WORDS.other[language],
    },
    { href: address('/api/v1/report', { period: id, format: 'csv', lang: language }), text: 'CSV (UTF-8)' },
    {
      href: address('/api/v1/report', { period: id, format: 'csv', encoding: 'shift_jis', lang: language }),
      text: 'CSV (Shift_JIS)',
    },
    { href: address('/api/v1/report', { period: id, format: 'json' }), text: 'JSON' },
  ];
}

function hrefOf(onward: Onward, language: Language): string {
  if ('report' in onward)
    return address('/report/cell', { period: onward.report, cell: onward.cell, lang: language });
  return address('/report/hour', {
    meter: onward.meter,
    channel: onward.channel,
    hour: onward.hour,
    lang: language,
  });
}

function cellPage(explained: ExplainedCell, language: Language): ReportPage {
  const lines = explained.lines.map(({ text, depth, onward }) => {
    const line = `${'  '.repeat(depth)}${escaped(text)}`;
    return onward ? `${line}  <a href="${escaped(hrefOf(onward, language))}">→</a>` : line;
  });
  const nav = [
    { href: '/', text: WORDS.back[language] },
    {
      href: address('/report', { period: explained.report, lang: language }),
      text: periodTitle(explained.report)[language],
    },
  ];
  const title = `${explained.report} ${explained.cell}`;
  const body = `<h2>${escaped(explained.title)}</h2><p class="note">${escaped(title)}</p><pre>${lines.join('\n')}</pre>`;
  return htmlPage({ title, head: title, language, nav: navHtml(nav, language) }, body);
}

function hourPage(
  dataDir: string,
  knowledge: ReportKnowledge,
  asked: Readonly<Record<'meter' | 'channel' | 'hour', string>>,
  language: Language,
): ReportPage {
  const { meter, channel, hour } = asked;
  const store = openStoreForReading(dataDir);
  try {
    const facts = recallSite(store);
    const spec = facts?.specs.find((one) => one.meter === meter && one.channel === channel);
    if (!facts || !spec) {
      const known = facts?.specs.map((one) => `${one.meter}/${one.channel}`).join(', ') ?? '';
      throw new CodedError(fault('meter-unknown', { meter: `${meter}/${channel}`.slice(0, 80), known }));
    }
    const at = Date.parse(hour);
    if (Number.isNaN(at)) throw new CodedError(fault('time-unreadable', { text: hour }));
    const grid = knowledge.gridOf(facts.timezone);
    const start = grid.hourOf(instant(at));
    const found = store.read(() =>
      explainHour({ store, facts, ruleSets: knowledge.ruleSets, grid, language }, spec, start),
    );
    if (!found) throw new CodedError(fault('hour-unknown', { meter, hour: grid.iso(start) }));
    const date = grid.dateOf(start);
    const nav = [
      { href: '/', text: WORDS.back[language] },
      { href: address('/report', { period: date, lang: language }), text: periodTitle(date)[language] },
    ];
    const title = `${meter}/${channel} ${grid.iso(start)}`;
    const body = `<h2>${escaped(title)}</h2><pre>${escaped(printExplanation(found, grid, language))}</pre>`;
    return htmlPage({ title, head: title, language, nav: navHtml(nav, language) }, body);
  } finally {
    store.close();
  }
}

export function createReportDesk({ store, dataDir, clock, intake, onError }: DeskDeps): ReportDesk {
  let known: ReportKnowledge | null = null;
  // Data files are read when the first report is asked for.
  const knowledge = (): ReportKnowledge => (known ??= reportKnowledge());
  let made: ReturnType<typeof createReporter> | null = null;
  const reporter = () =>
    (made ??= createReporter({
      ...knowledge(),
      open: () => openStoreForReading(dataDir),
      dataDir,
      now: () => clock.now(),
    }));
  return {
    html: (period, language) =>
      reporter().make(period, ({ report, grid }) =>
        reportHtml(report, {
          language,
          grid,
          links: {
            cell: (cell) => hrefOf({ report: periodId(period), cell }, language),
            nav: navOf(period, language, grid, clock.now()),
          },
        }),
      ),
    csv: (period, language, encoding) =>
      reporter().make(
        period,
        ({ report, grid }) => encodeText(reportCsv(report, language, grid), encoding).bytes,
      ),
    json: (period) => reporter().make(period, ({ report, grid }) => reportJson(report, grid)),
    explain: (period, cell, language) =>
      reporter().make(period, (found) => cellPage(explainCell(found, cell, knowledge(), language), language)),
    hour: async (meter, channel, hour, language) =>
      hourPage(dataDir, knowledge(), { meter, channel, hour }, language),
    entries: (limit) => store.reports.entryTrail(limit),
    forms: () => ({ examples: ENTRY_EXAMPLES, fuels: [...knowledge().factors.fuels.keys()] }),
    enter(bytes, by, source) {
      try {
        return intake.enter(bytes, {
          by,
          source,
          saidAtMs: clock.now(),
          batch: globalThis.crypto.randomUUID(),
        });
      } catch (error) {
        return onError(error);
      }
    },
  };
}
