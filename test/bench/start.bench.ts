/**
 * From the start of the process to the first Modbus request that a meter sees: out of the bundle, and from the
 * sources. Thirty-two meters on a line each, a new database every time. The limit is a Node.js process that does
 * nothing but connect and write: nothing written for Node.js can be faster. Aim: 500 ms out of the bundle.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ARCHS, bundle } from '../../.ci/bundle.ts';
import { buildPage } from '../dashboard/browser.ts';
import { type FigureLine, figure, interleaved } from './harness.ts';

const RUNS = 9;
const METERS = 32;
/** A start that takes longer has failed. */
const LIMIT_MS = 60_000;
const SOURCES = fileURLToPath(new URL('../../gateway/hakaru.mjs', import.meta.url));

function listen(onRequest: () => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('data', onRequest);
    // It is killed in the middle of its work.
    socket.on('error', () => undefined);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

function site(ports: readonly number[]): string {
  const lines = ports.map((port, i) => `  l${i}: { kind: modbus-tcp, host: 127.0.0.1, port: ${port} }`);
  const meters = ports.map(
    (_, i) =>
      `  m${i}: { name: M${i}, line: l${i}, unit: 1, type: schneider-iem3155, role: sub, rated: 600 kW, interval: 1 s }`,
  );
  const head = 'site: { id: bench, name: Bench, gridArea: kyushu }\ngateway: { id: gw1 }';
  const tail = 'dashboard: { host: 127.0.0.1, port: 0 }\n';
  return [head, 'lines:', ...lines, 'meters:', ...meters, tail].join('\n');
}

/** ms from spawn to the first byte at any of the ports. @param args of Node.js, given the ports and a new folder */
async function firstRequestMs(args: (ports: readonly number[], folder: string) => string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-start-'));
  const seen = Promise.withResolvers<number>();
  const servers = await Promise.all(
    Array.from({ length: METERS }, () => listen(() => seen.resolve(performance.now()))),
  );
  const timer = setTimeout(() => seen.reject(new Error('no request came')), LIMIT_MS);
  let child: ChildProcess | null = null;
  try {
    const words = args(servers.map(portOf), folder);
    const startedMs = performance.now();
    child = spawn(process.execPath, words, { stdio: 'ignore' });
    return (await seen.promise) - startedMs;
  } finally {
    clearTimeout(timer);
    if (child) {
      const over = once(child, 'close');
      child.kill('SIGKILL');
      await over;
    }
    for (const server of servers) server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const runs = (program: string) => () =>
  firstRequestMs((ports, folder) => {
    const config = join(folder, 'site.yaml');
    writeFileSync(config, site(ports));
    return [program, 'run', '--config', config, '--data', join(folder, 'data')];
  });

const bareNode = () =>
  firstRequestMs(([port]) => ['-e', `require('node:net').connect(${port}, '127.0.0.1').write('x')`]);

export async function bench(report: (line: FigureLine) => void): Promise<void> {
  const arch = ARCHS.find((one) => one === process.arch);
  if (!arch) throw new Error(`no bundle is made for ${process.arch}`);
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-start-bundle-'));
  const page = await buildPage();
  try {
    await bundle({ out: folder, arch, page: page.webRoot });
    const bundled = runs(join(folder, 'hakaru.mjs'));
    // The first start reads the files from the disk.
    await bundled();
    const ms = await interleaved(RUNS, { bare: bareNode, bundled, sources: runs(SOURCES) });
    report(figure('start to first request, bundle', 'ms', ms.bundled, ms.bare));
    report(figure('start to first request, sources', 'ms', ms.sources, ms.bare));
  } finally {
    await page.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}
