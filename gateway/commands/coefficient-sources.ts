/** `hakaru coefficients fetch`: asks the sources now. `hakaru coefficients sources`: what each of them said last. */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { loadSite } from '../../config/load-site.ts';
import { loadRuleSets } from '../../config/rule-sets.ts';
import type { SiteConfig } from '../../config/types.ts';
import { openSources } from '../coefficient-sources.ts';
import { prepare } from '../domain/coefficients/decide.ts';
import { dateOf, jstDay } from '../domain/coefficients/jst.ts';
import type { GridArea } from '../domain/coefficients/types.ts';
import { CodedError, fault, faultText } from '../domain/faults.ts';
import { clockOf, type PublishedMargin, percentText } from '../domain/margins/types.ts';
import type { CoefficientSource } from '../domain/ports.ts';
import { type Cover, coverOf } from '../domain/sources/cover.ts';
import { type EpochMs, instant } from '../domain/time.ts';
import { hourGrid } from '../platform/hour-grid.ts';
import { systemClock } from '../platform/system-clock.ts';
import { recallSite } from '../stages/site-facts.ts';
import { staleFault, tomorrowByOf } from '../stages/watch-cover.ts';
import { openStoreForReading, type Store } from '../store/store.ts';
import { SETTLED_MS } from '../uplink/coefficients/folder-source.ts';
import { type CoefficientOptions, take } from './coefficients.ts';
import { type Console, words } from './console.ts';
import { table } from './table.ts';

const TEXTS = {
  none: {
    en: 'The site file names no source that can be asked: coefficients.download, downloads, occto or folder.',
    ja: '設定ファイルの coefficients: に、問い合わせできる取得元 (download、downloads、occto、folder) がありません。',
  },
  nothing: { en: '{source}: nothing there.', ja: '{source}: 何もありません。' },
  never: { en: 'No source was ever asked.', ja: '取得元への問い合わせはまだありません。' },
  came: { en: 'What came last, newest first:', ja: '最近届いたもの (新しい順):' },
  margins: {
    en: 'Reserve margins (広域予備率, unverified), the lowest of each day as it came last:',
    ja: '広域予備率 (未検証) の各日の最小値 (最後に届いたもの):',
  },
  confirmed: {
    en: 'Hours are confirmed until the end of {last} (JST).',
    ja: '{last} (JST) の終わりまで確定しています。',
  },
  unknown: { en: 'No document ever confirmed an hour.', ja: '確定した時間はまだありません。' },
} as const;

/** Documents of one source in one call. */
const MAX_DOCUMENTS = 64;

async function fetchFrom(
  console: Console,
  source: CoefficientSource,
  bring: (document: { bytes: Uint8Array; source: string; etag: string | null }) => Promise<number>,
): Promise<number> {
  const given = new Set<string>();
  let worst = 0;
  const ask = () => source.fetch({ etag: null, has: (sha256) => given.has(sha256) });
  if (source.kind === 'folder') {
    // What lies there must have stood still for a while before it is taken.
    await ask();
    await delay(SETTLED_MS);
  }
  for (let count = 0; count < MAX_DOCUMENTS; count += 1) {
    const answer = await ask();
    if (answer.kind === 'fault') {
      console.say(`${source.name}: ${faultText(answer.fault, console.language)}`);
      return 1;
    }
    if (answer.kind === 'not-modified') {
      if (count === 0) console.say(words(console, TEXTS.nothing, { source: source.name }));
      break;
    }
    given.add(createHash('sha256').update(answer.document.bytes).digest('hex'));
    try {
      worst = Math.max(worst, await bring(answer.document));
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      console.say(`${source.name}: ${faultText(error.fault, console.language)}`);
      worst = 1;
    }
    if (source.kind !== 'folder') break;
  }
  return worst;
}

function askable(site: SiteConfig, data: string): readonly CoefficientSource[] {
  const opened = openSources(site.coefficients, { dataDir: data, clock: systemClock('manual') });
  return opened.filter(({ topic }) => topic === null).map(({ source }) => source);
}

/** Asks every source that can be asked, one after the other; a fault of one does not keep the others. */
export async function fetchDocuments(console: Console, options: CoefficientOptions): Promise<number> {
  const { site } = loadSite(options.config, { language: console.language });
  const sources = askable(site, options.data);
  if (sources.length === 0) {
    console.say(words(console, TEXTS.none, {}));
    return 2;
  }
  let worst = 0;
  for (const source of sources)
    worst = Math.max(
      worst,
      await fetchFrom(console, source, (document) => take(console, options, site, source, document)),
    );
  return worst;
}

/** Of each day the margin that came last. */
function newestOfEachDay(margins: readonly PublishedMargin[]): readonly PublishedMargin[] {
  return [...new Map(margins.map((margin) => [margin.date, margin])).values()];
}

type Grid = ReturnType<typeof hourGrid>;

function askedOf(store: Store, grid: Grid, language: Console['language']) {
  return store.sources.all().map((row) => ({
    source: row.name,
    kind: row.kind,
    asked: grid.iso(row.askedAtMs),
    outcome: row.outcome,
    failed: row.failed,
    good: row.goodAtMs === null ? null : grid.iso(row.goodAtMs),
    fault: row.fault?.code ?? null,
    text: row.fault && faultText(row.fault, language),
  }));
}

function receivedOf(store: Store, grid: Grid, language: Console['language'], count: number) {
  return store.received.newest(count).map((row) => ({
    at: grid.iso(row.lastAtMs),
    source: row.source,
    item: row.item,
    outcome: row.outcome,
    says: row.says,
    times: row.times,
    size: row.size,
    sha256: row.sha256,
    fault: row.fault?.code ?? null,
    text: row.fault && faultText(row.fault, language),
  }));
}

function marginsOf(store: Store, grid: Grid, area: GridArea, nowMs: EpochMs) {
  const today = jstDay(nowMs);
  const kept = store.margins.within(area, dateOf(today - 2), dateOf(today + 7));
  return newestOfEachDay(kept).map((margin) => ({
    date: margin.date,
    lowestPercent: margin.lowestTenThousandths === null ? null : percentText(margin.lowestTenThousandths),
    halfHourUntil: margin.lowestEndMinute === null ? null : clockOf(margin.lowestEndMinute),
    halfHours: margin.slots,
    received: grid.iso(margin.receivedAtMs),
  }));
}

interface Shown {
  readonly cover: Cover;
  readonly asked: ReturnType<typeof askedOf>;
  readonly received: ReturnType<typeof receivedOf>;
  readonly margins: ReturnType<typeof marginsOf>;
}

function print(console: Console, { cover, asked, received, margins }: Shown): void {
  const stale = staleFault(cover);
  const said = words(console, cover.lastDate === null ? TEXTS.unknown : TEXTS.confirmed, {
    last: cover.lastDate ?? '',
  });
  console.out(stale ? faultText(stale, console.language) : said);
  if (asked.length === 0) console.out(words(console, TEXTS.never, {}));
  else {
    const rows = asked.map((row) => [row.source, row.asked, row.outcome, row.good ?? '–', row.text ?? '']);
    console.out(table(['source', 'asked', 'outcome', 'last good', 'why'], rows, new Set()));
  }
  if (received.length > 0) {
    console.out(`\n${words(console, TEXTS.came, {})}`);
    const rows = received.map((row) => {
      const what = row.text ?? row.says ?? '';
      return [row.at, row.source, row.item, row.outcome, String(row.times), what];
    });
    console.out(table(['when', 'source', 'item', 'outcome', 'times', 'what'], rows, new Set([4])));
  }
  if (margins.length > 0) {
    console.out(`\n${words(console, TEXTS.margins, {})}`);
    const rows = margins.map((row) => {
      const lowest = row.lowestPercent === null ? '–' : `${row.lowestPercent} %`;
      return [row.date, lowest, row.halfHourUntil ?? '–', row.received];
    });
    console.out(table(['date', 'lowest', 'half-hour until', 'received'], rows, new Set([1])));
  }
}

/** Prints what each source said last, what came, and how far ahead hours are confirmed. */
export function showSources(
  console: Console,
  options: { readonly data: string; readonly json?: boolean; readonly last: number },
): number {
  const store = openStoreForReading(options.data);
  try {
    const facts = recallSite(store);
    if (!facts) throw new CodedError(fault('ledger-missing', { path: options.data }));
    const { gridArea: area, ruleSetChoice, methods = [] } = facts;
    const grid = hourGrid(facts.timezone);
    const nowMs = instant(Date.now());
    const rules = { area, ruleSets: loadRuleSets(), ruleSetChoice, methods };
    const decider = prepare({ ...rules, documents: store.documents.inForce(area) });
    const shown: Shown = {
      cover: coverOf(decider, nowMs, tomorrowByOf(store)),
      asked: askedOf(store, grid, console.language),
      received: receivedOf(store, grid, console.language, options.last),
      margins: marginsOf(store, grid, area, nowMs),
    };
    if (!options.json) {
      print(console, shown);
      return 0;
    }
    const { asked, received, margins, cover } = shown;
    const confirmedUntil = cover.endsMs === null ? null : grid.iso(cover.endsMs);
    const state = { state: cover.state, confirmedUntil };
    console.out(JSON.stringify({ cover: state, sources: asked, received, margins }));
    return 0;
  } finally {
    store.close();
  }
}
