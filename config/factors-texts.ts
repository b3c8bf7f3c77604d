/** What can be wrong in the keys that turn gas, steam and heat into kWh; see problem-texts.ts. */

type Wording = readonly [reason: string, advice: string];

export const FACTOR_TEXTS = {
  'factor-electric': {
    en: ['electricity is kWh already and takes no `energyFactor`', 'remove it'],
    ja: ['電力は既に kWh のため `energyFactor` は不要です', '削除してください'],
  },
  'factor-unit': {
    en: [
      'the factor {found} is per {per}, but `{meter}` counts {unit}',
      'choose another factor, or leave it out',
    ],
    ja: [
      '係数 {found} は {per} 当たりですが、`{meter}` の単位は {unit} です',
      '別の係数を選ぶか、省いてください',
    ],
  },
  'condition-live': {
    en: [
      '`{field}` cannot be read from a meter: only `temperature`, `gaugePressure` and `feedWater` can',
      'write its value, with `changes` for new ones',
    ],
    ja: [
      '`{field}` はメーターから読み取れません。読み取れるのは `temperature`、`gaugePressure`、`feedWater` だけです',
      '値を書き、変わるときは `changes` を使ってください',
    ],
  },
  'live-gauge-missing': {
    en: [
      '`{source}` shows no `{gauge}` by its type {type}',
      'name one of its gauges ({known}), another meter, or write a constant',
    ],
    ja: [
      '`{source}` (機種 {type}) には `{gauge}` がありません',
      'その計測項目 ({known}) か別のメーターを指定するか、定数を書いてください',
    ],
  },
  'live-gauge-unit': {
    en: ['`{gauge}` is in {unit}, which is no unit of `{field}`', 'name a gauge {hint}'],
    ja: ['`{gauge}` の単位は {unit} で、`{field}` には使えません', '{hint} を指定してください'],
  },
  'live-unused': {
    en: [
      '`{field}` does not enter the kWh here, so nothing is gained by reading it ({why})',
      'write a constant, or leave it out',
    ],
    ja: [
      'ここでは `{field}` は kWh に影響しないため、読み取る意味がありません ({why})',
      '定数を書くか、省いてください',
    ],
  },
  'live-fallback-odd': {
    en: [
      'the values of `fallback` and the constants cannot be true together',
      'correct them: feed water is colder than the steam, and no pressure is below vacuum',
    ],
    ja: [
      '`fallback` と定数の組み合わせがあり得ない状態です',
      '直してください。給水は蒸気より低温で、圧力は真空以上です',
    ],
  },
  'block-channel': {
    en: ['`{field}` tells of {wanted}, but `{meter}` counts {channel}', 'remove it, or correct `role`'],
    ja: [
      '`{field}` は {wanted} 用ですが、`{meter}` は {channel} を数えます',
      '削除するか、`role` を直してください',
    ],
  },
  'factor-carrier': {
    en: ['the factor {found} is one of gas, but `{meter}` counts {channel}', 'remove it'],
    ja: ['係数 {found} はガス用ですが、`{meter}` は {channel} を数えます', '削除してください'],
  },
  'factor-twice': {
    en: ['kWh would come from `energyFactor` and from `{field}`', 'keep one of the two'],
    ja: ['kWh が `energyFactor` と `{field}` の二通りに決まります', 'どちらか一方だけにしてください'],
  },
  'factor-none': {
    en: [
      'how the m³ are counted is written, but not what one of them holds',
      'add `calorificValue: 45 MJ/Nm3` here, or `energyFactor: city-gas-13a` to the meter',
    ],
    ja: [
      'm³ の状態は分かりますが、1 m³ の熱量が分かりません',
      'ここに `calorificValue: 45 MJ/Nm3` を、またはメーターに `energyFactor: city-gas-13a` を追加してください',
    ],
  },
  'factor-hole': {
    en: [
      'the factor {found} has no value for any of these dates',
      'choose another factor, or correct `from`',
    ],
    ja: ['係数 {found} にはこの期間の値がありません', '別の係数を選ぶか、`from` を直してください'],
  },
  'calorific-state': {
    en: [
      '`{found}` does not say in which state the m³ is taken',
      'write `MJ/Nm3` (0 °C, 101.325 kPa), `MJ/m3 (satp)` (25 °C, 100 kPa) or `MJ/m3 (metered)`',
    ],
    ja: [
      '`{found}` の m³ がどの状態か分かりません',
      '`MJ/Nm3` (0 °C、101.325 kPa)、`MJ/m3 (satp)` (25 °C、100 kPa)、`MJ/m3 (metered)` のいずれかで書いてください',
    ],
  },
  'line-state-missing': {
    en: [
      'the meter counts m³ as {counts}, the calorific value is per m³ as {at}: without {fields} one cannot become the other',
      'add {hint}; where they are not known the law takes the metered volume as SATP (`counts: satp`)',
    ],
    ja: [
      'メーターの m³ は {counts}、熱量は {at} の m³ 当たりです。{fields} がないと換算できません',
      '{hint} を追加してください。不明なら法令は計量値を SATP とみなします (`counts: satp`)',
    ],
  },
  'gas-state-missing': {
    en: [
      'the factor {found} is per m³ as {at}: how the meter counts is not written',
      'add `gas: { counts: {at} }`, or `gas: { temperature: 15 °C, gaugePressure: 2 kPa }` with what the line has',
    ],
    ja: [
      '係数 {found} は {at} の m³ 当たりですが、メーターの計量状態が書かれていません',
      '`gas: { counts: {at} }`、または配管の値で `gas: { temperature: 15 °C, gaugePressure: 2 kPa }` を追加してください',
    ],
  },
  'change-order': {
    en: ['{from} does not come after the dates before it', 'write the changes in the order of their dates'],
    ja: ['{from} が前の日付より後ではありません', '日付の順に書いてください'],
  },
  'steam-not-saturated': {
    en: [
      'the enthalpy of {state} steam does not follow from its pressure',
      'add its enthalpy, e.g. {hint}, or write `state: saturated` if it is dry and saturated',
    ],
    ja: [
      '`{state}` の蒸気のエンタルピーは圧力だけでは決まりません',
      '{hint} のようにエンタルピーを追加してください。乾き飽和蒸気なら `state: saturated` と書いてください',
    ],
  },
  'steam-enthalpy-unused': {
    en: [
      'the enthalpy of saturated steam follows from its pressure',
      'remove `enthalpy`, or write `state: wet` or `state: superheated`',
    ],
    ja: [
      '飽和蒸気のエンタルピーは圧力から決まります',
      '`enthalpy` を削除するか、`state: wet` または `state: superheated` と書いてください',
    ],
  },
  'steam-enthalpy-odd': {
    en: [
      '{found} kJ/kg is no enthalpy of {state} steam ({where}): that would be {bounds}',
      'correct `enthalpy`, `state` or `gaugePressure`',
    ],
    ja: [
      '{found} kJ/kg は `{state}` の蒸気 ({where}) のエンタルピーではありません。範囲は {bounds} です',
      '`enthalpy`、`state`、`gaugePressure` のいずれかを直してください',
    ],
  },
  'steam-feed-hot': {
    en: [
      'feed water of {found} °C is not colder than the steam of {steam} °C',
      'write the temperature of the water before the boiler, e.g. {hint}',
    ],
    ja: [
      '給水 {found} °C が蒸気 {steam} °C より低くありません',
      'ボイラーに入る前の水温を {hint} のように書いてください',
    ],
  },
} as const satisfies Readonly<Record<string, { readonly en: Wording; readonly ja: Wording }>>;
