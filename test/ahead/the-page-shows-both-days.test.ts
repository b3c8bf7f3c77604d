/** A manager looks at the page in the afternoon: what today still is, what tomorrow will be, in words and in a band. */
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Dashboard } from '../../gateway/dashboard/server.ts';
import { instant } from '../../gateway/domain/time.ts';
import {
  buildPage,
  type OpenPage,
  openBrowser,
  openPage,
  serve,
  type ViewOptions,
} from '../dashboard/browser.ts';
import { type FakePlant, NOW } from '../dashboard/fake-plant.ts';

let built: Awaited<ReturnType<typeof buildPage>>;
let browser: Browser;
let dashboard: Dashboard;
let plant: FakePlant;
const open: OpenPage[] = [];

beforeAll(async () => {
  [built, browser] = await Promise.all([buildPage(), openBrowser()]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await built.remove();
});
beforeEach(async () => {
  ({ dashboard, plant } = await serve(built.webRoot));
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await dashboard.close();
});

async function look(view: ViewOptions = {}): Promise<OpenPage> {
  const opened = await openPage(browser, `${dashboard.url}/`, view);
  open.push(opened);
  await opened.page.locator('.ahead-day').nth(1).waitFor();
  return opened;
}

const words = async (page: Page, selector: string): Promise<string[]> =>
  (await page.locator(selector).allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' ').trim());

test('in Japanese: hours, class, coefficient, whether it is sure, and the advice in figures', async () => {
  const { page, complaints } = await look();
  expect(await words(page, '.ahead-day:nth-of-type(1) .ahead-spans li')).toEqual([
    '00:00–08:00 通常 9.4 MJ/kWh',
    '08:00–16:00 出力抑制 3.6 MJ/kWh',
    '16:00–24:00 通常 9.4 MJ/kWh',
  ]);
  expect((await words(page, '.ahead-head'))[1]).toMatch(
    /^明日 2026年11月22日\(日\) 休日 未確定 使用見込み 8,622 kWh/,
  );
  const advice = await words(page, '.ahead-advice li');
  expect(advice[0]).toContain('−580 MJ');
  expect(advice[0]).toContain('16–18 時（通常 9.4）から 100 kWh を移すと 580 MJ（原油換算 15 L）減ります。');
  expect(advice[1]).toContain('明日の発表はまだありません');
  expect(complaints).toEqual([]);
});

test('in English, and the class is told by a pattern as well as by its colour', async () => {
  const { page, complaints } = await look({ locale: 'en-GB' });
  expect((await words(page, '.ahead-head'))[0]).toMatch(
    /^Today Sat, 21 Nov 2026 Saturday confirmed 8,622 kWh expected/,
  );
  expect((await words(page, '.ahead-advice li'))[0]).toContain(
    '100 kWh moved there from 16–18 (normal, 9.4) saves 580 MJ',
  );
  expect(await page.locator('.ahead-band rect[fill="url(#hatch)"]').count()).toBe(1);
  expect(await page.locator('.ahead-band .band-unsure').count()).toBe(1);
  expect(complaints).toEqual([]);
});

test('on a phone nothing runs over the edge, and everybody can read it', async () => {
  const { page } = await look({ width: 390, height: 844 });
  expect(
    await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth'),
  ).toBe(false);
  const inside = await page.evaluate<boolean>(
    `[...document.querySelectorAll('.ahead *')].every((one) => {
      const { left, right } = one.getBoundingClientRect();
      return left >= -1 && right <= innerWidth + 1;
    })`,
  );
  expect(inside).toBe(true);
  await page.addScriptTag({ content: axe.source }).catch(() => page.evaluate(axe.source));
  const found = await page.evaluate<{ violations: { id: string }[] }>("axe.run('.ahead')");
  expect(found.violations.map(({ id }) => id)).toEqual([]);
});

test('when the hour is over the advice is asked anew', async () => {
  const { page } = await look();
  plant.change({ nowMs: instant(NOW + 2 * 3_600_000) });
  await page.locator('.ahead-advice li', { hasText: '−580' }).waitFor({ state: 'detached' });
  expect(await words(page, '.ahead-advice li')).toEqual([
    '明日の発表はまだありません（未確定、仮に 9.4 MJ/kWh）。',
  ]);
});
