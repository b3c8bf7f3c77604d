/** Which past days tell what the next one uses: workdays, Saturdays, days off; and the factory's own calendar. */
import { expect, test } from 'vitest';
import { checkSiteText } from '../../config/load-site.ts';
import {
  type DayType,
  dayTypeOf,
  type FactoryCalendar,
  PLAIN_CALENDAR,
} from '../../gateway/domain/ahead/day-types.ts';
import { expectedAt, median } from '../../gateway/domain/ahead/expected.ts';
import { recentDates, usableLoads } from '../../gateway/domain/ahead/plan.ts';
import { isJapaneseHoliday } from '../../gateway/platform/japanese-holidays.ts';
import { dayLoad, kwh } from './world.ts';

const typeOf = (date: string, calendar: FactoryCalendar = PLAIN_CALENDAR): DayType =>
  dayTypeOf(date, calendar, isJapaneseHoliday);

const SITE = `site: { id: works, gridArea: kyushu }
gateway: { id: gw1 }
lines: { lan: { kind: modbus-tcp, host: 127.0.0.1 } }
meters: { main: { line: lan, unit: 1, type: schneider-iem3155, role: grid-import, rated: 600 kW } }
`;
function calendarOf(text: string): FactoryCalendar {
  const { site, problems } = checkSiteText('site.yaml', `${SITE}calendar: ${text}\n`);
  if (!site) throw new Error(problems.map(({ reason, advice }) => `${reason} / ${advice}`).join('\n'));
  return site.calendar;
}

test('holidays of Japan, those in lieu of a Sunday too, whatever the zone of the machine', () => {
  expect(
    ['2026-11-20', '2026-11-21', '2026-11-22', '2026-11-23', '2026-11-24'].map((date) => typeOf(date)),
  ).toEqual(['workday', 'saturday', 'holiday', 'holiday', 'workday']);
  // 3 May 2026 is a Sunday: the 6th is the holiday in its place.
  expect(
    ['2026-05-03', '2026-05-04', '2026-05-05', '2026-05-06', '2026-05-07'].map((date) => typeOf(date)),
  ).toEqual(['holiday', 'holiday', 'holiday', 'holiday', 'workday']);
  // 21 September is 敬老の日, the 23rd the equinox: the day between two holidays is one.
  expect(typeOf('2026-09-22')).toBe('holiday');
  const zone = process.env['TZ'];
  process.env['TZ'] = 'America/Los_Angeles';
  expect([typeOf('2026-11-23'), typeOf('2026-11-24')]).toEqual(['holiday', 'workday']);
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

test('obon, new year and a working Saturday out of the site file', () => {
  const calendar = calendarOf(
    '{ holidays: [{ from: 2026-08-12, to: 2026-08-16 }, { from: 12-29, to: 01-03 }], workdays: [2026-11-21] }',
  );
  const types = (...dates: string[]): DayType[] => dates.map((date) => typeOf(date, calendar));
  expect(types('2026-08-10', '2026-08-12', '2026-08-14', '2026-08-17')).toEqual([
    'workday',
    'holiday',
    'holiday',
    'workday',
  ]);
  expect(types('2026-12-28', '2026-12-29', '2027-01-01', '2028-01-03', '2028-01-04')).toEqual([
    'workday',
    'holiday',
    'holiday',
    'holiday',
    'workday',
  ]);
  expect(types('2026-11-21', '2026-11-28')).toEqual(['workday', 'saturday']);
});

test('a factory that works on public holidays says so', () => {
  const calendar = calendarOf('{ publicHolidays: false }');
  expect([typeOf('2026-11-23', calendar), typeOf('2026-11-22', calendar)]).toEqual(['workday', 'holiday']);
});

test.each([
  ['{ holidays: [2026-02-30] }', 'there is no date `2026-02-30`'],
  ['{ holidays: [02-29] }', null],
  ['{ holidays: [{ from: 2026-08-16, to: 2026-08-12 }] }', 'is no stretch of days within a year'],
  ['{ holidays: [{ from: 12-29, to: 2027-01-03 }] }', 'one of `12-29` and `2027-01-03` has a year'],
  [
    '{ holidays: [{ from: 12-29, to: 01-03 }], workdays: [2026-12-30] }',
    '2026-12-30 is a working day here and a holiday above',
  ],
  ['{ holidays: [2026/08/13] }', 'holidays'],
  ['{ holiday: [2026-08-13] }', '`holiday` is not known here'],
])('calendar: %s', (text, problem) => {
  const { problems } = checkSiteText('site.yaml', `${SITE}calendar: ${text}\n`);
  if (problem === null) expect(problems).toEqual([]);
  else expect(problems.map(({ reason, path }) => `${path}: ${reason}`).join()).toContain(problem);
  const japanese = checkSiteText('site.yaml', `${SITE}calendar: ${text}\n`, { language: 'ja' }).problems;
  for (const { reason, advice } of japanese) expect(reason + advice).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/);
});

test('the median: one stand-still and one overtime change nothing, and two days say nothing', () => {
  const days = [100, 100, 0, 100, 900].map((value) => dayLoad(Array.from({ length: 24 }, () => value)));
  expect(expectedAt('10', days)).toEqual({ energyMicroKwh: kwh(100), days: 5 });
  expect(expectedAt('10', days.slice(0, 2))).toEqual({ energyMicroKwh: null, days: 2 });
  // Of an even number the mean of the middle two, halves away from zero.
  expect(median([4n, 1n, 3n, 2n])).toBe(3n);
});

test('an hour that was not measured well on a day is no part of it, and others of that day are', () => {
  const whole = dayLoad(Array.from({ length: 24 }, () => 50));
  const holed = dayLoad(Array.from({ length: 24 }, (_, hour) => (hour === 10 ? null : 50)));
  expect(expectedAt('10', [whole, whole, holed])).toEqual({ energyMicroKwh: null, days: 2 });
  expect(expectedAt('11', [whole, whole, holed])).toEqual({ energyMicroKwh: kwh(50), days: 3 });
});

test('at most ten days, the newest first, none older than eight weeks, and none that knows nothing', () => {
  const types = { calendar: PLAIN_CALENDAR, isHoliday: isJapaneseHoliday };
  const saturdays = recentDates('2026-11-25', 'saturday', types);
  expect(saturdays).toEqual([
    '2026-11-21',
    '2026-11-14',
    '2026-11-07',
    '2026-10-31',
    '2026-10-24',
    '2026-10-17',
    '2026-10-10',
    '2026-10-03',
  ]);
  const asked: string[] = [];
  const loads = usableLoads(recentDates('2026-11-25', 'workday', types), (date) => {
    asked.push(date);
    return date === '2026-11-24' ? new Map() : dayLoad([1]);
  });
  expect(loads).toHaveLength(10);
  expect(asked.slice(0, 3)).toEqual(['2026-11-24', '2026-11-20', '2026-11-19']);
});
