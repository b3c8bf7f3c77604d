/**
 * A meter with several channels: each has its own factor to kWh and its own rating. The factor of the first one was
 * once that of all, so that water was counted as gas.
 */
import { expect, it } from 'vitest';
import { channelSpecs } from '../../config/channel-specs.ts';
import { checkSiteText } from '../../config/load-site.ts';
import { watchedMeters } from '../../config/watched-meters.ts';
import { rational } from '../../gateway/domain/rational.ts';

const UNITS = { 'energy-import': 'kWh', heat: 'GJ', 'gas-volume': 'm3', 'water-volume': 'm3' } as const;
type Name = keyof typeof UNITS;

function siteOf(names: readonly Name[], rest: string) {
  const registers = names.map(
    (name, n) => `${name}: { address: ${n * 2}, type: u32, unit: ${UNITS[name]}, ratio: primary }`,
  );
  const { site, problems } = checkSiteText(
    '/etc/hakaru/site.yaml',
    `site: { id: f, gridArea: kyushu }
gateway: { id: g1 }
lines: { lan: { kind: modbus-tcp, host: plc } }
meters:
  m: { line: lan, unit: 1, type: generic, role: other, channels: [${names.join(', ')}], ${rest}, map: { channels: { ${registers.join(', ')} } } }
`,
  );
  if (!site) throw new Error(problems.map(({ reason }) => reason).join());
  return site;
}

it.each([[['gas-volume', 'water-volume'] as const], [['water-volume', 'gas-volume'] as const]])(
  '%s: only the gas has the factor of gas, whichever comes first',
  (names) => {
    const site = siteOf(names, 'rated: 100 m3/h, gas: { counts: normal, calorificValue: 45 MJ/Nm3 }');
    const factors = new Map(channelSpecs(site).map(({ channel, kwhFactors }) => [channel, kwhFactors]));
    // 45 MJ/Nm³ ÷ 3.6 MJ/kWh
    expect(factors.get('gas-volume')).toMatchObject([{ kwhPerUnit: rational(25n, 2n) }]);
    expect(factors.get('water-volume')).toEqual([]);
  },
);

it.each([[['heat', 'energy-import'] as const], [['energy-import', 'heat'] as const]])(
  '%s: 100 kW are 100 kWh, and 0.36 GJ, an hour',
  (names) => {
    const site = siteOf(names, 'rated: 100 kW');
    const rates = new Map(channelSpecs(site).map(({ channel, ratedPerHour }) => [channel, ratedPerHour]));
    expect(rates.get('energy-import')).toEqual(rational(100n));
    expect(rates.get('heat')).toEqual(rational(9n, 25n));
    expect(watchedMeters(site)).toMatchObject([{ ratedPerHour: rational(100n) }]);
    const [energy, heat] = (['energy-import', 'heat'] as const).map(
      (name) => channelSpecs(site).find(({ channel }) => channel === name)?.kwhFactors,
    );
    expect(energy).toMatchObject([{ kwhPerUnit: rational(1n) }]);
    expect(heat).toMatchObject([{ kwhPerUnit: rational(2_500n, 9n) }]);
  },
);
