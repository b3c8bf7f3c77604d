/** A report as one HTML page for A4, in Japanese or English: complete in itself, nothing in it needs a script. */
import { createHash } from 'node:crypto';
import type { Language } from '../domain/faults.ts';
import { isVerified, type Words } from '../domain/report/factors.ts';
import {
  type Cell,
  type FactorUse,
  MARKS,
  type Report,
  type Row,
  type Table,
} from '../domain/report/model.ts';
import { periodId } from '../domain/report/period.ts';
import { shownText } from '../domain/report/rounding.ts';
import {
  MARK_SIGNS,
  MARK_SIGNS_EN,
  MARK_WORDS,
  PURPOSE,
  periodTitle,
  REPORT_NAMES,
} from '../domain/report/words.ts';
import type { EpochMs, HourGrid } from '../domain/time.ts';
import { reportCss } from './print-css.ts';
import { headOf, titleOf } from './titles.ts';

export interface HtmlOptions {
  readonly language: Language;
  readonly grid: HourGrid;
  /** Where a cell's derivation is to be had; null: the page stands alone. */
  readonly links: { readonly cell: (id: string) => string; readonly nav: readonly NavLink[] } | null;
}

export interface NavLink {
  readonly href: string;
  readonly text: string;
  readonly on?: boolean;
}

export interface HtmlPage {
  readonly html: string;
  /** Of its only style sheet, for the content security policy of whoever serves it. */
  readonly styleHash: string;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);

/** "1234567.8" → "1,234,567.8" */
export function grouped(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const parts = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? parts : `${parts}.${fraction}`;
}

const FIXED = {
  gateway: { ja: 'ゲートウェイ', en: 'Gateway' },
  area: { ja: '供給区域', en: 'Grid area' },
  span: { ja: '対象期間', en: 'Period' },
  made: { ja: '作成日時', en: 'Made at' },
  soFar: { ja: '途中経過', en: 'so far' },
  total: { ja: '計', en: 'Total' },
  factors: { ja: '使用した係数と出典', en: 'Factors used, and where they are from' },
  factor: { ja: '係数', en: 'Factor' },
  value: { ja: '値', en: 'Value' },
  valid: { ja: '適用期間', en: 'Valid' },
  source: { ja: '出典', en: 'Source' },
  state: { ja: '確度', en: 'State' },
  sound: { ja: '確認済', en: 'verified' },
  unsure: { ja: '未検証', en: 'not verified' },
  about: { ja: 'この報告について', en: 'About this report' },
  marks: { ja: '記号', en: 'Marks' },
} as const satisfies Readonly<Record<string, Words>>;

/** Wide tables are set in smaller type. */
const WIDE = 6;
/** Longer ones may go over a page; the others stay in one piece. */
const LONG = 20;

function styled(css: string): { readonly tag: string; readonly hash: string } {
  return {
    tag: `<style>${css}</style>`,
    hash: `sha256-${createHash('sha256').update(css).digest('base64')}`,
  };
}

function marksText(cell: Cell, language: Language): string {
  if (cell.marks.length === 0) return '';
  const signs = language === 'ja' ? MARK_SIGNS : MARK_SIGNS_EN;
  return `<sup>${cell.marks.map((mark) => signs[mark]).join(language === 'ja' ? '' : ',')}</sup>`;
}

function cellHtml(cell: Cell, { language, links }: HtmlOptions): string {
  if (cell.text) return `<td class="text">${escaped(cell.text[language])}</td>`;
  const shown = cell.figure && shownText(cell.figure);
  if (shown === null) return '<td class="none">–</td>';
  const text = grouped(shown);
  const number = links && cell.trail ? `<a href="${escaped(links.cell(cell.id))}">${text}</a>` : text;
  return `<td title="${escaped(cell.id)}">${number}${marksText(cell, language)}</td>`;
}

function headHtml(label: string, { columns, rows }: Table, language: Language): string {
  const cells = columns.map(({ title, unit }, n) => {
    const words = rows[0]?.cells[n]?.text ? ' class="text"' : '';
    const second = unit === '' ? '' : `<span class="unit">${escaped(unit)}</span>`;
    return `<th scope="col"${words}>${escaped(title[language])}${second}</th>`;
  });
  return `<thead><tr><th scope="col">${escaped(label)}</th>${cells.join('')}</tr></thead>`;
}

function rowHtml(row: Row, options: HtmlOptions): string {
  const cells = row.cells.map((cell) => cellHtml(cell, options)).join('');
  return `<tr><th scope="row">${escaped(row.label[options.language])}</th>${cells}</tr>`;
}

function tableHtml(table: Table, report: Report, options: HtmlOptions): string {
  const { language } = options;
  const label = headOf(table, report)[language];
  const small = `${table.columns.length >= WIDE ? ' small' : ''}${table.rows.length > LONG ? ' long' : ''}`;
  const foot = table.total ? `<tfoot>${rowHtml(table.total, options)}</tfoot>` : '';
  const notes = table.notes.map((note) => `<p class="note">${escaped(note[language])}</p>`).join('');
  return `<section class="${table.id}${small}"><h2>${escaped(table.title[language])}</h2><table>${headHtml(label, table, language)}<tbody>${table.rows.map((row) => rowHtml(row, options)).join('')}</tbody>${foot}</table>${notes}</section>`;
}

function factorRow(use: FactorUse, language: Language): string {
  const { name, unit, printed, validFrom, validTo, source } = use;
  const dates = validFrom === null && validTo === null ? '–' : `${validFrom ?? ''}–${validTo ?? ''}`;
  const state = isVerified(use)
    ? escaped(FIXED.sound[language])
    : `<span class="unsure">${escaped(FIXED.unsure[language])} (${use.confidence})</span>`;
  return `<tr><td>${escaped(name[language])}</td><td class="value">${escaped(printed)} ${escaped(unit === '1' ? '' : unit)}</td><td class="date">${dates}</td><td class="date">${state}</td><td>${escaped(source)}</td></tr>`;
}

function factorsHtml({ factors }: Report, language: Language): string {
  if (factors.length === 0) return '';
  const heads = [FIXED.factor, FIXED.value, FIXED.valid, FIXED.state, FIXED.source];
  const head = heads.map((each) => `<th scope="col">${escaped(each[language])}</th>`).join('');
  return `<section class="factors small"><h2>${escaped(FIXED.factors[language])}</h2><table><thead><tr>${head}</tr></thead><tbody>${factors.map((use) => factorRow(use, language)).join('')}</tbody></table></section>`;
}

const moment = (at: EpochMs, grid: HourGrid): string => grid.iso(at).slice(0, 16).replace('T', ' ');

/** "2026-07-01 – 2026-07-31": the last day, not the midnight after it. */
function spanText({ fromMs, toMs }: Report, grid: HourGrid): string {
  const [from, to] = [grid.dateOf(fromMs), grid.dateOf((toMs - 1) as EpochMs)];
  return from === to ? from : `${from} – ${to}`;
}

function topHtml(report: Report, { language, grid }: HtmlOptions): string {
  const { site, gateway, period, otherGateways } = report;
  const facts = [
    [FIXED.span, spanText(report, grid)],
    [FIXED.made, moment(report.madeAtMs, grid)],
    [
      FIXED.gateway,
      otherGateways.length > 0
        ? `${site.id}/${gateway} (+ ${otherGateways.join(', ')})`
        : `${site.id}/${gateway}`,
    ],
    [FIXED.area, site.gridArea],
  ] as const;
  const list = facts
    .map(([name, value]) => `<div><dt>${escaped(name[language])}</dt><dd>${escaped(value)}</dd></div>`)
    .join('');
  const soFar = report.soFar ? `<span class="sofar">${escaped(FIXED.soFar[language])}</span>` : '';
  return `<header class="top"><p class="site">${escaped(site.name)}</p><h1>${escaped(REPORT_NAMES[period.kind][language])}<span class="period">${escaped(periodTitle(periodId(period))[language])}</span>${soFar}</h1><dl class="facts">${list}</dl><p class="purpose">${escaped(PURPOSE[language])}</p></header>`;
}

function legendHtml(report: Report, language: Language): string {
  const used = new Set(
    report.tables
      .flatMap(({ rows, total }) => [...rows, ...(total ? [total] : [])])
      .flatMap(({ cells }) => cells.flatMap(({ marks }) => marks)),
  );
  if (used.size === 0) return '';
  const signs = language === 'ja' ? MARK_SIGNS : MARK_SIGNS_EN;
  const list = MARKS.filter((mark) => used.has(mark)).map(
    (mark) => `<b>${escaped(signs[mark] ?? '')}</b>${escaped(MARK_WORDS[mark]?.[language] ?? '')}`,
  );
  return `<p class="legend">${escaped(FIXED.marks[language])}:${list.join('')}</p>`;
}

export function navHtml(links: readonly NavLink[], language: Language): string {
  const items = links.map(({ href, text, on }) =>
    on ? `<span class="on">${escaped(text)}</span>` : `<a href="${escaped(href)}">${escaped(text)}</a>`,
  );
  return `<nav aria-label="${language === 'ja' ? '報告' : 'Reports'}">${items.join('')}</nav>`;
}

/** A whole page around something. @param page repeated on each printed page */
export function htmlPage(
  about: { readonly title: string; readonly head: string; readonly language: Language; readonly nav: string },
  body: string,
): HtmlPage {
  const { language } = about;
  const css = styled(reportCss({ head: about.head, foot: `${PURPOSE[language]}  hakaru` }));
  const html = `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(about.title)}</title>${css.tag}</head>
<body>${about.nav}<main>${body}
<p class="note">${escaped(PURPOSE[language])}</p></main></body></html>
`;
  return { html, styleHash: css.hash };
}

export function reportHtml(report: Report, options: HtmlOptions): HtmlPage {
  const { language } = options;
  const title = titleOf(report.period, language);
  const [first, ...others] = report.tables;
  const notes = report.notes.map((note) => `<li>${escaped(note[language])}</li>`).join('');
  const about = `<section><h2>${escaped(FIXED.about[language])}</h2><ul class="notes">${notes}</ul></section>`;
  const body = [
    topHtml(report, options),
    first ? tableHtml(first, report, options) : '',
    legendHtml(report, language),
    about,
    ...others.map((table) => tableHtml(table, report, options)),
    factorsHtml(report, language),
  ].join('\n');
  const head = `${report.site.name}  ${title}`;
  return htmlPage(
    {
      title: `${title} – ${report.site.name}`,
      head,
      language,
      nav: options.links ? navHtml(options.links.nav, language) : '',
    },
    body,
  );
}
