import { request as httpsRequest } from 'node:https';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CoefficientServer, startCoefficientServer } from '../../simulators/coefficient-server.ts';

let server: CoefficientServer;
beforeEach(async () => {
  server = await startCoefficientServer();
  server.put('/kyushu.json', '{"area":"kyushu","source":"九州"}');
});
afterEach(() => server.close());

const overTls = (ca: string): Promise<number> =>
  new Promise((resolve, reject) => {
    httpsRequest(server.httpsUrl('/kyushu.json'), { ca, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });

describe('the coefficient server', () => {
  it('serves a document with its ETag, and 304 to who has it', async () => {
    const url = server.httpUrl('/kyushu.json');
    const first = await fetch(url);
    expect(await first.json()).toEqual({ area: 'kyushu', source: '九州' });
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/);
    const second = await fetch(url, { headers: { 'if-none-match': etag } });
    expect(second.status).toBe(304);
    server.put('/kyushu.json', '{}');
    const third = await fetch(url, { headers: { 'if-none-match': etag } });
    expect([third.status, await third.text()]).toEqual([200, '{}']);
    expect((await fetch(server.httpUrl('/tokyo.json'))).status).toBe(404);
    expect(server.requests.map((request) => request.status)).toEqual([200, 304, 200, 404]);
  });

  it('is trusted over TLS with its CA only, and not at all with the wrong certificate', async () => {
    expect(await overTls(server.caPem)).toBe(200);
    server.faults.set('wrong-certificate');
    await expect(overTls(server.caPem)).rejects.toThrow(/certificate/);
    server.faults.set(null);
    expect(await overTls(server.caPem)).toBe(200);
  });

  it('fails once with 500, then serves again', async () => {
    server.faults.once('server-error');
    expect((await fetch(server.httpUrl('/kyushu.json'))).status).toBe(500);
    expect((await fetch(server.httpUrl('/kyushu.json'))).status).toBe(200);
  });

  it('breaks off, sends another encoding, or far too much', async () => {
    const url = server.httpUrl('/kyushu.json');
    server.faults.set('truncated');
    await expect(fetch(url).then((response) => response.text())).rejects.toThrow();
    server.faults.set('wrong-encoding');
    const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
    expect([...bytes.subarray(0, 4)]).toEqual([0xff, 0xfe, 0x7b, 0x00]);
    server.faults.settings.oversizedBytes = 1_000_000;
    server.faults.set('oversized');
    expect((await (await fetch(url)).arrayBuffer()).byteLength).toBeGreaterThan(1_000_000);
  });

  it('is slow: headers at once, no body for long', async () => {
    server.faults.set('slow');
    const response = await fetch(server.httpUrl('/kyushu.json'), { signal: AbortSignal.timeout(300) });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow(/timeout|abort/i);
  });
});
