import type { Mutant } from './mutant.ts';

const THERMO = 'gateway/domain/thermo';

/** Volumes, enthalpies and the dates of factors. */
export const OF_GAS_AND_STEAM: readonly Mutant[] = [
  {
    name: 'gauge pressure taken for absolute',
    file: `${THERMO}/gas.ts`,
    find: 'divide(add(line.gaugeKpa, line.atmosphericKpa), kelvinOf(line.celsius))',
    replace: 'divide(line.gaugeKpa, kelvinOf(line.celsius))',
    test: 'test/thermo/gas-states.test.ts',
    story: 'by the physics: 45 MJ/Nm³ × 0.9667 ÷ 3.6',
  },
  {
    name: 'the law’s factor of metered gas applied to Nm³ as they are',
    file: 'config/factors-site.ts',
    find: 'const kwhPerUnit = gasKwhPerM3(counts, line, mjPerM3, at);',
    replace: 'const kwhPerUnit = gasKwhPerM3(at, line, mjPerM3, at);',
    test: 'test/thermo/gas-states.test.ts',
    story: 'by the law of a meter that counts Nm³ goes back to the metered volume',
  },
  {
    name: 'energy of steam without the heat of its feed water',
    file: `${THERMO}/steam.ts`,
    find: 'divide(subtract(steamKjPerKg, feedKjPerKg), rational(3600n))',
    replace: 'divide(steamKjPerKg, rational(3600n))',
    test: 'test/thermo/steam-factor.test.ts',
    story: 'of 0.7 MPaG over water of 20 °C is 745.7 kWh/t, kept as 745.655',
  },
  {
    name: 'wet steam taken for saturated',
    file: 'config/factors-steam.ts',
    find: "if (state === 'saturated') {",
    replace: "if (state !== 'superheated') {",
    test: 'test/thermo/broken-conditions.test.ts',
    story: 'wet steam without an enthalpy is refused, never taken for saturated',
  },
  {
    name: 'the factor of today for every hour',
    file: `${THERMO}/kwh-factor.ts`,
    find: 'return kwhFactors.find((factor) => holdsOn(factor, date)) ?? null;',
    replace: 'return kwhFactors.find((factor) => holdsOn(factor, date)) ?? kwhFactors.at(-1) ?? null;',
    test: 'test/thermo/factor-by-date.test.ts',
    story: 'the hour is the date’s: none before the new value, the new one from 00:00 of the site on',
  },
  {
    name: 'a corrected factor leaves the past as it was sent',
    file: 'gateway/stages/factor-changes.ts',
    find: "store.work.addAllOf('close', id);",
    replace: '',
    test: 'test/thermo/factor-by-date.test.ts',
    story: 'derives and sends the past again, and says so',
  },
];
