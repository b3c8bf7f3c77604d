/** What things are called in sentences for people, where their codes would be foreign words. */
import type { Language, Said } from './language.ts';
import type { ChannelName, GaugeName, SettingName } from './quantities.ts';

/** Meter types that no maker gave a name. */
const TYPE_NAMES: Readonly<Record<string, Said>> = {
  generic: { en: 'by the map in the site file', ja: '設定ファイルのレジスタ表' },
  pulse: { en: 'pulse contact', ja: 'パルス接点' },
  'service-pulse': { en: 'service pulse', ja: 'サービスパルス' },
  'generic-pulse-counter': { en: 'pulse counter, 4 inputs', ja: 'パルスカウンター 4 入力' },
};

/** Maker and model; what it is, for a type that has none. */
export function meterTypeName(
  { id, maker, model }: { readonly id: string; readonly maker: string; readonly model: string },
  language: Language,
): string {
  return TYPE_NAMES[id]?.[language] ?? (maker === 'generic' ? model : `${maker} ${model}`);
}

/** Quantities in Japanese, as on the page; in English their codes are words. */
const QUANTITIES_JA = {
  'energy-import': '電力量',
  'energy-export': '逆潮流量',
  'gas-volume': 'ガス量',
  'steam-mass': '蒸気量',
  heat: '熱量',
  'water-volume': '水量',
  power: '電力',
  'power-l1': '電力 L1',
  'power-l2': '電力 L2',
  'power-l3': '電力 L3',
  'voltage-l1': '電圧 L1',
  'voltage-l2': '電圧 L2',
  'voltage-l3': '電圧 L3',
  'current-l1': '電流 L1',
  'current-l2': '電流 L2',
  'current-l3': '電流 L3',
  'power-factor': '力率',
  frequency: '周波数',
  flow: '流量',
  pressure: '圧力 (ゲージ)',
  'pressure-absolute': '圧力 (絶対)',
  temperature: '温度',
  'timing-offset': '時限とのずれ',
} as const satisfies Readonly<Record<ChannelName | GaugeName, string>>;

const SETTINGS_JA = {
  'ct-ratio': 'CT 比',
  'ct-primary': 'CT 一次',
  'ct-secondary': 'CT 二次',
  'vt-ratio': 'VT 比',
  'vt-primary': 'VT 一次',
  'vt-secondary': 'VT 二次',
} as const satisfies Readonly<Record<SettingName, string>>;

/** With what a fault adds to a quantity. */
const JA: Readonly<Record<string, string>> = { ...QUANTITIES_JA, ...SETTINGS_JA, multiplier: '乗率' };

/** "energy-import multiplier" → 「電力量 乗率」; words without another name stay. */
export function quantityName(codes: string, language: Language): string {
  if (language === 'en') return codes;
  return codes
    .split(' ')
    .map((code) => JA[code] ?? code)
    .join(' ');
}
