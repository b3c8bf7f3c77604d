/** How a factor to kWh came about, as plain text for `check` and `explain`: every figure that it was made of. */
import type { Language } from '../faults.ts';
import {
  formatFraction,
  formatMicro,
  multiply,
  type Rational,
  rational,
  reduced,
  toMicro,
} from '../rational.ts';
import type { FactorBasis, GasBasis, SteamBasis } from './factor-basis.ts';
import { type GasState, type LineState, NORMAL_KPA, SATP_C, SATP_KPA, volumeRatio } from './gas.ts';
import type { FixedFactor } from './kwh-factor.ts';
import { absoluteMpa } from './steam.ts';

const EN = {
  from: 'from {from}',
  to: 'to {to}',
  always: 'without dates',
  metered: 'as metered',
  line: 'as metered ({celsius} °C, {gauge} kPa gauge, atmosphere {atmosphere} kPa)',
  normal: 'normal (0 °C, {normal} kPa)',
  satp: 'SATP ({satpC} °C, {satpKpa} kPa)',
  counts: 'the meter counts m³ {state}',
  saturated: 'saturated steam',
  wet: 'wet steam',
  superheated: 'superheated steam',
  pressure: '{gauge} MPa gauge + {atmosphere} kPa = {absolute} MPa',
  pressureKpa: '{gauge} kPa gauge + {atmosphere} kPa = {absolute} kPa',
  given: 'enthalpy as given',
  feed: 'feed water',
  rounded: 'rounded once to 6 decimals',
} as const;

const JA: Readonly<Record<keyof typeof EN, string>> = {
  from: '{from} から',
  to: '{to} まで',
  always: '期間の定めなし',
  metered: '計量状態',
  line: '計量状態 ({celsius} °C、ゲージ圧 {gauge} kPa、大気圧 {atmosphere} kPa)',
  normal: '標準状態 (0 °C、{normal} kPa)',
  satp: 'SATP ({satpC} °C、{satpKpa} kPa)',
  counts: 'メーターの m³ は{state}',
  saturated: '飽和蒸気',
  wet: '湿り蒸気',
  superheated: '過熱蒸気',
  pressure: 'ゲージ圧 {gauge} MPa + {atmosphere} kPa = {absolute} MPa',
  pressureKpa: 'ゲージ圧 {gauge} kPa + {atmosphere} kPa = {absolute} kPa',
  given: 'エンタルピーは設定値',
  feed: '給水',
  rounded: '小数 6 桁に一度だけ四捨五入',
};

type Say = (word: keyof typeof EN, values?: Readonly<Record<string, string>>) => string;

function wordsOf(language: Language): Say {
  const words = language === 'ja' ? JA : EN;
  return (word, values = {}) => words[word].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '?');
}

/** A decimal where six digits hold the value, else the fraction and about what it is. */
export function shown(value: Rational): string {
  const rounded = toMicro(value);
  const exact = rounded * value.den === value.num * 1_000_000n;
  return exact ? formatMicro(rounded) : `${formatFraction(value)} ≈ ${formatMicro(rounded)}`;
}

const M3: Readonly<Record<GasState, string>> = { metered: 'm³', normal: 'Nm³', satp: 'm³(SATP)' };

function stateText(state: GasState, line: LineState | null, say: Say): string {
  if (state === 'metered' && line) {
    const { celsius, gaugeKpa, atmosphericKpa } = line;
    return say('line', {
      celsius: shown(celsius),
      gauge: shown(gaugeKpa),
      atmosphere: shown(atmosphericKpa),
    });
  }
  return say(state, { normal: shown(NORMAL_KPA), satpC: shown(SATP_C), satpKpa: shown(SATP_KPA) });
}

/** p ÷ T of a state, as it enters the conversion. */
function pressureAndKelvin(state: GasState, line: LineState | null): readonly [string, string] {
  if (state === 'normal') return [shown(NORMAL_KPA), '273.15'];
  if (state === 'satp') return [shown(SATP_KPA), `(${shown(SATP_C)} + 273.15)`];
  if (!line) return ['?', '?'];
  return [`(${shown(line.gaugeKpa)} + ${shown(line.atmosphericKpa)})`, `(${shown(line.celsius)} + 273.15)`];
}

function ratioText(from: GasState, to: GasState, line: LineState | null, ratio: Rational): string {
  const [[p, t], [p0, t0]] = [pressureAndKelvin(from, line), pressureAndKelvin(to, line)];
  return `${p} ÷ ${p0} × ${t0} ÷ ${t} = ${shown(ratio)} ${M3[to]}/${M3[from]}`;
}

function gasLines({ counts, line, mjPerM3, at }: GasBasis, kwhPerUnit: Rational, say: Say): string[] {
  const ratio = volumeRatio(counts, at, line);
  const each = `${shown(mjPerM3)} MJ/${M3[at]}`;
  const result = `÷ 3.6 = ${shown(kwhPerUnit)} kWh/${M3[counts]}`;
  const head = say('counts', { state: stateText(counts, line, say) });
  if (counts === at || ratio === null) return [head, `${each} ${result}`];
  return [head, ratioText(counts, at, line, ratio), `${shown(ratio)} × ${each} ${result}`];
}

/** In MPa, as steam is spoken of; a mean that needs more digits than six in kPa. */
function pressureText(gaugeMpa: Rational, atmosphericKpa: Rational, say: Say): string {
  const absolute = absoluteMpa(gaugeMpa, atmosphericKpa);
  const atmosphere = shown(atmosphericKpa);
  if (1_000_000n % reduced(gaugeMpa).den === 0n)
    return say('pressure', { gauge: shown(gaugeMpa), atmosphere, absolute: shown(absolute) });
  const kpa = (mpa: Rational): string => shown(multiply(mpa, rational(1000n)));
  return say('pressureKpa', { gauge: kpa(gaugeMpa), atmosphere, absolute: kpa(absolute) });
}

function steamLines(basis: SteamBasis, kwhPerUnit: Rational, say: Say): string[] {
  const { state, gaugeMpa, atmosphericKpa, saturationCelsius, steamKjPerKg, feedCelsius, feedKjPerKg } =
    basis;
  const pressure = gaugeMpa && pressureText(gaugeMpa, atmosphericKpa, say);
  const origin = saturationCelsius ? `${shown(saturationCelsius)} °C, IAPWS-IF97` : say('given');
  const perKg = formatMicro(toMicro(multiply(kwhPerUnit, rational(1n, 1000n))));
  const [steam, feed] = [shown(steamKjPerKg), shown(feedKjPerKg)];
  return [
    `${[say(state), pressure, origin].filter((part) => part !== null).join(', ')}: h ${steam} kJ/kg`,
    `${say('feed')} ${shown(feedCelsius)} °C, IAPWS-IF97: h ${feed} kJ/kg`,
    `(${steam} − ${feed}) ÷ 3600 = ${perKg} kWh/kg, ${say('rounded')}`,
  ];
}

/** What a factor was made of, line by line. */
export function basisLines(basis: FactorBasis, kwhPerUnit: Rational, language: Language): string[] {
  const say = wordsOf(language);
  return basis.kind === 'gas' ? gasLines(basis, kwhPerUnit, say) : steamLines(basis, kwhPerUnit, say);
}

/** The dates and the source, then what it was made of. @param unit of the channel */
export function factorLines(factor: FixedFactor, unit: string, language: Language): string[] {
  const { from, to, kwhPerUnit, label, basis } = factor;
  const say = wordsOf(language);
  const dates = [
    ...(from === null ? [] : [say('from', { from })]),
    ...(to === null ? [] : [say('to', { to })]),
  ];
  const head = dates.length === 0 ? say('always') : dates.join(' ');
  return [
    `${shown(kwhPerUnit)} kWh/${unit}; ${head}${label === null ? '' : `; ${label}`}`,
    ...(basis ? basisLines(basis, kwhPerUnit, language) : []),
  ];
}

/** One volume in each of the named states it can be told in, never added up with each other. */
export function volumeLines(basis: GasBasis, quantityMicro: bigint, language: Language): string[] {
  const say = wordsOf(language);
  const { counts, line } = basis;
  const states: readonly GasState[] = ['metered', 'normal', 'satp'];
  return [counts, ...states.filter((state) => state !== counts)].flatMap((state) => {
    const ratio = volumeRatio(counts, state, line);
    if (ratio === null) return [];
    const micro = toMicro({ num: quantityMicro * ratio.num, den: ratio.den * 1_000_000n });
    return [`${formatMicro(micro)} ${M3[state]} ${stateText(state, line, say)}`];
  });
}
