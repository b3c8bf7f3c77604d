/**
 * OCCTO's reserve margins as CSV. The file is not documented (what is known stands in config/occto.yaml), so everything
 * that is not as known refuses it whole, with line and column: a changed layout must not be read as if it were the old.
 */
import { isDate } from '../gateway/domain/coefficients/jst.ts';
import { GRID_AREAS, type GridArea } from '../gateway/domain/coefficients/types.ts';
import type { Said } from '../gateway/domain/faults.ts';
import { type MarginSlot, tenThousandthsOf } from '../gateway/domain/margins/types.ts';
import { placesOf, readRows } from './coefficient-csv.ts';
import { refuse } from './coefficient-text.ts';
import { FILE_START } from './places.ts';

const COLUMNS = { date: '対象年月日', time: '時刻', area: 'エリア名', wide: '広域予備率(%)' } as const;
type Column = keyof typeof COLUMNS;
const COLUMN_NAMES = Object.keys(COLUMNS) as readonly Column[];

const AREA_NAMES = [
  '北海道',
  '東北',
  '東京',
  '中部',
  '北陸',
  '関西',
  '中国',
  '四国',
  '九州',
  '沖縄',
] as const satisfies readonly string[];
const AREAS: ReadonlyMap<string, GridArea> = new Map(
  GRID_AREAS.map((area, index) => [AREA_NAMES[index] ?? area, area]),
);

/** Two months of all areas; more is not what this file is. */
const MAX_ROWS = 30_000;

/** Full-width brackets and blanks as the ordinary ones. */
function plain(text: string): string {
  return text.normalize('NFKC').replace(/\s+/g, '');
}

/** Whether a text is such a file, whatever is wrong in it: its first line names the date and the margin. */
export function looksLikeMargins(text: string): boolean {
  const first = plain(text.slice(0, 2_000).split('\n')[0] ?? '');
  return first.includes(COLUMNS.date) || first.includes('広域予備率');
}

function dateOf(text: string): string | null {
  const match = /^(\d{4})[/-](\d{1,2})[/-](\d{1,2})$/.exec(text);
  if (!match) return null;
  const [, year = '', month = '', day = ''] = match;
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isDate(date) ? date : null;
}

/** Minutes after midnight of the end of a half-hour. */
function endMinuteOf(text: string): number | null {
  const match = /^(\d{1,2}):(00|30)$/.exec(text);
  const minute = match ? Number(match[1]) * 60 + Number(match[2]) : 0;
  return minute >= 30 && minute <= 1_440 ? minute : null;
}

function unlike(column: string, written: string, expected: Said): Said {
  const shown = JSON.stringify(written.slice(0, 40));
  return {
    en: `${column} is ${shown}, not ${expected.en}`,
    ja: `${column} の ${shown} は${expected.ja}ではありません`,
  };
}

/** @throws CodedError document-unreadable, document-invalid, both with line and column */
export function readMargins(text: string, source: string): readonly MarginSlot[] {
  const rows = readRows(text);
  if ('reason' in rows) throw refuse('document-unreadable', source, rows.place, rows.reason);
  const [header, ...body] = rows;
  const names = (header?.record ?? []).map(plain);
  const at = new Map(COLUMN_NAMES.map((name) => [name, names.indexOf(COLUMNS[name])]));
  const missing = COLUMN_NAMES.find((name) => (at.get(name) ?? -1) < 0);
  if (missing !== undefined)
    throw refuse('document-invalid', source, FILE_START, {
      en: `the column ${COLUMNS[missing]} is missing`,
      ja: `列「${COLUMNS[missing]}」がありません`,
    });
  if (body.length > MAX_ROWS)
    throw refuse('document-invalid', source, FILE_START, {
      en: `more than ${MAX_ROWS} lines`,
      ja: `${MAX_ROWS} 行を超えています`,
    });
  const seen = new Set<string>();
  const slots = body.map((row): MarginSlot => {
    const placeAt = placesOf(row);
    const wrong = (column: number, reason: Said) =>
      refuse('document-invalid', source, placeAt(column), reason);
    if (row.record.length !== names.length)
      throw wrong(Math.min(row.record.length, names.length), {
        en: `${row.record.length} fields, and the header has ${names.length}`,
        ja: `項目が ${row.record.length} 個で、見出しの ${names.length} 個と合いません`,
      });
    const field = <T>(name: Column, read: (text: string) => T | null, expected: Said): T => {
      const column = at.get(name) ?? 0;
      const written = row.record[column] ?? '';
      const value = read(written);
      if (value === null) throw wrong(column, unlike(COLUMNS[name], written, expected));
      return value;
    };
    const slot: MarginSlot = {
      date: field('date', dateOf, { en: 'a date such as 2026/11/21', ja: '2026/11/21 のような日付' }),
      endMinute: field('time', endMinuteOf, {
        en: 'the end of a half-hour, 00:30 to 24:00',
        ja: '30 分の終わりの時刻 (00:30〜24:00)',
      }),
      area: field('area', (written) => AREAS.get(plain(written)) ?? null, {
        en: 'an area that is known',
        ja: '既知のエリア名',
      }),
      wideTenThousandths: field(
        'wide',
        (written) => (written === '' || written === '-' ? { value: null } : valueOf(written)),
        { en: 'a percentage', ja: '百分率' },
      ).value,
    };
    const key = `${slot.area}/${slot.date}/${slot.endMinute}`;
    if (seen.has(key))
      throw wrong(at.get('time') ?? 0, {
        en: 'this half-hour of this area is listed twice',
        ja: 'このエリアの同じ 30 分が二度書かれています',
      });
    seen.add(key);
    return slot;
  });
  if (slots.length === 0)
    throw refuse(
      'document-invalid',
      source,
      { line: 2, column: 1 },
      { en: 'there is no line under the header', ja: '見出しの下に行がありません' },
    );
  return slots;
}

function valueOf(written: string): { readonly value: number } | null {
  const value = tenThousandthsOf(written);
  return value === null ? null : { value };
}
