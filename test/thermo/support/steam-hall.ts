/** A steam hall behind one Modbus TCP port: a flow computer and a transmitter of the feed tank, watched by a whole gateway on stepped time. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { checkSiteText } from '../../../config/load-site.ts';
import { printExplanation } from '../../../gateway/domain/explain.ts';
import type { Language } from '../../../gateway/domain/faults.ts';
import type { HourMessage } from '../../../gateway/domain/messages.ts';
import { type Clock, type ClockTrust, instant } from '../../../gateway/domain/time.ts';
import { createGateway, type Gateway } from '../../../gateway/gateway.ts';
import { hourGrid } from '../../../gateway/platform/hour-grid.ts';
import { createLog } from '../../../gateway/platform/log.ts';
import { pollHere } from '../../../gateway/polling.ts';
import { explainHour } from '../../../gateway/stages/explain-hour.ts';
import { recallSite } from '../../../gateway/stages/site-facts.ts';
import { openStoreForReading, type Store } from '../../../gateway/store/store.ts';
import { createFlowComputer, type FlowComputer } from '../../../simulators/devices/flow-computer.ts';
import { startTcpMeters } from '../../../simulators/tcp-meters.ts';

export const START = Date.parse('2026-11-04T09:00:00+09:00');
export const HALF_MS = 1_800_000;

export interface HallOptions {
  /** MPa above the atmosphere. */
  readonly pressureMpa: (atMs: number) => number;
  /** Of the water in the tank. */
  readonly celsius?: (atMs: number) => number;
  /** The keys of `steam`. */
  readonly steam: string;
}

const MAP = `map:
      channels:
        steam-mass: { address: 100, type: u32, scale: 1, unit: kg, ratio: primary }
      gauges:
        pressure: { address: 200, type: f32, unit: MPa }
        pressure-absolute: { address: 202, type: f32, unit: kPa }
        temperature: { address: 204, type: f32, unit: °C }`;

function siteText(port: number, steam: string): string {
  return `site: { id: hall, gridArea: tokyo }
gateway: { id: gw1 }
clock: { trust: manual }
lines: { lan: { kind: modbus-tcp, host: 127.0.0.1, port: ${port} } }
meters:
  boiler:
    line: lan
    unit: 1
    type: generic
    role: steam
    rated: 20 t/h
    steam: { ${steam} }
    ${MAP}
  tank:
    line: lan
    unit: 2
    type: generic
    role: other
    map: { gauges: { temperature: { address: 204, type: f32, unit: °C } } }
`;
}

export interface Hall {
  /** Pressure and the mass of steam; 3.6 t/h. */
  readonly boiler: FlowComputer;
  /** Shows its temperature and counts nothing. */
  readonly tank: FlowComputer;
  /** Polls until then. */
  playTo(ms: number, everyMs?: number): Promise<void>;
  /** Ends the gateway as it is told to, and begins again, perhaps with other keys of `steam`. */
  restart(steam?: string): Promise<void>;
  /** The clock of the gateway is set, and no poll is made. */
  setClock(ms: number, trusted?: boolean): void;
  look<T>(work: (store: Store) => T): T;
  /** The newest message of each hour of the boiler. */
  hours(): HourMessage[];
  explain(hourMs: number, language?: Language): string;
}

export async function openHall({ onTestFinished }: TestContext, options: HallOptions): Promise<Hall> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hakaru-hall-'));
  let nowMs = START - 60_000;
  let steadyMs = 0;
  let trust: ClockTrust = 'manual';
  const clock: Clock = {
    now: () => instant(nowMs),
    monotonicMs: () => steadyMs,
    trust: () => trust,
  };
  const total = (atMs: number) => 1_000n + BigInt(Math.floor((atMs - START + 3_600_000) / 1_000));
  const of = (unit: number) =>
    createFlowComputer({
      unit,
      total,
      pressureMpa: options.pressureMpa,
      celsius: options.celsius ?? (() => 20),
    });
  const [boiler, tank] = [of(1), of(2)];
  const meters = await startTcpMeters({ devices: [boiler, tank], now: () => nowMs });

  async function begin(steam: string): Promise<Gateway> {
    const { site, problems } = checkSiteText('/etc/site.yaml', siteText(meters.port, steam));
    if (!site) throw new Error(JSON.stringify(problems, null, 1));
    const log = createLog({ level: 'silent' });
    return createGateway({ site, dataDir, clock, log, polling: pollHere({ clock }), webRoot: null });
  }
  let gateway = await begin(options.steam);
  onTestFinished(async () => {
    await gateway.stop();
    await meters.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  function look<T>(work: (store: Store) => T): T {
    const store = openStoreForReading(dataDir);
    try {
      return work(store);
    } finally {
      store.close();
    }
  }

  return {
    boiler,
    tank,
    async playTo(ms, everyMs = 20_000) {
      while (nowMs < ms) {
        nowMs += everyMs;
        steadyMs += everyMs;
        await gateway.playRound();
      }
    },
    async restart(steam = options.steam) {
      await gateway.stop();
      gateway = await begin(steam);
    },
    setClock(ms, trusted = true) {
      nowMs = ms;
      trust = trusted ? 'manual' : 'untrusted';
    },
    look,
    hours: () =>
      look((store) => {
        const newest = new Map<string, HourMessage>();
        for (const { kind, payload } of store.outbox.waiting(0, 100_000)) {
          const said = kind === 'hour' ? (JSON.parse(payload) as HourMessage) : null;
          if (said?.meter === 'boiler') newest.set(said.start, said);
        }
        return [...newest.values()].toSorted((a, b) => a.start.localeCompare(b.start));
      }),
    explain: (hourMs, language = 'en') =>
      look((store) => {
        const facts = recallSite(store);
        const spec = facts?.specs.find(({ meter }) => meter === 'boiler');
        if (!facts || !spec) throw new Error('no site');
        const grid = hourGrid('Asia/Tokyo');
        const deps = { store, facts, ruleSets: new Map(), grid, language };
        const found = explainHour(deps, spec, instant(hourMs));
        if (!found) throw new Error('no such hour');
        return printExplanation(found, grid, language);
      }),
  };
}
