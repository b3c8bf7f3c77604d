/** Downloads over real TLS on the loopback: whole or not at all, within limits, with a fault that has a name. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aboutText } from '../../gateway/domain/faults.ts';
import { type HttpsSourceOptions, httpsSource } from '../../gateway/uplink/coefficients/https-source.ts';
import { type CoefficientServer, startCoefficientServer } from '../../simulators/coefficient-server.ts';
import { JSON_TEXT } from './documents.ts';

const PATH = '/kyushu.json';
let server: CoefficientServer;
let folder: string;

beforeAll(async () => {
  server = await startCoefficientServer();
  server.put(PATH, JSON_TEXT);
  folder = mkdtempSync(join(tmpdir(), 'hakaru-'));
  writeFileSync(join(folder, 'ca.pem'), server.caPem);
});
afterEach(() => server.faults.set(null));
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

type Outcome = Awaited<ReturnType<ReturnType<typeof httpsSource>['fetch']>>;

function fetchFrom(changes: Partial<HttpsSourceOptions> = {}, etag: string | null = null): Promise<Outcome> {
  const options = {
    url: server.httpsUrl(PATH),
    caFile: join(folder, 'ca.pem'),
    timeoutMs: 5_000,
    maxBytes: 100_000,
    ...changes,
  };
  return httpsSource(options).fetch({ etag, has: () => false });
}

function told(outcome: Outcome): string {
  return outcome.kind === 'fault'
    ? `${outcome.fault.code}: ${aboutText(outcome.fault, 'reason') ?? aboutText(outcome.fault, 'limitBytes')}`
    : outcome.kind;
}

describe('a download by https', () => {
  it('brings the document with its validator, and costs nothing the next time', async () => {
    const first = await fetchFrom();
    if (first.kind !== 'document') throw new Error(told(first));
    expect(new TextDecoder().decode(first.document.bytes)).toBe(JSON_TEXT);
    expect(first.document.etag).toMatch(/^"/);
    expect(await fetchFrom({}, first.document.etag)).toEqual({ kind: 'not-modified' });
    expect(server.requests.at(-1)?.ifNoneMatch).toBe(first.document.etag);
  });

  it('brings a changed document in spite of the old validator', async () => {
    const first = await fetchFrom();
    server.put(PATH, JSON_TEXT.replace('"revision": 2', '"revision": 3'));
    const second = await fetchFrom({}, first.kind === 'document' ? first.document.etag : null);
    server.put(PATH, JSON_TEXT);
    expect(second.kind).toBe('document');
  });

  it('trusts nobody but the given authority', async () => {
    expect(told(await fetchFrom({ caFile: null }))).toMatch(/^download-failed: .*(certificate|issuer)/);
    server.faults.set('wrong-certificate');
    expect(told(await fetchFrom())).toMatch(/^download-failed: /);
  });

  it('says so when the CA file is not there', async () => {
    expect(told(await fetchFrom({ caFile: join(folder, 'none.pem') }))).toContain('download-failed: ENOENT');
  });

  it('refuses an answer that broke off', async () => {
    server.faults.set('truncated');
    expect(told(await fetchFrom())).toMatch(/^download-failed: .*(broke off|aborted)/);
  });

  it('ends within its time limit when the answer trickles', async () => {
    server.faults.set('slow');
    expect(told(await fetchFrom({ timeoutMs: 300 }))).toBe(
      'download-failed: no complete answer within 300 ms',
    );
  });

  it('stops reading at the size limit, announced or not', async () => {
    expect(told(await fetchFrom({ maxBytes: 100 }))).toBe('document-too-large: 100');
    server.faults.set('oversized');
    expect(told(await fetchFrom())).toBe('document-too-large: 100000');
  });

  it('names the status of a refusal', async () => {
    server.faults.set('server-error');
    expect(told(await fetchFrom())).toBe('download-failed: the server answered 500');
    server.faults.set(null);
    expect(told(await fetchFrom({ url: server.httpsUrl('/none.json') }))).toBe(
      'download-failed: the server answered 404',
    );
  });

  it('names the refused connection', async () => {
    const closed = await startCoefficientServer();
    const url = closed.httpsUrl(PATH);
    await closed.close();
    expect(told(await fetchFrom({ url }))).toContain('download-failed: connect ECONNREFUSED');
  });
});

describe('an answer that is not what it should be', () => {
  const answers = new Map<string, (response: ServerResponse) => void>([
    ['/redirect', (response) => response.writeHead(302, { location: '/ok' }).end()],
    [
      '/gzip',
      (response) => response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': 3 }).end('abc'),
    ],
    ['/unasked', (response) => response.writeHead(304).end()],
    ['/empty', (response) => response.writeHead(200, { 'content-length': 0 }).end()],
    [
      '/short',
      (response) =>
        void response.writeHead(200, { 'content-length': 500 }).write('abc', () => response.destroy()),
    ],
    ['/chunks', (response) => void response.writeHead(200).write('abc', () => response.destroy())],
    ['/endless', (response) => void response.socket?.end('HTTP/1.1 200 OK\r\n\r\nabc')],
    ['/ok', (response) => response.writeHead(200, { etag: 'no quotes' }).end('abc')],
  ]);
  const http = createServer((request, response) => answers.get(request.url ?? '')?.(response));
  beforeAll(() => new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise<void>((resolve) => http.close(() => resolve())));
  const ask = (path: string): Promise<Outcome> =>
    fetchFrom({ url: `http://127.0.0.1:${(http.address() as AddressInfo).port}${path}`, caFile: null });

  it.each([
    [
      '/redirect',
      'download-failed: the server answered 302: redirects are not followed, write the final address',
    ],
    ['/gzip', 'download-failed: the answer is encoded (gzip) although that was not asked for'],
    ['/unasked', 'download-failed: the server answered 304 although nothing is known yet'],
    ['/empty', 'download-failed: the answer is empty'],
    ['/short', 'download-failed: the answer broke off after 3 bytes (aborted)'],
    ['/chunks', 'download-failed: the answer broke off after 3 bytes (aborted)'],
  ])('%s: %s', async (path, expected) => {
    expect(told(await ask(path))).toBe(expected);
  });

  it('keeps no validator that is none', async () => {
    expect(await ask('/ok')).toMatchObject({ kind: 'document', document: { etag: null } });
  });

  it('is refused when nothing says how long it is', async () => {
    expect(told(await ask('/endless'))).toBe('download-failed: the answer does not say how long it is');
  });
});
