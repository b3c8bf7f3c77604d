/** One spell of a `steam` block becomes a factor: the enthalpies, and whether they can be those of such steam. */
import { type Rational, rational } from '../gateway/domain/rational.ts';
import { shown } from '../gateway/domain/thermo/factor-lines.ts';
import type { KwhFactor } from '../gateway/domain/thermo/kwh-factor.ts';
import {
  compare,
  feedEnthalpy,
  type Saturation,
  type SteamState,
  saturationAt,
  steamKwhPerTonne,
} from '../gateway/domain/thermo/steam.ts';
import type { SteamFile } from './factors-fields.ts';
import { constantOf, isReadBy, liveSteam } from './factors-live.ts';
import type { ReportBelow, Spell } from './factors-spells.ts';
import { HINTS } from './hints.ts';

const example = (key: string): string => (HINTS[`meters.*.steam.${key}`]?.example ?? '').replace(/ \(.*/, '');

type Conditions = Omit<SteamFile, 'changes'>;

/** The enthalpy of the steam, kJ/kg; null when something was reported. */
function enthalpyOf(
  { conditions, path }: Spell<Conditions>,
  saturation: Saturation | null,
  report: ReportBelow,
): Rational | null {
  const { state = 'saturated', enthalpy } = conditions;
  if (state === 'saturated') {
    if (enthalpy) report([...path, 'enthalpy'], 'steam-enthalpy-unused');
    if (!saturation && !conditions.gaugePressure)
      report(path, 'missing', { field: 'gaugePressure', hint: example('gaugePressure') });
    return enthalpy ? null : (saturation?.steamKjPerKg ?? null);
  }
  if (!enthalpy) {
    report([...path, 'state'], 'steam-not-saturated', { state, hint: '`enthalpy: 2900 kJ/kg`' });
    return null;
  }
  if (!saturation) return enthalpy;
  const { steamKjPerKg: dry, waterKjPerKg: water, celsius } = saturation;
  const tooLow = compare(enthalpy, state === 'wet' ? water : dry) < 0;
  if (tooLow || (state === 'wet' && compare(enthalpy, dry) > 0)) {
    report([...path, 'enthalpy'], 'steam-enthalpy-odd', {
      state,
      found: shown(enthalpy),
      where: `${shown(celsius)} °C`,
      bounds: state === 'wet' ? `${shown(water)} … ${shown(dry)}` : `≥ ${shown(dry)}`,
    });
    return null;
  }
  return enthalpy;
}

function labelOf(state: SteamState, enthalpy: Rational): string {
  return state === 'saturated' ? 'IAPWS-IF97' : `${shown(enthalpy)} kJ/kg, IAPWS-IF97`;
}

/** Where a pressure or the feed water is read. @param enthalpy as given, or that of a constant pressure */
function liveFactor(
  { conditions, path, from, to }: Spell<Conditions>,
  atmosphericKpa: Rational,
  enthalpy: Rational | null,
  report: ReportBelow,
): KwhFactor | null {
  const { state = 'saturated', gaugePressure, feedWater } = conditions;
  const given = state === 'saturated' ? null : enthalpy;
  if (!feedWater || (state === 'saturated' ? !gaugePressure || conditions.enthalpy : !given)) return null;
  if (given && isReadBy(gaugePressure)) {
    const values = { field: 'gaugePressure', why: `enthalpy: ${shown(given)} kJ/kg` };
    report([...path, 'gaugePressure'], 'live-unused', values);
    return null;
  }
  const recipe = { state, enthalpy: given, gaugePressure, feedWater, atmosphericKpa };
  return liveSteam({ from, to }, recipe, labelOf(state, given ?? rational(0n)), path, report);
}

/** @throws CodedError steam-out-of-range */
export function steamFactor(
  spell: Spell<Conditions>,
  atmosphere: Rational,
  report: ReportBelow,
): KwhFactor | null {
  const { conditions, path, from, to } = spell;
  const { state = 'saturated', gaugePressure, feedWater, atmosphericPressure = atmosphere } = conditions;
  const gaugeKpa = constantOf(gaugePressure);
  const gaugeMpa = gaugeKpa && { num: gaugeKpa.num, den: gaugeKpa.den * 1000n };
  const saturation = gaugeMpa && saturationAt(gaugeMpa, atmosphericPressure);
  const steamKjPerKg = enthalpyOf(spell, saturation, report);
  if (!feedWater) report(path, 'missing', { field: 'feedWater', hint: example('feedWater') });
  if (isReadBy(gaugePressure) || isReadBy(feedWater))
    return liveFactor(spell, atmosphericPressure, steamKjPerKg, report);
  const feedCelsius = constantOf(feedWater);
  if (!feedCelsius || !steamKjPerKg) return null;
  if (saturation && compare(feedCelsius, saturation.celsius) >= 0) {
    const values = {
      found: shown(feedCelsius),
      steam: shown(saturation.celsius),
      hint: example('feedWater'),
    };
    report([...path, 'feedWater'], 'steam-feed-hot', values);
    return null;
  }
  const feedKjPerKg = feedEnthalpy(feedCelsius, atmosphericPressure);
  if (compare(steamKjPerKg, feedKjPerKg) <= 0) {
    const where = `${shown(feedCelsius)} °C`;
    const words = { state, where, bounds: `> ${shown(feedKjPerKg)}` };
    report([...path, 'enthalpy'], 'steam-enthalpy-odd', { ...words, found: shown(steamKjPerKg) });
    return null;
  }
  return {
    from,
    to,
    kwhPerUnit: steamKwhPerTonne(steamKjPerKg, feedKjPerKg),
    label: labelOf(state, steamKjPerKg),
    basis: {
      kind: 'steam',
      state,
      gaugeMpa,
      atmosphericKpa: atmosphericPressure,
      saturationCelsius: state === 'saturated' && saturation ? saturation.celsius : null,
      steamKjPerKg,
      feedCelsius,
      feedKjPerKg,
    },
  };
}
