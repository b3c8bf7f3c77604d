/** The labels and short sentences of `explain`, in both languages. `{name}` is filled in; numbers are the same. */
import type { Language } from './faults.ts';
import { formatFraction, formatMicro, type Rational } from './rational.ts';
import type { HourGrid } from './time.ts';

const EN = {
  role: 'role',
  keptBy: 'register kept by',
  generation: 'generation',
  revision: 'revision',
  rounding: 'rounding',
  roundingRule: 'to 6 decimals, halves away from zero, at every “=”; ⌊…⌋ down to 6 decimals',
  notKnown: 'not known',

  era: 'era',
  previous: 'previous',
  opening: 'opening',
  passed: 'passed',
  passedUnknown: 'not known, counted as 0',
  base: 'base',
  end: 'end',

  boundary: 'boundary',
  before: 'before',
  after: 'after',
  total: 'total',
  notSmoothed: 'the count of the reading before: counted pulses are not interpolated',
  register: 'register',
  bound: 'bound',
  wide: 'wide',
  step: 'step',
  bracket: 'bracket',

  dials: 'dial readings',
  dial: 'dial',
  counted: 'counted',
  unseen: 'unseen',
  fill: 'fill',
  adjustment: 'adjusted',

  slot: 'slot',
  quantity: 'quantity',
  demand: 'demand',
  demandNone: 'none: only a measured slot has one',
  coverage: 'coverage',
  unwatchedOf: '{missed} ms of {length} ms not watched',
  coverageNone: 'no boundary at both ends',
  coverageBefore: 'the channel had not begun',
  unwatched: 'unwatched',
  quality: 'quality',
  why: 'why',
  atStart: 'start',
  atEnd: 'end',
  onePercent: '1 % of',
  noBoundary: 'no reading yet that is surely from after {at}',
  newest: 'newest accepted reading {at}',
  notBegun: 'the channel opened only at {at}',
  neverRead: 'the channel has not been read yet',
  noDial: 'the gateway counts this register and did not watch all of the slot; no dial readings around that',
  dialFilled: 'the gateway did not watch all of the slot; dial readings say what passed',
  fromOpening: 'the channel opened at {at}: counted from there',
  unresolved: 'what passed from {from} to {to} is not known',
  answer: 'answer',
  here: 'here',
  sharedAnswer: 'answer {no} says what passed in a stretch that reaches beyond this slot',
  stepNear: 'a step that nobody knows may lie at the boundary',

  hour: 'hour',
  registers: 'registers',
  noFactor: 'no factor known',
  noFactorThen: 'no factor for this date',
  noFactorHere: 'no factor',
  whatever: 'whatever a unit holds',
  factor: 'factor',
  volumes: 'volumes',
  evidenceChanged: 'written before the evidence above came; the hour will be derived again',
  factorChanged: 'written with another factor; the site file now says {factor}',

  coefficient: 'coefficient',
  notWeighed: 'none: only electricity bought from the grid is weighed by the hour',
  notYetWeighed: 'none yet: the hour will be weighed',
  value: 'value',
  class: 'class',
  ruleSet: 'rule set',
  none: 'none',
  confirmed: 'confirmed',
  notConfirmed: 'not confirmed',
  whyLost: 'the rules have changed since; this is what was decided then',
  later: 'later',
  willBeWeighed: 'the hour will be weighed again',
  document: 'document',
  source: 'from',
  received: 'received',
  mj: 'mj',
  allocated: 'share',
  allocatedOnly: 'of what was bought: in no total, because the meter above has it already',

  message: 'message',
  noMessage: 'none yet',
  messagesDeleted: 'sent up to revision {revision}; past their retention, deleted',
  topic: 'topic',
  said: 'said',
  made: 'made',
  fate: 'fate',
  waiting: 'waiting for the broker',
  acknowledged: 'acknowledged',
  refused: 'refused by the broker ({reason}); an event stands in its place',
  due: 'the hour says something else by now; a message with the next revision is due',
} as const;

const JA: Readonly<Record<keyof typeof EN, string>> = {
  role: '役割',
  keptBy: '積算値の保持',
  generation: '世代',
  revision: '版',
  rounding: '丸め',
  roundingRule: '「=」ごとに小数 6 桁へ四捨五入。⌊…⌋ は小数 6 桁へ切り捨て',
  notKnown: '不明',

  era: '期間',
  previous: '直前',
  opening: '開始',
  passed: '通過量',
  passedUnknown: '不明のため 0 とする',
  base: '開始累計',
  end: '上限',

  boundary: '定時',
  before: '前',
  after: '後',
  total: '累計',
  notSmoothed: '直前の読み値のまま: パルスの計数は補間しない',
  register: '積算値',
  bound: '範囲',
  wide: '幅',
  step: '最小単位',
  bracket: '間隔',

  dials: '指針値',
  dial: '指針',
  counted: '計数',
  unseen: '未計数',
  fill: '配分',
  adjustment: '調整',

  slot: '時限',
  quantity: '使用量',
  demand: '需要電力',
  demandNone: 'なし: measured の時限だけが持つ',
  coverage: '監視率',
  unwatchedOf: '{length} ms のうち {missed} ms は監視なし',
  coverageNone: '両端の定時値がそろっていない',
  coverageBefore: 'チャネルの開始前',
  unwatched: '監視なし',
  quality: '品質',
  why: '理由',
  atStart: '始端',
  atEnd: '終端',
  onePercent: '1 % ×',
  noBoundary: '{at} より後と確かに言える読み値がまだない',
  newest: '最新の読み値 {at}',
  notBegun: 'チャネルの開始は {at}',
  neverRead: 'チャネルはまだ一度も読まれていない',
  noDial: 'ゲートウェイが計数する積算値で、監視していない時間があり、それを挟む指針値がない',
  dialFilled: '監視していない時間の分は指針値による',
  fromOpening: 'チャネルの開始は {at}: そこから計数',
  unresolved: '{from} から {to} までの通過量は不明',
  answer: '回答',
  here: 'このコマ分',
  sharedAnswer: '回答 {no} の期間がこのコマの外にも及ぶ',
  stepNear: '量の分からない段差がこの定時にある可能性',

  hour: '時間',
  registers: '積算値',
  noFactor: '換算係数なし',
  noFactorThen: 'この日付の換算係数なし',
  noFactorHere: '換算係数なし',
  whatever: '単位当たりの熱量によらず',
  factor: '換算',
  volumes: '体積',
  evidenceChanged: '上の根拠が届く前の値。この時間は計算し直される',
  factorChanged: '別の換算係数による値。現在の設定は {factor}',

  coefficient: '係数',
  notWeighed: 'なし: 時間別に係数を掛けるのは買電だけ',
  notYetWeighed: 'まだない: これから係数を掛ける',
  value: '値',
  class: '区分',
  ruleSet: '規則',
  none: 'なし',
  confirmed: '確定',
  notConfirmed: '未確定',
  whyLost: '規則がその後変わった。これは当時の判定',
  later: 'その後',
  willBeWeighed: 'この時間は係数を掛け直される',
  document: '文書',
  source: '出所',
  received: '受信',
  mj: 'MJ',
  allocated: '内訳',
  allocatedOnly: '買電の内訳: 上位のメーターに含まれるため、どの合計にも入れない',

  message: '通知',
  noMessage: 'まだない',
  messagesDeleted: '改訂 {revision} まで送信済み。保存期間を過ぎたため削除済み',
  topic: 'トピック',
  said: '内容',
  made: '作成',
  fate: '状態',
  waiting: 'ブローカーの応答待ち',
  acknowledged: '受領',
  refused: 'ブローカーが拒否 ({reason})。代わりにイベントを送る',
  due: 'この時間の値はその後変わった。次の版の通知が送られる',
};

export type Word = keyof typeof EN;
export type Say = (word: Word, values?: Readonly<Record<string, string | number>>) => string;

/** What every part of the print needs: words, the site's clock, the channel's unit. */
export interface Print {
  readonly say: Say;
  readonly grid: HourGrid;
  readonly unit: string;
}

/** Words of one language. */
export function wordsOf(language: Language): Say {
  const words = language === 'ja' ? JA : EN;
  return (word, values = {}) =>
    words[word].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? '?'));
}

/** Columns that a terminal gives the text: kana and kanji take two. */
function columns(text: string): number {
  return Array.from(text).reduce((sum, letter) => sum + (letter > '\u2fff' ? 2 : 1), 0);
}

const LABEL_COLUMNS = 11;

/** `    label      text`; further lines of the same field stand below the text. */
export function field(label: string, ...lines: readonly string[]): string[] {
  return lines.map((line, i) => {
    const name = i === 0 ? label : '';
    return `    ${name}${' '.repeat(Math.max(1, LABEL_COLUMNS - columns(name)))}${line}`;
  });
}

/** A decimal where six digits hold the value, else a fraction: both are exact. */
export function exact(value: Rational): string {
  const micro = value.num * 1_000_000n;
  return micro % value.den === 0n ? formatMicro(micro / value.den) : formatFraction(value);
}

/** `working = figure`, or the figure alone with the reason why it does not follow from what is printed. */
export function result(working: string, follows: boolean, figure: string, otherwise: string): string[] {
  return follows ? [`${working} = ${figure}`] : [figure, otherwise];
}
