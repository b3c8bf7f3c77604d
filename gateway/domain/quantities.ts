/** What meters count and show, by name. */

/** A cumulative register that only rises; the gateway accounts for these and for nothing else. */
export type ChannelName =
  | 'energy-import'
  | 'energy-export'
  | 'gas-volume'
  | 'steam-mass'
  | 'heat'
  | 'water-volume';

export const CHANNEL_NAMES = [
  'energy-import',
  'energy-export',
  'gas-volume',
  'steam-mass',
  'heat',
  'water-volume',
] as const satisfies readonly ChannelName[];

/** Native units of channels: what the meter's face says. */
export type ChannelUnit = 'kWh' | 'm3' | 't' | 'GJ';

export const CHANNEL_UNITS: Readonly<Record<ChannelName, ChannelUnit>> = {
  'energy-import': 'kWh',
  'energy-export': 'kWh',
  'gas-volume': 'm3',
  'steam-mass': 't',
  heat: 'GJ',
  'water-volume': 'm3',
};

/**
 * An instantaneous value, for display and prediction. Of accounting it decides nothing but what a m³ of gas or a t of
 * steam holds, by its mean over a half-hour that is kept as evidence (thermo/gauge-slot.ts).
 */
export type GaugeName =
  | 'power'
  | 'power-l1'
  | 'power-l2'
  | 'power-l3'
  | 'voltage-l1'
  | 'voltage-l2'
  | 'voltage-l3'
  | 'current-l1'
  | 'current-l2'
  | 'current-l3'
  | 'power-factor'
  | 'frequency'
  | 'flow'
  | 'pressure'
  | 'pressure-absolute'
  | 'temperature'
  | 'timing-offset';

/** Those that a register of a meter may hold. `pressure` is above the atmosphere. */
export const REGISTER_GAUGES = [
  'power',
  'power-l1',
  'power-l2',
  'power-l3',
  'voltage-l1',
  'voltage-l2',
  'voltage-l3',
  'current-l1',
  'current-l2',
  'current-l3',
  'power-factor',
  'frequency',
  'flow',
  'pressure',
  'pressure-absolute',
  'temperature',
] as const satisfies readonly GaugeName[];

/** `timing-offset`: our clock minus that of the utility's timing pulse, s. */
export const GAUGE_NAMES = [...REGISTER_GAUGES, 'timing-offset'] as const satisfies readonly GaugeName[];

/** Power of all phases or of one, W. */
export function isPower(gauge: GaugeName): boolean {
  return gauge === 'power' || /^power-l[123]$/.test(gauge);
}

/** What a meter lets people set that changes what its registers mean. */
export type SettingName =
  | 'ct-ratio'
  | 'vt-ratio'
  | 'ct-primary'
  | 'ct-secondary'
  | 'vt-primary'
  | 'vt-secondary';
