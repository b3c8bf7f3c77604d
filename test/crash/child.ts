/**
 * A gateway that plays a given stretch of simulated time and is killed on the way. It is told the instants to play,
 * asks its parent to set the simulated meters to each (they live in the parent, as meters live outside a gateway),
 * and goes on after the newest reading that its database holds.
 */
import { Worker } from 'node:worker_threads';
import type { SiteConfig } from '../../config/types.ts';
import { createGateway } from '../../gateway/gateway.ts';
import { createLog } from '../../gateway/platform/log.ts';
import { pollHere } from '../../gateway/polling.ts';
import type { CrashPoint } from '../../gateway/store/store.ts';
import { type DemoAddresses, demoSite } from '../support/demo-site.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';

export type KillPoint = CrashPoint | 'before-publish' | 'before-puback' | 'during-checkpoint';

export interface ChildTask {
  readonly addresses: DemoAddresses;
  readonly brokerUrl: string;
  readonly dataDir: string;
  readonly stepsMs: readonly number[];
  /** Dies at the nth passing of the point, `delayUs` after it; null: lives to the end. */
  readonly dieAt: { readonly point: KillPoint; readonly nth: number; readonly delayUs: number } | null;
}

function readTask(): Promise<ChildTask> {
  return new Promise((resolve) => process.once('message', (task) => resolve(task as ChildTask)));
}

function setMeters(atMs: number): Promise<void> {
  return new Promise((resolve) => {
    process.once('message', () => resolve());
    process.send?.({ atMs });
  });
}

/**
 * Kills this process from another thread, some microseconds after it is told to, unless it is called off before: the
 * main thread is inside a blocking call of SQLite by then.
 */
const KILLER = `
  const { workerData } = require('node:worker_threads');
  const flag = new Int32Array(workerData.shared);
  Atomics.wait(flag, 0, 0);
  const until = performance.now() + workerData.delayUs / 1000;
  while (performance.now() < until);
  if (Atomics.load(flag, 0) === 1) process.kill(process.pid, 'SIGKILL');
`;

const task = await readTask();
const shared = new SharedArrayBuffer(4);
const flag = new Int32Array(shared);
if (task.dieAt?.point === 'during-checkpoint') {
  new Worker(KILLER, { eval: true, workerData: { shared, delayUs: task.dieAt.delayUs } }).unref();
}
let passed = 0;
const die = (point: string): void => {
  if (task.dieAt === null) return;
  const isCheckpoint = task.dieAt.point === 'during-checkpoint';
  if (isCheckpoint && point === 'after-checkpoint' && Atomics.load(flag, 0) === 1) Atomics.store(flag, 0, 2);
  if (point !== (isCheckpoint ? 'before-checkpoint' : task.dieAt.point)) return;
  passed += 1;
  if (passed < task.dieAt.nth) return;
  if (!isCheckpoint) process.kill(process.pid, 'SIGKILL');
  if (passed === task.dieAt.nth) {
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  }
};

const clock = createSteppedClock(task.stepsMs[0] ?? 0);
const site: SiteConfig = demoSite(task.addresses, { brokerUrl: task.brokerUrl });
const gateway = await createGateway({
  site,
  dataDir: task.dataDir,
  clock,
  log: createLog({ level: 'silent' }),
  polling: pollHere({ clock }),
  webRoot: null,
  uplinkTiming: { firstMs: 20, maxMs: 100, stableMs: 60_000 },
  probes: {
    store: die,
    delivery: die,
  },
});
const newestMs = Math.max(
  0,
  ...gateway.store.channels.all().map(({ id }) => gateway.store.readings.head(id)?.reading.atMs ?? 0),
);
for (const atMs of task.stepsMs.filter((step) => step > newestMs)) {
  await setMeters(atMs);
  clock.stepTo(atMs);
  await gateway.playRound();
}
await gateway.delivered();
await gateway.stop();
process.disconnect();
