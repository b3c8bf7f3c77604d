/**
 * Reserve margins as OCCTO publishes them, for tests and the demo: the layout as far as it is known, all fields quoted,
 * half-hours by their end. The bytes are the caller's to encode.
 */
import type { GridArea } from '../gateway/domain/coefficients/types.ts';

export interface ShownMargin {
  readonly area: GridArea;
  /** `2026-11-21` */
  readonly date: string;
  /** 広域予備率 of each half-hour, %, as printed; 48 of them. */
  readonly percent: (halfHour: number) => string;
}

const NAMES: Readonly<Record<GridArea, string>> = {
  hokkaido: '北海道',
  tohoku: '東北',
  tokyo: '東京',
  chubu: '中部',
  hokuriku: '北陸',
  kansai: '関西',
  chugoku: '中国',
  shikoku: '四国',
  kyushu: '九州',
  okinawa: '沖縄',
};

export const MARGIN_HEADER = [
  '対象年月日',
  '時刻',
  'ブロックNo',
  'エリア名',
  '広域ブロック需要(MW)',
  '広域ブロック供給力(MW)',
  '広域ブロック予備力(MW)',
  '広域予備率(%)',
  '広域使用率(%)',
  'エリア需要(MW)',
  'エリア供給力(MW)',
  'エリア予備力(MW)',
] as const;

const HALF_HOURS = Array.from({ length: 48 }, (_, index) => index);

function clock(halfHour: number): string {
  const minute = (halfHour + 1) * 30;
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** CRLF lines. */
export function marginCsv(days: readonly ShownMargin[]): string {
  const rows = days.flatMap(({ area, date, percent }) =>
    HALF_HOURS.map((halfHour) => {
      const wide = percent(halfHour);
      return [
        date.replaceAll('-', '/'),
        clock(halfHour),
        '1',
        NAMES[area],
        '90000',
        '96000',
        '6000',
        wide,
        '93.75',
        '9000',
        '9600',
        '600',
      ];
    }),
  );
  const line = (fields: readonly string[]): string => fields.map((field) => `"${field}"`).join(',');
  return `${[MARGIN_HEADER, ...rows].map(line).join('\r\n')}\r\n`;
}
