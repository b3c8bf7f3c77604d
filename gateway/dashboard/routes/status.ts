import type { FastifyInstance } from 'fastify';
import { parseNoQuery } from '../queries.ts';
import type { DashboardReads } from '../reads.ts';
import type { StatusView } from '../views.ts';
import { readStatus } from './context.ts';

/** GET /api/v1/status → StatusView; GET /healthz → liveness, which tells a stranger nothing else. */
export function statusRoutes(server: FastifyInstance, reads: DashboardReads): void {
  server.route({
    method: 'GET',
    url: '/api/v1/status',
    handler: async (request): Promise<StatusView> => {
      parseNoQuery(request.query);
      return readStatus(reads);
    },
  });
  server.get('/healthz', (_request, reply) => reply.send({ status: 'ok' }));
}
