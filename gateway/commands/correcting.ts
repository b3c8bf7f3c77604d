/**
 * What `exchange`, `dial` and `answer` share. A correction is judged at once against the database as it stands, so
 * that a person hears immediately what is wrong. Then it goes to the one process that writes: through the inbox of a
 * gateway that runs, else it is written here; the command returns when it is in force.
 */
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { writeCorrection } from '../../config/correction-file.ts';
import { CORRECTIONS } from '../correction-intake.ts';
import type { Correction } from '../domain/corrections.ts';
import { CodedError, fault } from '../domain/faults.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { formatMicro } from '../domain/rational.ts';
import { type EpochMs, HOUR_MS, type HourGrid, instant, plus } from '../domain/time.ts';
import { hourGrid } from '../platform/hour-grid.ts';
import { dropIntoInbox } from '../platform/inbox.ts';
import { createCorrector } from '../stages/apply-correction.ts';
import { createEventSink } from '../stages/ledger-events.ts';
import { recallSite, type SiteFactsRow, specsById } from '../stages/site-facts.ts';
import type { CorrectionRow } from '../store/correction-rows.ts';
import { openStoreForReading, type Store } from '../store/store.ts';
import { topicsOf } from '../uplink/topics.ts';
import { type Face, faceOf, readAmount } from './amounts.ts';
import { type Console, words } from './console.ts';
import { openIfFree, untilFound } from './one-writer.ts';
import { believedNow } from './own-clock.ts';
import { readTime } from './read-time.ts';

export interface CorrectingOptions {
  readonly config: string;
  readonly data: string;
  /** Who says it; the user of the operating system when left out. */
  readonly by?: string;
  readonly sure?: boolean;
}

const FUTURE: ReadonlySet<string> = new Set(['correction-in-future', 'dial-out-of-order']);

/** How long a running gateway may take to apply what was put into its inbox, ms. */
const PICK_UP_MS = 20_000;

/** The database as it stands, and how a person's words are to be read. */
export interface Desk {
  readonly store: Store;
  readonly facts: SiteFactsRow;
  readonly grid: HourGrid;
  readonly specs: ReadonlyMap<number, ChannelSpec>;
  /** @throws CodedError channel-unknown */
  channel(meter: string, channel: string | undefined): { readonly id: number; readonly spec: ChannelSpec };
  time(text: string): EpochMs;
  /** A figure of the old register (`old`: its ratio may have been another one), or of the one that counts now. */
  amount(text: string, of: { readonly id: number; readonly spec: ChannelSpec }, when: 'old' | 'now'): bigint;
}

function openDesk(store: Store, console: Console, options: CorrectingOptions): Desk {
  const facts = recallSite(store);
  if (!facts) throw new CodedError(fault('ledger-missing', { path: options.data }));
  const specs = specsById(store, facts.specs);
  const faces = new Map<number, Face | null>();
  const faceFor = (id: number, spec: ChannelSpec): Face | null => {
    const known = faces.get(id);
    if (known !== undefined) return known;
    const face = faceOf(store, id, spec, { config: options.config, language: console.language });
    faces.set(id, face);
    return face;
  };
  return {
    store,
    facts,
    grid: hourGrid(facts.timezone),
    specs,
    channel(meter, channel) {
      const own = [...specs].filter(
        ([, spec]) => spec.meter === meter && (channel === undefined || spec.channel === channel),
      );
      const [first] = own;
      if (first && own.length === 1) return { id: first[0], spec: first[1] };
      const known = [...specs.values()].map((spec) => `${spec.meter}/${spec.channel}`).join(', ');
      throw new CodedError(fault('channel-unknown', { channel: `${meter}/${channel ?? '?'}`, known }));
    },
    time: (text) => readTime(text, facts.timezone),
    amount: (text, { id, spec }, when) =>
      readAmount(text, spec, () => {
        const face = faceFor(id, spec);
        return face && (when === 'now' || face.alwaysSo) ? face.ratio : null;
      }),
  };
}

function correctorOf(store: Store, facts: SiteFactsRow, generation: number) {
  const { site, gateway } = facts;
  const grid = hourGrid(facts.timezone);
  const topic = topicsOf({ site, gateway }).event;
  const events = createEventSink({ store, sender: { site, gateway, generation }, grid, topic });
  return createCorrector({ store, grid, specs: specsById(store, facts.specs), events });
}

const WAITS = {
  en: 'It waits in the inbox of the running gateway, which has not taken it yet. See its log.',
  ja: '稼働中のゲートウェイの受信箱にありますが、まだ適用されていません。ログを確認してください。',
};
const REFUSED = {
  en: 'The running gateway refused it: its log and the event correction-refused say why. Nothing was changed.',
  ja: '稼働中のゲートウェイに拒否されました。理由はログとイベント correction-refused にあります。変更していません。',
};

type Ending = CorrectionRow | 'refused' | 'waits';

async function taken(dataDir: string, id: string): Promise<Ending> {
  const refused = join(dataDir, 'inbox', CORRECTIONS, `${id}.refused`);
  const found = await untilFound<Ending>(
    dataDir,
    PICK_UP_MS,
    ({ corrections }) => corrections.byId(id) ?? (existsSync(refused) ? 'refused' : null),
  );
  return found ?? 'waits';
}

function hoursOf({ fromMs, toMs }: CorrectionRow, grid: HourGrid): number {
  let hours = 0;
  for (let at = grid.hourOf(fromMs); at < toMs; at = grid.hourOf(plus(at, HOUR_MS))) hours += 1;
  return hours;
}

const STEP_DONE = {
  en: 'Correction {no} by {by} is in force: from {from} to {to} {passed} {unit} passed at {name} (before: {before} {unit}). {hours} hour(s) are derived again; those that change are sent with a new revision.',
  ja: '訂正 {no} ({by}) を適用しました。{name} の {from} から {to} までの使用量は {passed} {unit} です (訂正前 {before} {unit})。{hours} 時間分を計算し直し、変わる時間値は新しい改訂で再送します。',
};
const DIAL_DONE = {
  en: 'Correction {no} by {by} is in force: the dial of {name} showed {final} {unit} at {at}{next}. The hours that nobody watched before it are derived again.',
  ja: '訂正 {no} ({by}) を適用しました。{name} の {at} の指針値は {final} {unit} です{next}。それまでに計測できなかった時間を計算し直します。',
};
const SETTLED = {
  en: 'Correction {no} by {by}: the change of {what} in {name} has been looked at.',
  ja: '訂正 {no} ({by}): {name} の {what} の変更を確認済みとしました。',
};
const NEXT = { en: ', the new one {start} {unit}', ja: ' (新計器 {start} {unit})' };
const SAME = {
  en: 'Nothing was changed: correction {no} by {by} says the same already.',
  ja: '変更はありません。訂正 {no} ({by}) と同じ内容です。',
};

function tell(console: Console, row: CorrectionRow, spec: ChannelSpec, grid: HourGrid): void {
  const micro = (value: bigint | null) => (value === null ? '-' : formatMicro(value));
  const values = {
    no: row.no,
    by: row.by,
    name: `${spec.meter}/${spec.channel}`,
    unit: spec.unit,
    from: grid.iso(row.fromMs),
    to: grid.iso(row.toMs),
    at: grid.iso(row.atMs ?? row.toMs),
    passed: micro(row.passedMicro),
    before: micro(row.beforeMicro),
    final: micro(row.finalMicro),
    start: micro(row.startMicro),
    hours: hoursOf(row, grid),
  };
  const next = row.startMicro === null ? '' : words(console, NEXT, values);
  const done = row.passedMicro !== null ? STEP_DONE : row.finalMicro !== null ? DIAL_DONE : SETTLED;
  console.out(words(console, done, { ...values, next, what: row.serial ?? '' }));
}

/** What a person says, beside the part that all corrections have. */
export type Said = Correction extends infer One
  ? One extends Correction
    ? Omit<One, 'id' | 'by' | 'saidAtMs' | 'sure'>
    : never
  : never;

/**
 * Judges, hands over, waits and tells. @returns 0 in force (or nothing to change), 1 refused or not taken yet
 * @throws CodedError for everything that can be wrong with it
 */
export async function correct(
  console: Console,
  options: CorrectingOptions,
  say: (desk: Desk) => Said,
): Promise<number> {
  const nowMs = instant(Date.now());
  const ask = { config: options.config, language: console.language };
  const reading = openStoreForReading(options.data);
  let correction: Correction;
  let desk: Desk;
  let spec: ChannelSpec;
  try {
    desk = openDesk(reading, console, options);
    const common = {
      id: globalThis.crypto.randomUUID(),
      by: options.by ?? userInfo().username,
      saidAtMs: nowMs,
      sure: options.sure ?? false,
    };
    correction = { ...say(desk), ...common };
    spec = desk.channel(correction.meter, correction.channel).spec;
    const verdict = correctorOf(reading, desk.facts, 0).judge(correction, nowMs);
    if (verdict !== 'applies') {
      console.out(words(console, SAME, { no: verdict.no, by: verdict.by }));
      return 0;
    }
  } catch (error) {
    // What seems to lie in the future may do so by a clock that is wrong: then that is what must be heard.
    if (error instanceof CodedError && FUTURE.has(error.fault.code)) await believedNow(reading, ask);
    throw error;
  } finally {
    reading.close();
  }
  const free = openIfFree(options.data);
  if (free) {
    try {
      const atMs = await believedNow(free, ask);
      const generation = free.write(() => free.generation(atMs));
      const { row } = correctorOf(free, desk.facts, generation).apply(correction, atMs);
      tell(console, row, spec, desk.grid);
      return 0;
    } finally {
      free.close();
    }
  }
  dropIntoInbox(options.data, correction.id, writeCorrection(correction), CORRECTIONS);
  const ending = await taken(options.data, correction.id);
  if (typeof ending === 'string') {
    console.say(words(console, ending === 'waits' ? WAITS : REFUSED));
    return 1;
  }
  tell(console, ending, spec, desk.grid);
  return 0;
}
