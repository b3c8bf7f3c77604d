/**
 * Every value read here says which unit, address and request it belongs to. Late, doubled, echoed, wrong-unit, noisy,
 * short, spoilt, silent and refused answers are mixed in at random. Not one value may belong to anything but the
 * request just made, and a read without a fault of its own must succeed: the bus goes on at once.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterEach, describe, expect, it } from 'vitest';
import type { ModbusLineConfig } from '../../config/types.ts';
import type { Bus, BusRead } from '../../drivers/modbus/bus.ts';
import { createLineBus, type LineDeps } from '../../drivers/modbus/line-bus.ts';
import { serialTiming, TCP_TIMING } from '../../drivers/modbus/timing.ts';
import { createAddressEcho, parseEchoed } from '../../simulators/devices/address-echo.ts';
import { createFaults, type FaultPlan, type FaultRates } from '../../simulators/faults.ts';
import { createRtuBus } from '../../simulators/rtu-bus.ts';
import { hashBetween } from '../../simulators/seeded.ts';
import { servePty, serveRtuOverTcp } from '../../simulators/serial-link.ts';
import { startTcpMeters } from '../../simulators/tcp-meters.ts';
import { CLOCK, quickTiming, RTU_LINE, rtuOverTcpLine, tcpLine } from './support/lines.ts';
import { createLoopWire } from './support/wires.ts';

const SEED = Number(process.env['HAKARU_SEED'] ?? 20_261_101);
process.stdout.write(`seed ${SEED} (HAKARU_SEED)\n`);

const UNITS = [1, 2, 3];
const TIMEOUT_MS = 12;
/** A busy test machine stalls; a read during which it did may fail, but may not be wrong. */
const HELD_UP_MS = 5;
const BOTH_WIRES: FaultRates = {
  late: 0.03,
  doubled: 0.05,
  echo: 0.05,
  'wrong-unit': 0.02,
  short: 0.02,
  silent: 0.02,
  exception: 0.02,
};
const RTU_RATES: FaultRates = { ...BOTH_WIRES, noise: 0.03, 'bad-crc': 0.03 };
const TCP_RATES: FaultRates = { ...BOTH_WIRES, 'wrong-transaction': 0.03, junk: 0.02, cut: 0.02 };

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Tally {
  reads: number;
  values: number;
  wrong: number;
  failed: number;
  /** Failed although nothing was done to this read and nothing held the process up. */
  failedUnharmed: number;
}

/** A read of 5 to 25 groups of four words somewhere in the device; two of three repeat the unit's favourite one. */
function someRead(index: number): BusRead {
  const place = hashBetween(SEED, 'again', index, 0, 2) === 0 ? index : index % UNITS.length;
  return {
    unit: UNITS[index % UNITS.length] ?? 1,
    fn: hashBetween(SEED, 'function', place, 3, 4) === 3 ? 3 : 4,
    address: 4 * hashBetween(SEED, 'address', place, 0, 0x3f00),
    words: 4 * hashBetween(SEED, 'groups', place, 5, 25),
    maxWords: 125,
    responseMs: 10,
    retries: index % 2,
  };
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** Polls the units in turn until enough values were accepted. None of them is wrong. */
async function readUntil(
  bus: Bus,
  devices: readonly { readonly unit: number; requests(): number }[],
  faults: FaultPlan,
  enough: number,
): Promise<Tally> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  closers.push(() => loop.disable());
  const tally: Tally = { reads: 0, values: 0, wrong: 0, failed: 0, failedUnharmed: 0 };
  while (tally.values < enough) {
    const read = someRead(tally.reads++);
    const device = devices.find(({ unit }) => unit === read.unit);
    const faultsBefore = sum(faults.counts());
    loop.reset();
    const answer = await bus.use(() => bus.read(read));
    if (answer.kind !== 'words') {
      tally.failed++;
      // Not one sample: it stood still all the time.
      const isHeldUp = loop.count === 0 || loop.max / 1e6 > HELD_UP_MS;
      if (sum(faults.counts()) === faultsBefore && !isHeldUp) tally.failedUnharmed++;
      continue;
    }
    expect(answer.words).toHaveLength(read.words);
    for (let at = 0; at < read.words; at += 4) {
      const value = answer.words.slice(at, at + 4).reduce((bits, word) => (bits << 16n) | BigInt(word), 0n);
      const { unit, address, request } = parseEchoed(value);
      tally.values++;
      if (unit !== read.unit || address !== read.address + at || request !== device?.requests())
        tally.wrong++;
    }
  }
  process.stdout.write(`${JSON.stringify({ ...tally, faults: faults.counts() })}\n`);
  expect(tally.wrong).toBe(0);
  return tally;
}

function busOn(line: ModbusLineConfig, deps: Omit<LineDeps, 'clock'>): Bus {
  const bus = createLineBus(line, { clock: CLOCK, ...deps });
  closers.push(() => bus.close());
  return bus;
}

function echoBus(pace: number, settings: { lateMs: number; doubledAfterMs: number }) {
  const faults = createFaults({ seed: SEED, wire: 'rtu', settings });
  for (const unit of UNITS) faults.set(unit, RTU_RATES);
  const devices = UNITS.map((unit) => createAddressEcho({ unit }));
  const bus = createRtuBus({ devices, now: () => 0, baudRate: 115_200, pace, faults });
  closers.push(() => bus.close());
  return { bus, devices, faults };
}

describe('never a wrong value', () => {
  it.each([
    { when: 'soon after the time-out', lateMs: 1.3 * TIMEOUT_MS, doubledAfterMs: 0, enough: 100_000 },
    { when: 'many time-outs later', lateMs: 6 * TIMEOUT_MS, doubledAfterMs: 2.5, enough: 20_000 },
  ])(
    'on RTU: $enough values, late answers come $when',
    { timeout: 120_000 },
    async ({ enough, ...settings }) => {
      const { bus, devices, faults } = echoBus(0, settings);
      const { wire, port } = createLoopWire();
      bus.attach(port);
      const master = busOn(RTU_LINE, { wire, timing: quickTiming(TIMEOUT_MS) });
      expect((await readUntil(master, devices, faults, enough)).failedUnharmed).toBe(0);
      expect(Object.keys(faults.counts())).toHaveLength(Object.keys(RTU_RATES).length);
    },
  );

  it('over a real pseudo terminal at the pace of the wire', { timeout: 60_000 }, async () => {
    const { bus, devices, faults } = echoBus(1, { lateMs: 700, doubledAfterMs: 3 });
    const link = await servePty(bus);
    if (link.kind !== 'pty') throw new Error(link.reason);
    closers.push(() => link.close());
    // Longer than a busy test machine stalls, so that only injected faults fail a read.
    const timing = { ...serialTiming(115_200, 400), brokenOffMs: 300 };
    const master = busOn({ ...RTU_LINE, port: link.path, baudRate: 115_200 }, { timing });
    const { failedUnharmed } = await readUntil(master, devices, faults, 1_500);
    // On a real wire a late answer runs into another one, and a request that was torn apart is not understood.
    expect(failedUnharmed).toBeLessThanOrEqual((faults.counts().late ?? 0) + bus.stats().badCrc);
  });

  it('over a serial server', { timeout: 60_000 }, async () => {
    const { bus, devices, faults } = echoBus(0, { lateMs: 60, doubledAfterMs: 1 });
    const link = await serveRtuOverTcp(bus);
    closers.push(() => link.close());
    const master = busOn(rtuOverTcpLine(link.port), { timing: quickTiming(40) });
    expect((await readUntil(master, devices, faults, 10_000)).failedUnharmed).toBe(0);
  });

  it('over Modbus TCP, with cut connections, junk and other transaction ids', {
    timeout: 60_000,
  }, async () => {
    const faults = createFaults({ seed: SEED, wire: 'tcp', settings: { lateMs: 60, doubledAfterMs: 1 } });
    for (const unit of UNITS) faults.set(unit, TCP_RATES);
    const devices = UNITS.map((unit) => createAddressEcho({ unit }));
    const meters = await startTcpMeters({ devices, now: () => 0, faults });
    closers.push(() => meters.close());
    // Back-off in fast motion: this test polls far more often than once a second.
    const nowMs = (): number => performance.now() * 1_000;
    const timing = { ...TCP_TIMING, timeoutMs: () => 40 };
    const master = busOn(tcpLine(meters.port), { timing, nowMs });
    expect((await readUntil(master, devices, faults, 20_000)).failedUnharmed).toBe(0);
  });
});
