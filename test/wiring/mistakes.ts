/** Ten and more ways to wire a meter wrongly, each as what an installer would have on the wire. */
import { createDevice } from '../../simulators/devices/device.ts';
import { f32 } from '../../simulators/devices/encode.ts';
import { createFaults, type RtuFault } from '../../simulators/faults.ts';
import { createRtuBus } from '../../simulators/rtu-bus.ts';
import { serveRtuOverTcp } from '../../simulators/serial-link.ts';
import { startTcpMeters } from '../../simulators/tcp-meters.ts';

export type Three = readonly [number, number, number];

/** What the meter's terminals see. */
export interface Terminals {
  readonly volts?: Three;
  readonly amperes?: Three;
  readonly powers?: Three;
}

export const VOLTS = 254;
/** 400 kW in all, at a power factor of 0.9. */
export const AMPERES = 583;
export const POWER = VOLTS * AMPERES * 0.9;

/** Power of a phase whose current is turned by so many degrees against its voltage. */
export function turned(degrees: number): number {
  return VOLTS * AMPERES * Math.cos(((25.84 + degrees) * Math.PI) / 180);
}

/** An Eastron SDM630 that measures just that. */
function sdm630(unit: number, terminals: Terminals) {
  const { volts = [VOLTS, VOLTS, VOLTS], amperes = [AMPERES, AMPERES, AMPERES] } = terminals;
  const { powers = [POWER, POWER, POWER] } = terminals;
  const [p1, p2, p3] = powers;
  const sum = p1 + p2 + p3;
  const apparent = volts.reduce((total, volt, n) => total + volt * (amperes[n] ?? 0), 0);
  const values: Readonly<Record<number, number>> = {
    0: volts[0],
    2: volts[1],
    4: volts[2],
    6: amperes[0],
    8: amperes[1],
    10: amperes[2],
    12: p1,
    14: p2,
    16: p3,
    0x34: sum,
    0x3e: sum / apparent,
    0x46: 60,
    0x48: 12_345.5,
    0x4a: 0,
  };
  const fields = Object.entries(values).map(([address, value]) => ({
    address: Number(address),
    size: 2,
    words: () => f32(value),
  }));
  return createDevice({ unit, functions: [4], maxRegisters: 80, fields, reserved: [[0, 0x4f]] });
}

export interface Wired {
  /** The line of the site file. */
  readonly line: string;
  readonly close: () => Promise<void>;
}

const METER = 'unit: 1, type: eastron-sdm630, role: sub, rated: 600 kW';

export interface Mistake {
  /** The meter in the site file, without its line. */
  readonly meter: string;
  readonly wire: () => Promise<Wired>;
}

/** A mistake at the terminals of a meter that is read without trouble. */
function atTerminals(terminals: Terminals, meter = METER): Mistake {
  return {
    meter,
    async wire() {
      const tcp = await startTcpMeters({ devices: [sdm630(1, terminals)], now: () => 0 });
      return { line: `{ kind: modbus-tcp, host: 127.0.0.1, port: ${tcp.port} }`, close: () => tcp.close() };
    },
  };
}

/** A mistake on RS-485: what becomes of each answer. @param unit that the meter truly has */
function onTheBus(fault: RtuFault | null, unit = 1): Mistake {
  return {
    meter: METER,
    async wire() {
      const faults = createFaults({ seed: 1, wire: 'rtu' });
      if (fault) faults.set(unit, { [fault]: 1 });
      const bus = createRtuBus({
        devices: [sdm630(unit, {})],
        now: () => 0,
        baudRate: 9600,
        pace: 0,
        faults,
      });
      const link = await serveRtuOverTcp(bus);
      return {
        line: `{ kind: modbus-rtu-over-tcp, host: 127.0.0.1, port: ${link.port} }`,
        async close() {
          await link.close();
          bus.close();
        },
      };
    },
  };
}

/** By the first column of the table in docs/wiring.md. */
export const MISTAKES: Readonly<Record<string, Mistake>> = {
  'ct-all-reversed': atTerminals({ powers: [-POWER, -POWER, -POWER] }),
  'ct-one-reversed': atTerminals({ powers: [POWER, -POWER, POWER] }),
  'ct-swapped': atTerminals({ powers: [turned(120), turned(-120), POWER] }),
  'voltage-swapped': atTerminals({ powers: [POWER, turned(120), turned(-120)] }),
  'voltage-fuse': atTerminals({ volts: [VOLTS, VOLTS, 1.5], powers: [POWER, POWER, 0] }),
  'open-neutral': atTerminals({ volts: [VOLTS, 160, 300] }),
  'ct-ratio': atTerminals({
    amperes: [AMPERES * 5, AMPERES * 5, AMPERES * 5],
    powers: [POWER * 5, POWER * 5, POWER * 5],
  }),
  'vt-ratio': atTerminals({
    volts: [VOLTS * 60, VOLTS * 60, VOLTS * 60],
    powers: [POWER * 60, POWER * 60, POWER * 60],
  }),
  'a-b-swapped': onTheBus('silent'),
  'baud-parity': onTheBus('silent'),
  'wrong-address': onTheBus(null, 7),
  'same-address': onTheBus('bad-crc'),
  'no-termination': onTheBus('bad-crc'),
  'adapter-echo': {
    meter: METER,
    async wire() {
      const { createServer } = await import('node:net');
      const server = createServer((socket) => {
        socket.on('data', (bytes) => socket.write(bytes));
        socket.on('error', () => socket.destroy());
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('no port');
      return {
        line: `{ kind: modbus-rtu-over-tcp, host: 127.0.0.1, port: ${address.port} }`,
        close: () => new Promise((resolve) => server.close(() => resolve())),
      };
    },
  },
};

/** Nothing is wrong. */
export const RIGHT: Mistake = atTerminals({});
