/** What can be wrong in the keys of gpio lines and of the meters on them; see problem-texts.ts. */

type Wording = readonly [reason: string, advice: string];

export const PULSE_TEXTS = {
  'gpio-only': {
    en: ['`{field}` belongs to meters on a line of kind gpio', 'remove it, or correct `line`'],
    ja: ['`{field}` は gpio 回線のメーター用です', '削除するか、`line` を直してください'],
  },
  'gpio-not': {
    en: ['`{field}` has no meaning for a meter on a gpio line', 'remove it, or correct `line`'],
    ja: ['gpio 回線のメーターに `{field}` は使えません', '削除するか、`line` を直してください'],
  },
  'gpio-type': {
    en: [
      'line `{line}` is a gpio line, and `{type}` is no pulse contact',
      'write `type: pulse` or `type: service-pulse`, or correct `line`',
    ],
    ja: [
      '回線 `{line}` は gpio ですが、`{type}` はパルス接点ではありません',
      '`type: pulse` か `type: service-pulse` と書くか、`line` を直してください',
    ],
  },
  'gpio-type-elsewhere': {
    en: [
      '`{type}` counts the pulses of a gpio line, and line `{line}` is none',
      'correct `line` or `type`; inputs of a counter module have the type of the module',
    ],
    ja: [
      '`{type}` は gpio 回線のパルスを数えますが、回線 `{line}` は gpio ではありません',
      '`line` か `type` を直してください。カウンター装置の入力には装置の機種を書きます',
    ],
  },
  'gpio-input-shared': {
    en: [
      'input {input} of line `{line}` is already used by `{other}`',
      'give the input this one is wired to',
    ],
    ja: ['回線 `{line}` の入力 {input} は `{other}` が使っています', '実際に接続した入力を書いてください'],
  },
  'gpio-names': {
    en: [
      'gpiomon of libgpiod 1 knows no names such as `{found}`',
      'write the offset as a number; `gpiofind {found}` tells it',
    ],
    ja: [
      'libgpiod 1 の gpiomon では `{found}` のような名前を使えません',
      '`gpiofind {found}` で分かるオフセットを番号で書いてください',
    ],
  },
  'alarm-input': {
    en: [
      'output {output} of {chip} is already an input: of meter `{meter}`',
      'write the output that the contact is wired to',
    ],
    ja: [
      '{chip} の {output} はメーター `{meter}` の入力です。警報接点には使えません',
      '実際に接点を接続した出力を書いてください',
    ],
  },
  'alarm-names': {
    en: [
      'gpioset of libgpiod 1 knows no names such as `{found}`',
      'write the offset as a number; `gpiofind {found}` tells it',
    ],
    ja: [
      'libgpiod 1 の gpioset では `{found}` のような名前を使えません',
      '`gpiofind {found}` で分かるオフセットを番号で書いてください',
    ],
  },
  'gpio-interval': {
    en: [
      'pulses are handed over at least every {limit} s, so that a power cut costs no more than 10 s of them',
      'write `interval: 1 s`, or leave it out',
    ],
    ja: [
      '停電で失うパルスを 10 秒分以内にするため、{limit} 秒より長くできません',
      '`interval: 1 s` と書くか、省いてください',
    ],
  },
  'chip-shared': {
    en: [
      'line `{line}` uses the chip of line `{other}`',
      'put the meters of one chip on one line, or correct `chip`',
    ],
    ja: [
      '回線 `{line}` は回線 `{other}` と同じチップです',
      '同じチップのメーターは一つの回線にまとめるか、`chip` を直してください',
    ],
  },
  'service-weight': {
    en: [
      'a service pulse is 50,000 pulse/kWh by its definition',
      'remove `pulseWeight`, or write `type: pulse` for a contact with another constant',
    ],
    ja: [
      'サービスパルスは 50,000 pulse/kWh と決まっています',
      '`pulseWeight` を削除するか、定数の異なる接点には `type: pulse` と書いてください',
    ],
  },
  'service-ratio': {
    en: [
      'the 50,000 pulse/kWh of a service pulse hold at the secondary side: `{field}` is missing',
      'add {hint}, or `{field}: 1` where there is none',
    ],
    ja: [
      'サービスパルスの 50,000 pulse/kWh は二次側の値です。`{field}` がありません',
      '{hint} を追加してください。変成器が無ければ `{field}: 1` と書きます',
    ],
  },
  'filter-slow': {
    en: [
      'at its rating `{meter}` sends {hz} pulses a second; a filter of {kind} {ms} ms would swallow some',
      'write `filter: { kind: {kind}, ms: {most} }` or less, or correct `rated` or `pulseWeight`',
    ],
    ja: [
      '`{meter}` は定格で毎秒 {hz} パルスを出します。{kind} {ms} ms のフィルターでは数え落とします',
      '`filter: { kind: {kind}, ms: {most} }` 以下にするか、`rated` か `pulseWeight` を直してください',
    ],
  },
  'pulse-fast': {
    en: [
      'at its rating `{meter}` sends {hz} pulses a second; a GPIO input counts up to {limit}',
      'correct `rated` or `pulseWeight`, set the meter to a heavier pulse, or use a counter module',
    ],
    ja: [
      '`{meter}` は定格で毎秒 {hz} パルスを出します。GPIO 入力で数えられるのは毎秒 {limit} までです',
      '`rated` か `pulseWeight` を直すか、計器のパルスを重くするか、カウンター装置を使ってください',
    ],
  },
} as const satisfies Readonly<Record<string, { readonly en: Wording; readonly ja: Wording }>>;
