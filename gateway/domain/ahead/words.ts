/** Advice in plain words and exact figures, in both languages. */
import type { Language, Said } from '../faults.ts';
import { formatMicro, type Rational, rational, roundHalfAway, toMicro } from '../rational.ts';
import type { EpochMs, HourGrid } from '../time.ts';
import type { Advice, Window } from './advice.ts';
import type { HourClass } from './classes.ts';
import type { DayType } from './day-types.ts';
import { MIN_DAYS } from './expected.ts';

/** How an instant reads on the clocks of the site. */
export type Clockface = Pick<HourGrid, 'iso'>;

type Words<Key extends string> = Readonly<Record<Key, Said>>;

export const CLASS_WORDS: Words<HourClass> = {
  normal: { en: 'normal', ja: '通常' },
  curtailment: { en: 'curtailment of renewables', ja: '再エネ出力抑制' },
  tight: { en: 'tight supply', ja: '需給ひっ迫' },
  monthly: { en: 'the monthly mean', ja: '月別' },
  none: { en: 'without a coefficient', ja: '係数なし' },
};

const DAY_WORDS: Words<'today' | 'tomorrow'> = {
  today: { en: 'today', ja: '今日' },
  tomorrow: { en: 'tomorrow', ja: '明日' },
};

/** After a number. */
const TYPE_WORDS: Words<DayType> = {
  workday: { en: 'workdays', ja: '稼働日' },
  saturday: { en: 'Saturdays', ja: '土曜日' },
  holiday: { en: 'Sundays and holidays', ja: '休日' },
};

const MICRO = 1_000_000n;

/** 1234567.5 → "1,234,567.5"; all digits that there are, at most six behind the point. */
export function grouped(micro: bigint): string {
  const [whole = '0', fraction] = formatMicro(micro).split('.');
  const digits = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? digits : `${digits}.${fraction}`;
}

/** Rounded for reading: no digit behind the point from 100 on, one from 1 on, three below. */
function readable(micro: bigint): string {
  const step = micro >= 100n * MICRO ? MICRO : micro >= MICRO ? MICRO / 10n : MICRO / 1_000n;
  return grouped(roundHalfAway(rational(micro, step)) * step);
}

const coefficient = (value: Rational): string => grouped(toMicro(value));

/** "08–16": site-local hours; minutes only where there are any. */
export function hoursText(fromMs: EpochMs, toMs: EpochMs, grid: Clockface): string {
  const clock = (at: EpochMs): string => grid.iso(at).slice(11, 16).replace(/:00$/, '');
  const end = clock(toMs);
  return `${clock(fromMs)}–${end === '00' ? '24' : end}`;
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

interface Named {
  readonly day: string;
  readonly hours: string;
  readonly class: string;
  readonly weight: string;
}

function named(window: Window, language: Language, grid: Clockface): Named {
  return {
    day: DAY_WORDS[window.day][language],
    hours: hoursText(window.fromMs, window.toMs, grid),
    class: CLASS_WORDS[window.class][language],
    weight: coefficient(window.mjPerKwh),
  };
}

/** The window that the advice is about comes first: the announced one. */
function leads(to: Window): 'to' | 'from' {
  return to.class === 'curtailment' ? 'to' : 'from';
}

function movedWords(advice: Extract<Advice, { kind: 'move' }>, language: Language, grid: Clockface): string {
  const to = named(advice.to, language, grid);
  const from = named(advice.from, language, grid);
  const sameDay = advice.to.day === advice.from.day;
  const kwh = grouped(advice.movedMicroKwh);
  const mj = grouped(advice.savedMicroMj);
  const litres = readable(advice.savedMicroL);
  const most = readable(advice.atMostMicroKwh);
  const type = TYPE_WORDS[advice.type][language];
  const { days } = advice;
  const isInto = leads(advice.to) === 'to';
  const [first, other] = isInto ? [to, from] : [from, to];
  if (language === 'ja') {
    const there = `${sameDay ? '' : `${other.day} `}${other.hours} 時（${other.class} ${other.weight}）`;
    const way = isInto ? `${there}から` : `${there}へ`;
    const source = `${sameDay || !isInto ? '' : `${from.day} `}${from.hours} 時`;
    return `${first.day} ${first.hours} 時は${first.class}（${first.weight} MJ/kWh）です。${way} ${kwh} kWh を移すと ${mj} MJ（原油換算 ${litres} L）減ります。${source}の見込みは ${most} kWh（最近の${type} ${days} 日の中央値）です。`;
  }
  const there = `${sameDay ? '' : `${other.day} `}${other.hours} (${other.class}, ${other.weight})`;
  const way = isInto ? `moved there from ${there}` : `moved from there to ${there}`;
  const source = `${sameDay || !isInto ? '' : `${from.day} `}${from.hours}`;
  return `${capital(first.day)} ${first.hours} is ${first.class} (${first.weight} MJ/kWh): ${kwh} kWh ${way} saves ${mj} MJ, ${litres} L of crude oil. ${most} kWh are expected in ${source} (median of the last ${days} ${type}).`;
}

function gainWords(advice: Extract<Advice, { kind: 'gain' }>, language: Language, grid: Clockface): string {
  const to = named(advice.to, language, grid);
  const from = named(advice.from, language, grid);
  const mj = grouped(advice.savedMicroMj);
  const type = TYPE_WORDS[advice.type][language];
  const { days } = advice;
  const isInto = leads(advice.to) === 'to';
  const [first, other] = isInto ? [to, from] : [from, to];
  if (language === 'ja') {
    const way = isInto
      ? `${other.day}の${other.class}の時間（${other.weight}）から`
      : `${other.day} ${other.hours} 時（${other.class} ${other.weight}）へ`;
    return `${first.day} ${first.hours} 時は${first.class}（${first.weight} MJ/kWh）です。${way}移すと 1 kWh あたり ${mj} MJ 減ります。移せる量はまだ分かりません（${type}の実績 ${days} 日、${MIN_DAYS} 日から表示）。`;
  }
  const way = isInto
    ? `moved there from ${other.class} hours of ${other.day} (${other.weight})`
    : `moved from there to ${other.day} ${other.hours} (${other.class}, ${other.weight})`;
  return `${capital(first.day)} ${first.hours} is ${first.class} (${first.weight} MJ/kWh): each kWh ${way} saves ${mj} MJ. How much there is to move is not known yet: ${days} of the ${MIN_DAYS} ${type} needed are measured.`;
}

/** One or two sentences that a person can check against the page. */
export function adviceText(advice: Advice, language: Language, grid: Clockface): string {
  if (advice.kind === 'move') return movedWords(advice, language, grid);
  if (advice.kind === 'gain') return gainWords(advice, language, grid);
  if (advice.kind === 'avoid') {
    const from = named(advice.from, language, grid);
    const mj = grouped(advice.savedMicroMj);
    return language === 'ja'
      ? `${from.day} ${from.hours} 時は${from.class}（${from.weight} MJ/kWh）です。使わなかった 1 kWh ごとに ${mj} MJ 減ります。移せる先は、確定した時間の中にはありません。`
      : `${capital(from.day)} ${from.hours} is ${from.class} (${from.weight} MJ/kWh): each kWh that is not used saves ${mj} MJ. No confirmed hour weighs less, so there is none to move it to.`;
  }
  if (advice.kind === 'both') {
    const day = DAY_WORDS[advice.day][language];
    return language === 'ja'
      ? `${day}は出力抑制と需給ひっ迫が重なります。重なる時間にどちらの係数を使うかは、出典で確認できていません。`
      : `${capital(day)} has both curtailment and tight supply. Which of them decides in the curtailed hours is not verified by a source.`;
  }
  const { day, weight } = named(advice.at, language, grid);
  return language === 'ja'
    ? `${day}の発表はまだありません（未確定、仮に ${weight} MJ/kWh）。`
    : `Nothing is announced for ${day} yet: ${weight} MJ/kWh is assumed and may change.`;
}
