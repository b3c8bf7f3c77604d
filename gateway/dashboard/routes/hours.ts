import type { FastifyInstance } from 'fastify';
import { parseHoursQuery } from '../queries.ts';
import type { DashboardReads } from '../reads.ts';
import { sendAnswer } from './answer.ts';

/** GET /api/v1/hours?from&to&meter → HoursView: the stored buckets that start in [from, to), up to a year, streamed. */
export function hoursRoutes(server: FastifyInstance, reads: DashboardReads): void {
  server.route({
    method: 'GET',
    url: '/api/v1/hours',
    handler: async (request, reply) => {
      const query = parseHoursQuery(request.query, reads.site());
      return sendAnswer(reply, await reads.ask({ kind: 'hours', ...query }));
    },
  });
}
