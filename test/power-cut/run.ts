/**
 * `npm run power-cut -- [--cuts 20] [--seed 1] [--synchronous OFF]`: the power of a disk is cut again and again while a
 * gateway writes to it. Whatever the gateway had promised before each cut, and whatever the broker had from it, must
 * be there after it, and nothing may have taken its place. Needs root; not part of `npm test`. Exit code 1: something
 * was lost. With `--pulses` it is pulses that the gateway counts itself: see pulses.ts.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connectAsync } from 'mqtt';
import type { HourMessage } from '../../gateway/domain/messages.ts';
import { openStoreForReading, type Store } from '../../gateway/store/store.ts';
import { type DemoFactory, startDemoFactory } from '../../simulators/demo-factory.ts';
import { choices } from '../crash/world.ts';
import { holes, type Subscriber, subscribe } from '../support/subscriber.ts';
import { eventually } from '../uplink/support/eventually.ts';
import { createMosquitto } from '../uplink/support/mosquitto.ts';
import { createLoopDisk, type LoopDisk } from './loop-disk.ts';
import { digestOf, type FromPowerChild, HOUR_MS, type PowerTask, START_MS } from './plan.ts';
import { cutPulses } from './pulses.ts';

const { values } = parseArgs({
  options: {
    cuts: { type: 'string', default: '20' },
    seed: { type: 'string', default: '20260601' },
    synchronous: { type: 'string' },
    pulses: { type: 'boolean', default: false },
  },
});
const CUTS = Number(values.cuts);
const SEED = Number(values.seed);
/** Power fails this long after the gateway's first promise, ms. */
const CUT_WITHIN_MS = 2_000;
const FIRST_PROMISE_MS = 30_000;

/** Everything that must outlive the next cut. */
interface Ledger {
  generation: number | null;
  lastSeq: number;
  document: number;
  readonly messages: Map<number, string>;
  readonly boundaries: Map<string, string>;
}

const say = (line: object): void =>
  void process.stdout.write(`${JSON.stringify(line)}
`);

function note(ledger: Ledger, promised: Extract<FromPowerChild, { kind: 'promised' }>): void {
  ledger.generation ??= promised.generation;
  ledger.lastSeq = Math.max(ledger.lastSeq, promised.lastSeq);
  ledger.document = Math.max(ledger.document, promised.document);
  for (const [seq, digest] of promised.messages) ledger.messages.set(seq, digest);
  for (const [channel, slot, total] of promised.boundaries)
    ledger.boundaries.set(`${channel}/${slot}`, total);
}

/** What was promised and is not there, in words. */
function broken(dataDir: string, ledger: Ledger, received: ReadonlyMap<number, string>): string[] {
  let store: Store | null = null;
  try {
    store = openStoreForReading(dataDir);
    const found: string[] = [];
    const generation = Number(store.facts.get('generation'));
    if (generation !== ledger.generation) found.push(`generation ${ledger.generation} is now ${generation}`);
    if (store.outbox.lastSeq() < ledger.lastSeq)
      found.push(`seq ${ledger.lastSeq} was given, now the last is ${store.outbox.lastSeq()}`);
    const told = new Map([...ledger.messages, ...received]);
    let lost = 0;
    let other = 0;
    for (const [seq, digest] of told) {
      const row = store.outbox.find(seq);
      if (!row) lost += 1;
      else if (digestOf(row.payload) !== digest) other += 1;
    }
    if (lost > 0) found.push(`${lost} messages are gone`);
    if (other > 0) found.push(`${other} numbers of messages were used again`);
    let boundaries = 0;
    for (const [key, total] of ledger.boundaries) {
      const [channel = 0, slot = 0] = key.split('/').map(Number);
      const [row] = store.boundaries.within(channel, slot, slot, store.eras.of(channel));
      if (String(row?.totalMicro) !== total) boundaries += 1;
    }
    if (boundaries > 0) found.push(`${boundaries} boundaries are gone or differ`);
    const document = Math.max(0, ...store.documents.inForce('kyushu').map(({ revision }) => revision));
    if (document < ledger.document) found.push(`document revision ${ledger.document} is now ${document}`);
    return found;
  } catch (error) {
    return [`the database cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  } finally {
    store?.close();
  }
}

/** Which message came under which number. */
async function watchPayloads(url: string) {
  const received = new Map<number, string>();
  const client = await connectAsync(url, { reconnectPeriod: 0 });
  client.on('message', (_, payload) => {
    const text = payload.toString('utf8');
    const { seq } = JSON.parse(text) as { readonly seq?: number };
    if (seq !== undefined) received.set(seq, digestOf(text));
  });
  await client.subscribeAsync(['hakaru/v1/+/+/hour/#', 'hakaru/v1/+/+/event'], { qos: 0 });
  return { received, close: () => client.endAsync(true) };
}

interface World {
  readonly disk: LoopDisk;
  readonly dataDir: string;
  readonly factory: DemoFactory;
  readonly brokerUrl: string;
  readonly ledger: Ledger;
  setMeters(atMs: number): void;
}

/** One life of a gateway. @returns how it ended; null for a life that was cut */
async function live(world: World, cutAfterMs: number | null, untilMs: number | null): Promise<string | null> {
  const child: ChildProcess = fork(new URL('./child.ts', import.meta.url).pathname, {
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'hakaru-power-compile-cache') },
  });
  let said = '';
  child.stderr?.on('data', (bytes: Buffer) => (said += bytes.toString('utf8')));
  const ended = new Promise<string>((resolve) =>
    child.once('exit', (code, signal) =>
      resolve(code === 0 ? '' : `${code ?? signal} ${said.slice(-2_000)}`),
    ),
  );
  let promised = false;
  let cut = false;
  child.on('message', (message: FromPowerChild) => {
    // What is told after the cut was promised by a dead disk.
    if (cut) return;
    if (message.kind === 'promised') {
      promised = true;
      note(world.ledger, message);
    } else {
      world.setMeters(message.atMs);
      child.send('set', () => {});
    }
  });
  const { factory } = world;
  const task: PowerTask = {
    addresses: { tcpPort: factory.tcpPort, serial: factory.serial },
    brokerUrl: world.brokerUrl,
    dataDir: world.dataDir,
    synchronous: values.synchronous ?? null,
    untilMs,
  };
  child.send(task);
  if (cutAfterMs === null) return ended;
  const early = ended.then((how) => `the gateway ended before the cut: ${how}`);
  const waited = eventually(() => promised, 'the gateway runs', FIRST_PROMISE_MS).then(() =>
    delay(cutAfterMs, null),
  );
  const how = await Promise.race([early, waited]);
  if (how !== null) return how;
  cut = true;
  world.disk.cutPower();
  child.kill('SIGKILL');
  await ended;
  return null;
}

/** Published differences meet published registers, and those the meters. */
function wrongSums(cloud: Subscriber, factory: DemoFactory): string[] {
  const micro = (value: number | null): bigint => BigInt(Math.round((value ?? Number.NaN) * 1_000_000));
  const hours = new Map<string, HourMessage[]>();
  for (const hour of cloud.table.values()) {
    const key = `${hour.meter}/${hour.channel}`;
    hours.set(key, [...(hours.get(key) ?? []), hour]);
  }
  const found: string[] = [];
  for (const [key, list] of hours) {
    list.sort((a, b) => Date.parse(a.start) - Date.parse(b.start));
    const sum = list.reduce((total, { quantity }) => total + micro(quantity), 0n);
    const [first, last] = [list[0], list.at(-1)];
    if (sum !== micro(last?.register.end ?? null) - micro(first?.register.start ?? null))
      found.push(`${key}: the sum is off`);
    const spanHours = (Date.parse(last?.end ?? '') - Date.parse(first?.start ?? '')) / HOUR_MS;
    if (spanHours !== list.length) found.push(`${key}: ${list.length} of ${spanHours} hours`);
  }
  const supply = hours.get('main/energy-import')?.at(-1);
  const truth = factory.devices.main.energy.read(Date.parse(supply?.end ?? '')) * 1_000n;
  if (micro(supply?.register.end ?? null) !== truth)
    found.push(`main shows ${supply?.register.end}, the meter ${truth}`);
  return found;
}

async function main(): Promise<number> {
  const choose = choices(SEED);
  const disk = createLoopDisk();
  const broker = await createMosquitto(['allow_anonymous true', 'max_queued_messages 0']);
  await broker.start();
  const brokerUrl = `mqtt://127.0.0.1:${broker.port}`;
  const cloud = await subscribe(brokerUrl);
  const { received, ...watcher } = await watchPayloads(brokerUrl);
  let nowMs = START_MS;
  const factory = await startDemoFactory({
    now: () => nowMs,
    seed: SEED,
    startMs: START_MS - HOUR_MS,
    pace: 0,
    serial: 'rtu-over-tcp',
  });
  const ledger: Ledger = {
    generation: null,
    lastSeq: 0,
    document: 0,
    messages: new Map(),
    boundaries: new Map(),
  };
  const setMeters = (atMs: number) => void (nowMs = atMs);
  const world: World = { disk, dataDir: join(disk.folder, 'data'), factory, brokerUrl, ledger, setMeters };
  const problems: string[] = [];
  try {
    for (let cut = 1; cut <= CUTS; cut++) {
      const afterMs = choose(CUT_WITHIN_MS);
      const failed = await live(world, afterMs, null);
      // What the broker had before the lights went out may take a moment to arrive here.
      await delay(200);
      if (failed === null) disk.restore();
      const found = failed === null ? broken(world.dataDir, ledger, received) : [failed];
      problems.push(...found.map((text) => `cut ${cut}: ${text}`));
      say({
        cut,
        afterMs,
        played: new Date(nowMs).toISOString(),
        promised: { seq: ledger.lastSeq, boundaries: ledger.boundaries.size, document: ledger.document },
        received: cloud.seqs.size,
        problems: found,
      });
      if (failed !== null) break;
      if (found.length > 0) break;
    }
    if (problems.length === 0) {
      const untilMs = Math.ceil((nowMs - START_MS) / HOUR_MS + 2) * HOUR_MS + START_MS + 100_000;
      const failed = await live(world, null, untilMs);
      if (failed) problems.push(`the last life: ${failed}`);
      await delay(500);
      problems.push(...holes(cloud.seqs).map((seq) => `seq ${seq} never came`), ...wrongSums(cloud, factory));
    }
  } finally {
    await cloud.close();
    await watcher.close();
    await broker.remove();
    await factory.close();
    disk.remove();
  }
  say({
    name: 'power cuts survived',
    cuts: CUTS,
    seed: SEED,
    synchronous: values.synchronous ?? 'as shipped',
    hours: cloud.table.size,
    messages: cloud.seqs.size,
    problems,
  });
  return problems.length === 0 ? 0 : 1;
}

async function pulses(): Promise<number> {
  const problems = await cutPulses(Math.min(CUTS, 8), SEED);
  return problems.length === 0 ? 0 : 1;
}

process.exitCode = await (values.pulses ? pulses() : main());
