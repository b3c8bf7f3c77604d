/** Site-local days and the axis: small pure parts of the dashboard. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { languageOf } from '../../gateway/dashboard/replies.ts';
import { isDate, localDate, localIso, shiftDate, siteDay } from '../../gateway/dashboard/site-day.ts';
import { axisFor } from '../../gateway/dashboard/web/src/scale.ts';
import { HOUR_MS, instant } from '../../gateway/domain/time.ts';

describe('a site-local day', () => {
  it.each([
    ['Asia/Tokyo', '2026-11-21', 24, '2026-11-21T00:00:00+09:00'],
    ['Asia/Kolkata', '2026-11-21', 24, '2026-11-21T00:00:00+05:30'],
    ['Europe/Berlin', '2026-03-29', 23, '2026-03-29T00:00:00+01:00'],
    ['Europe/Berlin', '2026-10-25', 25, '2026-10-25T00:00:00+02:00'],
    ['America/St_Johns', '2026-07-01', 24, '2026-07-01T00:00:00-02:30'],
  ])('%s %s has %i hours and begins at %4$s', (zone, date, hours, start) => {
    const day = siteDay(date, zone);
    expect(day.hourStarts).toHaveLength(hours);
    expect(localIso(day.startMs, zone)).toBe(start);
    expect(localDate(instant(day.endMs - 1), zone)).toBe(date);
    expect(localDate(day.endMs, zone)).toBe(shiftDate(date, 1));
  });

  it('joins the next one without gap or overlap, whatever the zone and date', () => {
    const zones = fc.constantFrom(
      'Asia/Tokyo',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Sydney',
      'Asia/Kolkata',
      'UTC',
    );
    fc.assert(
      fc.property(zones, fc.integer({ min: 0, max: 20_000 }), (zone, days) => {
        const date = shiftDate('2000-01-01', days);
        const day = siteDay(date, zone);
        expect(siteDay(shiftDate(date, 1), zone).startMs).toBe(day.endMs);
        expect(day.hourStarts.at(-1)).toBe(day.endMs - HOUR_MS);
        expect(localDate(day.startMs, zone)).toBe(date);
      }),
      { numRuns: 300 },
    );
  });

  it('tells dates of the calendar from others', () => {
    expect(['2024-02-29', '2026-12-31'].every(isDate)).toBe(true);
    expect(['2026-02-29', '2026-13-01', '2026-1-1', '', '2026-11-21T00:00'].some(isDate)).toBe(false);
  });
});

describe('the axis', () => {
  it.each([
    [540, [0, 200, 400, 600]],
    [2000, [0, 500, 1000, 1500, 2000]],
    [31.6, [0, 10, 20, 30, 40]],
    [0.9, [0, 0.25, 0.5, 0.75, 1]],
    [0, [0]],
  ])('%d → %j', (largest, ticks) => {
    expect(axisFor(largest).ticks).toEqual(ticks);
  });

  it('reaches every value with at most five round steps', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-4, max: 1e7, noNaN: true }), (largest) => {
        const { ticks, top } = axisFor(largest);
        expect(top).toBeGreaterThanOrEqual(largest * (1 - 1e-9));
        expect(ticks.length).toBeLessThanOrEqual(6);
        expect(ticks.length).toBeGreaterThanOrEqual(2);
      }),
    );
  });
});

describe('the reader’s language', () => {
  it.each([
    ['ja', 'ja'],
    ['en-US,en;q=0.9,ja;q=0.8', 'en'],
    ['fr;q=1, ja;q=0.7, en;q=0.3', 'ja'],
    ['fr', 'en'],
    ['ja;q=0', 'en'],
    [undefined, 'en'],
  ])('%s → %s', (header, language) => {
    expect(languageOf(header, 'en')).toBe(language);
  });
});
