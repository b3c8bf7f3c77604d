/** The errands' clock: fires on the site's zone, never twice at once, and survives a job that throws. */

import * as fc from 'fast-check';
import { validate } from 'node-cron';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cronProblem } from '../../config/cron.ts';
import { type ScheduleEvent, schedule } from '../../gateway/platform/schedule.ts';

const doNothing = (): void => {};

describe('a schedule', () => {
  beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-11-03T09:29:00Z') }));
  afterEach(() => void vi.useRealTimers());

  it('fires at 18:30 of the zone it is given, day after day, until it is stopped', async () => {
    const fired: string[] = [];
    const task = schedule(
      '30 18 * * *',
      'Asia/Tokyo',
      () => void fired.push(new Date().toISOString().slice(0, 16)),
      () => {},
    );
    expect(task.next()?.toISOString()).toBe('2026-11-03T09:30:00.000Z');
    await vi.advanceTimersByTimeAsync(25 * 3_600_000);
    expect(fired).toEqual(['2026-11-03T09:30', '2026-11-04T09:30']);
    task.stop();
    task.stop();
    expect(task.next()).toBeNull();
    await vi.advanceTimersByTimeAsync(48 * 3_600_000);
    expect(fired).toHaveLength(2);
  });

  it('logs what a job throws and fires again', async () => {
    const log: ScheduleEvent[] = [];
    let runs = 0;
    const job = async (): Promise<void> => {
      runs += 1;
      throw new Error(`run ${runs}`);
    };
    const task = schedule('* * * * *', 'UTC', job, (event) => void log.push(event));
    await vi.advanceTimersByTimeAsync(121_000);
    task.stop();
    expect(log).toEqual([
      { kind: 'job-failed', reason: 'run 1' },
      { kind: 'job-failed', reason: 'run 2' },
    ]);
  });

  it('leaves a run out while the one before is under way', async () => {
    const log: ScheduleEvent[] = [];
    let runs = 0;
    let finish = doNothing;
    const job = (): Promise<void> => {
      runs += 1;
      return new Promise((resolve) => {
        finish = resolve;
      });
    };
    const task = schedule('* * * * *', 'UTC', job, (event) => void log.push(event));
    await vi.advanceTimersByTimeAsync(181_000);
    expect(runs).toBe(1);
    expect(log).toEqual([{ kind: 'job-overlapped' }, { kind: 'job-overlapped' }]);
    finish();
    await vi.advanceTimersByTimeAsync(60_000);
    task.stop();
    finish();
    expect(runs).toBe(2);
  });
});

describe('the check of cron expressions', () => {
  it.each(['30 18 * * *', '*/5 * * * *', '0 30 18 * * *', '0 6,19 1-5 jan-mar mon-fri', '15 0-23/2 * * 7'])(
    'takes %s',
    (expression) => {
      expect(cronProblem(expression)).toBeNull();
      expect(validate(expression)).toBe(true);
    },
  );

  it.each([
    ['', '1 fields'],
    ['30 18 * *', '4 fields'],
    ['60 18 * * *', 'minute (60)'],
    ['30 25 * * *', 'hour (25)'],
    ['30 18 0 * *', 'day (0)'],
    ['30 18 * 13 *', 'month (13)'],
    ['30 18 * * 8', 'weekday (8)'],
    ['5-1 18 * * *', 'minute (5-1)'],
    ['*/0 18 * * *', 'minute (*/0)'],
    ['@daily', '1 fields'],
    ['30 18 * * monday-ish', 'weekday (monday-ish)'],
  ])('refuses %s: %s', (expression, expected) => {
    expect(cronProblem(expression)).toBe(expected);
  });

  it('takes nothing that the scheduler refuses', () => {
    const term = fc.oneof(
      fc.constant('*'),
      fc.integer({ min: 0, max: 70 }).map(String),
      fc.tuple(fc.integer({ min: 0, max: 32 }), fc.integer({ min: 0, max: 32 })).map(([a, b]) => `${a}-${b}`),
      fc
        .tuple(fc.constantFrom('*', '0-10'), fc.integer({ min: 0, max: 40 }))
        .map(([span, step]) => `${span}/${step}`),
      fc.constantFrom('jan', 'DEC', 'mon', 'Sun', '1,2', '', ',', '-'),
    );
    fc.assert(
      fc.property(fc.array(term, { minLength: 4, maxLength: 7 }), (terms) => {
        const expression = terms.join(' ');
        if (cronProblem(expression) === null) expect(validate(expression)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });
});
