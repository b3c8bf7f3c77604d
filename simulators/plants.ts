/** Plants that `hakaru simulate` starts by name, for other people's masters and tests. */
import { startDemoFactory } from './demo-factory.ts';
import { createAddressEcho } from './devices/address-echo.ts';
import { createPulseCounter } from './devices/pulse-counter.ts';
import { createSdm630 } from './devices/sdm630.ts';
import { createFaults, type FaultRates } from './faults.ts';
import { createPlant } from './plant.ts';
import { createRtuBus } from './rtu-bus.ts';
import { servePty, serveRtuOverTcp } from './serial-link.ts';
import { startTcpMeters } from './tcp-meters.ts';

export interface PlantStartOptions {
  readonly now: () => number;
  readonly seed: number;
  readonly startMs: number;
  readonly pace?: number;
}

export interface RunningPlant {
  readonly name: string;
  /** What a person needs to reach it, in the order to print. */
  readonly addresses: readonly { readonly what: string; readonly address: string }[];
  /** To be written to a file by whoever wants to use HTTPS; null when nothing is served over TLS. */
  readonly caPem: string | null;
  close(): Promise<void>;
}

export interface NamedPlant {
  readonly name: string;
  readonly title: string;
  start(options: PlantStartOptions): Promise<RunningPlant>;
}

const NOISY_RTU: FaultRates = {
  late: 0.02,
  doubled: 0.02,
  echo: 0.02,
  'wrong-unit': 0.02,
  noise: 0.02,
  short: 0.02,
  'bad-crc': 0.02,
  silent: 0.02,
  exception: 0.01,
  'transient-zero': 0.005,
};
const NOISY_TCP: FaultRates = {
  late: 0.02,
  doubled: 0.02,
  'wrong-unit': 0.02,
  'wrong-transaction': 0.02,
  junk: 0.01,
  cut: 0.01,
};

async function startDemo(options: PlantStartOptions): Promise<RunningPlant> {
  const factory = await startDemoFactory(options);
  factory.pulses.live();
  const serial =
    factory.serial.kind === 'pty'
      ? `${factory.serial.path} (9600 8N1)`
      : `127.0.0.1:${factory.serial.port} (RTU over TCP)`;
  return {
    name: 'demo',
    addresses: [
      {
        what: 'Modbus TCP, units 1 (iEM3155), 4 (u32 LSW, CT 200/5), 14 (PAC2200), 15 (UMG 96RM)',
        address: `127.0.0.1:${factory.tcpPort}`,
      },
      {
        what: 'Modbus RTU, units 2, 3, 13 (SDM630), 5, 6 (EM340), 7 (B23), 8 (KW8M), 9 (WattNode), 10 (EM24), 11 (PZEM-016), 12 (DTSU666, CT 100/5), 20 (pulse counter)',
        address: serial,
      },
      {
        what: 'in the place of gpiomon (libgpiod 2); inputs 22 (service pulse), 27 (timing pulse), 17 (gas, 0.1 m³), 5 (steam, 1 kg)',
        address: factory.pulses.gpiomon,
      },
      { what: 'MQTT broker (3.1.1)', address: factory.brokerUrl },
      { what: 'coefficient document, JSON', address: factory.coefficientUrl },
      {
        what: 'coefficient document, CSV, without TLS',
        address: factory.coefficients.httpUrl('/coefficients/kyushu.csv'),
      },
    ],
    caPem: factory.caPem,
    close: () => factory.close(),
  };
}

async function startNoisyBus(options: PlantStartOptions): Promise<RunningPlant> {
  const { now, seed, startMs } = options;
  const plant = createPlant({
    seed,
    startMs,
    meters: [
      { id: 'motor', kind: 'electric', schedule: ({ localHour }) => 20_000 + 1_000 * localHour },
      { id: 'burner', kind: 'gas', schedule: ({ weekend }) => (weekend ? 2_000_000 : 12_000_000) },
    ],
  });
  const rtuFaults = createFaults({ seed, wire: 'rtu' });
  const tcpFaults = createFaults({ seed, wire: 'tcp' });
  const rtuDevices = [
    createSdm630({ unit: 2, plant, load: 'motor' }),
    createAddressEcho({ unit: 7 }),
    createPulseCounter({ unit: 20, plant, inputs: { 1: { load: 'burner', weightMl: 100_000 } } }),
  ];
  for (const device of rtuDevices) rtuFaults.set(device.unit, NOISY_RTU);
  tcpFaults.set(7, NOISY_TCP);
  const bus = createRtuBus({
    devices: rtuDevices,
    now,
    baudRate: 19_200,
    pace: options.pace ?? 1,
    faults: rtuFaults,
  });
  const pty = await servePty(bus);
  const overTcp = await serveRtuOverTcp(bus);
  const tcp = await startTcpMeters({ devices: [createAddressEcho({ unit: 7 })], now, faults: tcpFaults });
  return {
    name: 'noisy-bus',
    addresses: [
      {
        what: 'Modbus RTU, units 2 (SDM630), 7 (address echo), 20 (pulse counter); one answer in six is wrong',
        address: pty.kind === 'pty' ? `${pty.path} (19200 8N1)` : `no pty: ${pty.reason}`,
      },
      { what: 'the same bus, RTU over TCP', address: `127.0.0.1:${overTcp.port}` },
      {
        what: 'Modbus TCP, unit 7 (address echo); one answer in ten is wrong',
        address: `127.0.0.1:${tcp.port}`,
      },
    ],
    caPem: null,
    async close() {
      bus.close();
      if (pty.kind === 'pty') await pty.close();
      await Promise.all([overTcp.close(), tcp.close()]);
    },
  };
}

export const PLANTS: readonly NamedPlant[] = [
  {
    name: 'demo',
    title: 'the demo factory: sixteen meters, four contacts, broker and coefficient server',
    start: startDemo,
  },
  { name: 'noisy-bus', title: 'meters on wires that go wrong in every known way', start: startNoisyBus },
];

export function plantNamed(name: string): NamedPlant | null {
  return PLANTS.find((plant) => plant.name === name) ?? null;
}
