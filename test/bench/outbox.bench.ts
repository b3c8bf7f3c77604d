/**
 * How fast the outbox drains into a real mosquitto: rows in a database on disk → delivery → connection → mqtt.js →
 * PUBACK → acknowledged rows. Beside it, run by run: mqtt.js alone, publishing as many messages of the same size with
 * the same window. Then: order as a subscriber sees it, what a million messages leave in memory, and what it costs to
 * ask how many wait while a million do.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { eventually } from '../uplink/support/eventually.ts';
import { createMosquitto } from '../uplink/support/mosquitto.ts';
import { type FigureLine, figure, interleaved } from './harness.ts';
import type { Answer, Task } from './outbox-child.ts';

const RUNS = 5;
const WINDOWS = [20, 100] as const;
const MESSAGES = 60_000;
const WARM_UP = 10_000;
const MANY = 1_050_000;
const MANY_WARM_UP = 50_000;
/** A young generation of at most 3 × this: V8 lets it grow to 108 MB otherwise, whatever the work is. */
const SMALL_YOUNG = '--max-semi-space-size=4';

const BROKER = [
  'allow_anonymous true',
  'persistence false',
  'max_inflight_messages 0',
  'max_queued_messages 0',
  'set_tcp_nodelay true',
];

function run(task: Task, flags: readonly string[] = []): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const path = new URL('./outbox-child.ts', import.meta.url).pathname;
    const child: ChildProcess = fork(path, { execArgv: [...flags] });
    let answer: Answer | null = null;
    child.once('message', (message) => (answer = message as Answer));
    child.once('exit', (code, signal) =>
      answer && code === 0
        ? resolve(answer)
        : reject(new Error(`the measured process ended: ${code ?? signal}`)),
    );
    child.send(task);
  });
}

/** Hears every hour message, and counts those that do not follow their predecessor. */
async function listen(brokerUrl: string) {
  const client = await connectAsync(brokerUrl, { reconnectPeriod: 0 });
  const heard = { last: 0, outOfOrder: 0 };
  client.on('message', (_topic, payload) => {
    const seq = Number(/"seq":(\d+)/.exec(payload.toString('latin1'))?.[1]);
    if (seq !== heard.last + 1) heard.outOfOrder += 1;
    heard.last = seq;
  });
  await client.subscribeAsync('hakaru/v1/bench/gw1/hour/#', { qos: 0 });
  return {
    /** When the last one has arrived. @returns messages that did not follow the one before */
    async faults(upTo: number): Promise<number> {
      await eventually(() => heard.last >= upTo, 'the last message', 60_000);
      await client.endAsync(true);
      return heard.outOfOrder;
    },
  };
}

export async function bench(report: (line: FigureLine) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-bench-outbox-'));
  const broker = await createMosquitto(BROKER);
  try {
    await broker.start();
    await measure(folder, `mqtt://127.0.0.1:${broker.port}`, report);
  } finally {
    await broker.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, brokerUrl: string, report: (line: FigureLine) => void): Promise<void> {
  const [few, many, used] = ['few', 'many', 'used'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const base = { messages: MESSAGES, warmUp: WARM_UP, window: 20, brokerUrl, dataDir: few };
  const large = { ...base, messages: MANY, warmUp: MANY_WARM_UP, dataDir: many };

  /** Drains a copy of a filled database. */
  const drain = async (task: Omit<Task, 'kind'>, flags: readonly string[] = []): Promise<Answer> => {
    cpSync(task.dataDir, used, { recursive: true });
    const answer = await run({ ...task, kind: 'outbox', dataDir: used }, flags);
    rmSync(used, { recursive: true });
    if (answer.backlog !== 0) throw new Error(`${answer.backlog} messages are left`);
    return answer;
  };

  await run({ ...base, kind: 'fill' });
  for (const window of WINDOWS) {
    const speeds = await interleaved(RUNS, {
      plain: async () => (await run({ ...base, window, kind: 'plain' })).perSecond,
      outbox: async () => (await drain({ ...base, window })).perSecond,
    });
    report(figure(`outbox / mqtt.js alone, window ${window}`, 'messages/s', speeds.outbox, speeds.plain));
  }

  const listener = await listen(brokerUrl);
  await drain(base);
  report(
    figure(
      `outbox: messages out of order or missing, of ${MESSAGES}`,
      'messages',
      [await listener.faults(MESSAGES)],
      null,
    ),
  );

  const filled = await run({ ...large, kind: 'fill' });
  report(figure(`outbox: one look at the backlog of ${MANY}`, 'µs', [filled.backlogUs], null));
  const growth = async (flags: readonly string[]): Promise<number> =>
    (await drain(large, flags)).rssGrowth / 1e6;
  report(
    figure(
      `outbox: RSS growth over a million messages, ${SMALL_YOUNG} / 20 MB`,
      'MB',
      [await growth([SMALL_YOUNG])],
      20,
    ),
  );
  report(
    figure('outbox: RSS growth over a million messages, no V8 flag / 20 MB', 'MB', [await growth([])], 20),
  );
}
