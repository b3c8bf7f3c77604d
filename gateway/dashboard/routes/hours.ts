import type { FastifyInstance } from 'fastify';
import { CHANNEL_UNITS } from '../../domain/meters.ts';
import { parseHoursQuery } from '../queries.ts';
import type { DashboardReads } from '../reads.ts';
import { hourView } from '../render.ts';
import { localIso } from '../site-day.ts';
import type { HoursView } from '../views.ts';

/** GET /api/v1/hours?from&to&meter → HoursView: the stored buckets that start in [from, to). */
export function hoursRoutes(server: FastifyInstance, reads: DashboardReads): void {
  server.route({
    method: 'GET',
    url: '/api/v1/hours',
    handler: async (request): Promise<HoursView> => {
      const site = reads.site();
      const query = parseHoursQuery(request.query, site, await reads.status());
      const hours = await reads.hours(query);
      return {
        from: localIso(query.fromMs, site.timezone),
        to: localIso(query.toMs, site.timezone),
        hours: hours.map((hour) => hourView(hour, CHANNEL_UNITS[hour.channel], site.timezone)),
      };
    },
  });
}
