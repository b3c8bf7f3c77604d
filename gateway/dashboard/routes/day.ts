import type { FastifyInstance } from 'fastify';
import { parseDayQuery } from '../queries.ts';
import type { DashboardReads } from '../reads.ts';
import { sendAnswer } from './answer.ts';

/** GET /api/v1/day?date=YYYY-MM-DD → DayView; without a date: today. */
export function dayRoutes(server: FastifyInstance, reads: DashboardReads): void {
  server.route({
    method: 'GET',
    url: '/api/v1/day',
    handler: async (request, reply) => {
      const { date } = parseDayQuery(request.query);
      return sendAnswer(reply, await reads.ask({ kind: 'day', date, nowMs: reads.now() }));
    },
  });
}
