import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { CodedError, fault } from '../../domain/faults.ts';

/**
 * The built page. Names under assets/ carry a hash of their contents and may be kept for ever; the rest is asked for
 * again each time, so that an update shows at once.
 */
export async function pageRoutes(server: FastifyInstance, webRoot: string): Promise<void> {
  if (!existsSync(join(webRoot, 'index.html'))) {
    server.get('/', () => {
      throw new CodedError(fault('page-not-built'));
    });
    return;
  }
  await server.register(fastifyStatic, {
    root: webRoot,
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const hashed = path.startsWith(join(webRoot, 'assets'));
      reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
}
