/**
 * The local dashboard over HTTP: one page and the API under it. The only thing that can be changed through it is which
 * coefficient documents are known (change-guard.ts says by whom). Who may see it: this machine, unless the site file names another host.
 */
import type { AddressInfo } from 'node:net';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { CodedError, type Fault, fault, type Language } from '../domain/faults.ts';
import { storageFault, troubleOf } from '../domain/storage.ts';
import type { DocumentDesk } from './document-desk.ts';
import { isLoopback, isLoopbackHostHeader } from './host-guard.ts';
import { createLiveHub, type LiveHub } from './live-hub.ts';
import type { DashboardReads, LiveFeed } from './reads.ts';
import { replyFault } from './replies.ts';
import type { ReportDesk } from './report-desk.ts';
import { aheadRoutes } from './routes/ahead.ts';
import { coefficientRoutes } from './routes/coefficients.ts';
import { readStatus } from './routes/context.ts';
import { dayRoutes } from './routes/day.ts';
import { demandRoutes } from './routes/demand.ts';
import { documentRoutes } from './routes/documents.ts';
import { hoursRoutes } from './routes/hours.ts';
import { liveRoutes } from './routes/live.ts';
import { pageRoutes } from './routes/page.ts';
import { reportRoutes } from './routes/report.ts';
import { statusRoutes } from './routes/status.ts';

/** Pages that may receive live values at once; one more falls back to asking now and then. */
export const MAX_LIVE_CLIENTS = 16;
/** Live values go out at most this often, ms. */
const LIVE_INTERVAL_MS = 1000;
/** A page that hears nothing for three of these calls itself stale, ms. */
const HEARTBEAT_MS = 5000;
/** Requests of one address per minute. */
const MAX_REQUESTS_PER_MINUTE = 600;
const REQUEST_TIMEOUT_MS = 10_000;

/** What the server says to the log; pino fits. */
export interface DashboardLog {
  readonly warn: (about: object, text: string) => void;
  readonly error: (about: object, text: string) => void;
}

export interface DashboardOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly reads: DashboardReads;
  readonly live: LiveFeed;
  /** Where coefficient documents are brought by hand; none: nothing can be changed. */
  readonly desk?: DocumentDesk;
  /** Without one there are no reports. */
  readonly reports?: ReportDesk;
  readonly log: DashboardLog;
  /** For readers whose browser asks for neither Japanese nor English. */
  readonly language: Language;
  /** Folder of the built page (absolute). */
  readonly webRoot: string;
  /** Shorter in tests. */
  readonly heartbeatMs?: number;
  readonly liveIntervalMs?: number;
  readonly maxRequestsPerMinute?: number;
}

export interface Dashboard {
  /** `http://127.0.0.1:8080` */
  readonly url: string;
  /** Ends live streams and open connections; settles within a second. Safe to call twice. */
  close(): Promise<void>;
}

/** No inline script, no inline style, nothing from elsewhere, never inside a frame. */
const CONTENT_SECURITY_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
};

async function protect(server: FastifyInstance, options: DashboardOptions): Promise<void> {
  if (isLoopback(options.host)) {
    server.addHook('onRequest', async (request) => {
      if (isLoopbackHostHeader(request.headers.host, options.host)) return;
      throw new CodedError(fault('host-not-allowed', { host: (request.headers.host ?? '').slice(0, 80) }));
    });
  }
  await server.register(helmet, {
    contentSecurityPolicy: CONTENT_SECURITY_POLICY,
    // Plain HTTP on a factory LAN: these three belong to HTTPS and browsers complain about them here.
    strictTransportSecurity: false,
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    referrerPolicy: { policy: 'no-referrer' },
  });
  await server.register(rateLimit, {
    max: options.maxRequestsPerMinute ?? MAX_REQUESTS_PER_MINUTE,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, context) =>
      new CodedError(fault('too-many-requests', { seconds: Math.ceil(context.ttl / 1000) })),
  });
}

/** What Fastify finds wrong before a route is asked. Source: Fastify, Errors, FST_ERR_CTP_… */
function requestFault(error: unknown, request: FastifyRequest, status: number): Fault {
  const path = request.url.split('?', 1)[0]?.slice(0, 120) ?? '';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'FST_ERR_CTP_INVALID_JSON_BODY' || code === 'FST_ERR_CTP_EMPTY_JSON_BODY')
    return fault('body-not-json', { path });
  const type = (request.headers['content-type'] ?? '-').slice(0, 80);
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return fault('body-type', { path, type });
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return fault('body-too-large', { path });
  return fault('query-invalid', { field: 'HTTP', reason: String(status) });
}

function answerFaults(server: FastifyInstance, { log, language }: DashboardOptions): void {
  server.setErrorHandler((error, request, reply) => {
    if (error instanceof CodedError) return replyFault(request, reply, error.fault, language);
    const trouble = troubleOf(error);
    if (trouble) {
      const reason = error instanceof Error ? error.message : trouble;
      return replyFault(request, reply, storageFault(trouble, 'data', reason), language);
    }
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
    if (status >= 400 && status < 500)
      return replyFault(request, reply, requestFault(error, request, status), language);
    log.error({ error, url: request.url }, 'a dashboard request failed');
    return replyFault(request, reply, fault('internal-error'), language);
  });
  server.setNotFoundHandler((request, reply) =>
    replyFault(request, reply, fault('not-found', { path: request.url.slice(0, 120) }), language),
  );
}

async function listen(server: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    await server.listen({ host, port });
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new CodedError(listenFault(code, host, port), { cause });
  }
  const address = server.server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
}

function listenFault(code: string, host: string, port: number): Fault {
  if (code === 'EADDRINUSE') return fault('http-port-busy', { host, port });
  if (code === 'EACCES') return fault('http-port-forbidden', { port });
  return fault('http-host-unusable', { host, port, reason: code });
}

/**
 * Starts listening.
 * @throws CodedError http-port-busy, http-host-unusable; nothing is left open then.
 */
export async function startDashboard(options: DashboardOptions): Promise<Dashboard> {
  const { reads, log } = options;
  const server = Fastify({
    logger: false,
    forceCloseConnections: true,
    requestTimeout: REQUEST_TIMEOUT_MS,
    frameworkErrors: (_error, request, reply) =>
      void replyFault(
        request,
        reply,
        fault('query-invalid', { field: 'URL', reason: '%' }),
        options.language,
      ),
  });
  const hub: LiveHub = createLiveHub({
    feed: options.live,
    status: async () => JSON.stringify(readStatus(reads)),
    onError: (error) => log.error({ error }, 'live values could not be read'),
    maxClients: MAX_LIVE_CLIENTS,
    intervalMs: options.liveIntervalMs ?? LIVE_INTERVAL_MS,
    heartbeatMs: options.heartbeatMs ?? HEARTBEAT_MS,
  });
  const close = async (): Promise<void> => {
    hub.close();
    await server.close();
  };
  try {
    answerFaults(server, options);
    await protect(server, options);
    server.addHook('onSend', async (request, reply) => {
      if (request.url.startsWith('/api/') || request.url === '/healthz')
        reply.header('cache-control', 'no-store');
    });
    statusRoutes(server, reads);
    aheadRoutes(server, reads);
    dayRoutes(server, reads);
    demandRoutes(server, reads);
    hoursRoutes(server, reads);
    coefficientRoutes(server, reads);
    if (options.desk) await documentRoutes(server, options.desk, options);
    if (options.reports) await reportRoutes(server, options.reports, options);
    liveRoutes(server, hub, MAX_LIVE_CLIENTS);
    await pageRoutes(server, options.webRoot);
    return { url: await listen(server, options.host, options.port), close };
  } catch (error) {
    await close();
    throw error;
  }
}
