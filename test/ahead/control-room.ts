/** A gateway without meters beside a real mosquitto, on a clock that is set by hand: what it says of the hours ahead. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync, type IPublishPacket, type MqttClient } from 'mqtt';
import { checkSiteText } from '../../config/load-site.ts';
import { type Clock, type ClockTrust, instant } from '../../gateway/domain/time.ts';
import { createGateway, type Gateway } from '../../gateway/gateway.ts';
import { createLog } from '../../gateway/platform/log.ts';
import type { OpenPolling } from '../../gateway/polling.ts';
import { eventually } from '../uplink/support/eventually.ts';
import { createMosquitto, type Mosquitto } from '../uplink/support/mosquitto.ts';

const PREFIX = 'hakaru/v1/works/gw1';

const noMeters: OpenPolling = () => ({
  pollAll: async () => {},
  start: () => {},
  firstRound: async () => {},
  close: async () => {},
});

export interface AnnouncedDays {
  readonly revision: number;
  readonly complete: readonly [from: string, to: string];
  readonly curtailed?: readonly string[];
  readonly tight?: readonly string[];
}

/** What a PLC, Home Assistant and the cloud hear: the newest of each topic, and all of it in order. */
export interface Listener {
  readonly newest: ReadonlyMap<string, string>;
  readonly packets: readonly {
    readonly topic: string;
    readonly text: string;
    readonly packet: IPublishPacket;
  }[];
  close(): Promise<void>;
}

export interface ControlRoom {
  readonly broker: Mosquitto;
  setClock(text: string, trust?: ClockTrust): void;
  start(): Promise<Gateway>;
  /** One turn of all stages at that time, and all it published delivered. */
  turnAt(text: string): Promise<void>;
  announce(days: AnnouncedDays): Promise<void>;
  stop(): Promise<void>;
  /** A new client, which gets what is retained first. */
  listen(): Promise<Listener>;
  /** Waits until a topic says what is wanted. */
  hears(listener: Listener, topic: string, wanted: (text: string) => boolean): Promise<void>;
  end(): Promise<void>;
}

const DOCUMENT = 'kyushu-2026-11';

function document(days: AnnouncedDays): string {
  const [from, to] = days.complete;
  return JSON.stringify({
    format: 'hakaru-coefficients/1',
    document: DOCUMENT,
    revision: days.revision,
    ruleSet: 'fy2023',
    area: 'kyushu',
    issuedAt: '2026-11-01T10:00:00+09:00',
    source: 'written for a test',
    complete: [{ from, to }],
    curtailmentDays: days.curtailed ?? [],
    tightDays: days.tight ?? [],
  });
}

export async function openControlRoom(): Promise<ControlRoom> {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-ahead-'));
  const broker = await createMosquitto(['allow_anonymous true']);
  await broker.start();
  let nowMs = 0;
  let trusted: ClockTrust = 'manual';
  const startedMs = Date.parse('2026-11-01T00:00:00+09:00');
  const clock: Clock = {
    now: () => instant(nowMs),
    // It never steps: simulated time passes.
    monotonicMs: () => nowMs - startedMs,
    trust: () => trusted,
  };
  let gateway: Gateway | null = null;
  const clients = new Set<MqttClient>();

  const siteText = `site: { id: works, timezone: Asia/Tokyo, gridArea: kyushu }
gateway: { id: gw1 }
lines: { lan: { kind: modbus-tcp, host: 127.0.0.1, port: 1 } }
meters: { main: { line: lan, unit: 1, type: schneider-iem3155, role: grid-import, rated: 600 kW } }
mqtt: { url: "mqtt://127.0.0.1:${broker.port}" }
`;
  const set = (text: string): void => {
    nowMs = Date.parse(`${text}${text.length === 16 ? ':00' : ''}+09:00`);
  };

  const room: ControlRoom = {
    broker,
    setClock(text, trust = 'manual') {
      set(text);
      trusted = trust;
    },
    async start() {
      const { site, problems } = checkSiteText(join(folder, 'site.yaml'), siteText);
      if (!site) throw new Error(JSON.stringify(problems));
      gateway = await createGateway({
        site,
        dataDir: folder,
        clock,
        log: createLog({ level: 'silent' }),
        polling: noMeters,
        webRoot: null,
      });
      await gateway.playRound();
      return gateway;
    },
    async turnAt(text) {
      set(text);
      await gateway?.playRound();
      await gateway?.delivered();
    },
    async announce(days) {
      mkdirSync(join(folder, 'inbox'), { recursive: true });
      const path = join(folder, 'inbox', `r${days.revision}.json`);
      writeFileSync(path, document(days));
      // It has lain there for a while: a file that just changed may still be being copied.
      utimesSync(path, new Date(startedMs), new Date(startedMs));
      await gateway?.bringCoefficients();
      await gateway?.playRound();
      await gateway?.delivered();
    },
    async stop() {
      await gateway?.stop();
      gateway = null;
    },
    async listen() {
      const newest = new Map<string, string>();
      const packets: { topic: string; text: string; packet: IPublishPacket }[] = [];
      const client = await connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
        protocolVersion: 5,
        reconnectPeriod: 0,
      });
      client.on('error', () => {});
      client.on('message', (topic, payload, packet) => {
        const name = topic.slice(PREFIX.length + 1);
        newest.set(name, payload.toString('utf8'));
        packets.push({ topic: name, text: payload.toString('utf8'), packet });
      });
      await client.subscribeAsync(`${PREFIX}/#`, { qos: 1 });
      clients.add(client);
      return {
        newest,
        packets,
        async close() {
          clients.delete(client);
          await client.endAsync(true);
        },
      };
    },
    async hears(listener, topic, wanted) {
      await eventually(
        () => wanted(listener.newest.get(topic) ?? ''),
        () => `${topic} says ${listener.newest.get(topic)}`,
      );
    },
    async end() {
      await gateway?.stop();
      for (const client of clients) await client.endAsync(true);
      await broker.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return room;
}
