/** The built page in a real Chromium against a real server. */
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import type { Dashboard, DashboardOptions } from '../../gateway/dashboard/server.ts';
import { startDashboard } from '../../gateway/dashboard/server.ts';
import { emptyDesk } from './fake-desk.ts';
import { type FakePlant, fakePlant } from './fake-plant.ts';

const WEB = fileURLToPath(new URL('../../gateway/dashboard/web', import.meta.url));
export const CHROMIUM = '/usr/bin/chromium';
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const silentLog = { warn: (): void => undefined, error: (): void => undefined };

/** Builds the page into a folder of its own. */
export async function buildPage(): Promise<{
  readonly webRoot: string;
  readonly remove: () => Promise<void>;
}> {
  const webRoot = await mkdtemp(join(tmpdir(), 'hakaru-page-'));
  await build({
    root: WEB,
    configFile: join(WEB, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: webRoot, emptyOutDir: true },
  });
  return { webRoot, remove: () => rm(webRoot, { recursive: true, force: true }) };
}

export async function serve(
  webRoot: string,
  options: Partial<DashboardOptions> = {},
): Promise<{ readonly plant: FakePlant; readonly dashboard: Dashboard }> {
  const plant = fakePlant();
  const dashboard = await startDashboard({
    desk: emptyDesk,
    host: '127.0.0.1',
    port: 0,
    reads: plant.reads,
    live: plant.live,
    log: silentLog,
    language: 'en',
    webRoot,
    heartbeatMs: 500,
    liveIntervalMs: 20,
    ...options,
  });
  return { plant, dashboard };
}

/** A wire between page and gateway that can go dead without hanging up, as a pulled cable does. */
export async function blackHole(
  port: number,
): Promise<{ readonly url: string; readonly swallow: () => void; readonly close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  let dead = false;
  const proxy = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    }
    near.on('data', (bytes) => dead || far.write(bytes));
    far.on('data', (bytes) => dead || near.write(bytes));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    swallow: () => {
      dead = true;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

export interface OpenPage {
  readonly page: Page;
  /** Console errors, failed scripts, CSP reports: anything a clean page has none of. */
  readonly complaints: readonly string[];
  readonly close: () => Promise<void>;
}

export interface ViewOptions {
  readonly locale?: 'ja-JP' | 'en-GB';
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
  readonly reducedMotion?: 'reduce' | 'no-preference';
}

/** One browser for a file of stories; its profile is a new temporary folder. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** A page in a context of its own, so that nothing is remembered from one story to the next. */
export async function openPage(browser: Browser, url: string, view: ViewOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({
    locale: view.locale ?? 'ja-JP',
    viewport: { width: view.width ?? 1280, height: view.height ?? 800 },
    colorScheme: view.colorScheme ?? 'light',
    reducedMotion: view.reducedMotion ?? 'reduce',
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.addInitScript(
    "addEventListener('securitypolicyviolation', (event) => console.error('CSP: ' + event.violatedDirective))",
  );
  await page.goto(url);
  await page.locator('.hour').first().waitFor();
  return { page, complaints, close: () => context.close() };
}
