/** A day and a year out of the database: piece by piece, the same bytes, and never so many that others must wait. */
import { get } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_QUESTIONS } from '../../gateway/dashboard/ask.ts';
import { dayView } from '../../gateway/dashboard/day.ts';
import type { Question } from '../../gateway/dashboard/reads.ts';
import { hourView } from '../../gateway/dashboard/render.ts';
import { startDashboard } from '../../gateway/dashboard/server.ts';
import { localIso, siteDay } from '../../gateway/dashboard/site-day.ts';
import type { ErrorView, HoursView } from '../../gateway/dashboard/views.ts';
import { instant } from '../../gateway/domain/time.ts';
import { eventually } from '../uplink/support/eventually.ts';
import { type PastWorld, pastWorld, textOf, YEAR_FROM, YEAR_TO } from './past-world.ts';

const NOW = instant(Date.parse('2026-10-20T12:00:00+09:00'));
const DAY: Question = { kind: 'day', date: '2026-10-19', nowMs: NOW };
const YEAR: Question = { kind: 'hours', fromMs: YEAR_FROM, toMs: YEAR_TO, meter: null };

let world: PastWorld;
beforeAll(() => {
  world = pastWorld();
});
afterAll(() => world.remove());

/** Turns of the event loop that somebody else gets. */
async function turnsUntil(over: AbortSignal): Promise<number> {
  let turns = 0;
  for (; !over.aborted; turns++) await nextTurn();
  return turns;
}

const page = () =>
  startDashboard({
    host: '127.0.0.1',
    port: 0,
    reads: world.reads,
    live: { subscribe: () => () => undefined },
    log: { warn: () => undefined, error: () => undefined },
    language: 'en',
    webRoot: '/nowhere',
  });

/** What JSON.stringify makes of the whole answer at once. */
function dayAtOnce(): string {
  const { source } = world;
  const site = source.site();
  const date = '2026-10-19';
  const day = siteDay(date, site.timezone);
  const hours = [...source.hours({ fromMs: day.startMs, toMs: day.endMs, meter: null })];
  const coefficients = source.coefficients(day.startMs, day.endMs);
  return JSON.stringify(
    dayView({ site, date, day, nowMs: NOW, hours, sinceOf: source.sinceOf, coefficients }),
  );
}

function yearAtOnce(): string {
  const { timezone } = world.source.site();
  const hours = [...world.source.hours({ fromMs: YEAR_FROM, toMs: YEAR_TO, meter: null })];
  const view: HoursView = {
    from: localIso(YEAR_FROM, timezone),
    to: localIso(YEAR_TO, timezone),
    hours: hours.map((hour) => hourView(hour, 'kWh', timezone)),
  };
  return JSON.stringify(view);
}

describe('a day and a year', () => {
  it('are the same bytes as JSON.stringify makes of the whole', async () => {
    expect(yearAtOnce().length).toBeGreaterThan(5_000_000);
    expect(await textOf(await world.reads.ask(DAY))).toBe(dayAtOnce());
    expect(await textOf(await world.reads.ask(YEAR))).toBe(yearAtOnce());
  });

  it('leave turns to everybody else: a page gets its day while years are being read', async () => {
    const years = Array.from({ length: 3 }, async () => textOf(await world.reads.ask(YEAR)));
    const over = new AbortController();
    const counting = turnsUntil(over.signal);
    expect(await textOf(await world.reads.ask(DAY))).toBe(dayAtOnce());
    for (const year of await Promise.all(years)) expect(year.endsWith(']}')).toBe(true);
    over.abort();
    // 5 MB in pieces of 64 KB.
    expect(await counting).toBeGreaterThan(75);
  });
});

describe('bounds', () => {
  it('takes so many questions, refuses the next with a sentence, and goes on when one is over', async () => {
    const dashboard = await page();
    const answers = await Promise.all(Array.from({ length: MAX_QUESTIONS }, () => world.reads.ask(YEAR)));
    const refused = await fetch(`${dashboard.url}/api/v1/day`);
    const body = (await refused.json()) as ErrorView;
    expect([refused.status, body.code]).toEqual([503, 'too-many-questions']);
    expect(body.message).toContain(`${MAX_QUESTIONS} questions`);
    for (const { rest } of answers) await rest?.[Symbol.asyncIterator]().return?.();
    expect((await fetch(`${dashboard.url}/api/v1/day?date=2026-10-19`)).status).toBe(200);
    await dashboard.close();
  });

  it('a client that goes away in the middle leaves its place', async () => {
    const dashboard = await page();
    const year = `${dashboard.url}/api/v1/hours?from=2025-11-01&to=2026-11-01`;
    for (let n = 0; n < MAX_QUESTIONS + 5; n++)
      await new Promise<void>((resolve) => {
        const request = get(year, (response) => {
          expect(response.statusCode).toBe(200);
          response.once('data', () => {
            request.destroy();
            resolve();
          });
        });
      });
    const free = async () => (await fetch(`${dashboard.url}/api/v1/day?date=2026-10-19`)).status === 200;
    await eventually(free, 'the places are free again', 5_000);
    const whole = (await (await fetch(year)).json()) as HoursView;
    expect(whole.hours).toHaveLength(2 * 8760);
    await dashboard.close();
  });
});

describe('a database that can no longer be read', () => {
  it('ends an answer with an error, never with half of it, and is told of', async () => {
    const broken = pastWorld();
    const answer = await broken.reads.ask(YEAR);
    broken.breakOff();
    await expect(textOf(answer)).rejects.toThrow('not open');
    await expect(broken.reads.ask(DAY)).rejects.toThrow('not open');
    expect(broken.caught).toHaveLength(2);
    broken.remove();
  });
});
