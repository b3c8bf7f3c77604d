/** A steam meter of 10 kg a pulse whose pressure another meter shows, over feed water of 20 °C. */
import type { ChannelSpec } from '../../../gateway/domain/meters.ts';
import { rational } from '../../../gateway/domain/rational.ts';
import type { GaugeRef } from '../../../gateway/domain/thermo/gauge-slot.ts';
import type { LiveSteam } from '../../../gateway/domain/thermo/live-factor.ts';
import { specWith } from '../../ledger/support/ledger.ts';

export const PRESSURE: GaugeRef = { meter: 'header', gauge: 'pressure' };
export const ATMOSPHERE = rational(101_325n, 1_000n);

export function liveSteam({ fallbackKpa = null }: { readonly fallbackKpa?: bigint | null } = {}): LiveSteam {
  return {
    kind: 'steam',
    state: 'saturated',
    enthalpy: null,
    atmosphericKpa: ATMOSPHERE,
    gaugePressure: {
      from: PRESSURE,
      fallback: fallbackKpa === null ? null : rational(fallbackKpa),
      low: rational(-100n),
      high: rational(16_400n),
    },
    feedWater: { constant: rational(20n) },
  };
}

export function liveSteamSpec(options: { readonly fallbackKpa?: bigint | null } = {}): ChannelSpec {
  return {
    ...specWith({
      meter: 'boiler',
      channel: 'steam-mass',
      unit: 't',
      role: 'steam',
      ratedPerHour: rational(60n),
      scale: { unitsPerCount: rational(1n, 100n) },
    }),
    kwhFactors: [
      { from: null, to: null, kwhPerUnit: null, label: 'IAPWS-IF97', basis: null, live: liveSteam(options) },
    ],
  };
}
