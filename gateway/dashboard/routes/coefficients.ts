import type { FastifyInstance } from 'fastify';
import { parseCoefficientsQuery } from '../queries.ts';
import type { DashboardReads } from '../reads.ts';
import { sendAnswer } from './answer.ts';

/**
 * GET /api/v1/coefficients/explain?hour=… or ?from&to → ExplanationViews, up to a month, streamed: which document,
 * file and rule decide the coefficient of each hour, and what was passed over and why.
 */
export function coefficientRoutes(server: FastifyInstance, reads: DashboardReads): void {
  server.route({
    method: 'GET',
    url: '/api/v1/coefficients/explain',
    handler: async (request, reply) => {
      const span = parseCoefficientsQuery(request.query, reads.site());
      return sendAnswer(reply, await reads.ask({ kind: 'coefficients', ...span }));
    },
  });
}
