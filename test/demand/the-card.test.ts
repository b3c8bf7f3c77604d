/** The demand card in real Chromium: what it says, in both languages, on a telephone too. */
import axe from 'axe-core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { quietAlarm } from '../../gateway/domain/demand/levels.ts';
import { demandNow, pictureOf } from '../../gateway/domain/demand/period.ts';
import type { DemandPlan } from '../../gateway/domain/demand/plan.ts';
import type { DemandRead, DemandsRead } from '../../gateway/domain/demand/report.ts';
import { emptyTrail, follow } from '../../gateway/domain/demand/trail.ts';
import { fault } from '../../gateway/domain/faults.ts';
import { instant } from '../../gateway/domain/time.ts';
import { buildPage, openBrowser, openPage, serve } from '../dashboard/browser.ts';
import { fakePlant, NOW } from '../dashboard/fake-plant.ts';
import { planOf, specOf } from './support/replay.ts';

let built: Awaited<ReturnType<typeof buildPage>>;
let browser: Browser;
beforeAll(async () => {
  [built, browser] = await Promise.all([buildPage(), openBrowser()]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await built.remove();
});

const PERIOD = Date.parse('2026-11-21T14:00:00+09:00');

/** 23 minutes of the period at 480 kW, target 450 kW. */
function readOf(changes: Partial<DemandPlan> = {}, silentMs = 0): DemandRead {
  const plan = planOf(450_000, { name: '受電', contractMicro: 500_000_000n, ...changes });
  let trail = emptyTrail(specOf());
  for (let atMs = PERIOD - 1_800_000 - 5_000; atMs <= NOW - silentMs; atMs += 5_000) {
    const count = BigInt(Math.round(((atMs - PERIOD) / 3_600_000) * 48_000) + 1_000_000);
    trail = follow(trail, { sinceMs: instant(atMs - 20), atMs: instant(atMs), raw: { count, exp2: 0 } });
  }
  const trails = [{ trail, freshMs: 60_000 }];
  const now = demandNow(plan, trails, { startMs: instant(PERIOD), nowMs: NOW, clockIsKnown: true });
  const level = now.reason === null ? 'warning' : null;
  const month = { from: '2026-11-01', to: '2026-12-01', isBilled: false };
  return {
    plan,
    now,
    picture: pictureOf(plan, trails, now),
    alarm: { ...quietAlarm(instant(PERIOD)), level, sinceMs: instant(PERIOD + 600_000) },
    months: [
      {
        ...month,
        name: '2026-11',
        maximumMicro: 468_400_000n,
        atMs: instant(Date.parse('2026-11-17T13:30:00+09:00')),
        measured: 980,
        leftOut: 3,
      },
      {
        name: '2026-10',
        from: '2026-10-01',
        to: '2026-11-01',
        maximumMicro: 492_000_000n,
        atMs: null,
        measured: 0,
        leftOut: 0,
        isBilled: true,
      },
    ],
    timing: { meter: 'main', offsetS: -1.25, atMs: instant(PERIOD) },
  };
}

async function card(
  demands: readonly DemandRead[],
  view: Parameters<typeof openPage>[2] = {},
  notify: DemandsRead['notify'] = [],
) {
  const plant = fakePlant();
  const reads = { ...plant.reads, demand: () => ({ demands, notify }) };
  const { dashboard } = await serve(built.webRoot, { reads, live: plant.live });
  onTestFinished(() => dashboard.close());
  const opened = await openPage(browser, dashboard.url, view);
  onTestFinished(() => opened.close());
  await opened.page.locator('.demand').first().waitFor();
  return { ...opened, dashboard, text: await opened.page.locator('.demand').first().innerText() };
}

test('now, predicted, what to switch off, the largest of the month with its time, contract and clock', async () => {
  const { page, text, complaints } = await card([readOf()], { locale: 'ja-JP' });
  for (const part of [
    'デマンド · 受電',
    '警報',
    '現在デマンド',
    '予測デマンド',
    '480',
    '目標の 107 %',
    '調整電力',
    '130',
    '今から減らす',
    '今月の最大',
    '468 kW',
    '2026-11-17 13:30–14:00',
    '実測でない 3 時限を除く',
    '過去12か月の最大',
    '492 kW',
    '請求書の値',
    '契約電力',
    '500 kW',
    '1.25 秒遅れ',
  ])
    expect(text).toContain(part);
  expect(await page.locator('.demand-target line').count()).toBe(1);
  expect(await page.locator('.demand-ahead[data-over="true"] line').count()).toBe(1);
  expect(complaints).toEqual([]);
});

test('in English, and within the width of a telephone', async () => {
  const { page, text } = await card([readOf(), readOf({ id: 'gas', unit: 'm3', demandUnit: 'm3/h' })], {
    locale: 'en-GB',
    width: 390,
    height: 800,
  });
  for (const part of [
    'Demand · 受電',
    'warning',
    'Predicted',
    '107 % of the target',
    'To switch off',
    'Largest this month',
  ])
    expect(text).toContain(part);
  expect(
    await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'),
  ).toBe(false);
  expect(await page.locator('.demand').count()).toBe(2);
});

test('a meter that is silent shows dashes and why, and no line', async () => {
  const { page, text } = await card([readOf({}, 120_000)], { locale: 'ja-JP' });
  expect(text).toContain('応答しないため、デマンドは分かりません（0 ではありません）');
  expect(text).toContain('不明');
  expect(await page.locator('.demand-value b').allInnerTexts()).toEqual(['—', '—', '—']);
  expect(await page.locator('.demand-line').count()).toBe(0);
});

test('a mailbox that does not take an alarm is told', async () => {
  const problem = fault('mail-failed', { host: 'mail.example:587', reason: 'no route' });
  const { page } = await card([readOf()], { locale: 'ja-JP' }, [{ way: 'mail', waiting: 2, fault: problem }]);
  expect(await page.locator('.banner').allInnerTexts()).toEqual([
    expect.stringContaining('デマンド警報のメールを mail.example:587 から送れません') as string,
  ]);
});

test('everybody can use it', async () => {
  const { page } = await card([readOf()], { locale: 'ja-JP' });
  await page.evaluate(axe.source);
  const found = await page.evaluate<{ violations: { id: string }[] }>(
    'axe.run(document.querySelector(".demand"))',
  );
  expect(found.violations.map(({ id }) => id)).toEqual([]);
});

test('programs have the same by /api/v1/demand, and no other question', async () => {
  const { dashboard } = await card([readOf()]);
  const answer = await fetch(`${dashboard.url}/api/v1/demand`);
  expect(await answer.json()).toMatchObject({
    demands: [{ id: 'grid', level: 'warning', predicted: 480.0288, target: 450, month: { maximum: 468.4 } }],
    notify: [],
  });
  expect((await fetch(`${dashboard.url}/api/v1/demand?x=1`)).status).toBe(400);
});
