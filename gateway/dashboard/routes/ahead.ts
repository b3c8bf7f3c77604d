import type { FastifyInstance } from 'fastify';
import { aheadView, whatIfView } from '../ahead-render.ts';
import type { AheadView, WhatIfView } from '../ahead-views.ts';
import { parseNoQuery } from '../queries.ts';
import type { DashboardReads } from '../reads.ts';
import { movesOfBody, movesOfQuery } from '../what-if-query.ts';

/** Fifty moves are some kilobytes. */
const MAX_BODY_BYTES = 65_536;

/**
 * GET /api/v1/ahead → AheadView. GET and POST /api/v1/what-if → WhatIfView: a question, it changes nothing; POST is
 * for programs that would rather send JSON.
 */
export function aheadRoutes(server: FastifyInstance, reads: DashboardReads): void {
  const zone = (): string => reads.site().timezone;
  server.route({
    method: 'GET',
    url: '/api/v1/ahead',
    handler: async (request): Promise<AheadView> => {
      parseNoQuery(request.query);
      return aheadView(reads.ahead.plan(), reads.now(), zone());
    },
  });
  server.route({
    method: 'GET',
    url: '/api/v1/what-if',
    handler: async (request): Promise<WhatIfView> =>
      whatIfView(reads.ahead.whatIf(movesOfQuery(request.query, zone())), zone()),
  });
  server.route({
    method: 'POST',
    url: '/api/v1/what-if',
    bodyLimit: MAX_BODY_BYTES,
    handler: async (request): Promise<WhatIfView> => {
      parseNoQuery(request.query);
      return whatIfView(reads.ahead.whatIf(movesOfBody(request.body, zone())), zone());
    },
  });
}
