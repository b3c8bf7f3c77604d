/**
 * What a meter's own figures say about its wiring and its health: code → the event that tells of it and the sentence for
 * the electrician, what was seen and where to look. A hint changes no reading and no hour.
 */
import type { EventKind } from '../messages.ts';

interface HintText {
  readonly event: Extract<
    EventKind,
    'wiring-hint' | 'register-frozen' | 'values-frozen' | 'sub-meters-exceed'
  >;
  readonly en: string;
  readonly ja: string;
}

export const HINT_TEXTS = {
  'ct-reversed': {
    event: 'wiring-hint',
    en: 'Power is negative ({power} kW) on a meter that only takes energy in: the CTs are turned round (K/L), or K and L of the wires are swapped. What it uses is not counted.',
    ja: '受電のみの計器で電力が負 ({power} kW) です。CT の向き (K/L) または k・l 配線が逆です。使用量が計上されていません。',
  },
  'phase-reversed': {
    event: 'wiring-hint',
    en: 'Power of {phase} is negative while the other phases are positive: the CT of {phase} is turned round (K/L) or its k and l wires are swapped. Energy is counted too low.',
    ja: '{phase} 相の電力だけ負です。{phase} 相の CT の向き (K/L) または k・l 配線が逆です。使用量が少なく計上されます。',
  },
  'phases-mixed': {
    event: 'wiring-hint',
    en: 'Voltage and current do not belong together: per phase the ratio of power to volt-amperes is {ratios}. Two CTs are swapped, or voltages are on the wrong terminals (P1/P2/P3). Energy is wrong.',
    ja: '電圧と電流の相が合っていません (相ごとの有効/皮相比 {ratios})。CT の相の入れ替わり、または電圧端子 (P1/P2/P3) の入れ替わりです。使用量が正しくありません。',
  },
  'power-factor-low': {
    event: 'wiring-hint',
    en: 'The power factor is only {powerFactor} although all currents flow: one CT is turned round (K/L), or voltage and current phases are mixed up. If machines truly run idle, it goes away under load.',
    ja: '全相に電流が流れているのに力率が {powerFactor} しかありません。CT 1 個の向き (K/L) が逆か、電圧と電流の相の取り違えです。無負荷運転なら負荷時に消えます。',
  },
  'phase-voltage-missing': {
    event: 'wiring-hint',
    en: 'Voltage {phase} is missing ({voltage} V) although current flows in it: a fuse of the voltage input is blown or a wire is loose. Energy is counted too low.',
    ja: '電流が流れているのに {phase} 相の電圧がありません ({voltage} V)。電圧入力のヒューズ切れまたは断線です。使用量が少なく計上されます。',
  },
  'voltages-unequal': {
    event: 'wiring-hint',
    en: 'The voltages are far apart ({voltages} V): a fuse or the neutral of the voltage input is open, or a voltage wire is on another terminal.',
    ja: '相電圧が大きく異なります ({voltages} V)。電圧入力のヒューズ・中性線の断線、または端子の誤接続です。',
  },
  'above-rated-power': {
    event: 'wiring-hint',
    en: 'Power is {power} kW, more than `rated: {rated} kW`: the CT or VT ratio is too large in the site file or in the meter, or `rated` is too small.',
    ja: '電力 {power} kW が `rated: {rated} kW` を超えています。設定ファイルまたは計器の CT 比・VT 比が大きすぎるか、`rated` が小さすぎます。',
  },
  'export-rises': {
    event: 'wiring-hint',
    en: 'Exported energy rises on a meter that should only take energy in, and no generator is in the site file: the CTs are turned round (K/L).',
    ja: '受電のみの計器で逆潮流量が増えています。発電設備は設定にありません。CT の向き (K/L) が逆です。',
  },
  'register-frozen': {
    event: 'register-frozen',
    en: 'The register has stood at {register} {unit} since {since}, although about {expected} {unit} must have passed: the meter is stuck. Look at its display and restart it; note the figure for `hakaru exchange` first.',
    ja: '{since} から約 {expected} {unit} が流れたはずですが、指針が {register} {unit} のまま動きません。計器の表示を確認し、指針を控えてから再起動してください (交換時は `hakaru exchange`)。',
  },
  'refresh-slow': {
    event: 'register-frozen',
    en: 'While power flows the register stands for up to {seconds} s and then shows all of it at once; by its type the meter refreshes it every {declared} s. Half-hours may be called measured and be wrong by what passes in that time. Write `refresh: {seconds} s` for this meter in the site file.',
    ja: '電力が流れていても指針は最大 {seconds} 秒止まり、その後まとめて進みます (型式の更新周期 {declared} 秒)。30 分値が「実測」でもその間の使用量だけずれることがあります。設定ファイルのこの計器に `refresh: {seconds} s` と書いてください。',
  },
  'values-frozen': {
    event: 'values-frozen',
    en: 'Every value has been the same to the last digit since {since}, although they usually move: the meter, or the converter before it, repeats old values. Restart it.',
    ja: '{since} からすべての値がまったく同じです。計器または手前の変換器が古い値を返しています。再起動してください。',
  },
  'sub-meters-exceed': {
    event: 'sub-meters-exceed',
    en: 'Since {since} the meters below show more than this one: {sum} against {own} {unit} in an hour ({meters}). A CT ratio is wrong, a meter counts too low, or `parent:` is wrong.',
    ja: '{since} から下位計器の合計がこの計器を上回っています: 1 時間に {sum} 対 {own} {unit} ({meters})。CT 比の誤り、計器の計量不足、または `parent:` の誤りです。',
  },
} as const satisfies Readonly<Record<string, HintText>>;
