/** A day and a year, answered by a thread of its own: the same bytes, also after it died, and bounded. */
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerHere } from '../../gateway/dashboard/answers.ts';
import { dayView } from '../../gateway/dashboard/day.ts';
import type { Question } from '../../gateway/dashboard/reads.ts';
import { hourView } from '../../gateway/dashboard/render.ts';
import { startDashboard } from '../../gateway/dashboard/server.ts';
import { localIso, siteDay } from '../../gateway/dashboard/site-day.ts';
import type { DayView, ErrorView, HoursView } from '../../gateway/dashboard/views.ts';
import { instant } from '../../gateway/domain/time.ts';
import { MAX_UNDER_WAY, MAX_WAITING } from '../../gateway/read-service.ts';
import { type PastWorld, pastWorld, textOf, YEAR_FROM, YEAR_TO } from './past-world.ts';

const NOW = instant(Date.parse('2026-10-20T12:00:00+09:00'));
const DAY: Question = { kind: 'day', date: '2026-10-19', nowMs: NOW };
const YEAR: Question = { kind: 'hours', fromMs: YEAR_FROM, toMs: YEAR_TO, meter: null };

let world: PastWorld;
beforeAll(() => {
  world = pastWorld();
});
afterAll(() => world.remove());

/** What JSON.stringify makes of the whole answer at once. */
function dayAtOnce(): string {
  const { source } = world;
  const site = source.site();
  const date = '2026-10-19';
  const day = siteDay(date, site.timezone);
  const hours = [...source.hours({ fromMs: day.startMs, toMs: day.endMs, meter: null })];
  const coefficients = source.coefficients(day.startMs, day.endMs);
  return JSON.stringify(dayView({ site, date, day, nowMs: NOW, hours, coefficients }));
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

describe('the same bytes as ever', () => {
  it('from the worker and from the asking thread, a day and a year', async () => {
    const service = world.serve();
    expect(yearAtOnce().length).toBeGreaterThan(5_000_000);
    for (const [question, atOnce] of [
      [DAY, dayAtOnce()],
      [YEAR, yearAtOnce()],
    ] as const) {
      expect(await textOf(await service.ask(question))).toBe(atOnce);
      expect(await textOf(await answerHere(question, world.source))).toBe(atOnce);
    }
  });
});

describe('a worker that dies', () => {
  it('between questions is started again by the next one', async () => {
    const before = world.workers.length;
    const service = world.serve();
    const dashboard = await startDashboard({
      host: '127.0.0.1',
      port: 0,
      reads: world.reads(service),
      live: { subscribe: () => () => undefined },
      log: { warn: () => undefined, error: () => undefined },
      language: 'en',
      webRoot: '/nowhere',
    });
    const get = async <T>(path: string): Promise<T> =>
      (await (await fetch(`${dashboard.url}/api/v1/${path}`)).json()) as T;
    for (let round = 1; round <= 2; round++) {
      const day = await get<DayView>('day?date=2026-10-19');
      expect(day.channels.map(({ totals }) => totals.hoursWithValue)).toEqual([24, 24]);
      await world.workers.at(-1)?.terminate();
      const year = await get<HoursView>('hours?from=2025-11-01&to=2026-11-01');
      expect(year.hours).toHaveLength(2 * 8760);
      expect(world.workers.length - before).toBe(1 + round);
    }
    await dashboard.close();
  });

  it('before the first piece is asked once more; the reader notices nothing', async () => {
    const before = world.workers.length;
    const service = world.serve();
    const asked = service.ask(DAY);
    await world.workers.at(-1)?.terminate();
    expect(await textOf(await asked)).toBe(dayAtOnce());
    expect(world.workers.length - before).toBe(2);
  });

  it('in the middle of an answer ends that answer with a fault, never with half of it', async () => {
    const service = world.serve();
    const answer = await service.ask(YEAR);
    const worker = world.workers.at(-1);
    await worker?.terminate();
    await expect(textOf(answer)).rejects.toMatchObject({ fault: { code: 'question-lost' } });
    expect(await textOf(await service.ask(DAY))).toBe(dayAtOnce());
  });

  it('each time is not asked for ever', async () => {
    const service = world.serve({ onWorker: (worker) => void worker.terminate() });
    await expect(service.ask(DAY)).rejects.toMatchObject({ fault: { code: 'question-lost' } });
  });

  it('of too much memory takes nobody with it, and is told of', async () => {
    const service = world.serve({ heapMb: 6 });
    await expect(service.ask(DAY)).rejects.toMatchObject({ fault: { code: 'question-lost' } });
    expect(world.warnings).toContain('the read worker failed');
  });
});

describe('bounds', () => {
  it('takes so many questions and refuses the next with a sentence', async () => {
    const service = world.serve();
    const dashboard = await startDashboard({
      host: '127.0.0.1',
      port: 0,
      reads: world.reads(service),
      live: { subscribe: () => () => undefined },
      log: { warn: () => undefined, error: () => undefined },
      language: 'en',
      webRoot: '/nowhere',
    });
    const answers = Array.from({ length: MAX_UNDER_WAY + MAX_WAITING }, () => service.ask(YEAR));
    const refused = await fetch(`${dashboard.url}/api/v1/day`);
    const body = (await refused.json()) as ErrorView;
    expect([refused.status, body.code]).toEqual([503, 'too-many-questions']);
    expect(body.message).toContain(`${MAX_UNDER_WAY + MAX_WAITING} questions`);
    for (const asked of answers) {
      const { rest } = await asked;
      await rest?.[Symbol.asyncIterator]().return?.();
    }
    expect((await fetch(`${dashboard.url}/api/v1/day?date=2026-10-19`)).status).toBe(200);
    await dashboard.close();
  });

  it('a page gets its day while years are being read slowly', async () => {
    const service = world.serve();
    const slow = await Promise.all([service.ask(YEAR), service.ask(YEAR), service.ask(YEAR)]);
    expect(await textOf(await service.ask(DAY))).toBe(dayAtOnce());
    for (const answer of slow) expect((await textOf(answer)).endsWith(']}')).toBe(true);
  });

  it('a question that is not answered in time is given up, and the next one is answered', async () => {
    const service = world.serve({ answerMs: 1 });
    await expect(service.ask(DAY)).rejects.toMatchObject({ fault: { code: 'question-late' } });
    const patient = world.serve();
    expect(await textOf(await patient.ask(DAY))).toBe(dayAtOnce());
  });

  it('ends when nobody asked for a while, and is there again', async () => {
    const before = world.workers.length;
    const service = world.serve({ idleMs: 1 });
    await textOf(await service.ask(DAY));
    const [worker] = world.workers.slice(before);
    if (worker && worker.threadId !== -1) await once(worker, 'exit');
    expect(await textOf(await service.ask(DAY))).toBe(dayAtOnce());
    expect(world.workers.length - before).toBe(2);
  });

  it('after its end answers nothing more', async () => {
    const service = world.serve();
    const answer = await service.ask(YEAR);
    await service.close();
    await expect(textOf(answer)).rejects.toMatchObject({ fault: { code: 'question-lost' } });
    await expect(service.ask(DAY)).rejects.toMatchObject({ fault: { code: 'question-lost' } });
  });
});
