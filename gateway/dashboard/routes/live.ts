import type { FastifyInstance } from 'fastify';
import { CodedError, fault } from '../../domain/faults.ts';
import type { LiveHub } from '../live-hub.ts';
import { parseNoQuery } from '../queries.ts';

/** GET /api/v1/live → server-sent events; 503 too-many-viewers when every place is taken. */
export function liveRoutes(server: FastifyInstance, hub: LiveHub, maxClients: number): void {
  server.get('/api/v1/live', (request, reply) => {
    parseNoQuery(request.query);
    if (hub.clients() >= maxClients) throw new CodedError(fault('too-many-viewers', { limit: maxClients }));
    // The answer never ends, so it is taken out of fastify's hands; headers set so far (helmet's) go with it.
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    hub.add(reply.raw);
  });
}
