/**
 * A gateway that plays a given stretch of simulated time and is killed on the way. It is told the instants to play,
 * asks its parent to set the simulated meters to each (they live in the parent, as meters live outside a gateway),
 * and goes on after the newest reading that its database holds.
 */
import { writeSync } from 'node:fs';
import type { SiteConfig } from '../../config/types.ts';
import { createGateway } from '../../gateway/gateway.ts';
import { createLog } from '../../gateway/platform/log.ts';
import type { CrashPoint } from '../../gateway/store/store.ts';
import { type DemoAddresses, demoSite } from '../support/demo-site.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';

export type KillPoint = CrashPoint | 'before-publish' | 'before-puback' | 'during-checkpoint';

export interface ChildTask {
  readonly addresses: DemoAddresses;
  readonly brokerUrl: string;
  readonly dataDir: string;
  readonly stepsMs: readonly number[];
  /** Dies at the nth passing of the point; null: lives to the end. */
  readonly dieAt: { readonly point: KillPoint; readonly nth: number } | null;
  /** Written to this descriptor: C before a checkpoint, D after it. */
  readonly checkpointFd: number | null;
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

const task = await readTask();
let passed = 0;
const die = (point: string): void => {
  if (task.dieAt?.point !== point) return;
  passed += 1;
  if (passed >= task.dieAt.nth) process.kill(process.pid, 'SIGKILL');
};

const clock = createSteppedClock(task.stepsMs[0] ?? 0);
const site: SiteConfig = demoSite(task.addresses, { brokerUrl: task.brokerUrl });
const gateway = await createGateway({
  site,
  dataDir: task.dataDir,
  clock,
  log: createLog('silent'),
  webRoot: null,
  probes: {
    store: (point) => {
      if (point === 'before-checkpoint' && task.checkpointFd !== null) writeSync(task.checkpointFd, 'C');
      if (point === 'after-checkpoint' && task.checkpointFd !== null) writeSync(task.checkpointFd, 'D');
      die(point);
    },
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
