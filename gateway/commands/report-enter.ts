/**
 * `hakaru report enter`, `import` and `entries`: what people say for reports. Judged here at once; then written by the
 * one process that writes, through the inbox of a gateway that runs.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'csv-stringify/sync';
import { ENTRY_EXAMPLES, MAX_ENTRY_BYTES, readReportEntries } from '../../config/report-entry-csv.ts';
import { type EntryBatch, writeEntryBatch } from '../../config/report-entry-file.ts';
import { fuelIds } from '../../config/report-factors.ts';
import { CodedError, fault } from '../domain/faults.ts';
import { ENTRY_KINDS, type SaidEntry } from '../domain/report/entries.ts';
import type { EpochMs, HourGrid } from '../domain/time.ts';
import { hourGrid } from '../platform/hour-grid.ts';
import { dropIntoInbox } from '../platform/inbox.ts';
import { REPORT_ENTRIES, takeEntries } from '../report-intake.ts';
import { recallSite } from '../stages/site-facts.ts';
import { openStoreForReading } from '../store/store.ts';
import { type Console, words } from './console.ts';
import { openIfFree } from './one-writer.ts';
import { table } from './table.ts';

export interface EnteringOptions {
  readonly data: string;
  readonly by?: string;
}

/** How long a running gateway may take, ms. */
const PICK_UP_MS = 20_000;
const LOOK_AGAIN_MS = 200;
const MOST_SHOWN = 10_000;

const TAKEN = {
  en: '{n} of {all} entries are new; the others said the same already.',
  ja: '{all} 件のうち {n} 件を取り込みました (他は同じ内容が入力済みです)。',
};
const HEADER = {
  en: 'no|said|by|source|kind|what|state',
  ja: '番号|入力日時|入力者|入力元|種類|内容|状態',
};
const STATES = {
  inForce: { en: 'in force', ja: '有効' },
  withdrawn: { en: 'takes back', ja: '取消し' },
  replaced: { en: 'replaced by {no}', ja: '{no} で置換え' },
};
const NONE = { en: 'Nothing was entered yet. For example:', ja: '入力はまだありません。例:' };

/** Waits until the file is gone from the inbox. @throws CodedError report-entry-not-taken, report-entry-invalid */
async function untilTaken(dataDir: string, name: string): Promise<void> {
  const path = join(dataDir, 'inbox', REPORT_ENTRIES, name);
  const deadline = performance.now() + PICK_UP_MS;
  while (performance.now() < deadline) {
    if (existsSync(`${path}.refused`))
      throw new CodedError(
        fault('report-entry-invalid', {
          source: name,
          where: '1:1',
          reason: 'the running gateway refused it; its log says why',
        }),
      );
    if (!existsSync(path)) return;
    await delay(LOOK_AGAIN_MS);
  }
  throw new CodedError(fault('report-entry-not-taken'));
}

async function hand(
  console: Console,
  options: EnteringOptions,
  csv: string,
  source: string,
): Promise<number> {
  const drafts = readReportEntries(new TextEncoder().encode(csv), source, fuelIds());
  const batch: EntryBatch = {
    batch: globalThis.crypto.randomUUID(),
    by: options.by ?? userInfo().username,
    saidAtMs: Date.now(),
    source,
    csv,
  };
  const free = openIfFree(options.data);
  let taken: number;
  if (free) {
    try {
      if (!recallSite(free)) throw new CodedError(fault('ledger-missing', { path: options.data }));
      taken = takeEntries(free, drafts, batch);
    } finally {
      free.close();
    }
  } else {
    const name = `${batch.batch}.json`;
    dropIntoInbox(options.data, name, writeEntryBatch(batch), REPORT_ENTRIES);
    await untilTaken(options.data, name);
    const reading = openStoreForReading(options.data);
    taken = reading.reports.entriesOfBatch(batch.batch);
    reading.close();
  }
  console.out(words(console, TAKEN, { n: taken, all: drafts.length }));
  return 0;
}

/** @throws CodedError report-entry-invalid: nothing was taken */
export function enterReport(
  console: Console,
  fields: readonly string[],
  options: EnteringOptions,
): Promise<number> {
  return hand(console, options, stringify([[...fields]]), 'command');
}

/** @throws CodedError file-missing, document-too-large, report-entry-invalid: nothing was taken */
export function importEntries(console: Console, file: string, options: EnteringOptions): Promise<number> {
  if (!existsSync(file))
    throw new CodedError(fault('file-missing', { path: file, reason: 'it does not exist' }));
  const source = basename(file).slice(0, 200);
  if (statSync(file).size > MAX_ENTRY_BYTES)
    throw new CodedError(fault('document-too-large', { source, limitBytes: MAX_ENTRY_BYTES }));
  const bytes = readFileSync(file);
  // Judged as bytes, so that line and column are those of the file; handed on as text.
  readReportEntries(bytes, source, fuelIds());
  let csv: string;
  try {
    csv = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    csv = new TextDecoder('shift_jis').decode(bytes);
  }
  return hand(console, options, csv, source);
}

function entryRow(console: Console, said: SaidEntry, grid: HourGrid): string[] {
  const { kind, ...what } = said.entry;
  const state =
    said.replacedBy === null ? (said.withdrawn ? STATES.withdrawn : STATES.inForce) : STATES.replaced;
  return [
    String(said.no),
    grid.iso(said.saidAtMs as EpochMs),
    said.by,
    said.source,
    kind,
    Object.values(what)
      .filter((value) => value !== null)
      .join(' '),
    words(console, state, { no: said.replacedBy ?? 0 }),
  ];
}

export function listEntries(
  console: Console,
  options: { readonly data: string; readonly json?: boolean },
): number {
  const store = openStoreForReading(options.data);
  try {
    const facts = recallSite(store);
    if (!facts) throw new CodedError(fault('ledger-missing', { path: options.data }));
    const said = store.reports.entryTrail(MOST_SHOWN).toReversed();
    if (options.json) {
      console.out(JSON.stringify(said, null, 2));
      return 0;
    }
    if (said.length === 0) {
      console.say(words(console, NONE));
      for (const kind of ENTRY_KINDS)
        console.say(`  hakaru report enter ${ENTRY_EXAMPLES[kind].replaceAll(',', ' ')}`);
      return 0;
    }
    const grid = hourGrid(facts.timezone);
    console.out(
      table(
        words(console, HEADER).split('|'),
        said.map((each) => entryRow(console, each, grid)),
        new Set([0]),
      ),
    );
    return 0;
  } finally {
    store.close();
  }
}
