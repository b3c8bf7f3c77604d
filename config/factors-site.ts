/** The keys `energyFactor`, `gas` and `steam` of a meter become the dated factors to kWh of one channel, or problems. */
import { CHANNEL_UNITS, type ChannelName } from '../gateway/domain/meters.ts';
import { divide, multiply, ONE, type Rational, rational, reduced } from '../gateway/domain/rational.ts';
import type { GasBasis } from '../gateway/domain/thermo/factor-basis.ts';
import { type GasState, gasKwhPerM3, type LineState } from '../gateway/domain/thermo/gas.ts';
import { type KwhFactor, plainFactor } from '../gateway/domain/thermo/kwh-factor.ts';
import { GJ_PER_KWH } from './exact.ts';
import type { EnergyFactor } from './factors.ts';
import type { CalorificValue, GasFile, Measured, SteamFile } from './factors-fields.ts';
import { constantOf, isReadBy, liveGas } from './factors-live.ts';
import { type Dates, type ReportBelow, type Spell, spellsOf } from './factors-spells.ts';
import { steamFactor } from './factors-steam.ts';
import { HINTS } from './hints.ts';

const ATMOSPHERE_KPA = rational(101_325n, 1000n);
const MJ_PER_KWH = rational(36n, 10n);

export interface EnergyInput {
  readonly channel: ChannelName;
  readonly gas: GasFile | undefined;
  readonly steam: SteamFile | undefined;
  readonly factor: EnergyFactor | null;
}

const later = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && b > a) ? b : a;
const earlier = (a: string | null, b: string | null): string | null =>
  a === null || (b !== null && b < a) ? b : a;

/** The part of a spell in which a value of a factor file holds; null where they have no day in common. */
function common(spell: Dates, value: EnergyFactor['values'][number]): Dates | null {
  const from = later(spell.from, value.validFrom);
  const to = earlier(spell.to, value.validTo);
  return from !== null && to !== null && to < from ? null : { from, to };
}

interface GasConditions {
  readonly temperature?: Measured | undefined;
  readonly gaugePressure?: Measured | undefined;
  readonly atmosphericPressure?: Rational | undefined;
  readonly calorificValue?: CalorificValue | undefined;
}

function lineOf({ temperature, gaugePressure, atmosphericPressure }: GasConditions): LineState | null {
  const [celsius, gaugeKpa] = [constantOf(temperature), constantOf(gaugePressure)];
  if (!celsius || !gaugeKpa) return null;
  return {
    celsius,
    gaugeKpa,
    atmosphericKpa: atmosphericPressure ?? ATMOSPHERE_KPA,
  };
}

interface Heat extends Dates {
  readonly mjPerM3: Rational;
  readonly at: GasState;
  readonly label: string;
}

function heatsOf(
  { conditions, from, to, path }: Spell<GasConditions>,
  factor: EnergyFactor | null,
  report: ReportBelow,
): Heat[] {
  const { calorificValue: value } = conditions;
  if (factor?.state) {
    const { state: at } = factor;
    const heats = factor.values.flatMap((each) => {
      const dates = common({ from, to }, each);
      const mjPerM3 = reduced(multiply(each.kwhPerUnit, MJ_PER_KWH));
      return dates ? [{ ...dates, mjPerM3, at, label: each.label }] : [];
    });
    if (heats.length === 0) report(path, 'factor-hole', { found: factor.id });
    return heats;
  }
  if (!value) return [];
  if (value.at === null) {
    report([...path, 'calorificValue'], 'calorific-state', { found: value.text });
    return [];
  }
  return [{ from, to, mjPerM3: value.mjPerM3, at: value.at, label: value.text }];
}

/** What is needed of the line and not written, or written by half. */
function checkLine(
  spell: Spell<GasConditions>,
  counts: GasState,
  heats: readonly Heat[],
  report: ReportBelow,
) {
  const { conditions, path } = spell;
  const missing = (['temperature', 'gaugePressure'] as const).filter((key) => !conditions[key]);
  const heat = heats.find(({ at }) => at !== counts && (at === 'metered' || counts === 'metered'));
  const hint = missing.map((key) => HINTS[`meters.*.gas.${key}`]?.example.replace(/ \(.*/, '')).join(', ');
  if (missing.length === 1) report(path, 'missing', { field: missing[0] ?? '', hint });
  else if (heat && missing.length > 0) {
    const fields = missing.map((key) => `\`${key}\``).join(', ');
    report(path, 'line-state-missing', { counts, at: heat.at, fields, hint });
  }
}

function gasFactors(gas: GasFile | undefined, factor: EnergyFactor | null, report: ReportBelow): KwhFactor[] {
  const { counts = 'metered', changes = [], ...base } = gas ?? {};
  const spells = spellsOf<GasConditions>('gas', base, changes, report);
  if (gas && !factor && !base.calorificValue) report(['gas'], 'factor-none');
  return (spells ?? []).flatMap((spell) => {
    if (factor && spell.conditions.calorificValue) {
      report([...spell.path, 'calorificValue'], 'factor-twice', { field: 'calorificValue' });
      return [];
    }
    const heats = heatsOf(spell, factor, report);
    if (gas) checkLine(spell, counts, heats, report);
    const line = lineOf(spell.conditions);
    const {
      temperature,
      gaugePressure,
      atmosphericPressure: atmosphericKpa = ATMOSPHERE_KPA,
    } = spell.conditions;
    if (isReadBy(temperature) || isReadBy(gaugePressure)) {
      // What is written by half was told of.
      if (!temperature || !gaugePressure) return [];
      const given = { counts, temperature, gaugePressure, atmosphericKpa };
      return heats.flatMap((heat) => liveGas(heat, given, spell.path, report) ?? []);
    }
    return heats.flatMap(({ from, to, mjPerM3, at, label }) => {
      const kwhPerUnit = gasKwhPerM3(counts, line, mjPerM3, at);
      const basis: GasBasis = { kind: 'gas', counts, line, mjPerM3, at };
      if (!kwhPerUnit && !gas) report(['energyFactor'], 'gas-state-missing', { found: label, at });
      return kwhPerUnit ? [{ from, to, kwhPerUnit, label, basis }] : [];
    });
  });
}

/** The ranges of its fields keep the pressures and temperatures within those of the formulas. */
function steamFactors({ changes = [], ...base }: SteamFile, report: ReportBelow): KwhFactor[] {
  const spells = spellsOf('steam', base, changes, report) ?? [];
  return spells.flatMap((spell) => steamFactor(spell, ATMOSPHERE_KPA, report) ?? []);
}

/** @returns what could be made; complete where nothing was reported */
export function kwhFactorsOf(input: EnergyInput, report: ReportBelow): readonly KwhFactor[] {
  const { channel, gas, steam, factor } = input;
  const unit = CHANNEL_UNITS[channel];
  if (unit === 'kWh') return [plainFactor(ONE)];
  if (channel === 'gas-volume') return gasFactors(gas, factor, report);
  if (factor?.unit === unit)
    return factor.values.map(({ validFrom: from, validTo: to, kwhPerUnit, label }) => ({
      ...plainFactor(kwhPerUnit),
      from,
      to,
      label,
    }));
  if (channel === 'steam-mass' && steam) return steamFactors(steam, report);
  return unit === 'GJ' ? [plainFactor(reduced(divide(ONE, GJ_PER_KWH)))] : [];
}
