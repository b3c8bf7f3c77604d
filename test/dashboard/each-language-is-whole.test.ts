/** Nothing on the Japanese page is in English, and nothing on the English one in Japanese, but names and what is typed. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openMeterTypes } from '../../config/meter-types.ts';
import { PULSE_TYPES } from '../../config/pulse-types.ts';
import { TEXTS } from '../../gateway/dashboard/web/src/texts.ts';
import { fault, faultText } from '../../gateway/domain/faults.ts';
import { CHANNEL_NAMES, GAUGE_NAMES } from '../../gateway/domain/meters.ts';
import { meterTypeName } from '../../gateway/domain/names.ts';
import { instant } from '../../gateway/domain/time.ts';
import { buildPage, openBrowser, openPage, serve } from './browser.ts';

const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/;
/** Words that Japanese papers write in these letters too: units, names, and what the site file calls things. */
const KNOWN = new Set(
  'kWh kW MJ kV Hz L1 L2 L3 MQTT NTP CT English Asia Tokyo hakaru demo-factory gw1 kyushu Eastron SDM630 Schneider iEM3155 rs485 lan CRC'.split(
    ' ',
  ),
);

let browser: Browser;
let built: Awaited<ReturnType<typeof buildPage>>;

beforeAll(async () => {
  [built, browser] = await Promise.all([buildPage(), openBrowser()]);
}, 60_000);
afterAll(async () => {
  await browser.close();
  await built.remove();
});

/** All that is read or heard, without what is to be typed. */
async function wordsOf(page: Page): Promise<string[]> {
  await page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))");
  const texts = await page.evaluate<string[]>(`[...document.body.querySelectorAll('*')]
    .filter((one) => !one.closest('code, script, [lang]') && one.offsetParent !== null)
    .flatMap((one) => [
      ...[...one.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data),
      ...['aria-label', 'title', 'placeholder', 'alt'].flatMap((name) => one.getAttribute(name) ?? []),
    ])`);
  return texts.map((text) => text.trim()).filter((text) => text !== '');
}

test('the page, with everything on it that can be said of meters', { timeout: 60_000 }, async () => {
  const { plant, dashboard } = await serve(built.webRoot);
  const { meters, nowMs } = plant.reads.status();
  const sinceMs = instant(nowMs - 5_400_000);
  const invalid = fault('invalid-value', { meter: 'press', quantity: 'energy-import', raw: '7FFFFFFF' });
  const about = { since: '08:00', register: '12.3', unit: 'kWh', expected: '4' };
  const hint = { code: 'register-frozen', channel: 'energy-import', about, sinceMs } as const;
  const said = meters.map((meter, n) => ({
    ...meter,
    ...(n === 1 ? { fault: invalid, hints: [{ ...hint, meter: meter.id }] } : {}),
    ...(n === 2 ? { channels: [...meter.channels, ...(meters[3]?.channels ?? [])] } : {}),
  }));
  const alarm = { state: 'on', sinceMs: nowMs, causes: ['meter-offline', 'clock'], fault: null } as const;
  plant.change({ meters: said, alarm });
  const { page, close } = await openPage(browser, dashboard.url);
  await page.locator('.attention').waitFor();
  const names = said.flatMap(({ id, name }) => [id, name]).concat('実演工場');
  const foreign = (await wordsOf(page)).flatMap((text) =>
    (text.match(/[A-Za-z][A-Za-z0-9-]{2,}/g) ?? []).filter(
      (word) => !KNOWN.has(word) && !names.includes(word) && !/^kyushu-|^7FFFFFFF$/.test(word),
    ),
  );
  expect(foreign).toEqual([]);

  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Please look' }).waitFor();
  const left = (await wordsOf(page))
    .map((text) => names.reduce((rest, name) => rest.replaceAll(name, ''), text))
    .filter((text) => JAPANESE.test(text));
  expect(left).toEqual([]);
  await close();
  await dashboard.close();
});

test('every meter type has its maker’s name, or one in each language', () => {
  const catalog = openMeterTypes();
  const generic = { id: 'generic', maker: '-', model: 'generic' };
  const types = [
    ...PULSE_TYPES.values(),
    generic,
    ...[...catalog.keys()].flatMap((id) => catalog.get(id) ?? []),
  ];
  expect(types.length).toBeGreaterThan(20);
  for (const type of types) {
    const [ja, en] = [meterTypeName(type, 'ja'), meterTypeName(type, 'en')];
    expect(en).not.toMatch(JAPANESE);
    expect(`${ja} ${en}`).not.toMatch(/^- |\bgeneric\b/);
    if (type.maker === '-' || type.id === 'generic-pulse-counter') expect(ja).toMatch(JAPANESE);
    else expect([ja, `${type.maker} ${type.model}`]).toEqual([en, expect.stringContaining(en)]);
  }
});

test('a fault names quantities in Japanese as the page does', () => {
  const text = (quantity: string) =>
    faultText(fault('invalid-value', { meter: 'm', quantity, raw: '-' }), 'ja');
  for (const channel of CHANNEL_NAMES) expect(text(channel)).toContain(` ${TEXTS.ja.channel[channel]} `);
  for (const gauge of GAUGE_NAMES) expect(text(gauge)).not.toMatch(/[a-z]{2}/);
  const multiplier = fault('invalid-value', { meter: 'm', quantity: 'energy-import multiplier', raw: '-' });
  expect(faultText(multiplier, 'ja')).toContain('電力量 乗率');
  expect(faultText(multiplier, 'en')).toContain('energy-import multiplier');
});
