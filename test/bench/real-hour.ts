/**
 * `node test/bench/real-hour.ts [minutes] [-- node flags]`: the bundle as an installer runs it, for a real hour. 32 TCP
 * meters each second, a real broker, the page open in Chromium. One JSON line a figure: memory that stays, and what the
 * card gets in a day, from /proc/<pid>/io. Not part of `npm run bench`: it takes an hour, two at best.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { ARCHS, bundle } from '../../.ci/bundle.ts';
import { CHROMIUM, FLAGS } from '../dashboard/browser.ts';
import { createMosquitto } from '../uplink/support/mosquitto.ts';
import { type FigureLine, figure, median } from './harness.ts';
import {
  cpuMs,
  productFlags,
  residentMb,
  running,
  startGateway,
  startMeters,
  writeSite,
} from './tcp-world.ts';

const METERS = 32;
const SAMPLE_MS = 5_000;

const [minutes = '60', ...given] = process.argv.slice(2).filter((word) => word !== '--');
const flags = given.length > 0 ? given : productFlags();
const report = (line: FigureLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** Bytes that the process made the system write, by /proc/<pid>/io. */
function writtenBytes(pid: number): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
}

/** The least that Node.js needs for this, with the same flags, and with the packages that we begin with. */
const idle = (...words: string[]) =>
  running(
    spawn(process.execPath, [
      ...flags,
      fileURLToPath(new URL('./two-threads-child.mjs', import.meta.url)),
      ...words,
    ]),
  );
const bare = idle();
const loaded = idle('packages');
const folder = mkdtempSync(join(tmpdir(), 'hakaru-hour-'));
const broker = await createMosquitto(['allow_anonymous true']);
await broker.start();
const meters = await startMeters(METERS, 1);
const config = writeSite(folder, meters.ports);
writeFileSync(config, `mqtt: { url: "mqtt://127.0.0.1:${broker.port}" }\n`, { flag: 'a' });
const out = join(folder, 'bundle');
const arch = ARCHS.find((one) => one === process.arch);
if (!arch) throw new Error(`there is no bundle for ${process.arch}`);
await bundle({ out, arch });
const gateway = await startGateway(config, join(folder, 'data'), { path: join(out, 'hakaru.mjs'), flags });
const browser = await chromium.launch({ executablePath: CHROMIUM, args: [...FLAGS] });
try {
  const { url } = gateway;
  process.stderr.write(`${flags.join(' ')}, ${minutes} min, ${url}\n`);
  const page = await browser.newPage();
  await page.goto(url);
  await page.getByRole('heading').first().waitFor();
  const samples: number[] = [];
  const bareSamples: number[] = [];
  const loadedSamples: number[] = [];
  const before = { bytes: 0, cpu: 0, at: 0 };
  const endMs = performance.now() + Number(minutes) * 60_000;
  while (performance.now() < endMs) {
    await delay(SAMPLE_MS);
    samples.push(residentMb(gateway.pid));
    bareSamples.push(residentMb(bare.pid));
    loadedSamples.push(residentMb(loaded.pid));
    // The first minute is the start: schema, first readings, the page.
    if (before.at === 0 && samples.length * SAMPLE_MS >= 60_000)
      Object.assign(before, {
        bytes: writtenBytes(gateway.pid),
        cpu: cpuMs(gateway.pid),
        at: performance.now(),
      });
    if (samples.length % 60 === 0)
      process.stderr.write(`${samples.length * 5} s: ${samples.at(-1)?.toFixed(1)} MB\n`);
  }
  const share = Math.max(1, Math.floor(samples.length / 6));
  const late = samples.slice(-share);
  const early = samples.slice(share, 2 * share);
  const passedMs = performance.now() - before.at;
  const perDay = ((writtenBytes(gateway.pid) - before.bytes) / passedMs) * 86_400_000;
  report(figure('run, bundled: resident, page open', 'MB', samples.slice(share), 90));
  report(figure('two bare threads of Node.js: resident', 'MB', bareSamples.slice(share), null));
  report(figure('the same with our packages, idle: resident', 'MB', loadedSamples.slice(share), null));
  report(
    figure(
      'run, bundled: resident, last sixth less second sixth',
      'MB',
      [median(late) - median(early)],
      null,
    ),
  );
  report(figure('run, bundled: written to disk in a day', 'MB', [perDay / 1e6], 100));
  report(
    figure(
      'run, bundled: CPU',
      '% of one core',
      [((cpuMs(gateway.pid) - before.cpu) / passedMs) * 100],
      null,
    ),
  );
} finally {
  await browser.close();
  await gateway.stop();
  await meters.stop();
  await bare.stop();
  await loaded.stop();
  await broker.remove();
  rmSync(folder, { recursive: true, force: true });
}
