/**
 * A gateway that plays simulated time as fast as it can, until the power is cut. The simulated meters live in the
 * parent, as meters live outside a gateway. After each durable commit it tells the parent what is promised from then on.
 */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createGateway, type Gateway } from '../../gateway/gateway.ts';
import { createLog } from '../../gateway/platform/log.ts';
import { pollHere } from '../../gateway/polling.ts';
import type { Durability } from '../../gateway/store/database.ts';
import { demoSite } from '../support/demo-site.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';
import { digestOf, documentOf, type FromPowerChild, type PowerTask, stepAfter } from './plan.ts';

function readTask(): Promise<PowerTask> {
  return new Promise((resolve) => process.once('message', (task) => resolve(task as PowerTask)));
}

const tell = (message: FromPowerChild): void => void process.send?.(message);

function setMeters(atMs: number): Promise<void> {
  return new Promise((resolve) => {
    process.once('message', () => resolve());
    tell({ kind: 'set', atMs });
  });
}

/** Every connection of this process writes with this setting, whatever it asks for. */
function forceSynchronous(setting: string): void {
  const { prototype } = Database as unknown as {
    prototype: { pragma: (text: string, options?: object) => unknown };
  };
  const ask = prototype.pragma;
  prototype.pragma = function pragma(text, options) {
    return ask.call(this, /^synchronous\s*=/.test(text) ? `synchronous = ${setting}` : text, options);
  };
}

const task = await readTask();
if (task.synchronous !== null) forceSynchronous(task.synchronous);

let gateway: Gateway | null = null;
let promisedSeq = 0;
let document = 0;

function promise({ store }: Gateway): void {
  const lastSeq = store.outbox.lastSeq();
  const messages: [number, string][] = [];
  for (let seq = promisedSeq + 1; seq <= lastSeq; seq++) {
    const row = store.outbox.find(seq);
    if (row) messages.push([seq, digestOf(row.payload)]);
  }
  promisedSeq = lastSeq;
  const boundaries = store.channels.all().flatMap(({ id }) => {
    const newestMs = store.boundaries.newestMs(id);
    if (newestMs === null) return [];
    const slot = newestMs / 1_800_000;
    const [row] = store.boundaries.within(id, slot, slot, store.eras.of(id));
    return row ? [[id, slot, String(row.totalMicro)] as const] : [];
  });
  const generation = Number(store.facts.get('generation'));
  tell({ kind: 'promised', generation, lastSeq, messages, boundaries, document });
}

const clock = createSteppedClock(0);
const started = (atMs: number) => {
  clock.stepTo(atMs);
  return createGateway({
    site: demoSite(task.addresses, { brokerUrl: task.brokerUrl }),
    dataDir: task.dataDir,
    clock,
    log: createLog({ level: 'silent' }),
    polling: pollHere({ clock }),
    webRoot: null,
    uplinkTiming: { firstMs: 20, maxMs: 100, stableMs: 60_000 },
    probes: {
      store(point: string, durability?: Durability) {
        if (point === 'after-commit' && durability === 'durable' && gateway) promise(gateway);
      },
    },
  });
};

const first = stepAfter(0);
gateway = await started(first);
const newestMs = Math.max(
  0,
  ...gateway.store.channels.all().map(({ id }) => gateway?.store.readings.head(id)?.reading.atMs ?? 0),
);
document = Math.max(0, ...gateway.store.documents.inForce('kyushu').map(({ revision }) => revision));
promise(gateway);

/** A person hands a document in, and is told when it is in force. */
async function importDocument(revision: number, running: Gateway): Promise<void> {
  const inbox = join(task.dataDir, 'inbox');
  mkdirSync(inbox, { recursive: true });
  const path = join(inbox, `revision-${revision}.json`);
  writeFileSync(path, JSON.stringify(documentOf(revision)));
  utimesSync(path, 0, 0);
  await running.bringCoefficients();
  document = revision;
  promise(running);
}

for (
  let atMs = stepAfter(newestMs), n = 1;
  task.untilMs === null || atMs <= task.untilMs;
  atMs = stepAfter(atMs), n++
) {
  await setMeters(atMs);
  clock.stepTo(atMs);
  await gateway.playRound();
  if (n % 10 === 0) await importDocument(document + 1, gateway);
}
await gateway.delivered();
await gateway.stop();
process.disconnect();
