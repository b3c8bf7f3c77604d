/** What must be known of the meters of a site to find wiring mistakes. */
import type { WiredMeter } from '../gateway/domain/validation/wiring.ts';
import type { SiteConfig } from './types.ts';

export interface WatchedMeter extends WiredMeter {
  readonly id: string;
  readonly parent: string | null;
}

export function watchedMeters({ meters }: Pick<SiteConfig, 'meters'>): readonly WatchedMeter[] {
  const siteGenerates = meters.some(({ role }) => role.startsWith('generation-') || role === 'grid-export');
  return meters.map(({ id, parent, role, channels, ratedPerHour }) => ({
    id,
    parent,
    role,
    channels,
    ratedPerHour,
    siteGenerates,
  }));
}
