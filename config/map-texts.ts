/** What can be wrong in a register map, or with meters that share a line; see problem-texts.ts. */

type Wording = readonly [reason: string, advice: string];

export const MAP_TEXTS = {
  'line-settings': {
    en: [
      'the meters of line `{line}` leave the factory with different settings: {settings}',
      'set the meters alike, then write `{field}` for this line',
    ],
    ja: [
      '回線 `{line}` のメーターは工場出荷時の通信設定が異なります: {settings}',
      'メーターの設定を揃え、この回線に `{field}` を書いてください',
    ],
  },
  'line-settings-unknown': {
    en: [
      '`{field}` of line `{line}` is not given and no meter type on it says',
      'add {hint}, as set at the meters',
    ],
    ja: [
      '回線 `{line}` の `{field}` が書かれておらず、機種からも分かりません',
      'メーターの設定どおりに {hint} を追加してください',
    ],
  },
  'map-missing': {
    en: ['a generic meter needs `map`', 'add {hint}'],
    ja: ['generic のメーターには `map` が必要です', '{hint} を追加してください'],
  },
  'map-unwanted': {
    en: ['`{type}` brings its own register map', 'remove `map`, or write `type: generic`'],
    ja: ['`{type}` のレジスタ表は決まっています', '`map` を削除するか、`type: generic` と書いてください'],
  },
  'map-empty': {
    en: ['the map has neither channels nor pulse inputs nor gauges: there is nothing to read', 'add {hint}'],
    ja: [
      '`channels`、`pulseInputs`、`gauges` のいずれも無く、読み取るものがありません',
      '{hint} を追加してください',
    ],
  },
  'map-unit': {
    en: ['`{found}` is not a unit of {channel}', 'write one of {known}'],
    ja: ['`{found}` は {channel} の単位ではありません', '{known} のいずれかを書いてください'],
  },
  'map-step': {
    en: ['a float register needs `step`, the last digit the meter keeps', 'add e.g. `step: 0.01`'],
    ja: ['浮動小数点レジスタには、計器の最小桁 `step` が必要です', '例えば `step: 0.01` を追加してください'],
  },
  'map-invalid': {
    en: ['`{found}` is not a value of {type}', 'write a whole number that fits, e.g. 0xFFFFFFFF'],
    ja: ['`{found}` は {type} の値ではありません', '0xFFFFFFFF のように範囲内の整数を書いてください'],
  },
  'map-end': {
    en: [
      'a {type} at {address} would end beyond register 65535',
      'write the 0-based address of its first word',
    ],
    ja: [
      '{address} の {type} はレジスタ 65535 を超えます',
      '先頭ワードのアドレス (0 始まり) を書いてください',
    ],
  },
  'map-decimals': {
    en: ['`decimals` belongs to ascii types, not to {type}', 'remove it and write `scale`'],
    ja: ['`decimals` は ascii 型用で、{type} には使えません', '削除し、`scale` を使ってください'],
  },
  'map-plus-float': {
    en: ['a sum of f32 registers would not be exact', 'use the integer or f64 registers of the meter'],
    ja: ['f32 レジスタの和は正確になりません', '整数か f64 のレジスタを使ってください'],
  },
  'map-plus-wraps': {
    en: ['a sum starts again wherever one of its registers does: `wrapsAt` is not known', 'remove `wrapsAt`'],
    ja: ['和は各レジスタの桁あふれで戻るため、`wrapsAt` は決まりません', '`wrapsAt` を削除してください'],
  },
  'multiplier-missing': {
    en: [
      '`{type}` counts in steps that depend on its setting, and no register of it tells which',
      'add {hint} as its manual says for that setting',
    ],
    ja: [
      '`{type}` の単位は計器の設定によって変わり、レジスタからは分かりません',
      '取扱説明書に従って {hint} を追加してください',
    ],
  },
  'multiplier-unused': {
    en: ['`{type}` has no multiplier register: `registerMultiplier` would have no effect', 'remove it'],
    ja: ['`{type}` に乗率レジスタは無く、`registerMultiplier` は効きません', '削除してください'],
  },
  'multiplier-not-given': {
    en: [
      '`{meter}` has a multiplier register (乗率), and this file does not say what it shows: nothing is taken from it',
      'look at it with `hakaru read {meter}`, compare with the display, then add {hint}',
    ],
    ja: [
      '`{meter}` には乗率レジスタがありますが、その値が書かれていないため計量値を採りません',
      '`hakaru read {meter}` で表示と照合し、{hint} を追加してください',
    ],
  },
  'line-impossible': {
    en: [
      'line `{line}` has {field} {found}, but `{meter}` ({type}) can only be set to {choices}',
      'set the line and its other meters to that, or move `{meter}` to a line of its own',
    ],
    ja: [
      '回線 `{line}` の {field} は {found} ですが、`{meter}` ({type}) に設定できるのは {choices} だけです',
      '回線と他のメーターをそれに合わせるか、`{meter}` を別の回線に移してください',
    ],
  },
  'line-no-common': {
    en: [
      '`{meter}` ({type}) and `{other}` ({otherType}) cannot share line `{line}`: {field} {choices} against {otherChoices}',
      'put one of them on a line of its own',
    ],
    ja: [
      '`{meter}` ({type}) と `{other}` ({otherType}) は回線 `{line}` を共有できません ({field}: {choices} と {otherChoices})',
      'どちらかを別の回線に移してください',
    ],
  },
  'line-not-factory': {
    en: [
      'line `{line}` is {settings}, but {meters} ({type}) left the factory with {factory}',
      'check that it is set to {settings} at the meter',
    ],
    ja: [
      '回線 `{line}` は {settings} ですが、{meters} ({type}) の工場出荷時は {factory} です',
      '計器が {settings} に設定されていることを確認してください',
    ],
  },
  'interval-slow': {
    en: [
      '`{meter}` shows a new value only every {seconds} s or more: above 18 s half-hours may be `interpolated`, not `measured`',
      'shorten `interval` if the meter and its line allow it',
    ],
    ja: [
      '`{meter}` の値が新しくなる間隔は {seconds} 秒です。18 秒を超えると 30 分値が `measured` でなく `interpolated` になることがあります',
      '計器と回線が許せば `interval` を短くしてください',
    ],
  },
  'hours-late': {
    en: [
      '`{meter}` shows a new value only every {seconds} s: its hours are published 90 s after their end without it, then once more',
      'shorten `interval` if the meter allows it',
    ],
    ja: [
      '`{meter}` の値が新しくなる間隔は {seconds} 秒です。時間値は終了 90 秒後に欠測として送られ、後から訂正されます',
      '計器が許せば `interval` を短くしてください',
    ],
  },
  'line-busy': {
    en: [
      'line `{line}` would have to be busy {percent} % of the time: {requests} requests take about {roundMs} ms a round',
      'ask its meters less often (`interval`), raise the baud rate, or move meters to another line',
    ],
    ja: [
      '回線 `{line}` の使用率が {percent} % になります ({requests} 回の問い合わせで 1 周約 {roundMs} ms)',
      '`interval` を長くするか、通信速度を上げるか、メーターを別の回線に移してください',
    ],
  },
} as const satisfies Readonly<Record<string, { readonly en: Wording; readonly ja: Wording }>>;
