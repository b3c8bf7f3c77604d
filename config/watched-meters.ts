/** What must be known of the meters of a site to find wiring mistakes. */
import { CHANNEL_UNITS } from '../gateway/domain/meters.ts';
import type { WiredMeter } from '../gateway/domain/validation/wiring.ts';
import { ratedOf } from './channel-specs.ts';
import type { SiteConfig } from './types.ts';

export interface WatchedMeter extends WiredMeter {
  readonly id: string;
  readonly parent: string | null;
}

export function watchedMeters({ meters }: Pick<SiteConfig, 'meters'>): readonly WatchedMeter[] {
  const siteGenerates = meters.some(({ role }) => role.startsWith('generation-') || role === 'grid-export');
  // Of a transmitter, which counts nothing, there is nothing to hold its values against.
  const counting = meters.filter(({ channels }) => channels.length > 0);
  return counting.map((meter) => {
    const { id, parent, role, channels } = meter;
    // Power is judged: where the meter counts other things too, by the rating of its electricity.
    const electric = channels.find((name) => CHANNEL_UNITS[name] === 'kWh');
    const ratedPerHour = electric ? ratedOf(meter, electric) : meter.ratedPerHour;
    return { id, parent, role, channels, ratedPerHour, siteGenerates };
  });
}
