/** Questions of the ledger and hints of the meters, with what to type, in a real browser. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { instant } from '../../gateway/domain/time.ts';
import type { OpenQuestion } from '../../gateway/domain/validation/questions.ts';
import { stepSentence } from '../../gateway/domain/validation/questions.ts';
import { buildPage, openBrowser, openPage, serve } from './browser.ts';

let browser: Browser;
let built: Awaited<ReturnType<typeof buildPage>>;

beforeAll(async () => {
  [built, browser] = await Promise.all([buildPage(), openBrowser()]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await built.remove();
});

test('stands between the day and the meters, and goes when it is settled', { timeout: 60_000 }, async () => {
  const { plant, dashboard } = await serve(built.webRoot);
  const { meters, nowMs } = plant.reads.status();
  const sinceMs = instant(nowMs - 5_400_000);
  const press = meters[1]?.id ?? expect.fail('no meter');
  const { en, ja, ways } = stepSentence({
    look: 'fall',
    fromMicro: 12_345_600_000n,
    toMicro: 400_000n,
    unit: 'kWh',
  });
  const question: OpenQuestion = {
    id: '2-2',
    meter: press,
    channel: 'energy-import',
    sinceMs,
    en,
    ja,
    commands: ways.map((way) => `hakaru answer 2-2 ${way}`),
  };
  const hint = {
    meter: press,
    code: 'phase-reversed',
    channel: null,
    about: { phase: 'L2' },
    sinceMs,
  } as const;
  const hinted = meters.map((meter) => (meter.id === press ? { ...meter, hints: [hint] } : meter));
  const { page, complaints, close } = await openPage(browser, dashboard.url);
  expect(await page.locator('.attention').count()).toBe(0);

  plant.change({ meters: hinted, questions: [question] });
  const shown = page.locator('.attention');
  await shown.waitFor();
  const text = await shown.innerText();
  expect(text).toContain('確認してください');
  expect(text).toContain('指針が 12345.6 から 0.4 kWh に戻りました。計器交換・リセット・一巡のどれですか。');
  expect(text).toContain('hakaru answer 2-2 exchange --old-final F --new-start S');
  expect(text).toContain('hakaru answer 2-2 reset');
  expect(text).toContain('L2 相の CT の向き (K/L)');
  await page.getByRole('button', { name: 'English' }).click();
  expect(await shown.innerText()).toContain(
    'Was the meter replaced or reset, or did the register pass its end?',
  );
  expect(await page.locator(`.meter[data-meter="${press}"]`).innerText()).toContain('see the list above');

  plant.change({ meters, questions: [] });
  await shown.waitFor({ state: 'detached' });
  expect(complaints).toEqual([]);
  await close();
  await dashboard.close();
});
