/** The page in real Chromium: what a facility manager sees of known days, and whether everybody can use it. */
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Dashboard } from '../../gateway/dashboard/server.ts';
import {
  blackHole,
  buildPage,
  type OpenPage,
  openBrowser,
  openPage,
  serve,
  type ViewOptions,
} from './browser.ts';
import type { FakePlant } from './fake-plant.ts';

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

async function look(path = '/', view: ViewOptions = {}): Promise<OpenPage & { readonly page: Page }> {
  const opened = await openPage(browser, `${dashboard.url}${path}`, view);
  open.push(opened);
  return opened;
}

const count = (page: Page, selector: string): Promise<number> => page.locator(selector).count();
const wider = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');

describe('the bars of a day', () => {
  it('show the class by colour and by pattern', async () => {
    const { page, complaints } = await look('/?date=2026-11-20');
    expect(await count(page, '.hour')).toBe(24);
    expect(await count(page, '.hour .bar-curtailment + .bar-pattern[fill="url(#hatch)"]')).toBe(8);
    expect(await count(page, '.hour .bar-tight + .bar-pattern[fill="url(#cross)"]')).toBe(16);
    const fills = new Set(
      await page.evaluate<string[]>(
        "[...document.querySelectorAll('.hour .bar')].map((bar) => getComputedStyle(bar).fill)",
      ),
    );
    expect(fills.size).toBe(2);
    expect(complaints).toEqual([]);
  });

  it('are plain on ordinary hours, and say where the coefficient is not confirmed', async () => {
    const { page } = await look('/?date=2026-11-19');
    expect(await count(page, '.hour .bar-normal')).toBe(21);
    expect(await count(page, '.hour .bar-pattern')).toBe(0);
    expect(await count(page, '.hour .bar-unsure-edge')).toBe(21);
    expect(await page.locator('.band').textContent()).toContain('未確定');
  });

  it('leave an unknown hour an empty dashed frame, never a bar', async () => {
    const { page } = await look('/?date=2026-11-19');
    for (const index of [9, 10, 15]) {
      const hour = page.locator(`[data-index="${index}"]`);
      expect(await hour.locator('.hole').count()).toBe(1);
      expect(await hour.locator('.bar').count()).toBe(0);
      expect(await hour.getAttribute('aria-label')).not.toMatch(/kWh/);
    }
    const dashes = await page.evaluate(
      "getComputedStyle(document.querySelector('.hour .hole')).strokeDasharray",
    );
    expect(dashes).not.toBe('none');
    expect(await count(page, '[data-index="15"] .hole-cross')).toBe(1);
  });

  it('mark what was not measured, the running hour and this very moment', async () => {
    const { page } = await look();
    expect(await count(page, '[data-quality="estimated"] .quality-estimated')).toBe(2);
    expect(await count(page, '[data-quality="interpolated"] circle.quality-mark')).toBe(1);
    expect(await count(page, '[data-quality="measured"] .quality-mark')).toBe(0);
    expect(await count(page, '[data-state="open"] .bar-running')).toBe(1);
    expect(await count(page, '[data-state="future"] .bar, [data-state="future"] .hole')).toBe(0);
    expect(await page.locator('.now-line').textContent()).toContain('現在 14:23');
  });

  it('stand as high as their values on a round axis', async () => {
    const { page } = await look('/?date=2026-11-18');
    const height = async (index: number): Promise<number> =>
      Number(await page.locator(`[data-index="${index}"] .bar`).getAttribute('height'));
    expect((await height(14)) / (await height(3))).toBeCloseTo(4, 5);
    expect(await page.locator('.grid text').allTextContents()).toEqual([
      '0',
      '500',
      '1,000',
      '1,500',
      '2,000',
      'kWh',
      '1時間あたり',
      '時',
    ]);
  });

  it('are outlines for a meter that is not weighed', async () => {
    const { page } = await look('/?date=2026-11-18&meter=gas/gas-volume');
    expect(await count(page, '.hour .bar-none')).toBe(24);
    expect(await count(page, '.band')).toBe(0);
    expect(await page.locator('.figure-value').allTextContents()).toEqual([
      '1,170 m³',
      '120.0 m³',
      '14,625 kWh',
    ]);
  });
});

describe('the figures', () => {
  it('are the day’s totals and the difference from a flat coefficient', async () => {
    const { page } = await look('/?date=2026-11-18');
    expect(await page.locator('.figure-value').allTextContents()).toEqual([
      '19,500 kWh',
      '134,000 MJ',
      '6.872 MJ/kWh',
      '−26.9 % ',
      // What no sub-meter counted (未計測分): a fifth.
      '3,900 kWh',
    ]);
    expect(await page.locator('.figure').nth(3).textContent()).toContain('一律なら 183,300 MJ');
  });

  it('stand in the table too, hour by hour', async () => {
    const { page, complaints } = await look('/?date=2026-11-19', { locale: 'en-GB' });
    await page.getByRole('button', { name: 'Table' }).click();
    const rows = page.locator('tbody tr');
    expect(await rows.count()).toBe(24);
    expect(await rows.nth(9).locator('td').allTextContents()).toEqual([
      '—',
      '—',
      '9.4',
      ' Normal',
      '—unconfirmed',
      'Missing',
      '0 %',
      '1',
    ]);
    expect(await rows.nth(8).locator('td').first().textContent()).toBe('473.9');
    expect(complaints).toEqual([]);
  });
});

describe('by keyboard', () => {
  it('one tab stop leads to the bars; arrows move and the details follow', async () => {
    const { page } = await look('/', { locale: 'en-GB' });
    await page.getByRole('button', { name: 'Print' }).focus();
    await page.keyboard.press('Tab');
    const focused = page.locator('.hour:focus');
    expect(await focused.getAttribute('data-index')).toBe('13');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(await focused.getAttribute('aria-label')).toBe('10:00–11:00, Missing');
    const details = page.getByRole('complementary', { name: 'Selected hour' });
    expect(await details.textContent()).toContain('it is not 0');
    await page.keyboard.press('Home');
    expect(await focused.getAttribute('aria-label')).toBe(
      '00:00–01:00, 215.9 kWh, 2,029 MJ, 9.4 MJ/kWh, Normal (confirmed), Quality Measured, Coverage 100 %, Revision 1',
    );
    expect(await details.locator('h3').textContent()).toBe('00:00–01:00');
    expect(await details.textContent()).toMatch(
      /Primary energy2,029\.\d MJCoefficient9\.4 MJ\/kWhClass NormalDocumentkyushu-2026-11 rev\.\s2/,
    );
  });

  it('days, meters and language change without a mouse', async () => {
    const { page } = await look('/', { locale: 'ja-JP' });
    await page.getByRole('button', { name: '前の日' }).press('Enter');
    await expect.poll(() => page.locator('#day-title').textContent()).toContain('2026年11月20日(金)');
    await page.getByRole('combobox', { name: '計器' }).selectOption({ label: 'プレス · 電力量' });
    await expect.poll(() => count(page, '.hour .bar-none')).toBe(24);
    await page.getByRole('button', { name: 'English' }).press('Enter');
    expect(await page.locator('#day-title').textContent()).toContain('Fri, 20 Nov 2026');
    expect(page.url()).toContain('date=2026-11-20&meter=press');
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    await page.reload();
    await page.getByRole('button', { name: 'Today' }).waitFor();
    expect(await page.getByRole('combobox', { name: 'Meter' }).inputValue()).toBe('press/energy-import');
  });
});

describe('for everybody', () => {
  it.each([
    ['Japanese, light', '/', { locale: 'ja-JP' }],
    ['English, dark, an unconfirmed day', '/?date=2026-11-19', { locale: 'en-GB', colorScheme: 'dark' }],
    ['a tight day on a phone', '/?date=2026-11-20', { locale: 'en-GB', width: 390, height: 844 }],
    ['gas, dark, on a phone', '/?meter=gas/gas-volume', { width: 390, height: 844, colorScheme: 'dark' }],
  ] as const)('axe finds nothing serious: %s', async (_, path, view) => {
    const { page, complaints } = await look(path, view);
    const audit = async (): Promise<string[]> => {
      const result = await page.evaluate<axe.AxeResults>(`${axe.source}; axe.run(document)`);
      expect(result.passes.length).toBeGreaterThan(15);
      return result.violations.map((one) => `${one.impact} ${one.id} ${one.nodes[0]?.html.slice(0, 120)}`);
    };
    expect(await audit()).toEqual([]);
    await page.locator('.toolbar .switch button').last().click();
    expect(await audit()).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it.each([390, 320])('fits a phone %i px wide without scrolling sideways', async (width) => {
    const { page } = await look('/', { width, height: 844, locale: 'en-GB' });
    expect(await wider(page)).toBe(false);
    await page.getByRole('button', { name: 'Table' }).click();
    expect(await wider(page)).toBe(false);
    const bar = await page.locator('.toolbar').boundingBox();
    expect((bar?.x ?? 0) + (bar?.width ?? 0)).toBeLessThanOrEqual(width);
  });

  it('moves nothing for those who asked for less motion', async () => {
    const duration = "getComputedStyle(document.querySelector('.hour-back')).transitionDuration";
    const calm = await look('/', { reducedMotion: 'reduce' });
    expect(await calm.page.evaluate(duration)).toBe('0s');
    const lively = await look('/', { reducedMotion: 'no-preference' });
    expect(await lively.page.evaluate(duration)).toBe('0.12s');
  });

  it('prints bars, table and meters on paper, without controls', async () => {
    const { page } = await look();
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.dates').isVisible()).toBe(false);
    expect(await page.locator('.chart svg').first().isVisible()).toBe(true);
    expect(await page.locator('table').isVisible()).toBe(true);
    expect(await page.locator('#day-title').textContent()).toContain('受電');
    expect(await page.locator('footer').textContent()).toContain('管理用。取引・証明には使用できません');
  });
});

describe('live', () => {
  it('shows each meter’s health with what to do, in the reader’s language', async () => {
    const { page } = await look();
    const furnace = page.locator('[data-meter="furnace"]');
    expect(await furnace.textContent()).toContain('応答なし');
    expect(await furnace.locator('.fault').textContent()).toContain(
      '電源、局番、A/B の接続を確認してください',
    );
    expect(await furnace.locator('.now').textContent()).toContain('—');
    await page.getByRole('button', { name: 'English' }).click();
    expect(await furnace.locator('.fault').textContent()).toContain('Check its power, its address');
    expect(await page.locator('.purpose').textContent()).toBe(
      'For energy management. Not for trade or certification',
    );
  });

  it('follows the power without a reload', async () => {
    const { page } = await look();
    const power = page.locator('[data-meter="main"] .now b');
    expect(await power.textContent()).toBe('534.2');
    plant.setMainPower(587.35);
    await expect.poll(() => power.textContent()).toBe('587.4');
  });

  it('says in words when clock, broker or meters are not as they should be', async () => {
    const { page } = await look('/', { locale: 'en-GB' });
    const facts = page.locator('.facts');
    expect(await facts.textContent()).toMatch(
      /NTP synchronised.*Connectedall sent.*Curtailment 08:00–16:00 · confirmed.*not announced yet/,
    );
    plant.change({
      clockTrust: 'untrusted',
      mqtt: { connected: false, backlog: 1234, oldestUnsentMs: plant.now(-7_200_000), fault: null },
      dataAsOfMs: plant.now(-900_000),
    });
    await expect.poll(() => facts.textContent()).toMatch(/Not trusted/);
    expect(await facts.textContent()).toMatch(/Disconnected1,234 unsent · oldest 12:23:05/);
    expect(await page.getByRole('alert').textContent()).toContain(
      'No new values arrive from the meters. The last one is from 14:08:05',
    );
  });

  it('says that it is stale when the gateway goes away, and recovers by itself', async () => {
    const { page } = await look('/', { locale: 'en-GB' });
    const port = Number(new URL(dashboard.url).port);
    expect(await page.getByRole('alert').count()).toBe(0);
    await dashboard.close();
    const alert = page.getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toMatch(
      /The gateway does not answer\. What you see is from 14:23:0\d and is not being updated/,
    );
    ({ dashboard, plant } = await serve(built.webRoot, { port }));
    await alert.waitFor({ state: 'detached', timeout: 15_000 });
    plant.setMainPower(444);
    await expect.poll(() => page.locator('[data-meter="main"] .now b').textContent()).toBe('444.0');
  });

  it('draws a bucket as soon as it is written, and again when it is revised', async () => {
    const { page } = await look('/', { locale: 'en-GB' });
    const hour = page.locator('[data-index="10"]');
    expect(await hour.locator('.hole').count()).toBe(1);
    plant.writeHour(plant.now(-(4 * 60 + 23) * 60_000 - 5000), 530_000_000n);
    await expect.poll(() => hour.getAttribute('aria-label')).toMatch(/530\.0 kWh, 1,908 MJ.*Revision 1$/);
    plant.writeHour(plant.now(-(4 * 60 + 23) * 60_000 - 5000), 531_000_000n);
    await expect.poll(() => hour.getAttribute('aria-label')).toMatch(/531\.0 kWh.*Revision 2$/);
    expect(await page.locator('.figures').textContent()).not.toContain('missing');
  });

  it('goes on to the next hour when the gateway’s clock does', async () => {
    const { page } = await look();
    plant.change({ nowMs: plant.now(3_600_000) });
    await expect.poll(() => page.locator('[data-index="15"]').getAttribute('data-state')).toBe('open');
    expect(await page.locator('[data-index="14"]').getAttribute('data-state')).toBe('absent');
  });

  it('notices silence on a connection that stays open', async () => {
    const wire = await blackHole(Number(new URL(dashboard.url).port));
    const opened = await openPage(browser, wire.url, { locale: 'en-GB' });
    open.push(opened);
    await opened.page.locator('.meter').first().waitFor();
    expect(await opened.page.getByRole('alert').count()).toBe(0);
    wire.swallow();
    await opened.page.getByRole('alert').waitFor();
    expect(await opened.page.getByRole('alert').textContent()).toContain('The gateway does not answer.');
    await wire.close();
  });

  it('shows today when the address names a day that does not exist', async () => {
    const { page } = await look('/?date=2026-02-30');
    await expect.poll(() => page.locator('#day-title').textContent()).toContain('2026年11月21日');
    expect(page.url()).not.toContain('date=');
  });
});
