/** `hakaru coefficients show | import | fetch`. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readCoefficientDocument } from '../../config/coefficient-document.ts';
import { loadSite } from '../../config/load-site.ts';
import { loadRuleSets } from '../../config/rule-sets.ts';
import type { SiteConfig } from '../../config/types.ts';
import { prepare } from '../domain/coefficients/decide.ts';
import { arrival } from '../domain/coefficients/documents.ts';
import type { CoefficientDocument } from '../domain/coefficients/types.ts';
import { CodedError, fault } from '../domain/faults.ts';
import type { ReceivedDocument } from '../domain/ports.ts';
import { formatMicro, toMicro } from '../domain/rational.ts';
import { type EpochMs, HOUR_MS, instant, plus } from '../domain/time.ts';
import { hourGrid } from '../platform/hour-grid.ts';
import { dropIntoInbox, MAX_DOCUMENT_BYTES } from '../platform/inbox.ts';
import { createDocumentApplier } from '../stages/apply-document.ts';
import { createEventSink } from '../stages/ledger-events.ts';
import { recallSite } from '../stages/site-facts.ts';
import { openStoreForReading, type Store } from '../store/store.ts';
import { httpsSource } from '../uplink/coefficients/https-source.ts';
import { topicsOf } from '../uplink/topics.ts';
import { type Console, words } from './console.ts';
import { openIfFree, untilFound } from './one-writer.ts';
import { readTime } from './read-time.ts';
import { table } from './table.ts';

export interface CoefficientOptions {
  readonly config: string;
  readonly data: string;
}

const ELSEWHERE = {
  en: 'The document is for {area}, and this site lies in {site}: it is kept and changes nothing here.',
  ja: 'この文書は {area} のものです。事業所は {site} にあるため、保存しますが適用されません。',
};
const NEW_DATABASE = {
  en: 'There was no database in {path}: a new one is made. If that is not meant, check --data.',
  ja: '{path} にデータベースがないため新しく作ります。意図しない場合は --data を確認してください。',
};

/** How long a running gateway may take to apply what was put into its inbox, ms. */
const PICK_UP_MS = 15_000;

function readFile(path: string): Uint8Array {
  try {
    if (statSync(path).size > MAX_DOCUMENT_BYTES) {
      throw new CodedError(fault('document-too-large', { source: path, limitBytes: MAX_DOCUMENT_BYTES }));
    }
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    throw new CodedError(
      fault('file-missing', { path, reason: cause instanceof Error ? cause.message : String(cause) }),
      { cause },
    );
  }
}

function applyHere(store: Store, site: SiteConfig, received: ReceivedDocument, nowMs: EpochMs): number {
  const grid = hourGrid(site.site.timezone);
  const sender = {
    site: site.site.id,
    gateway: site.gateway.id,
    generation: store.write(() => store.generation(nowMs)),
  };
  const events = createEventSink({
    store,
    sender,
    grid,
    topic: topicsOf({ site: sender.site, gateway: sender.gateway }).event,
  });
  const ruleSets = loadRuleSets();
  const rules = { area: site.site.gridArea, ruleSets, ruleSetChoice: site.coefficients.ruleSet };
  const read = (bytes: Uint8Array, source: string) => readCoefficientDocument(bytes, source, ruleSets);
  return createDocumentApplier({ store, rules, events, read }).apply(received, nowMs).hours;
}

/** Tells at once what the running gateway would refuse. @throws CodedError document-older, document-conflict */
function judge(dataDir: string, document: CoefficientDocument, sha256: string): void {
  const store = openStoreForReading(dataDir);
  try {
    const outcome = arrival(document, sha256, store.documents.held(document.area, document.document));
    if (outcome.kind === 'refused') throw new CodedError(outcome.fault);
  } finally {
    store.close();
  }
}

async function appearsIn(dataDir: string, sha256: string): Promise<boolean> {
  const found = await untilFound(dataDir, PICK_UP_MS, ({ documents }) =>
    documents.all().some((row) => row.sha256 === sha256 && row.inForce) ? true : null,
  );
  return found !== null;
}

async function take(
  console: Console,
  options: CoefficientOptions,
  site: SiteConfig,
  received: ReceivedDocument,
): Promise<number> {
  const document = readCoefficientDocument(received.bytes, received.source, loadRuleSets());
  const facts = { document: document.document, revision: document.revision, area: document.area };
  if (!existsSync(join(options.data, 'hakaru.db')))
    console.say(words(console, NEW_DATABASE, { path: options.data }));
  const store = openIfFree(options.data);
  if (store) {
    try {
      if (document.area !== site.site.gridArea)
        console.say(words(console, ELSEWHERE, { ...facts, site: site.site.gridArea }));
      const hours = applyHere(store, site, received, instant(Date.now()));
      const text = {
        en: '{document} revision {revision} for {area} is in force; {hours} hours will be weighed again.',
        ja: '{document} 改訂 {revision} ({area}) を適用しました。{hours} 時間分を再計算します。',
      };
      console.out(words(console, text, { ...facts, hours }));
      return 0;
    } finally {
      store.close();
    }
  }
  const sha256 = createHash('sha256').update(received.bytes).digest('hex');
  judge(options.data, document, sha256);
  dropIntoInbox(options.data, `${document.document}-r${document.revision}`, received.bytes);
  const done = await appearsIn(options.data, sha256);
  const text = done
    ? {
        en: '{document} revision {revision} for {area} is in force in the running gateway.',
        ja: '{document} 改訂 {revision} ({area}) を稼働中のゲートウェイに適用しました。',
      }
    : {
        en: '{document} revision {revision} waits in the inbox of the running gateway, which has not taken it yet. See its log.',
        ja: '{document} 改訂 {revision} は受信箱にありますが、まだ適用されていません。ログを確認してください。',
      };
  console.out(words(console, text, facts));
  return done ? 0 : 1;
}

export async function importDocument(
  console: Console,
  file: string,
  options: CoefficientOptions,
): Promise<number> {
  const { site } = loadSite(options.config, { language: console.language });
  return take(console, options, site, { bytes: readFile(file), source: basename(file), etag: null });
}

export async function fetchDocument(console: Console, options: CoefficientOptions): Promise<number> {
  const { site } = loadSite(options.config, { language: console.language });
  const { download } = site.coefficients;
  if (!download) {
    console.say(
      words(console, {
        en: 'The site file names no download under coefficients:.',
        ja: '設定ファイルの coefficients: に download がありません。',
      }),
    );
    return 2;
  }
  const answer = await httpsSource(download).fetch({ etag: null });
  if (answer.kind === 'fault') throw new CodedError(answer.fault);
  if (answer.kind === 'not-modified') return 0;
  return take(console, options, site, answer.document);
}

/** Prints what applies from a time on, hour by hour, with the reason. */
export function show(
  console: Console,
  options: { readonly data: string; readonly from?: string; readonly hours: number },
): number {
  const store = openStoreForReading(options.data);
  try {
    const facts = recallSite(store);
    if (!facts) throw new CodedError(fault('ledger-missing', { path: options.data }));
    const grid = hourGrid(facts.timezone);
    const nowMs = instant(Date.now());
    const from =
      options.from === undefined
        ? grid.day(grid.dateOf(nowMs)).fromMs
        : grid.hourOf(readTime(options.from, facts.timezone));
    const rules = { area: facts.gridArea, ruleSets: loadRuleSets(), ruleSetChoice: facts.ruleSetChoice };
    const decider = prepare({ ...rules, documents: store.documents.inForce(facts.gridArea) });
    const rows = Array.from({ length: options.hours }, (_, i) => {
      const hourStart = plus(from, i * HOUR_MS);
      const { mjPerKwh, class: name, confirmed, why } = decider.decide(hourStart);
      const value = mjPerKwh === null ? '–' : formatMicro(toMicro(mjPerKwh));
      return [grid.iso(hourStart), value, name, confirmed ? 'confirmed' : 'not confirmed', why];
    });
    console.out(table(['hour', 'MJ/kWh', 'class', 'state', 'why'], rows, new Set([1])));
    return 0;
  } finally {
    store.close();
  }
}
