/** `hakaru coefficients import`: a document by hand, through the same door as every other. show is in coefficients-show.ts. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readCoefficientInput } from '../../config/coefficient-input.ts';
import { loadSite } from '../../config/load-site.ts';
import { loadRuleSets } from '../../config/rule-sets.ts';
import type { SiteConfig } from '../../config/types.ts';
import type { CoefficientRules } from '../domain/coefficients/types.ts';
import { CodedError, fault } from '../domain/faults.ts';
import type { ReceivedDocument, SourceKind } from '../domain/ports.ts';
import type { Preview } from '../domain/sources/change.ts';
import { type EpochMs, instant } from '../domain/time.ts';
import { hourGrid } from '../platform/hour-grid.ts';
import { dropIntoInbox, MAX_DOCUMENT_BYTES } from '../platform/inbox.ts';
import { createDocumentPlacer } from '../stages/apply-document.ts';
import { createTightDeriver } from '../stages/derive-tight.ts';
import { createEventSink } from '../stages/ledger-events.ts';
import { previewDocument } from '../stages/preview-document.ts';
import { createReceiver } from '../stages/receive-documents.ts';
import { openStoreForReading, openStoreInMemory, type Store } from '../store/store.ts';
import { topicsOf } from '../uplink/topics.ts';
import { type Console, words } from './console.ts';
import { openIfFree, untilFound } from './one-writer.ts';

export interface CoefficientOptions {
  readonly config: string;
  readonly data: string;
}

const TEXTS = {
  elsewhere: {
    en: 'The document is for {area}, and this site lies in {site}: it is kept and changes nothing here.',
    ja: 'この文書は {area} のものです。事業所は {site} にあるため、保存しますが適用されません。',
  },
  newDatabase: {
    en: 'There was no database in {path}: a new one is made. If that is not meant, check --data.',
    ja: '{path} にデータベースがないため新しく作ります。意図しない場合は --data を確認してください。',
  },
  noEnd: {
    en: 'This CSV has no `end` record: if lines are missing at its end, nobody can tell. Compare it with its source; write format hakaru-coefficients/2 and `end,COUNT` from now on.',
    ja: 'この CSV には `end` 行がないため、末尾の行が欠けていても判別できません。元の文書と照合し、今後は形式 hakaru-coefficients/2 と `end,行数` で作成してください。',
  },
  applied: {
    en: '{document} revision {revision} for {area} is in force; {hours} hours will be weighed again.',
    ja: '{document} 改訂 {revision} ({area}) を適用しました。{hours} 時間分を再計算します。',
  },
  appliedThere: {
    en: '{document} revision {revision} for {area} is in force in the running gateway.',
    ja: '{document} 改訂 {revision} ({area}) を稼働中のゲートウェイに適用しました。',
  },
  waits: {
    en: '{document} revision {revision} waits in the inbox of the running gateway, which has not taken it yet. See its log.',
    ja: '{document} 改訂 {revision} は受信箱にありますが、まだ適用されていません。ログを確認してください。',
  },
  margins: {
    en: 'Reserve margins of {days} days are stored and shown; nothing is applied by them alone.',
    ja: '予備率 {days} 日分を保存しました。表示のみで、これだけでは適用されません。',
  },
  marginsWait: {
    en: 'Reserve margins of {days} days wait in the inbox of the running gateway, which has not taken them yet. See its log.',
    ja: '予備率 {days} 日分は受信箱にありますが、まだ取り込まれていません。ログを確認してください。',
  },
} as const;

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

function rulesOf(site: SiteConfig): CoefficientRules {
  const { ruleSet: ruleSetChoice, methods } = site.coefficients;
  return { area: site.site.gridArea, ruleSets: loadRuleSets(), ruleSetChoice, methods };
}

const reader = (rules: CoefficientRules) => (bytes: Uint8Array, source: string) =>
  readCoefficientInput(bytes, source, rules.ruleSets);

/** Where no gateway runs: writes by itself. @returns hours that are weighed again. @throws CodedError */
function applyHere(
  store: Store,
  site: SiteConfig,
  from: { readonly name: string; readonly kind: SourceKind },
  received: ReceivedDocument,
  nowMs: EpochMs,
): number {
  const grid = hourGrid(site.site.timezone);
  const generation = store.write(() => store.generation(nowMs));
  const sender = { site: site.site.id, gateway: site.gateway.id, generation };
  const topic = topicsOf({ site: sender.site, gateway: sender.gateway }).event;
  const events = createEventSink({ store, sender, grid, topic });
  const rules = rulesOf(site);
  const placer = createDocumentPlacer({ store, rules, events });
  const receiver = createReceiver({ store, events, placer, read: reader(rules) });
  const id = receiver.keep(from, received, nowMs);
  let hours = 0;
  for (let settled = receiver.settle(nowMs); settled.length > 0; settled = receiver.settle(nowMs)) {
    const mine = settled.find((one) => one.id === id);
    if (mine?.fault) throw new CodedError(mine.fault);
    hours += mine?.applied?.hours ?? 0;
  }
  const rule = site.coefficients.occto?.tightDays ?? null;
  createTightDeriver({ store, rules, placer, rule }).derive(nowMs);
  return hours;
}

/** What it would do, beside what is in force. @throws CodedError what refuses it */
function look(site: SiteConfig, data: string, { bytes, source }: ReceivedDocument, nowMs: EpochMs): Preview {
  const rules = rulesOf(site);
  const store = existsSync(join(data, 'hakaru.db')) ? openStoreForReading(data) : openStoreInMemory();
  try {
    return previewDocument({ store, rules, read: reader(rules) }, bytes, source, nowMs);
  } finally {
    store.close();
  }
}

/** Whether the running gateway has judged what was put into its inbox. */
async function isTaken(dataDir: string, sha256: string, sinceMs: number): Promise<boolean> {
  const found = await untilFound(dataDir, PICK_UP_MS, ({ received }) =>
    received
      .newest(64)
      .some((row) => row.sha256 === sha256 && row.lastAtMs >= sinceMs && row.outcome !== 'waiting')
      ? true
      : null,
  );
  return found !== null;
}

/** Brings bytes in, where a gateway runs and where none does. @returns the exit code. @throws CodedError */
export async function take(
  console: Console,
  options: CoefficientOptions,
  site: SiteConfig,
  from: { readonly name: string; readonly kind: SourceKind },
  received: ReceivedDocument,
): Promise<number> {
  if (!existsSync(join(options.data, 'hakaru.db')))
    console.say(words(console, TEXTS.newDatabase, { path: options.data }));
  const nowMs = instant(Date.now());
  const free = openIfFree(options.data);
  // The other way about the store could be taken by a gateway that starts meanwhile.
  if (free) {
    try {
      const hours = applyHere(free, site, from, received, nowMs);
      const seen = seenAs(site, received);
      warn(console, site, seen);
      console.out(
        words(console, seen.kind === 'margins' ? TEXTS.margins : TEXTS.applied, { ...seen, hours }),
      );
      return 0;
    } finally {
      free.close();
    }
  }
  const preview = look(site, options.data, received, nowMs);
  const seen = seenAs(site, received);
  warn(console, site, seen);
  const name =
    seen.kind === 'margins' ? `margins-${preview.sha256.slice(0, 8)}` : `${seen.document}-r${seen.revision}`;
  dropIntoInbox(options.data, name, received.bytes);
  const done = await isTaken(options.data, preview.sha256, nowMs);
  const texts =
    seen.kind === 'margins' ? [TEXTS.margins, TEXTS.marginsWait] : [TEXTS.appliedThere, TEXTS.waits];
  console.out(words(console, (done ? texts[0] : texts[1]) ?? TEXTS.waits, { ...seen }));
  return done ? 0 : 1;
}

type Seen =
  | { readonly kind: 'margins'; readonly days: number }
  | {
      readonly kind: 'document';
      readonly document: string;
      readonly revision: number;
      readonly area: string;
      readonly isWhole: string;
    };

function seenAs(site: SiteConfig, { bytes, source }: ReceivedDocument): Seen {
  const input = reader(rulesOf(site))(bytes, source);
  if (input.kind === 'margins')
    return { kind: 'margins', days: new Set(input.slots.map(({ date }) => date)).size };
  const { document, revision, area } = input.document;
  return { kind: 'document', document, revision, area, isWhole: String(input.isWhole) };
}

function warn(console: Console, site: SiteConfig, seen: Seen): void {
  if (seen.kind !== 'document') return;
  if (seen.area !== site.site.gridArea)
    console.say(words(console, TEXTS.elsewhere, { area: seen.area, site: site.site.gridArea }));
  if (seen.isWhole !== 'true') console.say(words(console, TEXTS.noEnd, {}));
}

export async function importDocument(
  console: Console,
  file: string,
  options: CoefficientOptions,
): Promise<number> {
  const { site } = loadSite(options.config, { language: console.language });
  const received = { bytes: readFile(file), source: basename(file), etag: null };
  return take(console, options, site, { name: 'command', kind: 'command' }, received);
}
