/** `hakaru questions`: what the ledger asks of people; `--all` also what is settled, `--trail` who said what. */
import { CodedError, fault } from '../domain/faults.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { formatMicro } from '../domain/rational.ts';
import type { HourGrid } from '../domain/time.ts';
import { hintText, type StandingHint } from '../domain/validation/hints.ts';
import { hourGrid } from '../platform/hour-grid.ts';
import { storedHints } from '../stages/hint-book.ts';
import { type Asked, type Doubt, listQuestions, type Question } from '../stages/list-questions.ts';
import { recallSite, specsById } from '../stages/site-facts.ts';
import type { CorrectionRow } from '../store/correction-rows.ts';
import { openStoreForReading } from '../store/store.ts';
import { type Console, type Words, words } from './console.ts';
import { table } from './table.ts';

export interface QuestionsOptions {
  readonly data: string;
  readonly all?: boolean;
  readonly trail?: boolean;
  readonly json?: boolean;
}

const LOOKS: Readonly<Record<Question['look'], Words>> = {
  fall: { en: 'went back: exchange, reset or wrap?', ja: '指針が戻った: 交換・リセット・一巡?' },
  jump: { en: 'jumped: exchange or real use?', ja: '指針が飛んだ: 交換・実使用?' },
  'hidden-wrap': { en: 'long gap: once round?', ja: '長い欠測: 一巡した?' },
  rollover: { en: 'passed its end', ja: '一巡' },
  opening: { en: 'first reading was wrong', ja: '最初の読み値が誤り' },
  ratio: { en: 'ratio changed (CT/VT)', ja: '乗率変更 (CT/VT)' },
};
const HEADER = {
  en: 'id|channel|register|before|after|from|to|counted|answer',
  ja: '番号|チャンネル|指針|前|後|から|まで|計上量|回答',
};
const TRAIL = {
  en: 'no|said|by|channel|what|from|to|before|since|serial',
  ja: '番号|入力日時|入力者|チャンネル|内容|から|まで|訂正前|訂正後|製造番号',
};
const NONE = { en: 'There are no open questions.', ja: '未解決の質問はありません。' };
const HOW = {
  en: 'Answer with: hakaru answer ID exchange --old-final F --new-start S | reset | wrap | real | ignore',
  ja: '回答: hakaru answer 番号 exchange --old-final 取外し指針 --new-start 取付け指針 | reset | wrap | real | ignore',
};
const SETTING = {
  en: '{meter}:{setting}  the setting in the meter went from {before} to {after}, first seen {at}. Correct the site file if it should follow; settle with: hakaru answer {meter}:{setting} ignore',
  ja: '{meter}:{setting}  計器内の設定が {before} から {after} に変わりました ({at} に検出)。必要なら設定ファイルを直し、hakaru answer {meter}:{setting} ignore で解決してください',
};
const DOUBT = {
  en: '{name}: since {since} the register shows {shown} {unit} after {last} {unit}; {readings} reading(s) wait until three agree.',
  ja: '{name}: {since} から指針が {last} → {shown} {unit} です。3 回一致するまで待っています (現在 {readings} 回)。',
};

const micro = (value: bigint | null): string => (value === null ? '–' : formatMicro(value));
const nameOf = ({ meter, channel }: ChannelSpec): string => `${meter}/${channel}`;

function questionRow(console: Console, question: Question, grid: HourGrid): string[] {
  const { id, spec, look, fromMicro, toMicro, fromMs, toMs, foundMicro, answer } = question;
  const counted = answer ? answer.passedMicro : foundMicro;
  return [
    id,
    nameOf(spec),
    words(console, LOOKS[look]),
    `${micro(fromMicro)} ${spec.unit}`,
    `${micro(toMicro)} ${spec.unit}`,
    grid.iso(fromMs),
    grid.iso(toMs),
    micro(counted),
    answer ? `${answer.kind} (${answer.by})` : '–',
  ];
}

function doubtLine(console: Console, { spec, ...doubt }: Doubt, grid: HourGrid): string {
  return words(console, DOUBT, {
    name: nameOf(spec),
    since: grid.iso(doubt.sinceMs),
    shown: micro(doubt.shownMicro),
    last: micro(doubt.lastMicro),
    unit: spec.unit,
    readings: doubt.readings,
  });
}

function trailRow(row: CorrectionRow, spec: ChannelSpec | undefined, grid: HourGrid): string[] {
  return [
    String(row.no),
    grid.iso(row.saidAtMs),
    row.by,
    spec ? nameOf(spec) : String(row.channelId),
    row.kind,
    grid.iso(row.fromMs),
    grid.iso(row.toMs),
    micro(row.beforeMicro),
    micro(row.passedMicro ?? row.finalMicro),
    row.serial ?? '–',
  ];
}

function toJson(
  asked: Asked,
  hints: readonly StandingHint[],
  trail: readonly CorrectionRow[],
  grid: HourGrid,
): string {
  const value = {
    questions: asked.questions.map(({ spec, answer, ...question }) => ({
      ...question,
      meter: spec.meter,
      channel: spec.channel,
      unit: spec.unit,
      from: grid.iso(question.fromMs),
      to: grid.iso(question.toMs),
      answer: answer && { no: answer.no, by: answer.by, what: answer.kind },
    })),
    doubts: asked.doubts.map(({ spec, ...doubt }) => ({
      ...doubt,
      meter: spec.meter,
      channel: spec.channel,
    })),
    settings: asked.settings,
    hints: hints.map((hint) => ({ ...hint, since: grid.iso(hint.sinceMs), text: hintText(hint) })),
    trail,
  };
  return JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? formatMicro(one) : one), 2);
}

export function questions(console: Console, options: QuestionsOptions): number {
  const store = openStoreForReading(options.data);
  try {
    const facts = recallSite(store);
    if (!facts) throw new CodedError(fault('ledger-missing', { path: options.data }));
    const grid = hourGrid(facts.timezone);
    const specs = specsById(store, facts.specs);
    const asked = listQuestions(store, specs, options.all ?? false);
    const trail = options.trail ? store.corrections.all() : [];
    if (options.json) {
      console.out(toJson(asked, storedHints(store), trail, grid));
      return 0;
    }
    if (options.trail) {
      const rows = trail.map((row) => trailRow(row, specs.get(row.channelId), grid));
      console.out(table(words(console, TRAIL).split('|'), rows, new Set([0, 7, 8])));
      return 0;
    }
    if (asked.questions.length > 0) {
      const rows = asked.questions.map((question) => questionRow(console, question, grid));
      console.out(table(words(console, HEADER).split('|'), rows, new Set([3, 4, 7])));
      console.say(words(console, HOW));
    } else if (asked.settings.length === 0) {
      console.say(words(console, NONE));
    }
    for (const { atMs, ...change } of asked.settings)
      console.out(words(console, SETTING, { ...change, at: grid.iso(atMs) }));
    for (const doubt of asked.doubts) console.out(doubtLine(console, doubt, grid));
    for (const hint of storedHints(store))
      console.out(`${hint.meter} (${grid.iso(hint.sinceMs)}): ${hintText(hint, console.language)}`);
    return 0;
  } finally {
    store.close();
  }
}
