/** 未計測分: the main meter's day less its sub-meters, hour by hour, never turned into 0 and never below it in silence. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dayView } from '../../gateway/dashboard/day.ts';
import type { HourRead, MeterFacts } from '../../gateway/dashboard/reads.ts';
import { siteDay } from '../../gateway/dashboard/site-day.ts';
import type { UnmeteredView } from '../../gateway/dashboard/views.ts';
import type { Quality } from '../../gateway/domain/quality.ts';
import { HOUR_MS, instant } from '../../gateway/domain/time.ts';
import { buildPage, openBrowser, openPage, serve } from './browser.ts';

const DATE = '2026-11-19';
const DAY = siteDay(DATE, 'Asia/Tokyo');
const NOW = instant(DAY.endMs + HOUR_MS);
const NONE = { class: 'none', mjPerKwhMicro: null, ruleSet: null, document: null, revision: null } as const;

const meterOf = (id: string, parent: string | null, channel = 'energy-import' as const): MeterFacts => ({
  id,
  name: id,
  role: 'sub',
  parent,
  channels: [{ channel, unit: 'kWh' }],
});
const METERS = [
  meterOf('main', null),
  meterOf('press', 'main'),
  meterOf('lathe', 'main'),
  meterOf('tool', 'lathe'),
];

function hourOf(meter: string, hour: number, micro: bigint | null, quality: Quality = 'measured'): HourRead {
  const startMs = instant(DAY.startMs + hour * HOUR_MS);
  return {
    meter,
    channel: 'energy-import',
    startMs,
    endMs: instant(startMs + HOUR_MS),
    generation: 1,
    revision: 1,
    quality,
    coverageMicro: 1_000_000,
    quantityMicro: micro,
    energyMicroKwh: micro,
    startRegisterMicro: null,
    endRegisterMicro: null,
    coefficient: { ...NONE, confirmed: false },
    energyMicroMj: null,
    allocatedMicroMj: null,
  };
}

function unmetered(hours: readonly HourRead[], meters = METERS): ReadonlyMap<string, UnmeteredView | null> {
  const site = {
    id: 's',
    name: 's',
    timezone: 'Asia/Tokyo',
    gridArea: 'kyushu',
    gateway: 'g',
    version: '0',
    meters,
  };
  const coefficients = { ruleSet: null, normalMjPerKwhMicro: null, spans: [] };
  const sinceOf = () => DAY.startMs;
  const view = dayView({ site, date: DATE, day: DAY, nowMs: NOW, hours, sinceOf, coefficients });
  return new Map(view.channels.map((channel) => [channel.meter, channel.unmetered]));
}

/** kWh of main, press and lathe. */
const three = (hour: number, [main, press, lathe]: readonly [bigint, bigint, bigint]): HourRead[] => [
  hourOf('main', hour, main),
  hourOf('press', hour, press),
  hourOf('lathe', hour, lathe),
];

describe('of the day', () => {
  it('is the exact difference, by each parent and its own meters only', () => {
    const views = unmetered([
      ...three(0, [100_000_001n, 60_000_000n, 30_000_000n]),
      ...three(1, [80_000_000n, 60_000_000n, 0n]),
      hourOf('tool', 0, 30_000_000n),
      hourOf('tool', 1, 0n),
    ]);
    expect(views.get('main')).toMatchObject({
      meters: ['press', 'lathe'],
      quantity: 30.000001,
      own: 180.000001,
      hoursCompared: 2,
      hoursLeftOut: 0,
      isMeasured: true,
      exceeds: false,
    });
    expect(views.get('main')?.hours.slice(0, 3)).toEqual([10.000001, 20, null]);
    expect(views.get('lathe')).toMatchObject({ meters: ['tool'], quantity: 0, exceeds: false });
    expect(views.get('press')).toBeNull();
  });

  it('leaves out the hours in which one of them has no value, and says how many', () => {
    const views = unmetered([
      ...three(0, [100_000_000n, 60_000_000n, 30_000_000n]),
      hourOf('main', 1, 100_000_000n),
      hourOf('press', 1, null, 'missing'),
      hourOf('lathe', 1, 30_000_000n),
      hourOf('main', 2, 100_000_000n),
      hourOf('press', 2, 60_000_000n, 'withdrawn'),
      hourOf('lathe', 2, 30_000_000n),
    ]);
    expect(views.get('main')).toMatchObject({ quantity: 10, own: 100, hoursCompared: 1, hoursLeftOut: 2 });
    expect(unmetered([]).get('main')).toMatchObject({ quantity: null, own: null, hoursCompared: 0 });
  });

  it('says that it rests on estimates', () => {
    const [main, press, lathe] = three(0, [100_000_000n, 60_000_000n, 30_000_000n]) as [
      HourRead,
      HourRead,
      HourRead,
    ];
    expect(unmetered([main, press, { ...lathe, quality: 'estimated' }]).get('main')).toMatchObject({
      quantity: 10,
      isMeasured: false,
    });
  });

  it('below 0 is shown as it is, and named beyond what meters of class 1 may differ', () => {
    const near = unmetered(three(0, [100_000_000n, 60_000_000n, 41_000_000n])).get('main');
    expect(near).toMatchObject({ quantity: -1, exceeds: false });
    const far = unmetered(three(0, [100_000_000n, 60_000_000n, 60_000_000n])).get('main');
    expect(far).toMatchObject({ quantity: -20, exceeds: true });
  });
});

describe('on the page', () => {
  let browser: Browser;
  let built: Awaited<ReturnType<typeof buildPage>>;
  beforeAll(async () => {
    [built, browser] = await Promise.all([buildPage(), openBrowser()]);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await built.remove();
  });

  it('stands beside the totals, with its share, and a warning where the meters below show more', async () => {
    const { dashboard, plant } = await serve(built.webRoot);
    const { page, complaints, close } = await openPage(browser, `${dashboard.url}/?date=2026-11-18`);
    const figure = page.locator('.figure').filter({ hasText: '未計測分' });
    const answer = await fetch(`${dashboard.url}/api/v1/day?date=2026-11-18`);
    const day = (await answer.json()) as { channels: { unmetered: UnmeteredView | null }[] };
    const rest = day.channels[0]?.unmetered;
    expect(rest?.hoursCompared).toBeGreaterThan(0);
    const share = ((rest?.quantity ?? 0) / (rest?.own ?? 1)) * 100;
    expect(await figure.innerText()).toContain(`全体の ${share.toFixed(1)} %`);
    expect(await page.locator('.details').innerText()).toContain('未計測分');
    // A sub-meter has none.
    await page.getByLabel('計器').first().selectOption('press/energy-import');
    await figure.waitFor({ state: 'detached' });
    await page.getByLabel('計器').first().selectOption('main/energy-import');

    const first = instant(Date.parse('2026-11-18T00:00:00+09:00'));
    for (let hour = 0; hour < 24; hour++) plant.writeHour(instant(first + hour * HOUR_MS), 10_000_000n);
    const exceeds = page
      .locator('.figure[data-mood="more"]')
      .filter({ hasText: '下位計器の合計が上回っています' });
    await exceeds.waitFor();
    expect(await exceeds.innerText()).toMatch(/[-−]\d/);
    expect(complaints).toEqual([]);
    await close();
    await dashboard.close();
  });
});
