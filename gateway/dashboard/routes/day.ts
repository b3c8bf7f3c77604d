import type { FastifyInstance } from 'fastify';
import { dayView } from '../day.ts';
import { parseDayQuery } from '../queries.ts';
import type { DashboardReads } from '../reads.ts';
import { localDate, siteDay } from '../site-day.ts';
import type { DayView } from '../views.ts';

/** GET /api/v1/day?date=YYYY-MM-DD → DayView; without a date: today. */
export function dayRoutes(server: FastifyInstance, reads: DashboardReads): void {
  server.route({
    method: 'GET',
    url: '/api/v1/day',
    handler: async (request): Promise<DayView> => {
      const query = parseDayQuery(request.query);
      const site = reads.site();
      const status = await reads.status();
      const date = query.date ?? localDate(status.nowMs, site.timezone);
      const day = siteDay(date, site.timezone);
      const [hours, coefficients] = await Promise.all([
        reads.hours({ fromMs: day.startMs, toMs: day.endMs, meter: null }),
        reads.coefficients(day.startMs, day.endMs),
      ]);
      return dayView({ site, date, day, status, hours, coefficients });
    },
  });
}
