/** `hakaru hours`: hour buckets out of the database, also while the gateway runs. */
import { stringify } from 'csv-stringify/sync';
import { CodedError, fault, type Language } from '../domain/faults.ts';
import { hourContent } from '../domain/render.ts';
import { type EpochMs, HOUR_MS, instant } from '../domain/time.ts';
import { hourGrid } from '../platform/hour-grid.ts';
import { recallSite } from '../stages/site-facts.ts';
import { openStoreForReading } from '../store/store.ts';
import { type Console, words } from './console.ts';
import { readTime } from './read-time.ts';
import { table } from './table.ts';

export interface HoursOptions {
  readonly data: string;
  readonly from?: string;
  readonly to?: string;
  readonly meter?: string;
  readonly format: 'table' | 'csv' | 'json';
}

/** Without `--from`, the hours of the last day. */
const DEFAULT_SPAN_MS = 24 * HOUR_MS;

interface HourLine {
  readonly revision: number;
  readonly content: ReturnType<typeof hourContent>;
}

function gather(options: HoursOptions): HourLine[] {
  const store = openStoreForReading(options.data);
  try {
    const facts = recallSite(store);
    if (!facts) throw new CodedError(fault('ledger-missing', { path: options.data }));
    const { specs, timezone } = facts;
    const known = [...new Set(specs.map((spec) => spec.meter))];
    if (options.meter !== undefined && !known.includes(options.meter)) {
      throw new CodedError(fault('meter-unknown', { meter: options.meter, known: known.join(', ') }));
    }
    const grid = hourGrid(timezone);
    const sender = {
      site: facts.site,
      gateway: facts.gateway,
      generation: Number(store.facts.get('generation') ?? 0),
    };
    const chosen = specs.filter((spec) => options.meter === undefined || spec.meter === options.meter);
    const rows = chosen.flatMap((spec) => {
      const channel = store.channels.find(spec.meter, spec.channel);
      return channel ? [{ spec, channel }] : [];
    });
    const toMs =
      options.to === undefined
        ? lastHour(rows.map(({ channel }) => channel.nextHourMs))
        : readTime(options.to, timezone);
    const fromMs =
      options.from === undefined ? instant(toMs - DEFAULT_SPAN_MS) : readTime(options.from, timezone);
    if (fromMs >= toMs)
      throw new CodedError(fault('times-reversed', { from: grid.iso(fromMs), to: grid.iso(toMs) }));
    return rows.flatMap(({ spec, channel }) =>
      store.hours.within(channel.id, fromMs, toMs).map((hour) => ({
        revision: hour.revision,
        content: hourContent(hour, spec, sender, grid),
      })),
    );
  } finally {
    store.close();
  }
}

function lastHour(nextHours: readonly EpochMs[]): EpochMs {
  return instant(Math.max(0, ...nextHours));
}

/** Decimals as they stand in the messages. */
const cell = (value: unknown): string =>
  value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);

const COLUMNS = [
  'start',
  'meter',
  'channel',
  'quantity',
  'unit',
  'kwh',
  'mjPerKwh',
  'class',
  'mj',
  'quality',
  'coverage',
  'revision',
  'mjAllocated',
] as const;
/** Over the table; CSV and JSON are for programs and keep the names. */
const HEADERS: Readonly<Record<Language, readonly string[]>> = {
  en: COLUMNS,
  ja: [
    '開始',
    'メーター',
    'チャンネル',
    '量',
    '単位',
    'kWh',
    'MJ/kWh',
    '区分',
    'MJ',
    '品質',
    '監視率',
    '改訂',
    'MJ (内訳)',
  ],
};
const RIGHT: ReadonlySet<number> = new Set([3, 5, 6, 8, 10, 11, 12]);

function columns({ content, revision }: HourLine): string[] {
  const { coefficient } = content;
  const unconfirmed = coefficient.class !== 'none' && !coefficient.confirmed;
  return [
    content.start,
    content.meter,
    content.channel,
    cell(content.quantity),
    content.unit,
    cell(content.kwh),
    cell(coefficient.mjPerKwh),
    unconfirmed ? `${coefficient.class}?` : coefficient.class,
    cell(content.mj),
    content.quality,
    cell(content.coverage),
    String(revision),
    cell(content.mjAllocated),
  ];
}

export function hours(console: Console, options: HoursOptions): number {
  const lines = gather(options);
  if (options.format === 'json') {
    console.out(
      JSON.stringify(
        lines.map(({ content, revision }) => ({ ...content, revision })),
        null,
        2,
      ),
    );
  } else if (options.format === 'csv') {
    const rows = lines.map((line) => [...columns(line), cell(line.content.coefficient.confirmed)]);
    console.out(stringify([[...COLUMNS, 'confirmed'], ...rows], { record_delimiter: 'windows' }));
  } else {
    console.out(table([...HEADERS[console.language]], lines.map(columns), RIGHT));
    const note = {
      en: '{n} hours. A ? behind the class: not yet confirmed by a document.',
      ja: '{n} 時間。区分の ? は文書で未確定の意味です。',
    };
    console.say(words(console, note, { n: lines.length }));
  }
  return 0;
}
