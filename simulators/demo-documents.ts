/**
 * The demo's announcements: invented, but of the shape a curtailed spring in Kyushu has. The document is a function
 * of the seed, the day the demo started and the day it is asked for; each new day is a new revision that knows one
 * more day.
 */
import { DAY_MS } from './schedule.ts';
import { hash32 } from './seeded.ts';

const JST_OFFSET_MS = 9 * 3_600_000;
/** Announcements reach to the day after tomorrow (curtailment is announced two days ahead). */
const DAYS_AHEAD = 2;
/** The demo's first days: those that are played, today, and tomorrow, which a visitor sees coming. */
const CURTAILED_DAYS = 3;
/** The tight day comes after them: whoever leaves the demo running sees it coming a day later. */
const TIGHT_AFTER_DAYS = 3;

export interface DemoDocumentOptions {
  readonly seed: number;
  /** The demo's first day decides which days are curtailed around it. */
  readonly anchorMs: number;
  readonly nowMs: number;
  /** Complete from so many days before the first day. */
  readonly historyDays: number;
}

export interface DemoDocument {
  readonly format: 'hakaru-coefficients/1';
  readonly document: string;
  readonly revision: number;
  readonly ruleSet: 'fy2023';
  readonly area: 'kyushu';
  readonly issuedAt: string;
  readonly source: string;
  readonly complete: readonly { readonly from: string; readonly to: string }[];
  readonly curtailmentDays: readonly string[];
  readonly curtailmentHours: readonly never[];
  readonly tightDays: readonly string[];
}

export function demoDocument(options: DemoDocumentOptions): DemoDocument {
  const anchor = dayOf(options.anchorMs);
  const today = Math.max(anchor, dayOf(options.nowMs));
  const first = anchor - options.historyDays;
  const last = today + DAYS_AHEAD;
  const days = Array.from({ length: last - first + 1 }, (_, i) => first + i);
  const tight = anchor + TIGHT_AFTER_DAYS;
  const curtailed = (day: number): boolean =>
    day !== tight &&
    ((day >= anchor && day < anchor + CURTAILED_DAYS) || hash32(options.seed, 'curtailment', day) % 5 === 0);
  return {
    format: 'hakaru-coefficients/1',
    document: `kyushu-demo-${dateOf(anchor)}`,
    revision: today - anchor + 1,
    ruleSet: 'fy2023',
    area: 'kyushu',
    // Midnight of the day: never later than the instant it is asked for.
    issuedAt: `${dateOf(today)}T00:00:00+09:00`,
    source: 'hakaru demo: invented announcements',
    complete: [{ from: dateOf(first), to: dateOf(last) }],
    curtailmentDays: days.filter(curtailed).map(dateOf),
    curtailmentHours: [],
    tightDays: days.filter((day) => day === tight).map(dateOf),
  };
}

export function asJson(document: DemoDocument): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}

export function asCsv(document: DemoDocument): string {
  const rows = [
    ['format', document.format],
    ['document', document.document],
    ['revision', String(document.revision)],
    ['ruleSet', document.ruleSet],
    ['area', document.area],
    ['issuedAt', document.issuedAt],
    ['source', document.source],
    ...document.complete.map(({ from, to }) => ['complete', from, to]),
    ...document.curtailmentDays.map((day) => ['curtailment-day', day]),
    ...document.tightDays.map((day) => ['tight-day', day]),
  ];
  return rows.map((row) => `${row.join(',')}\r\n`).join('');
}

function dayOf(ms: number): number {
  return Math.floor((ms + JST_OFFSET_MS) / DAY_MS);
}

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
