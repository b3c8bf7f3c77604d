/** What the gateway says over its MQTT connection: the outbox in order, and the retained messages around it. */
import { setTimeout as delay } from 'node:timers/promises';
import type { MqttConfig } from '../config/types.ts';
import type { Fault } from './domain/faults.ts';
import type { LiveBoard } from './domain/live.ts';
import type { OutgoingMessage, PublishOutcome, TopicFeed } from './domain/ports.ts';
import type { Log } from './platform/log.ts';
import { VERSION } from './platform/version.ts';
import type { createAnnouncer } from './stages/announce.ts';
import { offlineStatus } from './stages/announce.ts';
import type { createOutboxPort } from './stages/outbox-port.ts';
import { createDelivery, type DeliveryOptions } from './uplink/delivery.ts';
import { openUplink, type UplinkConfig, type UplinkTiming } from './uplink/mqtt-uplink.ts';
import { createStanding, type StandingMessage } from './uplink/standing.ts';
import type { Topics } from './uplink/topics.ts';

/** Status is said again this often, so that its backlog and clock trust are not stale. */
const STATUS_MS = 60_000;
/** What is in flight at a stop gets this long to be acknowledged, ms: a stop takes 5 s at the most. */
const SETTLE_MS = 1_000;
/** So long the word of going offline may take; the broker says it itself if it is late. */
const FAREWELL_MS = 500;
/** While waiting for an empty outbox, it is looked at this often. */
const LOOK_AGAIN_MS = 50;
/** A message that alone ends this many connections is given up. */
const MAX_DISCONNECTS = 3;

export interface UplinkSession extends TopicFeed {
  /** There may be new rows. */
  wake(): void;
  /** Says the status now. */
  announce(): void;
  /** Says again what this gateway is, and its status. */
  introduce(): void;
  /** Says what stands and has changed since. */
  stand(): void;
  connected(): boolean;
  fault(): Fault | null;
  /** Resolves once the outbox says that nothing is left to send. */
  drained(isEmpty: () => boolean): Promise<void>;
  close(): Promise<void>;
}

export interface UplinkSessionDeps {
  readonly config: MqttConfig;
  readonly connection: UplinkConfig;
  readonly topics: Topics;
  readonly outbox: ReturnType<typeof createOutboxPort>;
  readonly announcer: ReturnType<typeof createAnnouncer>;
  readonly board: LiveBoard;
  /** What is so now, beside the status; and what is said of it when the gateway ends. */
  readonly standing: () => readonly StandingMessage[];
  readonly farewell: () => readonly OutgoingMessage[];
  readonly monotonicMs: () => number;
  readonly log: Log;
  readonly timing?: Partial<UplinkTiming>;
  readonly probe?: DeliveryOptions['probe'];
  readonly onChange: () => void;
}

export function openUplinkSession(deps: UplinkSessionDeps): UplinkSession {
  const { config, announcer, board, log, topics } = deps;
  const uplink = openUplink({
    config: deps.connection,
    ...(deps.timing ? { timing: deps.timing } : {}),
    will: offlineStatus(topics.status, VERSION),
    monotonicMs: deps.monotonicMs,
    log: (event) => {
      if (event.kind === 'connected') log.info(event, 'broker connected');
      // Trying the other protocol version at once is no trouble worth a warning.
      else if (event.retryInMs === 0) log.info(event, 'broker asked again');
      else log.warn(event, 'broker connection ended');
      deps.onChange();
    },
  });

  const say = async (message: OutgoingMessage | null): Promise<PublishOutcome | null> =>
    message && uplink.connected() ? uplink.publish(message) : null;
  /** What a consumer needs to read the rest. */
  const introduce = async (): Promise<void> => {
    const [meta] = await Promise.all([say(announcer.meta()), say(announcer.status())]);
    if (meta?.kind === 'refused') log.warn({ topic: topics.meta, ...meta }, 'the broker will not take meta');
  };
  const standing = createStanding({
    publish: say,
    monotonicMs: deps.monotonicMs,
    onRefused: (topic, outcome) => log.warn({ topic, ...outcome }, 'the broker will not take a message'),
  });
  let isOver = false;
  const stand = (): void => {
    if (uplink.connected() && !isOver) standing.say(deps.standing());
  };
  uplink.onConnect(() => {
    void introduce();
    standing.forget();
    stand();
  });
  const delivery = createDelivery({
    outbox: deps.outbox,
    uplink,
    window: config.window,
    maxDisconnects: MAX_DISCONNECTS,
    ...(deps.probe ? { probe: deps.probe } : {}),
  });
  const liveTimer = setInterval(() => {
    for (const meter of board.all()) void say(announcer.live(meter));
  }, config.liveIntervalMs);
  const statusTimer = setInterval(() => void say(announcer.status()), STATUS_MS);

  return {
    wake: () => delivery.wake(),
    announce: () => void say(announcer.status()),
    introduce: () => void introduce(),
    stand,
    subscribe: (topic, heard, refused) => uplink.subscribe(topic, heard, refused),
    connected: () => uplink.connected(),
    fault: () => uplink.fault(),
    async drained(isEmpty) {
      delivery.wake();
      await delivery.settled();
      while (!isEmpty()) {
        await delay(LOOK_AGAIN_MS);
        delivery.wake();
        await delivery.settled();
      }
    },
    async close() {
      clearInterval(liveTimer);
      clearInterval(statusTimer);
      isOver = true;
      const farewell = Promise.all(deps.farewell().map(say));
      delivery.stop();
      // What is not acknowledged by then is sent again by the next start.
      await Promise.race([delivery.settled(), delay(SETTLE_MS)]);
      // A clean end sends no will, so the offline status is said here.
      const last = Promise.all([farewell, say(offlineStatus(topics.status, VERSION))]);
      await Promise.race([last, delay(FAREWELL_MS)]);
      await uplink.close();
    },
  };
}
