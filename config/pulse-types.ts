/** The two types of a meter on a gpio line: its pulses are all there is of it, so there is no register map. */
import type { Quantity } from './exact.ts';
import type { MeterType } from './types.ts';

function pulseType(id: string, model: string, notes: string): MeterType {
  return {
    id,
    maker: '-',
    model,
    manual: 'not seen',
    source: 'site file',
    status: 'unverified',
    notes,
    line: null,
    limits: { maxRegisters: 1, responseMs: 0 },
    updateMs: 0,
    invalid: {},
    channels: {},
    pulseInputs: {},
    gauges: {},
  };
}

export const PULSE_TYPES: ReadonlyMap<string, MeterType> = new Map(
  [
    pulseType('pulse', 'pulse output', 'Any pulse contact, counted by the gateway.'),
    pulseType('service-pulse', 'service pulse', "The service pulse of the utility's meter."),
  ].map((type) => [type.id, type]),
);

/** サービスパルス of the utilities' transformer-operated meters, at the secondary side of CT and VT. */
export const SERVICE_PULSE: Quantity = { value: { num: 50_000n, den: 1n }, unit: 'pulse/kWh' };

/** Contacts bounce for up to 20 ms; the service pulse is an open collector and may be some ms short. */
export const DEFAULT_FILTER = {
  pulse: { kind: 'pulse', ms: 20 },
  'service-pulse': { kind: 'edge', ms: 10 },
} as const;

/** So often a pulse input hands over what it counted; longer would put more than 10 s of pulses at risk, ms. */
export const PULSE_INTERVAL_MS = 1_000;
export const MAX_PULSE_INTERVAL_MS = 5_000;
/** Pulses a second at the most. */
export const MAX_PULSE_HZ = 200;

export function defaultFilter(typeId: string): { readonly kind: 'edge' | 'pulse'; readonly ms: number } {
  return typeId === 'service-pulse' ? DEFAULT_FILTER['service-pulse'] : DEFAULT_FILTER.pulse;
}
