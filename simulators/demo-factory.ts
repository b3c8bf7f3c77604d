/**
 * The factory of config/sites/demo.yaml, alive: TCP meters, an RS-485 bus, pulse contacts, the broker and the server
 * of coefficient documents, all on the loopback. Simulated time is the caller's; wires are paced by real time.
 */
import { type Broker, startBroker } from './broker.ts';
import { type CoefficientServer, startCoefficientServer } from './coefficient-server.ts';
import { type DemoDevices, type DemoMeter, demoDevices } from './demo-devices.ts';
import { asCsv, asJson, type DemoDocument, demoDocument } from './demo-documents.ts';
import { type DemoPulses, startDemoPulses } from './demo-pulses.ts';
import { DEMO_SCHEDULES, type DemoLoad, HALL_LOADS } from './demo-schedules.ts';
import { createFaults, type FaultPlan, type FaultSettings } from './faults.ts';
import { createPlant, type Plant } from './plant.ts';
import { createRtuBus, type RtuBus } from './rtu-bus.ts';
import type { Schedule } from './schedule.ts';
import { type PtyLink, servePty, serveRtuOverTcp, type TcpLink } from './serial-link.ts';
import { startTcpMeters, type TcpMeters } from './tcp-meters.ts';

export interface DemoFactoryOptions {
  /** Simulated time, whole ms since 1970 UTC. */
  readonly now: () => number;
  readonly seed: number;
  /** Energy counts from here; never asked for earlier. */
  readonly startMs: number;
  /** 1 real wire time, 0 as fast as it goes. 1 when left out. */
  readonly pace?: number;
  /** `auto`: a pty, or RTU over TCP where socat is absent. */
  readonly serial?: 'auto' | 'pty' | 'rtu-over-tcp';
  /** The steady clock by which contacts are stamped, at startMs, ns; the machine's own when left out. */
  readonly steadyStartNs?: bigint;
  /** Directory for the pty's link; a fresh one when left out. */
  readonly ptyDirectory?: string;
  /** Replaces the demo's own day profiles, e.g. to play a worked day. */
  readonly schedules?: Readonly<Partial<Record<DemoLoad, Schedule>>>;
  /** Register counts at startMs. */
  readonly initialCounts?: Readonly<Partial<Record<DemoMeter, bigint>>>;
  /** Register refresh of every meter, ms. 0 when left out. */
  readonly updateMs?: number;
  /** Coefficient documents are complete from so many days before now(). 45 when left out. */
  readonly historyDays?: number;
  readonly faultSettings?: Partial<FaultSettings>;
  /** Fixed ports, for people; free ones when left out. */
  readonly tcpPort?: number;
  readonly brokerPort?: number;
}

export interface DemoFactory {
  readonly tcpPort: number;
  readonly serial:
    | { readonly kind: 'pty'; readonly path: string }
    | { readonly kind: 'rtu-over-tcp'; readonly port: number };
  /** Why there is no pty; null when there is one, or none was asked for. */
  readonly serialNote: string | null;
  readonly brokerUrl: string;
  /** HTTPS, JSON; the CSV form stands beside it under `.csv`. */
  readonly coefficientUrl: string;
  readonly caPem: string;
  readonly plant: Plant;
  readonly devices: DemoDevices;
  readonly pulses: DemoPulses;
  readonly faults: {
    readonly rtu: FaultPlan;
    readonly tcp: FaultPlan;
    readonly coefficients: CoefficientServer['faults'];
  };
  readonly bus: RtuBus;
  readonly tcp: TcpMeters;
  readonly broker: Broker;
  readonly coefficients: CoefficientServer;
  setPace(pace: number): void;
  close(): Promise<void>;
}

const BAUD_RATE = 9_600;
const DEFAULT_HISTORY_DAYS = 45;

/** @throws Error when a fixed port is taken, or a pty was demanded and there is none; nothing is left running then */
export async function startDemoFactory(options: DemoFactoryOptions): Promise<DemoFactory> {
  const { now, seed } = options;
  const plant = demoPlant(options);
  const devices = demoDevices(plant, options);
  const settings = options.faultSettings ? { settings: options.faultSettings } : {};
  const rtuFaults = createFaults({ seed, wire: 'rtu', ...settings });
  const tcpFaults = createFaults({ seed, wire: 'tcp', ...settings });
  const bus = createRtuBus({
    devices: devices.bus,
    now,
    baudRate: BAUD_RATE,
    pace: options.pace ?? 1,
    faults: rtuFaults,
  });
  const started: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(service: T): T => {
    started.push(service);
    return service;
  };
  const close = async (): Promise<void> => {
    bus.close();
    await Promise.all(started.map((service) => service.close()));
  };
  try {
    const { link, note } = await serialLink(bus, options);
    keep(link);
    const tcp = keep(
      await startTcpMeters({
        devices: devices.tcp,
        now,
        faults: tcpFaults,
        port: options.tcpPort ?? 0,
      }),
    );
    const pulses = keep(
      await startDemoPulses({
        plant,
        now,
        ...(options.steadyStartNs === undefined ? {} : { steadyStartNs: options.steadyStartNs }),
      }),
    );
    const broker = keep(await startBroker({ port: options.brokerPort ?? 0 }));
    const coefficients = keep(await startCoefficientServer());
    putDocuments(coefficients, options);
    return {
      tcpPort: tcp.port,
      serial:
        link.kind === 'pty' ? { kind: 'pty', path: link.path } : { kind: 'rtu-over-tcp', port: link.port },
      serialNote: note,
      brokerUrl: broker.url,
      coefficientUrl: coefficients.httpsUrl('/coefficients/kyushu.json'),
      caPem: coefficients.caPem,
      plant,
      devices,
      pulses,
      faults: { rtu: rtuFaults, tcp: tcpFaults, coefficients: coefficients.faults },
      bus,
      tcp,
      broker,
      coefficients,
      setPace: (pace) => bus.setPace(pace),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function putDocuments(coefficients: CoefficientServer, options: DemoFactoryOptions): void {
  const { now, seed } = options;
  const anchorMs = now();
  const historyDays = options.historyDays ?? DEFAULT_HISTORY_DAYS;
  const document = (): DemoDocument => demoDocument({ seed, anchorMs, nowMs: now(), historyDays });
  coefficients.put('/coefficients/kyushu.json', () => asJson(document()));
  coefficients.put('/coefficients/kyushu.csv', () => asCsv(document()));
}

function demoPlant(options: DemoFactoryOptions): Plant {
  const of = (load: DemoLoad): Schedule => options.schedules?.[load] ?? DEMO_SCHEDULES[load];
  const electric = ['press', 'compressor', 'furnace', ...HALL_LOADS] as const;
  return createPlant({
    seed: options.seed,
    startMs: options.startMs,
    meters: [
      ...electric.map((id) => ({ id, kind: 'electric' as const, schedule: of(id) })),
      { id: 'main', kind: 'sum', of: electric, base: of('base') },
      { id: 'gas', kind: 'gas', schedule: of('gas') },
      { id: 'heat-gas', kind: 'gas', schedule: of('heat-gas') },
      { id: 'steam', kind: 'steam', schedule: of('steam') },
    ],
  });
}

async function serialLink(
  bus: RtuBus,
  options: DemoFactoryOptions,
): Promise<{ link: PtyLink | TcpLink; note: string | null }> {
  const wanted = options.serial ?? 'auto';
  if (wanted === 'rtu-over-tcp') return { link: await serveRtuOverTcp(bus), note: null };
  const pty = await servePty(
    bus,
    options.ptyDirectory === undefined ? {} : { directory: options.ptyDirectory },
  );
  if (pty.kind === 'pty') return { link: pty, note: null };
  if (wanted === 'pty') throw new Error(`no pty: ${pty.reason}`);
  return { link: await serveRtuOverTcp(bus), note: pty.reason };
}
