/** A manager looks at a report on a phone: the marks behind a figure stand on no other figure. */
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Language } from '../../gateway/domain/faults.ts';
import { reportHtml } from '../../gateway/report/html.ts';
import { CHROMIUM, FLAGS } from '../dashboard/browser.ts';
import { documentOf, grid, jst, reportWorld, UNIT, type World } from './world.ts';

/** Runs in the page: marks that end behind the beginning of the next cell's text. */
const COVERED = `[...document.querySelectorAll('td sup')].flatMap((mark) => {
  const cell = mark.closest('td');
  if (!cell.nextElementSibling) return [];
  const [own, other] = [document.createRange(), document.createRange()];
  own.selectNodeContents(mark);
  other.selectNodeContents(cell.nextElementSibling);
  const apart = other.getBoundingClientRect().left - own.getBoundingClientRect().right;
  return apart < 0 ? [cell.title + ': ' + apart] : [];
})`;

const FROM = jst('2026-05-01T07:00:00');

let world: World;
let browser: Browser;
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  world = reportWorld({
    sinceMs: FROM,
    meters: [{ id: 'main', role: 'grid-import', name: '受電' }],
    settings: { production: { name: '鋳物', unit: 't', meter: null, channel: null, times: '1' } },
    documents: [documentOf('2026-05-01', '2026-05-20')],
  });
  world.fill('main', FROM, jst('2026-05-31T12:00:00'), () => 1_234_567n * UNIT);
});
afterAll(async () => {
  await browser.close();
  world.remove();
});

test.each(['ja', 'en'] as const)(
  '%s: no mark stands on the figure of the next column',
  async (language: Language) => {
    const { report } = await world.make(
      { kind: 'fiscal-year', fiscalYear: 2026 },
      jst('2026-06-01T00:05:00'),
    );
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await page.setContent(reportHtml(report, { language, grid, links: null }).html);
    const covered: unknown = await page.evaluate(COVERED);
    await page.close();
    expect(covered).toEqual([]);
  },
);
