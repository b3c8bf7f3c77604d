/**
 * The factory of config/sites/demo.yaml, alive: TCP meters, an RS-485 bus, a pulse module, the broker and the server
 * of coefficient documents, all on the loopback. Simulated time is the caller's; wires are paced by real time.
 */
import { type Broker, startBroker } from './broker.ts';
import { type CoefficientServer, startCoefficientServer } from './coefficient-server.ts';
import { asCsv, asJson, type DemoDocument, demoDocument } from './demo-documents.ts';
import { DEMO_SCHEDULES, type DemoLoad } from './demo-schedules.ts';
import { createIem3155, type Iem3155 } from './devices/iem3155.ts';
import { createLswMeter, type LswMeter } from './devices/lsw-meter.ts';
import { createPulseCounter, type PulseCounter } from './devices/pulse-counter.ts';
import { createSdm630, type Sdm630 } from './devices/sdm630.ts';
import { createFaults, type FaultPlan, type FaultSettings } from './faults.ts';
import { createPlant, type Plant } from './plant.ts';
import { createRtuBus, type RtuBus } from './rtu-bus.ts';
import type { Schedule } from './schedule.ts';
import { type PtyLink, servePty, serveRtuOverTcp, type TcpLink } from './serial-link.ts';
import { startTcpMeters, type TcpMeters } from './tcp-meters.ts';

export type DemoMeter = 'main' | 'furnace' | 'press' | 'compressor' | 'gas';

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
  readonly devices: {
    readonly main: Iem3155;
    readonly furnace: LswMeter;
    readonly press: Sdm630;
    readonly compressor: Sdm630;
    readonly gas: PulseCounter;
  };
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

const DEMO_UNITS = { main: 1, press: 2, compressor: 3, furnace: 4, gas: 20 } as const;
/** 0.1 m³. */
const DEMO_GAS_WEIGHT_ML = 100_000;
const BAUD_RATE = 19_200;
const DEFAULT_HISTORY_DAYS = 45;

const INITIAL_COUNTS: Readonly<Record<DemoMeter, bigint>> = {
  // Wh
  main: 3_456_789_012n,
  // 0.01 kWh behind a CT of 200/5
  furnace: 1_234_567n,
  // 0.01 kWh
  press: 4_215_733n,
  compressor: 2_086_410n,
  // pulses
  gas: 731_204n,
};

/** @throws Error when a fixed port is taken, or a pty was demanded and there is none; nothing is left running then */
export async function startDemoFactory(options: DemoFactoryOptions): Promise<DemoFactory> {
  const { now, seed } = options;
  const plant = demoPlant(options);
  const devices = demoDevices(options, plant);
  const settings = options.faultSettings ? { settings: options.faultSettings } : {};
  const rtuFaults = createFaults({ seed, wire: 'rtu', ...settings });
  const tcpFaults = createFaults({ seed, wire: 'tcp', ...settings });
  const bus = createRtuBus({
    devices: [devices.press, devices.compressor, devices.gas],
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
        devices: [devices.main, devices.furnace],
        now,
        faults: tcpFaults,
        port: options.tcpPort ?? 0,
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
  return createPlant({
    seed: options.seed,
    startMs: options.startMs,
    meters: [
      { id: 'press', kind: 'electric', schedule: of('press') },
      { id: 'compressor', kind: 'electric', schedule: of('compressor') },
      { id: 'furnace', kind: 'electric', schedule: of('furnace') },
      { id: 'main', kind: 'sum', of: ['press', 'compressor', 'furnace'], base: of('base') },
      { id: 'gas', kind: 'gas', schedule: of('gas') },
    ],
  });
}

function demoDevices(options: DemoFactoryOptions, plant: Plant): DemoFactory['devices'] {
  const updateMs = options.updateMs ?? 0;
  const meter = (load: 'main' | 'furnace' | 'press' | 'compressor') => ({
    unit: DEMO_UNITS[load],
    plant,
    load,
    initialCount: options.initialCounts?.[load] ?? INITIAL_COUNTS[load],
    updateMs,
  });
  return {
    main: createIem3155(meter('main')),
    furnace: createLswMeter({
      ...meter('furnace'),
      energyAddress: 100,
      powerAddress: 110,
      countsPerKwh: 100n,
      powerCountsPerW: 10,
      ct: { num: 200n, den: 5n },
      wrapsAt: 100_000_000n,
      maxRegisters: 60,
    }),
    press: createSdm630(meter('press')),
    compressor: createSdm630(meter('compressor')),
    gas: createPulseCounter({
      unit: DEMO_UNITS.gas,
      plant,
      updateMs,
      inputs: {
        1: {
          load: 'gas',
          weightMl: DEMO_GAS_WEIGHT_ML,
          initialCount: options.initialCounts?.gas ?? INITIAL_COUNTS.gas,
        },
      },
    }),
  };
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
