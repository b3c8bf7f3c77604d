/** `hakaru ahead`: what today and tomorrow are, what is expected, and what moving load would save; also beside a running gateway. */
import { crudeOilByDate } from '../../config/report-factors.ts';
import { loadRuleSets } from '../../config/rule-sets.ts';
import { aheadView } from '../dashboard/ahead-render.ts';
import { spansOf } from '../domain/ahead/classes.ts';
import { type DayType, PLAIN_CALENDAR } from '../domain/ahead/day-types.ts';
import { MIN_DAYS } from '../domain/ahead/expected.ts';
import type { PlannedDay } from '../domain/ahead/plan.ts';
import { adviceText, CLASS_WORDS, grouped, hoursText } from '../domain/ahead/words.ts';
import { CodedError, fault } from '../domain/faults.ts';
import { rational, roundHalfAway, toMicro } from '../domain/rational.ts';
import { type HourGrid, instant } from '../domain/time.ts';
import { hourGrid } from '../platform/hour-grid.ts';
import { isJapaneseHoliday } from '../platform/japanese-holidays.ts';
import { createAheadReader } from '../stages/ahead-plan.ts';
import { recallSite, rulesOf } from '../stages/site-facts.ts';
import { openStoreForReading } from '../store/store.ts';
import type { Console, Words } from './console.ts';
import { words } from './console.ts';
import { table } from './table.ts';

const TYPES: Readonly<Record<DayType, Words>> = {
  workday: { en: 'workday', ja: '稼働日' },
  saturday: { en: 'Saturday', ja: '土曜日' },
  holiday: { en: 'Sunday or holiday', ja: '休日' },
};
const DAYS: Readonly<Record<PlannedDay['day'], Words>> = {
  today: { en: 'Today', ja: '今日' },
  tomorrow: { en: 'Tomorrow', ja: '明日' },
};
const CONFIRMED: Words = { en: 'confirmed', ja: '確定' };
const UNCONFIRMED: Words = { en: 'not confirmed', ja: '未確定' };
const HEAD: readonly Words[] = [
  { en: 'hours', ja: '時間' },
  { en: 'class', ja: '区分' },
  { en: 'MJ/kWh', ja: 'MJ/kWh' },
  { en: 'state', ja: '状態' },
  { en: 'expected kWh', ja: '使用見込み kWh' },
];
const STANDS: Words = {
  en: '{day} {date}, {type}: expected use is the median of {days} days.',
  ja: '{day} {date} {type}: 使用見込みは {days} 日の中央値です。',
};
const TOO_FEW: Words = {
  en: '{day} {date}, {type}: no expected use yet, {days} of {least} days are measured.',
  ja: '{day} {date} {type}: 使用見込みはまだありません（実績 {days} 日、{least} 日必要）。',
};
const RIGHT: ReadonlySet<number> = new Set([2, 4]);
const UNIT = 1_000_000n;

/** A whole number of kWh; "–" where an hour is not known. */
function expectedIn(day: PlannedDay, fromMs: number, toMs: number): string {
  const hours = day.hours.filter((hour) => hour.startMs >= fromMs && hour.endMs <= toMs);
  if (hours.some((hour) => hour.expectedMicroKwh === null)) return '–';
  const sum = hours.reduce((all, hour) => all + (hour.expectedMicroKwh ?? 0n), 0n);
  return grouped(roundHalfAway(rational(sum, UNIT)) * UNIT);
}

function dayText(day: PlannedDay, console: Console, grid: HourGrid): string {
  const language = console.language;
  const rows = spansOf(day.hours).map((span) => [
    hoursText(span.fromMs, span.toMs, grid),
    CLASS_WORDS[span.class][language],
    span.mjPerKwh === null ? '–' : grouped(toMicro(span.mjPerKwh)),
    (span.confirmed ? CONFIRMED : UNCONFIRMED)[language],
    expectedIn(day, span.fromMs, span.toMs),
  ]);
  const about = {
    day: DAYS[day.day][language],
    date: day.date,
    type: TYPES[day.type][language],
    days: day.days,
    least: MIN_DAYS,
  };
  const head = words(console, day.days < MIN_DAYS ? TOO_FEW : STANDS, about);
  return `${head}\n${table(
    HEAD.map((one) => one[language]),
    rows,
    RIGHT,
  )}`;
}

export function ahead(console: Console, options: { readonly data: string; readonly json?: boolean }): number {
  const store = openStoreForReading(options.data);
  try {
    const facts = recallSite(store);
    if (!facts) throw new CodedError(fault('ledger-missing', { path: options.data }));
    const grid = hourGrid(facts.timezone);
    const nowMs = instant(Date.now());
    const current = facts.current && new Set(facts.current);
    const plan = createAheadReader({
      store,
      grid,
      rules: rulesOf(facts, loadRuleSets()),
      specs: facts.specs.filter(({ meter, channel }) => current?.has(`${meter}/${channel}`) ?? true),
      calendar: facts.calendar ?? PLAIN_CALENDAR,
      isHoliday: isJapaneseHoliday,
      crudeOilOn: crudeOilByDate(),
    }).plan(nowMs);
    if (options.json) {
      console.out(JSON.stringify(aheadView(plan, nowMs, facts.timezone), null, 2));
      return 0;
    }
    const advice = plan.advice.map((one) => `* ${adviceText(one, console.language, grid)}`);
    const days = [plan.today, plan.tomorrow].map((day) => dayText(day, console, grid));
    console.out([...days, ...(advice.length > 0 ? [advice.join('\n')] : [])].join('\n\n'));
    return 0;
  } finally {
    store.close();
  }
}
