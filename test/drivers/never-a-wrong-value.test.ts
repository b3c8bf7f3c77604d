/**
 * Every value read here says which unit, address and request it belongs to. Late, doubled, echoed, wrong-unit, noisy,
 * short, spoilt, silent and refused answers are mixed in at random. Not one value may belong to anything but the
 * request just made, and a read without a fault of its own must succeed.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { LineConfig } from '../../config/types.ts';
import type { Bus, BusRead } from '../../drivers/modbus/bus.ts';
import { createLineBus } from '../../drivers/modbus/line-bus.ts';
import { TCP_TIMING, type WireTiming } from '../../drivers/modbus/timing.ts';
import { createAddressEcho, parseEchoed } from '../../simulators/devices/address-echo.ts';
import { createFaults, type FaultPlan, type FaultRates } from '../../simulators/faults.ts';
import { createRtuBus } from '../../simulators/rtu-bus.ts';
import { hashBetween } from '../../simulators/seeded.ts';
import { servePty, serveRtuOverTcp } from '../../simulators/serial-link.ts';
import { startTcpMeters } from '../../simulators/tcp-meters.ts';
import { CLOCK, quickTiming, RTU_LINE, rtuOverTcpLine, tcpLine } from './support/lines.ts';
import { createLoopWire } from './support/wires.ts';

const SEED = Number(process.env['HAKARU_SEED'] ?? 20_261_101);
console.info(`seed ${SEED} (HAKARU_SEED)`);

const UNITS = [1, 2, 3];
const TIMEOUT_MS = 12;
const RTU_RATES: FaultRates = {
  late: 0.03,
  doubled: 0.05,
  echo: 0.05,
  'wrong-unit': 0.02,
  short: 0.02,
  silent: 0.02,
  exception: 0.02,
  noise: 0.03,
  'bad-crc': 0.03,
};

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const trace:string[]=[];
interface Tally {
  reads: number;
  values: number;
  wrong: number;
  failed: number;
  /** Failed although nothing was done to this read. */
  failedUnharmed: number;
}

/** A read of 5 to 25 groups of four words somewhere in the device. */
function someRead(index: number, retries: number): BusRead {
  const groups = hashBetween(SEED, 'groups', index, 5, 25);
  return {
    unit: UNITS[index % UNITS.length] ?? 1,
    fn: hashBetween(SEED, 'function', index, 3, 4) === 3 ? 3 : 4,
    address: 4 * hashBetween(SEED, 'address', index, 0, 0x3f00),
    words: groups * 4,
    maxWords: 125,
    responseMs: 10,
    retries,
  };
}

/**
 * Polls the units in turn, each read with or without the retry, until enough values were accepted. Now and then the
 * same read is made again, so that answers of one shape follow each other.
 */
async function readUntil(
  bus: Bus,
  devices: readonly { readonly unit: number; requests(): number }[],
  faults: FaultPlan,
  enough: number,
): Promise<Tally> {
  const tally: Tally = { reads: 0, values: 0, wrong: 0, failed: 0, failedUnharmed: 0 };
  while (tally.values < enough) {
    const shape =
      hashBetween(SEED, 'again', tally.reads, 0, 2) === 0 ? tally.reads : tally.reads % UNITS.length;
    const read = { ...someRead(shape, tally.reads % 2), unit: UNITS[tally.reads % UNITS.length] ?? 1 };
    tally.reads++;
    const device = devices.find(({ unit }) => unit === read.unit);
    const before = Object.values(faults.counts()).reduce((sum, count) => sum + count, 0);
    const answer = await bus.use(() => bus.read(read, (e)=>{ trace.push(`${performance.now().toFixed(1)} u${read.unit} req#${device?.requests()} ${e.requestHex} -> ${e.replyHex?.slice(0,42)}..${e.replyHex?.length} ${e.fault?.code} ${e.tookMs.toFixed(1)}`); if(trace.length>40)trace.shift();}));
    if (answer.kind !== 'words') {
      tally.failed++;
      const after = Object.values(faults.counts()).reduce((sum, count) => sum + count, 0);
      if (after === before) {
        tally.failedUnharmed++;
        console.log(trace.slice(-4).join('\n'),'UNHARMED', JSON.stringify(answer), JSON.stringify(read));
      }
      continue;
    }
    expect(answer.words).toHaveLength(read.words);
    for (let at = 0; at < read.words; at += 4) {
      const value = answer.words.slice(at, at + 4).reduce((bits, word) => (bits << 16n) | BigInt(word), 0n);
      const { unit, address, request } = parseEchoed(value);
      tally.values++;
      if (unit !== read.unit || address !== read.address + at || request !== device?.requests())
        {tally.wrong++; if(at===0)console.log(trace.filter(t=>t.includes('u'+read.unit)).join('\n'),'WRONG',JSON.stringify({read,unit,address,request,have:device?.requests()}));}
    }
  }
  return tally;
}

function busOn(
  line: LineConfig,
  timing: WireTiming | undefined,
  wire?: ReturnType<typeof createLoopWire>['wire'],
): Bus {
  const bus = createLineBus(line, { clock: CLOCK, ...(timing ? { timing } : {}), ...(wire ? { wire } : {}) });
  closers.push(() => bus.close());
  return bus;
}

function echoBus(options: {
  pace: number;
  settings: { lateMs: number; doubledAfterMs: number };
  rates: FaultRates;
}) {
  const faults = createFaults({ seed: SEED, wire: 'rtu', settings: options.settings });
  for (const unit of UNITS) faults.set(unit, options.rates);
  const devices = UNITS.map((unit) => createAddressEcho({ unit }));
  const bus = createRtuBus({ devices, now: () => 0, baudRate: 115_200, pace: options.pace, faults });
  closers.push(() => bus.close());
  return { bus, devices, faults };
}

function expectAllRight(tally: Tally, enough: number, faults: FaultPlan): void {
  console.info(JSON.stringify({ ...tally, faults: faults.counts() }));
  expect(tally.wrong).toBe(0);
  expect(tally.values).toBeGreaterThanOrEqual(enough);
  expect(tally.failedUnharmed).toBe(0);
}

describe('never a wrong value', () => {
  it.each([
    { name: 'soon after the time-out', lateMs: 1.3 * TIMEOUT_MS, doubledAfterMs: 0, enough: 100_000 },
    { name: 'many time-outs later', lateMs: 6 * TIMEOUT_MS, doubledAfterMs: 2.5, enough: 20_000 },
  ])(
    'on a disturbed RTU wire with answers $name',
    { timeout: 120_000 },
    async ({ lateMs, doubledAfterMs, enough }) => {
      const settings = { lateMs, doubledAfterMs };
      const { bus, devices, faults } = echoBus({ pace: 0, settings, rates: RTU_RATES });
      const { wire, port } = createLoopWire();
      bus.attach(port);
      const master = busOn(RTU_LINE, quickTiming(TIMEOUT_MS), wire);
      expectAllRight(await readUntil(master, devices, faults, enough), enough, faults);
      expect(Object.keys(faults.counts())).toHaveLength(Object.keys(RTU_RATES).length);
    },
  );

  it('over a real pseudo terminal at the pace of the wire', { timeout: 60_000 }, async () => {
    const settings = { lateMs: 400, doubledAfterMs: 3 };
    const { bus, devices, faults } = echoBus({ pace: 1, settings, rates: RTU_RATES });
    const link = await servePty(bus);
    if (link.kind !== 'pty') throw new Error(link.reason);
    closers.push(() => link.close());
    const line: LineConfig = { ...RTU_LINE, port: link.path, baudRate: 115_200 };
    expectAllRight(await readUntil(busOn(line, undefined), devices, faults, 3_000), 3_000, faults);
    expect(bus.stats().silenceViolations).toBe(0);
  });

  it('over a serial server', { timeout: 60_000 }, async () => {
    const settings = { lateMs: 60, doubledAfterMs: 1 };
    const { bus, devices, faults } = echoBus({ pace: 0, settings, rates: RTU_RATES });
    const link = await serveRtuOverTcp(bus);
    closers.push(() => link.close());
    const master = busOn(rtuOverTcpLine(link.port), quickTiming(40));
    expectAllRight(await readUntil(master, devices, faults, 10_000), 10_000, faults);
  });

  it('over Modbus TCP, with cut connections, junk and wrong transaction ids', {
    timeout: 60_000,
  }, async () => {
    const settings = { lateMs: 60, doubledAfterMs: 1 };
    const faults = createFaults({ seed: SEED, wire: 'tcp', settings });
    const { noise: _noise, 'bad-crc': _badCrc, ...shared } = RTU_RATES;
    for (const unit of UNITS)
      faults.set(unit, { ...shared, 'wrong-transaction': 0.03, junk: 0.02, cut: 0.02 });
    const devices = UNITS.map((unit) => createAddressEcho({ unit }));
    const meters = await startTcpMeters({ devices, now: () => 0, faults });
    closers.push(() => meters.close());
    const master = busOn(tcpLine(meters.port), { ...TCP_TIMING, timeoutMs: () => 40 });
    expectAllRight(await readUntil(master, devices, faults, 20_000), 20_000, faults);
  });
});
