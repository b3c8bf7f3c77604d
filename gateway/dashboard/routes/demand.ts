import type { FastifyInstance } from 'fastify';
import { demandsView } from '../demand-render.ts';
import { parseNoQuery } from '../queries.ts';
import type { DashboardReads } from '../reads.ts';
import type { DemandsView } from '../views.ts';

/** GET /api/v1/demand → DemandsView: the running periods, their alarms, and the maxima of twelve months. */
export function demandRoutes(server: FastifyInstance, reads: DashboardReads): void {
  server.route({
    method: 'GET',
    url: '/api/v1/demand',
    handler: async (request): Promise<DemandsView> => {
      parseNoQuery(request.query);
      return demandsView(reads.demand(), reads.site().timezone);
    },
  });
}
