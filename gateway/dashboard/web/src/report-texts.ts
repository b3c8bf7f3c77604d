/** Words of the reports and of what is entered for them, in both languages. */
import { computed } from '@preact/signals';
import { language } from './state.ts';
import type { Language } from './texts.ts';

const ja = {
  title: '報告',
  hint: '印刷・CSV・JSON にできます。各数値は根拠の指針まで辿れます。',
  year: (year: number) => `${year}年度`,
  month: (month: string) => `${Number(month.slice(0, 4))}年${Number(month.slice(5))}月`,
  day: (date: string) => `日報 ${date}`,
  soFar: '途中経過',
  enter: '生産量・燃料・排出係数などの入力',
  kinds: {
    production: '生産量',
    fuel: '計器のない燃料',
    co2: '電気の CO₂ 排出係数',
    'demand-response': 'DR を行った時間',
    year: '過去の年度の原単位',
  } as Readonly<Record<string, string>>,
  kind: '種類',
  line: '内容 (CSV 1 行)',
  fields: '例',
  by: '入力者',
  save: '入力する',
  file: 'CSV ファイルから',
  taken: (count: number) => (count === 0 ? '入力済みと同じ内容です。' : `${count} 件を取り込みました。`),
  failed: '送信できませんでした。もう一度試してください。',
  said: '入力の記録',
  columns: ['番号', '日時', '入力者', '種類', '内容', '状態'],
  inForce: '有効',
  withdrawn: '取消し',
  replaced: (no: number) => `${no} で置換え`,
  withdraw:
    '数値の代わりに - を書くと取り消します。同じ月などへの新しい入力は前の入力を置き換え、記録は残ります。',
};

export type ReportTexts = typeof ja;

const en: ReportTexts = {
  title: 'Reports',
  hint: 'To print, or as CSV and JSON. Every figure leads down to the registers it rests on.',
  year: (year) => `FY ${year}`,
  month: (month) => month,
  day: (date) => `Day ${date}`,
  soFar: 'so far',
  enter: 'Enter production, fuels, CO₂ factors …',
  kinds: {
    production: 'Production',
    fuel: 'Fuel without a meter',
    co2: 'CO₂ factors of electricity',
    'demand-response': 'Hours of demand response',
    year: 'Intensities of an earlier year',
  },
  kind: 'Kind',
  line: 'What (one line of CSV)',
  fields: 'Example',
  by: 'Your name',
  save: 'Enter',
  file: 'From a CSV file',
  taken: (count) => (count === 0 ? 'The same was entered already.' : `${count} entered.`),
  failed: 'It could not be sent. Please try again.',
  said: 'What was entered',
  columns: ['No', 'When', 'By', 'Kind', 'What', 'State'],
  inForce: 'in force',
  withdrawn: 'takes back',
  replaced: (no) => `replaced by ${no}`,
  withdraw:
    'Write - in the place of a figure to take it back. A new entry for the same month replaces the one before; the record stays.',
};

const TEXTS: Readonly<Record<Language, ReportTexts>> = { ja, en };
export const reportTexts = computed(() => TEXTS[language.value]);
