import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createAddressEcho } from '../../simulators/devices/address-echo.ts';
import { createIem3155 } from '../../simulators/devices/iem3155.ts';
import { createSdm630 } from '../../simulators/devices/sdm630.ts';
import { createFaults } from '../../simulators/faults.ts';
import { createPlant } from '../../simulators/plant.ts';
import { createRtuBus, type RtuBusOptions } from '../../simulators/rtu-bus.ts';
import { servePty, serveRtuOverTcp, startPtyPair } from '../../simulators/serial-link.ts';
import { startTcpMeters } from '../../simulators/tcp-meters.ts';
import { closeSerial, connectTo, exchange, inMemory, openSerial } from './raw-masters.ts';

const plant = createPlant({
  seed: 1,
  startMs: 0,
  meters: [{ id: 'motor', kind: 'electric', schedule: () => 12_500 }],
});
const now = () => 3_600_000;
const ENERGY_REQUEST = '020400480002f1ee';
const ENERGY_REPLY = '02040442e100008cca';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const rtuBus = (options: Partial<RtuBusOptions>) => {
  const meter = createSdm630({ unit: 2, plant, load: 'motor', initialCount: 10_000n });
  const bus = createRtuBus({
    devices: [meter, createAddressEcho({ unit: 7 })],
    now,
    baudRate: 19_200,
    pace: 0,
    ...options,
  });
  cleanups.push(() => bus.close());
  return bus;
};

const ptyFor = async (bus: ReturnType<typeof rtuBus>) => {
  const link = await servePty(bus);
  if (link.kind !== 'pty') throw new Error(link.reason);
  cleanups.push(() => link.close());
  const port = await openSerial(link.path, 19_200);
  cleanups.push(() => closeSerial(port));
  return { link, port };
};

describe('RTU over a pty', () => {
  it('answers a hand-written request, and nobody answers for a unit that is not there', async () => {
    const bus = rtuBus({});
    const { port } = await ptyFor(bus);
    expect(await exchange(port, ENERGY_REQUEST, 9)).toBe(ENERGY_REPLY);
    expect(await exchange(port, '090400480002f095', 1, 50)).toBe('');
    expect(await exchange(port, '020400480002f1ef', 1, 50)).toBe('');
    expect(bus.stats()).toMatchObject({ requests: 2, unanswered: 1, badCrc: 1 });
  });

  it('takes the wire’s time at pace 1', async () => {
    const { port } = await ptyFor(rtuBus({ pace: 1, baudRate: 9_600, turnaroundMs: 5 }));
    const started = performance.now();
    expect(await exchange(port, ENERGY_REQUEST, 9)).toBe(ENERGY_REPLY);
    // 8 + 9 characters of 11 bits, 3.5 of silence, 5 ms: 28.5 ms; timers may fire 1 ms early each.
    expect(performance.now() - started).toBeGreaterThan(26);
  });

  it('can be reopened by the master, and goes away when closed', async () => {
    const bus = rtuBus({});
    const { link, port } = await ptyFor(bus);
    await closeSerial(port);
    const again = await openSerial(link.path, 19_200);
    expect(await exchange(again, ENERGY_REQUEST, 9)).toBe(ENERGY_REPLY);
    await closeSerial(again);
    await link.close();
    await expect(stat(link.path)).rejects.toThrow('ENOENT');
  });

  it('can be pulled out and put back under the same path', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'hakaru-test-'));
    cleanups.push(() => rm(directory, { recursive: true }));
    const bus = rtuBus({});
    for (let plugged = 0; plugged < 2; plugged++) {
      const link = await servePty(bus, { directory });
      if (link.kind !== 'pty') throw new Error(link.reason);
      const port = await openSerial(link.path, 19_200);
      expect(await exchange(port, ENERGY_REQUEST, 9)).toBe(ENERGY_REPLY);
      await link.close();
      await closeSerial(port);
    }
  });

  it('a pair carries bytes from one end to the other', async () => {
    const pair = await startPtyPair();
    if (pair.kind !== 'pty-pair') throw new Error(pair.reason);
    cleanups.push(() => pair.close());
    const [a, b] = [await openSerial(pair.pathA, 9_600), await openSerial(pair.pathB, 9_600)];
    b.on('data', (chunk: Buffer) => b.write(chunk));
    expect(await exchange(a, '0102030d0a', 5)).toBe('0102030d0a');
    await Promise.all([closeSerial(a), closeSerial(b)]);
  });

  it('says why there is no pty when socat is absent', async () => {
    const path = process.env.PATH;
    process.env.PATH = '/nonexistent';
    try {
      const result = await servePty(rtuBus({}));
      expect(result).toMatchObject({ kind: 'unavailable', reason: expect.stringContaining('socat') });
    } finally {
      process.env.PATH = path;
    }
  });
});

const socketFor = async (bus: ReturnType<typeof rtuBus>) => {
  const link = await serveRtuOverTcp(bus);
  cleanups.push(() => link.close());
  return connectTo(link.port);
};

describe('RTU over TCP', () => {
  it('answers the same frames', async () => {
    const socket = await socketFor(rtuBus({}));
    expect(await exchange(socket, ENERGY_REQUEST, 9)).toBe(ENERGY_REPLY);
  });

  it('changes its pace while running', async () => {
    const bus = rtuBus({ pace: 0, baudRate: 300 });
    const socket = await socketFor(bus);
    expect(await exchange(socket, ENERGY_REQUEST, 9)).toBe(ENERGY_REPLY);
    bus.setPace(0.1);
    const started = performance.now();
    expect(await exchange(socket, ENERGY_REQUEST, 9)).toBe(ENERGY_REPLY);
    // 20.5 characters at 300 baud take 752 ms; a tenth of it.
    expect(performance.now() - started).toBeGreaterThan(70);
  });
});

/** A master that asks again the moment it has its first answer. */
const hasty = (bus: ReturnType<typeof rtuBus>) =>
  inMemory(bus, (port) => {
    if (port.written.length === 1) port.ask(ENERGY_REQUEST);
  });

describe('the silence between frames', () => {
  it('is counted when broken; a patient slave answers all the same', async () => {
    const bus = rtuBus({ pace: 1 });
    const master = hasty(bus);
    master.ask(ENERGY_REQUEST);
    await expect.poll(() => master.written, { timeout: 5_000 }).toEqual([ENERGY_REPLY, ENERGY_REPLY]);
    expect(bus.stats()).toMatchObject({ requests: 2, silenceViolations: 1, notUnderstood: 0 });
  });

  it('makes a request unintelligible to a slave that insists; the next one is understood', async () => {
    const bus = rtuBus({ pace: 1, insistOnSilence: true });
    const master = hasty(bus);
    master.ask(ENERGY_REQUEST);
    await expect.poll(() => bus.stats().notUnderstood, { timeout: 5_000 }).toBe(1);
    expect(bus.stats()).toMatchObject({ requests: 1, silenceViolations: 1 });
    master.ask(ENERGY_REQUEST);
    await expect.poll(() => master.written, { timeout: 5_000 }).toEqual([ENERGY_REPLY, ENERGY_REPLY]);
  });
});

const start = async (faults = createFaults({ seed: 3, wire: 'tcp' })) => {
  const meters = await startTcpMeters({
    devices: [
      createIem3155({ unit: 1, plant, load: 'motor', initialCount: 3_456_789_012n }),
      createAddressEcho({ unit: 7 }),
    ],
    now,
    faults,
  });
  cleanups.push(() => meters.close());
  return { meters, faults };
};

describe('Modbus TCP', () => {
  const REQUEST = 'beef0000000601030c830004';
  const REPLY = 'beef0000000b01030800000000ce0a9ae8';

  it('answers on more than one connection, also in pieces and many at once', async () => {
    const { meters } = await start();
    const [a, b] = [await connectTo(meters.port), await connectTo(meters.port)];
    expect(await exchange(a, REQUEST, 17)).toBe(REPLY);
    expect(await exchange(b, REQUEST + REQUEST, 34)).toBe(REPLY + REPLY);
    expect(await exchange(a, REQUEST.slice(0, 8), 1, 20)).toBe('');
    expect(await exchange(a, REQUEST.slice(8), 17)).toBe(REPLY);
    expect(meters.connections()).toBe(2);
  });

  it('answers exception 11 for a unit that is not there, and ends what is no Modbus TCP', async () => {
    const { meters } = await start();
    const socket = await connectTo(meters.port);
    expect(await exchange(socket, '00010000000663030c830004', 9)).toBe('00010000000363830b');
    expect(await exchange(socket, '00010001000601030c830004', 1)).toBe('');
    expect(meters.stats.protocolErrors).toBe(1);
  });

  it('wrong transaction, junk, and a cut connection', async () => {
    const { meters, faults } = await start();
    const socket = await connectTo(meters.port);
    faults.once(1, 'wrong-transaction');
    const wrong = await exchange(socket, REQUEST, 17);
    expect(wrong.slice(4)).toBe(REPLY.slice(4));
    expect(wrong.slice(0, 4)).not.toBe('beef');
    faults.once(1, 'junk');
    const junk = await exchange(socket, REQUEST, 18);
    expect(junk.length).toBeGreaterThan(REPLY.length);
    faults.once(1, 'cut');
    const cut = await connectTo(meters.port);
    const got = await exchange(cut, REQUEST, 17);
    expect(REPLY.startsWith(got)).toBe(true);
    expect(got.length).toBeLessThan(REPLY.length);
  });
});
