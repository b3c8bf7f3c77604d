/** Factors that follow from gauges, as plain text: what is read, what it showed, and what was made of it. */
import type { Language } from '../faults.ts';
import type { ChannelUnit } from '../quantities.ts';
import { formatMicro, type Rational } from '../rational.ts';
import { SLOT_MS } from '../time.ts';
import type { FactorBasis } from './factor-basis.ts';
import { basisLines, shown } from './factor-lines.ts';
import { type GaugeSlot, gaugeKey, meanMicro } from './gauge-slot.ts';
import type { KwhFactor } from './kwh-factor.ts';
import {
  type ConditionName,
  conditionsOf,
  ENOUGH_MS,
  fallbackFactor,
  isRead,
  type LiveRecipe,
  type SlotCondition,
  type SlotFactor,
  WELL_MS,
} from './live-factor.ts';

const EN = {
  from: 'from {from}',
  to: 'to {to}',
  always: 'without dates',
  each: 'kWh/{unit} of each half-hour by what is read',
  temperature: 'temperature',
  gaugePressure: 'gauge pressure',
  feedWater: 'feed water',
  readBy: '{name}: {gauge}; where it is not known: {instead}',
  constant: '{name}: {value}',
  noKwh: 'no kWh',
  byFallback: 'by the fall-backs {factor} kWh/{unit}:',
  mean: '{gauge}: {sum} {unit}·ms ÷ {ms} ms = {mean} {unit}; {min} … {max}, watched {ms} of {slot} ms',
  unseen: '{gauge}: watched 0 of {slot} ms',
  rounded: '{line}, rounded once to 6 decimals',
  absolute: 'absolute: {mean} − {atmosphere} = {gauge} kPa above the atmosphere',
  fallback: '{gauge}: fall-back {value}',
  none: '{gauge}: no value, and no fall-back in the site file',
  unwatched: 'watched for less than {enough} ms',
  'out-of-range': 'it showed what cannot be',
  impossible: 'not possible together with the others',
  estimated: 'estimated: a fall-back stands for {gauges}',
  interpolated: 'interpolated: {gauges} watched for less than {well} ms',
} as const;

const JA: Readonly<Record<keyof typeof EN, string>> = {
  from: '{from} から',
  to: '{to} まで',
  always: '期間の定めなし',
  each: 'kWh/{unit} は時限ごとに読み取り値から',
  temperature: '温度',
  gaugePressure: 'ゲージ圧',
  feedWater: '給水',
  readBy: '{name}: {gauge}。不明の場合: {instead}',
  constant: '{name}: {value}',
  noKwh: 'kWh なし',
  byFallback: '代替値では {factor} kWh/{unit}:',
  mean: '{gauge}: {sum} {unit}·ms ÷ {ms} ms = {mean} {unit}。{min} … {max}、{slot} ms のうち {ms} ms 監視',
  unseen: '{gauge}: {slot} ms のうち 0 ms 監視',
  rounded: '{line}、小数 6 桁に一度だけ四捨五入',
  absolute: '絶対圧: {mean} − {atmosphere} = {gauge} kPa (ゲージ圧)',
  fallback: '{gauge}: 代替値 {value}',
  none: '{gauge}: 値がなく、設定にも代替値がない',
  unwatched: '監視が {enough} ms 未満',
  'out-of-range': 'あり得ない値を示した',
  impossible: '他の値と同時にはあり得ない',
  estimated: 'estimated: {gauges} に代替値を使用',
  interpolated: 'interpolated: {gauges} の監視が {well} ms 未満',
};

type Say = (word: keyof typeof EN, values?: Readonly<Record<string, string | number>>) => string;

function wordsOf(language: Language): Say {
  const words = language === 'ja' ? JA : EN;
  return (word, values = {}) =>
    words[word].replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? '?'));
}

const unitOf = (name: ConditionName): string => (name === 'gaugePressure' ? 'kPa' : '°C');
const valueText = (name: ConditionName, value: Rational): string => `${shown(value)} ${unitOf(name)}`;

/** Steam says by itself where it is rounded; the factor of gas is exact but for this. */
function workingLines(basis: FactorBasis, kwhPerUnit: Rational, language: Language): string[] {
  const lines = basisLines(basis, kwhPerUnit, language);
  const last = lines.pop();
  if (last === undefined || basis.kind === 'steam') return last === undefined ? lines : [...lines, last];
  return [...lines, wordsOf(language)('rounded', { line: last })];
}

/** The dates, what is read, and what the fall-backs would make. @param unit of the channel */
export function liveLines(
  factor: KwhFactor,
  live: LiveRecipe,
  unit: ChannelUnit,
  language: Language,
): string[] {
  const { from, to, label } = factor;
  const say = wordsOf(language);
  const dates = [
    ...(from === null ? [] : [say('from', { from })]),
    ...(to === null ? [] : [say('to', { to })]),
  ];
  const head = dates.length === 0 ? say('always') : dates.join(' ');
  const conditions = conditionsOf(live).map(([key, condition]) => {
    const name = say(key);
    if (!isRead(condition)) return say('constant', { name, value: valueText(key, condition.constant) });
    const instead = condition.fallback ? valueText(key, condition.fallback) : say('noKwh');
    return say('readBy', { name, gauge: gaugeKey(condition.from), instead });
  });
  const instead = fallbackFactor(live);
  const working =
    instead?.basis && instead.kwhPerUnit
      ? [
          say('byFallback', { factor: shown(instead.kwhPerUnit), unit }),
          ...workingLines(instead.basis, instead.kwhPerUnit, language),
        ]
      : [];
  return [
    `${say('each', { unit })}; ${head}${label === null ? '' : `; ${label}`}`,
    ...conditions,
    ...working,
  ];
}

function meanText({ name, from }: SlotCondition, evidence: GaugeSlot, say: Say): string {
  const { sumMicroMs, watchedMs, minMicro, maxMicro } = evidence;
  return say('mean', {
    gauge: gaugeKey(from),
    sum: formatMicro(sumMicroMs),
    unit: unitOf(name),
    ms: watchedMs,
    slot: SLOT_MS,
    mean: formatMicro(meanMicro(evidence)),
    min: formatMicro(minMicro),
    max: formatMicro(maxMicro),
  });
}

function conditionLines(condition: SlotCondition, { atmosphericKpa }: LiveRecipe, say: Say): string[] {
  const { name, from, evidence, used, why, value } = condition;
  const gauge = gaugeKey(from);
  const seen = evidence ? meanText(condition, evidence, say) : say('unseen', { gauge, slot: SLOT_MS });
  const absolute =
    evidence && value && used === 'mean' && from.gauge === 'pressure-absolute'
      ? [
          say('absolute', {
            mean: formatMicro(meanMicro(evidence)),
            atmosphere: shown(atmosphericKpa),
            gauge: shown(value),
          }),
        ]
      : [];
  if (why === null) return [seen, ...absolute];
  const reason = say(why, { enough: ENOUGH_MS });
  const instead = value ? say('fallback', { gauge, value: valueText(name, value) }) : say('none', { gauge });
  return [seen, `${instead} (${reason})`];
}

/** Why kWh by it are no better than that; null where nothing need be said. */
function qualityText({ conditions, kwhPerUnit, quality }: SlotFactor, say: Say): string | null {
  if (kwhPerUnit === null || quality === 'measured') return null;
  const isWeak = ({ used, evidence }: SlotCondition) =>
    quality === 'estimated' ? used !== 'mean' : (evidence?.watchedMs ?? 0) < WELL_MS;
  const gauges = conditions
    .filter(isWeak)
    .map(({ from }) => gaugeKey(from))
    .join(', ');
  return say(quality === 'estimated' ? 'estimated' : 'interpolated', { gauges, well: WELL_MS });
}

/**
 * What the gauges showed in one half-hour, and what was made of it.
 * @param isUsed false where nothing passed: nothing rests on it
 */
export function slotFactorLines(
  factor: SlotFactor,
  live: LiveRecipe,
  language: Language,
  isUsed = true,
): string[] {
  const say = wordsOf(language);
  const { conditions, kwhPerUnit, basis } = factor;
  const quality = isUsed ? qualityText(factor, say) : null;
  return [
    ...conditions.flatMap((condition) => conditionLines(condition, live, say)),
    ...(basis && kwhPerUnit ? workingLines(basis, kwhPerUnit, language) : []),
    ...(quality === null ? [] : [quality]),
  ];
}
