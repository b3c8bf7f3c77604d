/**
 * What can be wrong in a file that a person wrote: the reason, and what to write instead, in both languages.
 * `{placeholders}` are filled by the checks; `{hint}` is an example of the field, `{suggestion}` names near words.
 */
import type { Language } from '../gateway/domain/faults.ts';
import { DEMAND_TEXTS } from './demand-texts.ts';
import { FACTOR_TEXTS } from './factors-texts.ts';
import { MAP_TEXTS } from './map-texts.ts';
import { PULSE_TEXTS } from './pulse-texts.ts';
import { REPORT_TEXTS } from './report-texts.ts';

type Wording = readonly [reason: string, advice: string];

export const PROBLEM_TEXTS = {
  'yaml-syntax': {
    en: [
      'this is not YAML: {message}',
      'check the indentation, the colons, brackets and quotes at this place',
    ],
    ja: ['YAML として読めません: {message}', 'この位置の字下げ、コロン、括弧、引用符を確認してください'],
  },
  'duplicate-key': {
    en: ['this key is written twice', 'keep one of the two'],
    ja: ['同じキーが二度書かれています', 'どちらか一方だけにしてください'],
  },
  alias: {
    en: ['aliases (`*name`) are not supported', 'write the values out'],
    ja: ['エイリアス (`*name`) は使えません', '値をそのまま書いてください'],
  },
  'odd-key': {
    en: ['this cannot be a key', 'write a plain word before the colon'],
    ja: ['キーとして使えません', 'コロンの前には単純な語を書いてください'],
  },
  'too-deep': {
    en: ['this is nested too deeply', 'compare with config/sites/demo.yaml'],
    ja: ['入れ子が深すぎます', 'config/sites/demo.yaml を参考にしてください'],
  },
  'leading-zero': {
    en: [
      '`{found}` begins with a zero, which YAML drops',
      'write the number without it, or in quotes if it is a name',
    ],
    ja: ['`{found}` の先頭の 0 は YAML では無視されます', '0 を除くか、名前であれば引用符で囲んでください'],
  },
  'too-large': {
    en: ['the file is larger than {limit} bytes', 'a site file is short: check that this is one'],
    ja: ['ファイルが {limit} バイトを超えています', '設定ファイルかどうか確認してください'],
  },
  'unknown-key': {
    en: ['`{key}` is not known here', '{suggestion}'],
    ja: ['`{key}` というキーはここにはありません', '{suggestion}'],
  },
  missing: {
    en: ['`{field}` is missing', 'add {hint}'],
    ja: ['`{field}` がありません', '{hint} を追加してください'],
  },
  'wrong-kind': {
    en: ['`{field}` cannot be {found}', 'write {hint}'],
    ja: ['`{field}` に{found}は書けません', '{hint} のように書いてください'],
  },
  'wrong-value': {
    en: ['`{found}` is not a value of `{field}`', '{suggestion}'],
    ja: ['`{found}` は `{field}` の値ではありません', '{suggestion}'],
  },
  'wrong-form': {
    en: ['`{field}` is not written as expected', 'write {hint}'],
    ja: ['`{field}` の書き方が正しくありません', '{hint} のように書いてください'],
  },
  'needs-unit': {
    en: ['`{found}` has no unit', 'write {hint}'],
    ja: ['`{found}` に単位がありません', '{hint} のように書いてください'],
  },
  'out-of-range': {
    en: ['`{field}` must be {bounds}', 'write {hint}'],
    ja: ['`{field}` は {bounds} でなければなりません', '{hint} のように書いてください'],
  },
  'bad-id': {
    en: [
      '`{found}` cannot be an id',
      'use 1 to 32 of a–z, 0–9 and -, beginning with a letter or digit, e.g. `press-1`',
    ],
    ja: [
      '`{found}` は ID に使えません',
      'a–z、0–9、- を 1〜32 文字で、例えば `press-1` のように書いてください',
    ],
  },
  'nothing-there': {
    en: ['there is nothing under `{field}`', 'write at least one, e.g. {hint}'],
    ja: ['`{field}` に何もありません', '{hint} のように一つ以上書いてください'],
  },
  'unknown-zone': {
    en: ['`{found}` is not a time zone', '{suggestion}'],
    ja: ['`{found}` というタイムゾーンはありません', '{suggestion}'],
  },
  'zone-offset': {
    en: [
      '{found} is {minutes} minutes from UTC, not a multiple of 30: its hours do not fall on half-hour slots',
      'use a zone such as Asia/Tokyo',
    ],
    ja: [
      '{found} は UTC との差が {minutes} 分で 30 の倍数でないため、30 分枠に合いません',
      'Asia/Tokyo などを使ってください',
    ],
  },
  'zone-step': {
    en: [
      '{found} moves its clocks by {minutes} minutes; only 60 can be accounted for',
      'use a zone such as Asia/Tokyo',
    ],
    ja: [
      '{found} の夏時間は {minutes} 分ずれます。扱えるのは 60 分だけです',
      'Asia/Tokyo などを使ってください',
    ],
  },
  'unknown-reference': {
    en: ['there is no {what} `{found}`', '{suggestion}'],
    ja: ['{what} `{found}` はありません', '{suggestion}'],
  },
  'own-parent': {
    en: ['`{meter}` cannot be its own parent', 'name the meter upstream of it, or leave `parent` out'],
    ja: ['`{meter}` 自身を親にはできません', '上流のメーターを書くか、`parent` を省いてください'],
  },
  'parent-cycle': {
    en: ['the parents go round in a circle: {chain}', 'leave `parent` out at the meter nearest to the grid'],
    ja: ['親子関係が循環しています: {chain}', '受電側のメーターの `parent` を省いてください'],
  },
  'same-meter': {
    en: [
      '`{meter}` and `{other}` are the same device: unit {unit} on line `{line}`',
      'give each its own unit (局番), or remove one',
    ],
    ja: [
      '`{meter}` と `{other}` は同じ機器です (回線 `{line}` の局番 {unit})',
      '局番を分けるか、一方を削除してください',
    ],
  },
  'same-register': {
    en: [
      '`{meter}` and `{other}` count the same register of unit {unit} on line `{line}`',
      'map each to a register of its own, or remove one',
    ],
    ja: [
      '`{meter}` と `{other}` は同じレジスタを数えます (回線 `{line}` の局番 {unit})',
      'レジスタを分けるか、一方を削除してください',
    ],
  },
  'unit-shared': {
    en: [
      'unit {unit} on line `{line}` is a {type} for `{other}`; two devices cannot share an address',
      'correct `unit` or `type` of one of them',
    ],
    ja: [
      '回線 `{line}` の局番 {unit} は `{other}` では {type} です。局番は共有できません',
      'どちらかの `unit` か `type` を直してください',
    ],
  },
  'same-input': {
    en: [
      'input {input} of unit {unit} on line `{line}` is already `{other}`',
      'give the terminal number this meter is wired to',
    ],
    ja: [
      '回線 `{line}` の局番 {unit} の入力 {input} は `{other}` が使っています',
      'このメーターを接続した端子番号を書いてください',
    ],
  },
  'port-shared': {
    en: [
      'line `{line}` uses the port of line `{other}`',
      'a port can serve one line: put the meters on one line, or correct the port',
    ],
    ja: ['回線 `{line}` は回線 `{other}` と同じポートです', '一つの回線にまとめるか、ポートを直してください'],
  },
  'unit-range': {
    en: [
      'unit {unit} is outside 1…247, which is all an RTU line has',
      'write the Modbus address (局番) set at the meter, e.g. `unit: 2`',
    ],
    ja: [
      '局番 {unit} は RTU 回線の範囲 1…247 の外です',
      'メーターに設定した局番を、例えば `unit: 2` のように書いてください',
    ],
  },
  'input-missing': {
    en: ['`{type}` counts pulses: `{field}` is missing', 'add {hint}{inputs}'],
    ja: ['`{type}` はパルスを数えます。`{field}` がありません', '{hint} を追加してください{inputs}'],
  },
  'input-unknown': {
    en: ['`{type}` has no input {input}', 'write one of {known}'],
    ja: ['`{type}` に入力 {input} はありません', '{known} のいずれかを書いてください'],
  },
  'pulse-only': {
    en: [
      '`{field}` belongs to pulse counters; `{type}` has its own register',
      'remove it, or correct `type`',
    ],
    ja: [
      '`{field}` はパルスカウンター用です。`{type}` は積算レジスタを持っています',
      '削除するか、`type` を直してください',
    ],
  },
  'weight-kws': {
    en: [
      'pulse/kWs is the test constant of a meter, not the weight of its output pulse',
      'write the output constant, e.g. `pulseWeight: 50000 pulse/kWh` or `0.1 kWh`',
    ],
    ja: [
      'pulse/kWs は計器の試験用定数で、出力パルスの定数ではありません',
      '出力パルスの定数を `pulseWeight: 50000 pulse/kWh` や `0.1 kWh` のように書いてください',
    ],
  },
  'weight-unit': {
    en: ['a pulse of {channel} cannot weigh `{found}`', 'write a weight in {known}, e.g. {hint}'],
    ja: [
      '{channel} のパルスの重みに `{found}` は使えません',
      '{known} で、例えば {hint} のように書いてください',
    ],
  },
  'weight-ratio': {
    en: [
      'a weight in {unit} per pulse is the primary side: `{field}` would count twice',
      'remove `{field}`, or write the secondary constant in pulse/kWh',
    ],
    ja: [
      '1 パルス当たりの {unit} は一次側の値です。`{field}` が二重に掛かります',
      '`{field}` を削除するか、二次側の定数を pulse/kWh で書いてください',
    ],
  },
  'ratio-unused': {
    en: [
      '`{type}` already reports primary values: `{field}` would have no effect',
      'remove `{field}` and set the ratio at the meter itself',
    ],
    ja: [
      '`{type}` は一次側の値を返すため、`{field}` は効きません',
      '`{field}` を削除し、変成比は計器本体に設定してください',
    ],
  },
  'role-channel': {
    en: ['the role `{role}` needs {needs}, but `{type}` has {has}', 'correct `role` or `type`'],
    ja: [
      '役割 `{role}` には {needs} が必要ですが、`{type}` にあるのは {has} です',
      '`role` か `type` を直してください',
    ],
  },
  'channel-unclear': {
    en: ['what the pulses of `{meter}` count does not follow from its role and weight', 'add {hint}'],
    ja: ['`{meter}` のパルスが何を数えるか、役割と重みからは決まりません', '{hint} を追加してください'],
  },
  'rated-unit': {
    en: ['`{found}` is not a rating for {channel}', 'write it in {known}, e.g. {hint}'],
    ja: ['`{found}` は {channel} の定格として使えません', '{known} で、例えば {hint} のように書いてください'],
  },
  ...FACTOR_TEXTS,
  'secret-plain': {
    en: [
      'a secret must not stand in the site file',
      'put it in a file or a variable and write `{field}: { file: … }` or `{field}: { env: … }`',
    ],
    ja: [
      '秘密情報を設定ファイルに直接書くことはできません',
      'ファイルか環境変数に入れ、`{field}: { file: … }` または `{field}: { env: … }` と書いてください',
    ],
  },
  'secret-in-url': {
    en: [
      'user and password do not belong in the URL',
      'write `username:` and `password: { file: … }` beside it',
    ],
    ja: [
      'URL にユーザー名やパスワードは書けません',
      '`username:` と `password: { file: … }` を別に書いてください',
    ],
  },
  'tls-unused': {
    en: ['`{field}` needs an encrypted connection', 'write `url: mqtts://…`, or remove it'],
    ja: ['`{field}` は暗号化された接続でのみ使えます', '`url: mqtts://…` にするか、削除してください'],
  },
  'key-pair': {
    en: ['`certFile` and `keyFile` only work together', 'add `{field}`, or remove the other'],
    ja: ['`certFile` と `keyFile` は両方必要です', '`{field}` を追加するか、もう一方を削除してください'],
  },
  'password-alone': {
    en: ['a password without a user name is refused by brokers', 'add `username:`'],
    ja: ['ユーザー名の無いパスワードはブローカーに拒否されます', '`username:` を追加してください'],
  },
  'url-plain': {
    en: [
      'coefficients are downloaded over https; plain http only from this machine',
      'write `url: https://…`',
    ],
    ja: [
      '係数の取得は https で行います。http はこの機器自身に対してのみ使えます',
      '`url: https://…` と書いてください',
    ],
  },
  'bad-fiscal-year': {
    en: [
      '`{found}` is not a fiscal year',
      'write the year in which it begins, e.g. `2026: monthly` for April 2026 on',
    ],
    ja: [
      '`{found}` は年度ではありません',
      '始まりの年を、例えば 2026 年度からなら `2026: monthly` と書いてください',
    ],
  },
  'url-twice': {
    en: ['this address is asked already', 'remove one of the two'],
    ja: ['このアドレスは既に使われています', 'どちらかを削除してください'],
  },
  'own-topic': {
    en: [
      'the gateway itself publishes under `{prefix}`',
      'write a topic of your own, e.g. `factory/coefficients`',
    ],
    ja: [
      '`{prefix}` の下にはゲートウェイ自身が発行します',
      '`factory/coefficients` のような別のトピックを書いてください',
    ],
  },
  'topic-without-broker': {
    en: ['there is no broker to hear documents from', 'add `mqtt: { url: … }`, or remove `topic`'],
    ja: [
      '文書を受け取るブローカーがありません',
      '`mqtt: { url: … }` を追加するか `topic` を削除してください',
    ],
  },
  'no-such-date': {
    en: [
      'there is no date `{found}`',
      'write a day of the calendar, e.g. `2026-08-13`, or `12-30` for each year',
    ],
    ja: ['`{found}` という日付はありません', '`2026-08-13`、毎年なら `12-30` のように書いてください'],
  },
  'date-mixed': {
    en: [
      'one of `{from}` and `{to}` has a year and the other one has none',
      'write both with the year, or both without it for each year',
    ],
    ja: [
      '`{from}` と `{to}` の一方だけに年が付いています',
      '両方に年を付けるか、毎年なら両方とも付けないでください',
    ],
  },
  'date-order': {
    en: ['`{from}` to `{to}` is no stretch of days within a year', 'write the earlier date as `from`'],
    ja: ['`{from}` から `{to}` は 1 年以内の期間になりません', '早い方の日付を `from` に書いてください'],
  },
  'date-both': {
    en: ['{date} is a working day here and a holiday above', 'take it out of one of the two lists'],
    ja: ['{date} が稼働日と休業日の両方に含まれています', 'どちらか一方から除いてください'],
  },
  'bad-cron': {
    en: [
      'the schedule is not a cron expression: {found}',
      'write minute hour day month weekday, e.g. `schedule: "30 18 * * *"` for 18:30 every day',
    ],
    ja: [
      'cron 式として読めません: {found}',
      '分 時 日 月 曜日 の順に、例えば毎日 18:30 なら `schedule: "30 18 * * *"` と書いてください',
    ],
  },
  ...MAP_TEXTS,
  ...PULSE_TEXTS,
  ...REPORT_TEXTS,
  ...DEMAND_TEXTS,
} as const satisfies Readonly<Record<string, { readonly en: Wording; readonly ja: Wording }>>;

export type TextKey = keyof typeof PROBLEM_TEXTS;
export type TextValues = Readonly<Record<string, string | number>>;

function filled(template: string, values: TextValues): string {
  return template.replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? '?'));
}

/** The reason and the advice in one language. */
export function wording(
  key: TextKey,
  values: TextValues,
  language: Language,
): { readonly reason: string; readonly advice: string } {
  const [reason, advice] = PROBLEM_TEXTS[key][language];
  return { reason: filled(reason, values), advice: filled(advice, values) };
}

const LISTED = 12;

/** "did you mean `role`? Known are: …", cut after a dozen words. */
export function suggestionText(near: string | null, known: readonly string[], language: Language): string {
  const list = `${known.slice(0, LISTED).join(', ')}${known.length > LISTED ? ' …' : ''}`;
  if (known.length === 0) return language === 'ja' ? '削除してください' : 'remove it';
  if (near !== null)
    return language === 'ja'
      ? `\`${near}\` のことですか (使えるもの: ${list})`
      : `did you mean \`${near}\`? Known are: ${list}`;
  return language === 'ja' ? `使えるもの: ${list}` : `write one of: ${list}`;
}
