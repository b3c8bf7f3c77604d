/** What can be wrong in `demand:` and `notify:`; see problem-texts.ts. */

type Wording = readonly [reason: string, advice: string];

export const DEMAND_TEXTS = {
  'demand-no-meter': {
    en: ['no meter has the role grid-import', 'name the meters whose sum is meant: `meters: [main]`'],
    ja: [
      '役割が grid-import のメーターがありません',
      '合計するメーターを `meters: [main]` のように書いてください',
    ],
  },
  'demand-units': {
    en: [
      'the meters of a demand must count the same: {found}',
      'watch each kind by itself: `demand:` may be a list',
    ],
    ja: [
      '一つのデマンドに単位の違うメーターがあります: {found}',
      '`demand:` を一覧にして種類ごとに分けてください',
    ],
  },
  'demand-unit': {
    en: ['`{found}` is no unit for this demand', 'write one of {known}, or % of the target'],
    ja: ['`{found}` はこのデマンドの単位ではありません', '{known}、または目標に対する % で書いてください'],
  },
  'demand-power-unit': {
    en: ['`{found}` is no unit for this demand', 'write one of {known}'],
    ja: ['`{found}` はこのデマンドの単位ではありません', '{known} で書いてください'],
  },
  'demand-target-part': {
    en: ['`{field}` cannot be a part of the target', 'write {hint}'],
    ja: ['`{field}` を % で書くことはできません', '{hint} のように書いてください'],
  },
  'demand-levels': {
    en: [
      '`{level}` ({value}) cannot be below `{below}` ({belowValue})',
      'order them: caution, warning, limit',
    ],
    ja: [
      '`{level}` ({value}) が `{below}` ({belowValue}) より小さくなっています',
      '注意 caution ≦ 警報 warning ≦ 限界 limit の順にしてください',
    ],
  },
  'demand-above-contract': {
    en: ['the target is above the contract power', 'it is meant to stay below it: compare the two'],
    ja: ['目標が契約電力を超えています', '目標は契約電力以下にするものです。両方を確認してください'],
  },
  'demand-id': {
    en: ['two demands are called `{id}`', 'give each its own `id`'],
    ja: ['`{id}` というデマンドが二つあります', 'それぞれ別の `id` を付けてください'],
  },
  'demand-month': {
    en: [
      '`meteringDay` and `closingDay` say the same thing in two ways',
      'keep one: the month begins with the metering day (計量日), or ends with the closing day',
    ],
    ja: [
      '`meteringDay` と `closingDay` は同じことを別の形で表します',
      'どちらか一方にしてください。月は計量日の 0 時から始まるか、締め日で終わります',
    ],
  },
  'demand-few-meters': {
    en: ['meter `{meter}` is named twice', 'keep it once: its demand would count double'],
    ja: ['メーター `{meter}` が二度書かれています', '二重に数えられるため一度だけにしてください'],
  },
  'notify-plain': {
    en: [
      'plain http goes to private addresses only, and `{host}` is none',
      'write https://…, or an address such as 192.168.1.20',
    ],
    ja: [
      '暗号化のない http は社内のアドレスに限ります。`{host}` は違います',
      'https://… か、192.168.1.20 のようなアドレスにしてください',
    ],
  },
  'notify-open-mail': {
    en: [
      'without encryption mail goes to private addresses only, and without a password',
      'write `security: starttls`, or the address of a server in this network and no password',
    ],
    ja: [
      '暗号化なしのメールは社内アドレスのサーバーに、パスワードなしでのみ送れます',
      '`security: starttls` とするか、社内サーバーのアドレスを書いてパスワードを除いてください',
    ],
  },
  'notify-password': {
    en: ['`username` and `password` belong together', 'write both or neither'],
    ja: ['`username` と `password` は両方必要です', '両方書くか、両方除いてください'],
  },
  'notify-nothing-watched': {
    en: [
      'nothing is ever told: there is no `demand:`',
      'write `demand: { target: 450 kW }`, or leave `notify` out',
    ],
    ja: [
      '`demand:` がないため何も通知されません',
      '`demand: { target: 450 kW }` を書くか、`notify` を除いてください',
    ],
  },
} as const satisfies Readonly<Record<string, { readonly en: Wording; readonly ja: Wording }>>;
