/** What the ledger must know of each channel, out of the site file and the meter types. */
import type { ChannelSpec, RegisterScale } from '../gateway/domain/meters.ts';
import { CHANNEL_UNITS, type ChannelName } from '../gateway/domain/meters.ts';
import { multiply, ONE, type Rational, reduced } from '../gateway/domain/rational.ts';
import type { CumulativeMap, MeterConfig, SiteConfig } from './types.ts';

/**
 * Without an accepted reading for this long a stretch counts as unwatched. Registers that the meter keeps lose
 * nothing in it; it lowers the coverage of the slots it touches.
 */
const WATCH_GAP_MS = 600_000;
/** Pulses that the gateway counts: the driver says when it did not watch; silence of this length means the same, ms. */
const COUNT_GAP_MS = 60_000;
/** A meter that is asked rarely is watched as long as it answers every third time. */
const MISSED_POLLS = 3;

/** The most it can measure on that channel, native units per hour. */
export function ratedOf(meter: MeterConfig, channel: ChannelName): Rational {
  return meter.ratedOf?.[channel] ?? meter.ratedPerHour;
}

function encodingOf(map: CumulativeMap): RegisterScale['encoding'] {
  if (map.type === 'f32') return 'float32';
  return map.type === 'f64' ? 'float64' : 'integer';
}

/** The register behind a channel: the counter of a pulse input, or the type's own. */
export function cumulativeMap(meter: MeterConfig, channel: ChannelName): CumulativeMap {
  const map = meter.input === null ? meter.type.channels[channel] : meter.type.pulseInputs?.[meter.input];
  if (!map) throw new Error(`meter ${meter.id} has no register for ${channel}`);
  return map;
}

function unitsPerCount(meter: MeterConfig, map: CumulativeMap): Rational {
  // What the register says is compared with this in every poll; a change of it is a change of ratio.
  const tens = map.multiplier === undefined ? ONE : (meter.registerMultiplier ?? ONE);
  const scale = multiply(map.scale, tens);
  if (meter.pulseWeight !== null)
    return reduced(multiply(multiply(scale, meter.pulseWeight), meter.multiplier));
  const transformers = map.ratio === 'secondary' ? multiply(meter.ct, meter.vt) : ONE;
  return reduced(multiply(multiply(scale, transformers), meter.multiplier));
}

/** Pulses that the gateway counts: one count is one pulse, and no register keeps them. */
function countedSpec(meter: MeterConfig, channel: ChannelName): ChannelSpec {
  return {
    meter: meter.id,
    channel,
    unit: CHANNEL_UNITS[channel],
    role: meter.role,
    keptBy: 'gateway',
    scale: {
      unitsPerCount: meter.pulseWeight ?? ONE,
      stepCounts: ONE,
      encoding: 'integer',
      wrapsAt: null,
      updateMs: 0,
    },
    ratedPerHour: ratedOf(meter, channel),
    watchGapMs: COUNT_GAP_MS,
    kwhFactors: meter.kwhFactors[channel] ?? [],
  };
}

export function channelSpec(meter: MeterConfig, channel: ChannelName): ChannelSpec {
  if (meter.pulse) return countedSpec(meter, channel);
  const map = cumulativeMap(meter, channel);
  return {
    meter: meter.id,
    channel,
    unit: CHANNEL_UNITS[channel],
    role: meter.role,
    keptBy: 'meter',
    scale: {
      unitsPerCount: unitsPerCount(meter, map),
      stepCounts: map.step,
      encoding: encodingOf(map),
      wrapsAt: map.wrapsAt,
      updateMs: meter.type.updateMs,
    },
    ratedPerHour: ratedOf(meter, channel),
    watchGapMs: Math.max(WATCH_GAP_MS, MISSED_POLLS * meter.intervalMs),
    kwhFactors: meter.kwhFactors[channel] ?? [],
  };
}

/** The sub-meters of the site's own generation: the topmost of their parents generates. */
function generatedMeters(meters: readonly MeterConfig[]): ReadonlySet<string> {
  const byId = new Map(meters.map((meter) => [meter.id, meter]));
  const topOf = (meter: MeterConfig): MeterConfig => {
    let top = meter;
    // The checks of the site file refuse circles; the bound only keeps a bug from hanging.
    for (let steps = 0; steps < meters.length; steps++) {
      const parent = top.parent === null ? undefined : byId.get(top.parent);
      if (!parent) break;
      top = parent;
    }
    return top;
  };
  const generated = meters.filter(
    (meter) => meter.role === 'sub' && topOf(meter).role.startsWith('generation-'),
  );
  return new Set(generated.map(({ id }) => id));
}

/** All channels of the site, in the order of the site file. */
export function channelSpecs(site: SiteConfig): ChannelSpec[] {
  const generated = generatedMeters(site.meters);
  return site.meters.flatMap((meter) =>
    meter.channels.map((channel) => ({
      ...channelSpec(meter, channel),
      ...(generated.has(meter.id) ? { isGenerated: true as const } : {}),
    })),
  );
}
