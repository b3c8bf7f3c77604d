/**
 * One measured run, in a process of its own. Tasks: `fill` a database with messages that wait, `outbox` sends them as
 * the gateway does, `plain` publishes as many of the same size with mqtt.js alone. The answer is one JSON line.
 */
import { once } from 'node:events';
import { connectAsync } from 'mqtt';
import { instant } from '../../gateway/domain/time.ts';
import { hourGrid } from '../../gateway/platform/hour-grid.ts';
import { createOutboxPort } from '../../gateway/stages/outbox-port.ts';
import { openStore } from '../../gateway/store/store.ts';
import { createDelivery } from '../../gateway/uplink/delivery.ts';
import { openUplink } from '../../gateway/uplink/mqtt-uplink.ts';

export interface Task {
  readonly kind: 'fill' | 'outbox' | 'plain';
  readonly messages: number;
  readonly window: number;
  readonly dataDir: string;
  readonly brokerUrl: string;
  /** Messages that are sent before anything is measured. */
  readonly warmUp: number;
}

export interface Answer {
  readonly perSecond: number;
  /** Largest resident size after the warm-up less the one at its end, bytes. */
  readonly rssGrowth: number;
  readonly backlog: number;
  /** One look at the backlog, µs. */
  readonly backlogUs: number;
}

const NOW = instant(Date.parse('2026-07-01T10:01:30+09:00'));
const PREFIX = 'hakaru/v1/bench/gw1';
const METERS = 100;
const SAMPLE_MS = 100;
const FILL_STEP = 10_000;
const LOOKS = 1000;

/** About 700 bytes: an hour message as the gateway writes it. */
function payloadOf(seq: number): string {
  return JSON.stringify({
    v: 1,
    site: 'bench',
    gateway: 'gw1',
    meter: `meter-${seq % METERS}`,
    channel: 'energy-import',
    role: 'grid-import',
    start: '2026-07-01T09:00:00+09:00',
    end: '2026-07-01T10:00:00+09:00',
    generation: 1_782_000_000,
    revision: 1,
    seq,
    quality: 'measured',
    coverage: 1,
    kwh: 123.456789,
    quantity: 123.456789,
    unit: 'kWh',
    demand: [120.123456, 126.789012],
    demandUnit: 'kW',
    register: { start: 1_234_567.123456, end: 1_234_690.580245, unit: 'kWh' },
    coefficient: {
      mjPerKwh: 9.4,
      class: 'normal',
      ruleSet: 'fy2023',
      document: 'kyushu-2026-07',
      revision: 2,
      confirmed: true,
    },
    mj: 1160.493817,
    producedAt: '2026-07-01T10:01:30+09:00',
  });
}

const topicOf = (seq: number): string => `${PREFIX}/hour/meter-${seq % METERS}/energy-import`;

/** Counts messages from the end of the warm-up on. */
function createMeter({ messages, warmUp }: Task) {
  let sent = 0;
  let startMs = 0;
  let startRss = 0;
  let topRss = 0;
  const sample = setInterval(() => (topRss = Math.max(topRss, process.memoryUsage.rss())), SAMPLE_MS);
  const begin = (): void => {
    startMs = performance.now();
    startRss = topRss = process.memoryUsage.rss();
  };
  begin();
  return {
    add(count: number): void {
      if (sent < warmUp && sent + count >= warmUp) begin();
      sent += count;
    },
    end(backlog: number): Answer {
      clearInterval(sample);
      return {
        perSecond: (messages - warmUp) / ((performance.now() - startMs) / 1000),
        rssGrowth: Math.max(topRss, process.memoryUsage.rss()) - startRss,
        backlog,
        backlogUs: 0,
      };
    },
  };
}

function fill({ dataDir, messages }: Task): Answer {
  const store = openStore(dataDir);
  for (let from = 0; from < messages; from += FILL_STEP) {
    store.write(() => {
      for (let seq = from + 1; seq <= Math.min(from + FILL_STEP, messages); seq += 1) {
        store.outbox.append({
          kind: 'hour',
          topic: topicOf(seq),
          payload: payloadOf,
          about: {
            channelId: seq % METERS,
            startMs: instant(NOW + 3_600_000 * Math.floor(seq / METERS)),
            revision: 1,
          },
          createdAtMs: NOW,
        });
      }
    });
  }
  const startMs = performance.now();
  for (let look = 1; look < LOOKS; look += 1) store.outbox.backlog();
  const backlog = store.outbox.backlog().waiting;
  const backlogUs = ((performance.now() - startMs) * 1000) / LOOKS;
  store.close();
  return { perSecond: 0, rssGrowth: 0, backlog, backlogUs };
}

async function sendOutbox(task: Task): Promise<Answer> {
  const store = openStore(task.dataDir);
  const uplink = openUplink({
    config: {
      url: task.brokerUrl,
      clientId: 'gw1',
      username: null,
      password: null,
      ca: null,
      cert: null,
      key: null,
      publishTimeoutMs: 30_000,
    },
    will: { topic: `${PREFIX}/status`, payload: '{"state":"offline"}', qos: 1, retain: true },
    monotonicMs: () => performance.now(),
  });
  const port = createOutboxPort({
    store,
    sender: { site: 'bench', gateway: 'gw1', generation: 1 },
    grid: hourGrid('Asia/Tokyo'),
    now: () => NOW,
    eventTopic: `${PREFIX}/event`,
    guard: (work) => work(),
    onRefused: () => {},
  });
  const meter = createMeter(task);
  const outbox: typeof port = {
    ...port,
    acknowledged(seqs) {
      port.acknowledged(seqs);
      meter.add(seqs.length);
    },
  };
  await new Promise<void>((idle) => {
    createDelivery({ outbox, uplink, window: task.window, maxDisconnects: 3, onIdle: idle }).wake();
  });
  const answer = meter.end(store.outbox.backlog().waiting);
  await uplink.close();
  store.close();
  return answer;
}

async function sendPlain(task: Task): Promise<Answer> {
  const client = await connectAsync(task.brokerUrl, { protocolVersion: 5, reconnectPeriod: 0 });
  const payloads = Array.from({ length: METERS }, (_, seq) => payloadOf(seq));
  const meter = createMeter(task);
  let next = 0;
  const sender = async (): Promise<void> => {
    while (next < task.messages) {
      const seq = (next += 1);
      await client.publishAsync(topicOf(seq), payloads[seq % METERS]!, { qos: 1 });
      meter.add(1);
    }
  };
  await Promise.all(Array.from({ length: task.window }, sender));
  const answer = meter.end(0);
  await client.endAsync();
  return answer;
}

const [task] = (await once(process, 'message')) as [Task];
const work = { fill, outbox: sendOutbox, plain: sendPlain }[task.kind];
const answer = await work(task);
process.send?.(answer, () => process.disconnect());
