/** Words of the two-day band, in both languages. */
import { computed } from '@preact/signals';
import type { DayType } from '../../../domain/ahead/day-types.ts';
import { language } from './state.ts';
import type { Language } from './texts.ts';

const ja = {
  title: '今日と明日',
  unknown: '時刻が確定していないため、今日・明日を表示できません。',
  failed: '今日・明日を読み込めませんでした。自動的に再試行します。',
  type: { workday: '稼働日', saturday: '土曜日', holiday: '休日' } satisfies Record<DayType, string>,
  expected: (kwh: string, type: string, days: number) =>
    `使用見込み ${kwh} kWh（最近の${type} ${days} 日の中央値、棒は 1 時間ごと）`,
  partly: (hours: number, all: number, type: string, days: number) =>
    `使用見込みは ${all} 時間中 ${hours} 時間分（最近の${type} ${days} 日の中央値、棒は 1 時間ごと）`,
  tooFew: (type: string, days: number, least: number) =>
    `使用見込みはまだありません（${type}の実績 ${days} 日、${least} 日から表示）`,
  advice: '移すと減る一次エネルギー',
};

export type AheadTexts = typeof ja;

const en: AheadTexts = {
  title: 'Today and tomorrow',
  unknown: 'The time is not known, so it cannot be said what today and tomorrow are.',
  failed: 'Today and tomorrow could not be loaded. The page tries again by itself.',
  type: { workday: 'workday', saturday: 'Saturday', holiday: 'Sunday or holiday' },
  expected: (kwh, _type, days) =>
    `${kwh} kWh expected (median of ${days} recent days of this type; bars per hour)`,
  partly: (hours, all, _type, days) =>
    `${hours} of ${all} hours expected (median of ${days} recent days of this type; bars per hour)`,
  tooFew: (type, days, least) => `No expected load yet (${type}: ${days} measured, ${least} needed)`,
  advice: 'What moving load would save',
};

const TEXTS: Readonly<Record<Language, AheadTexts>> = { ja, en };
export const aheadTexts = computed(() => TEXTS[language.value]);
