/**
 * Serves coefficient documents as an operator's cloud would: over HTTPS with a certificate of its own CA, and over
 * plain HTTP for tests on the loopback. Every document has a strong ETag of its bytes; If-None-Match is honoured.
 */
import { createHash } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import { makeServerCertificate } from './certificates.ts';
import {
  type CoefficientFault,
  type CoefficientFaultSettings,
  refuseInstead,
  sendDocument,
} from './coefficient-faults.ts';
import { closeServer, LOOPBACK, listenOnLoopback } from './loopback.ts';

const MAX_REQUESTS_KEPT = 1_000;

export interface ServedRequest {
  readonly path: string;
  /** With its question mark; empty without a query. */
  readonly query: string;
  readonly ifNoneMatch: string | null;
  readonly status: number;
  readonly fault: CoefficientFault | null;
}

export interface CoefficientServer {
  readonly httpsPort: number;
  readonly httpPort: number;
  /** Of the CA that signed the server's certificate. */
  readonly caPem: string;
  /** https://127.0.0.1:…/path */
  httpsUrl(path: string): string;
  httpUrl(path: string): string;
  /** Sets what a path (beginning with "/") gives; a function is asked at each request. */
  put(path: string, document: Body | (() => Body), contentType?: string): void;
  remove(path: string): void;
  readonly faults: {
    /** For all requests until set again; null for none. */
    set(fault: CoefficientFault | null): void;
    /** For the next request only. */
    once(fault: Exclude<CoefficientFault, CertificateFault>): void;
    readonly settings: CoefficientFaultSettings;
  };
  /** The last 1,000 answered requests. */
  readonly requests: readonly ServedRequest[];
  close(): Promise<void>;
}

type Body = string | Uint8Array;
type CertificateFault = 'wrong-certificate' | 'expired-certificate';
interface Served {
  readonly body: () => Body;
  readonly contentType: string;
}

export async function startCoefficientServer(
  options: { readonly httpsPort?: number; readonly httpPort?: number } = {},
): Promise<CoefficientServer> {
  const good = await makeServerCertificate();
  // A CA of its own that no client was told of.
  const shown = {
    'wrong-certificate': await makeServerCertificate('someone else'),
    'expired-certificate': await good.expired(),
  };
  const documents = new Map<string, Served>();
  const requests: ServedRequest[] = [];
  const settings: CoefficientFaultSettings = {
    slowMs: 60_000,
    oversizedBytes: 16 * 1024 * 1024,
    retryAfter: '120',
  };
  let standing: CoefficientFault | null = null;
  let next: CoefficientFault | null = null;

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const fault = next ?? standing;
    next = null;
    requests.push(answer(request, response, documents, fault, settings));
    if (requests.length > MAX_REQUESTS_KEPT) requests.shift();
  };
  const https = createHttpsServer({ key: good.keyPem, cert: good.certPem }, handle);
  const http = createHttpServer(handle);
  const sockets = new Set<Socket>();
  for (const server of [https, http])
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
  const httpsPort = await listenOnLoopback(https, options.httpsPort ?? 0);
  const httpPort = await listenOnLoopback(http, options.httpPort ?? 0);

  return {
    httpsPort,
    httpPort,
    caPem: good.caPem,
    httpsUrl: (path) => `https://${LOOPBACK}:${httpsPort}${path}`,
    httpUrl: (path) => `http://${LOOPBACK}:${httpPort}${path}`,
    put(path, document, contentType) {
      const body = typeof document === 'function' ? document : () => document;
      const type = contentType ?? (path.endsWith('.csv') ? 'text/csv' : 'application/json');
      documents.set(path, { body, contentType: type });
    },
    remove: (path) => void documents.delete(path),
    faults: {
      set(fault) {
        const [before, now] = [certificateOf(standing), certificateOf(fault)];
        if (before !== now) {
          const { keyPem, certPem } = now === null ? good : shown[now];
          https.setSecureContext({ key: keyPem, cert: certPem });
          for (const socket of sockets) if (socket.localPort === httpsPort) socket.destroy();
        }
        standing = fault;
      },
      once(fault) {
        next = fault;
      },
      settings,
    },
    requests,
    async close() {
      await Promise.all([closeServer(https, sockets), closeServer(http, sockets)]);
    },
  };
}

function certificateOf(fault: CoefficientFault | null): CertificateFault | null {
  return fault === 'wrong-certificate' || fault === 'expired-certificate' ? fault : null;
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  documents: ReadonlyMap<string, Served>,
  fault: CoefficientFault | null,
  settings: CoefficientFaultSettings,
): ServedRequest {
  const { pathname: path, search: query } = new URL(request.url ?? '/', 'http://localhost');
  const ifNoneMatch = request.headers['if-none-match'] ?? null;
  const served = documents.get(path);
  const plain = (status: number, text: string): ServedRequest => {
    response.writeHead(status, { 'content-type': 'text/plain' }).end(`${text}\n`);
    return { path, query, ifNoneMatch, status, fault };
  };
  if (!served) return plain(404, 'no such document');
  const refused = refuseInstead(response, fault, settings);
  if (refused !== null) return { path, query, ifNoneMatch, status: refused, fault };
  const body = served.body();
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body;
  const etag = `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`;
  if (ifNoneMatch === etag && fault === null) {
    response.writeHead(304, { etag }).end();
    return { path, query, ifNoneMatch, status: 304, fault };
  }
  const headers = { etag, 'content-type': served.contentType, 'cache-control': 'no-cache' };
  sendDocument(response, headers, bytes, fault, settings);
  return { path, query, ifNoneMatch, status: 200, fault };
}
