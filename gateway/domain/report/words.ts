/** Words that several tables of a report share. */
import type { Words } from './factors.ts';
import type { FigureUnit } from './rounding.ts';

/** Readings are for management: under the Measurement Act billing and certification need a verified meter. */
export const PURPOSE: Words = {
  ja: '管理用。取引・証明には使用できません',
  en: 'For energy management. Not for trade or certification',
};

export const MARK_WORDS: Readonly<Record<string, Words>> = {
  missing: { ja: '欠測あり', en: 'hours missing' },
  estimated: { ja: '推定を含む', en: 'partly estimated' },
  unconfirmed: { ja: '係数未確定', en: 'coefficient not confirmed' },
  unverified: { ja: '未検証の係数', en: 'factor not verified' },
  entered: { ja: '入力値', en: 'entered' },
  unknown: { ja: '不明', en: 'not known' },
};

/** Printed behind a figure. */
export const MARK_SIGNS: Readonly<Record<string, string>> = {
  missing: '欠',
  estimated: '推',
  unconfirmed: '未',
  unverified: '※',
  entered: '入',
  unknown: '?',
};
export const MARK_SIGNS_EN: Readonly<Record<string, string>> = {
  missing: 'm',
  estimated: 'e',
  unconfirmed: 'c',
  unverified: '*',
  entered: 'i',
  unknown: '?',
};

export const UNIT_WORDS: Readonly<Record<FigureUnit, Words>> = {
  kWh: { ja: 'kWh', en: 'kWh' },
  kW: { ja: 'kW', en: 'kW' },
  m3: { ja: 'm³', en: 'm³' },
  GJ: { ja: 'GJ', en: 'GJ' },
  kL: { ja: 'kL', en: 'kL' },
  t: { ja: 't', en: 't' },
  '1000 kWh': { ja: '千kWh', en: '1000 kWh' },
  '1000 m3': { ja: '千m³', en: '1000 m³' },
  'MJ/kWh': { ja: 'MJ/kWh', en: 'MJ/kWh' },
  't-CO2': { ja: 't-CO₂', en: 't-CO₂' },
  't-CO2/kWh': { ja: 't-CO₂/kWh', en: 't-CO₂/kWh' },
  h: { ja: '時間', en: 'h' },
  days: { ja: '日', en: 'days' },
  '%': { ja: '%', en: '%' },
  output: { ja: '', en: '' },
  intensity: { ja: '', en: '' },
  times: { ja: '', en: '' },
};

export const BUCKET_TITLES = {
  day: { ja: '時刻', en: 'Hour' },
  month: { ja: '日', en: 'Day' },
  'fiscal-year': { ja: '月', en: 'Month' },
} as const satisfies Readonly<Record<string, Words>>;

const WEEKDAYS = {
  ja: ['日', '月', '火', '水', '木', '金', '土'],
  en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
} as const;
const MONTHS_EN = [
  'Jan',
  'Feb',
  'Mar',
  'Apr',
  'May',
  'Jun',
  'Jul',
  'Aug',
  'Sep',
  'Oct',
  'Nov',
  'Dec',
] as const;

/** How a row of times is labelled: 13時, 15日(水), 2026年7月. */
export function bucketLabel(id: string): Words {
  const hour = /^T(\d\d)(b?)$/.exec(id);
  if (hour) {
    const from = Number(hour[1]);
    const again = hour[2] === 'b' ? '*' : '';
    return { ja: `${from}–${from + 1}時${again}`, en: `${hour[1]}:00${again}` };
  }
  const [year = '', month = '', day] = id.split('-');
  const name = MONTHS_EN[Number(month) - 1] ?? month;
  if (day === undefined) return { ja: `${year}年${Number(month)}月`, en: `${name} ${year}` };
  const weekday = new Date(`${id}T00:00:00Z`).getUTCDay();
  return {
    ja: `${Number(day)}日 (${WEEKDAYS.ja[weekday]})`,
    en: `${Number(day)} ${WEEKDAYS.en[weekday]}`,
  };
}

/** What a period is called in a heading. */
export function periodTitle(id: string): Words {
  const year = /^fy(\d{4})$/.exec(id)?.[1];
  if (year !== undefined) return { ja: `${year}年度`, en: `fiscal year ${year}` };
  const [y = '', m = '', d] = id.split('-');
  const name = MONTHS_EN[Number(m) - 1] ?? m;
  if (d === undefined) return { ja: `${y}年${Number(m)}月`, en: `${name} ${y}` };
  return { ja: `${y}年${Number(m)}月${Number(d)}日`, en: `${Number(d)} ${name} ${y}` };
}

export const REPORT_NAMES: Readonly<Record<'fiscal-year' | 'month' | 'day', Words>> = {
  'fiscal-year': { ja: 'エネルギー使用年報', en: 'Annual energy report' },
  month: { ja: 'エネルギー使用月報', en: 'Monthly energy report' },
  day: { ja: 'エネルギー使用日報', en: 'Daily energy report' },
};
