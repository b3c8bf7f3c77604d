import { connectAsync } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type DemoFactory,
  type DemoFactoryOptions,
  startDemoFactory,
} from '../../simulators/demo-factory.ts';
import { HALL_LOADS } from '../../simulators/demo-schedules.ts';
import { FINE_PER_KWH } from '../../simulators/plant.ts';
import { PLANTS, plantNamed } from '../../simulators/plants.ts';
import { hourly, type Schedule } from '../../simulators/schedule.ts';
import { closeSerial, connectTo, exchange, openSerial } from './raw-masters.ts';

const START = Date.parse('2026-11-18T00:00:00+09:00');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

let factory: DemoFactory | null = null;
afterEach(() => factory?.close());

const start = async (options: Partial<DemoFactoryOptions> = {}): Promise<DemoFactory> => {
  factory = await startDemoFactory({
    now: () => START + 2 * DAY,
    seed: 7,
    startMs: START,
    pace: 0,
    ...options,
  });
  return factory;
};

const nothingInTheHalls = (none: Schedule) => Object.fromEntries(HALL_LOADS.map((load) => [load, none]));

const curtailed = (text: string) => text.split('\r\n').filter((row) => row.startsWith('curtailment-day'));

describe('the demo factory', () => {
  it('answers on every wire of the site file with what the plant holds', async () => {
    const demo = await start({ serial: 'pty' });
    const at = START + 2 * DAY;
    const tcp = await connectTo(demo.tcpPort);
    const main = await exchange(tcp, '00010000000601030c830004', 17);
    const wattHours = demo.plant.total('main', at) / (FINE_PER_KWH / 1_000n);
    expect(BigInt(`0x${main.slice(18)}`)).toBe(3_456_789_012n + wattHours);
    const furnace = await exchange(tcp, '000200000006040300640002', 13);
    const counts = demo.plant.total('furnace', at) / ((FINE_PER_KWH * 40n) / 100n);
    expect(BigInt(`0x${furnace.slice(22)}${furnace.slice(18, 22)}`)).toBe(1_234_567n + counts);
    if (demo.serial.kind !== 'pty') throw new Error('no pty');
    const wire = await openSerial(demo.serial.path, 9_600);
    const gas = await exchange(wire, '14040034000232c0', 9);
    const pulses = demo.plant.pulses('gas', at, 100_000);
    expect(BigInt(`0x${gas.slice(10, 14)}${gas.slice(6, 10)}`)).toBe(731_204n + pulses);
    expect(await exchange(wire, '020400480002f1ee', 9)).toMatch(/^020404/);
    await closeSerial(wire);
  });

  it('does without a pty, carries MQTT, and announces what the document says', async () => {
    const demo = await start({ serial: 'rtu-over-tcp' });
    if (demo.serial.kind !== 'rtu-over-tcp') throw new Error('wrong kind');
    const wire = await connectTo(demo.serial.port);
    expect(await exchange(wire, '020400480002f1ee', 9)).toMatch(/^020404/);
    const client = await connectAsync(demo.brokerUrl, { protocolVersion: 4 });
    await client.subscribeAsync('a/b');
    const heard = new Promise<string>((resolve) => client.on('message', (_, body) => resolve(String(body))));
    await client.publishAsync('a/b', 'hello', { qos: 1 });
    expect(await heard).toBe('hello');
    await client.endAsync();
    const document: unknown = await (
      await fetch(demo.coefficients.httpUrl('/coefficients/kyushu.json'))
    ).json();
    expect(document).toMatchObject({
      document: 'kyushu-demo-2026-11-20',
      revision: 1,
      ruleSet: 'fy2023',
      complete: [{ from: '2026-10-06', to: '2026-11-22' }],
      curtailmentDays: expect.arrayContaining(['2026-11-20', '2026-11-21', '2026-11-22']),
      tightDays: [],
    });
  });

  it('issues a new revision each day that changes nothing of the days before', async () => {
    let nowMs = START + 2 * DAY;
    const demo = await start({ serial: 'rtu-over-tcp', now: () => nowMs });
    const url = demo.coefficients.httpUrl('/coefficients/kyushu.csv');
    const first = await (await fetch(url)).text();
    nowMs += 3 * DAY;
    const later = await (await fetch(url)).text();
    expect(first).toContain('revision,1\r\n');
    expect(later).toContain('revision,4\r\n');
    expect(later).toContain('tight-day,');
    expect(curtailed(later).slice(0, curtailed(first).length)).toEqual(curtailed(first));
  });

  it('draws 150–400 kW by day, and every load stays below its meter’s rating', async () => {
    const { plant } = await start({ serial: 'rtu-over-tcp' });
    const rated = {
      main: 600_000,
      press: 250_000,
      compressor: 100_000,
      furnace: 250_000,
      molding: 30_000,
      chiller: 20_000,
      lathe: 20_000,
      milling: 20_000,
      welding: 15_000,
      paint: 15_000,
      dryer: 12_000,
      pump: 10_000,
      hvac: 20_000,
      lighting: 6_000,
      office: 3_000,
      gas: 60_000_000,
      'heat-gas': 60_000_000,
      steam: 1_000_000,
    };
    for (let at = START; at < START + 14 * DAY; at += 300_000)
      for (const [id, most] of Object.entries(rated)) expect(plant.rate(id, at)).toBeLessThan(most);
    for (let at = START + 8 * HOUR; at < START + 18 * HOUR; at += 300_000) {
      expect(plant.rate('main', at)).toBeGreaterThan(150_000);
      expect(plant.rate('main', at)).toBeLessThan(400_000);
    }
  });

  it('leaves nothing running when a port is taken', async () => {
    const demo = await start({ serial: 'rtu-over-tcp' });
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
    const second = { now: () => START, seed: 1, startMs: START, brokerPort: demo.broker.port };
    await expect(startDemoFactory(second)).rejects.toThrow('EADDRINUSE');
    const after = process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
    expect(after).toBe(before);
  });

  it('plays a worked day', async () => {
    const none = hourly(Array.from({ length: 24 }, () => 0));
    const peak = hourly(
      Array.from({ length: 24 }, (_, hour) => (hour >= 13 && hour < 18 ? 2_000_000 : 500_000)),
    );
    const { plant } = await start({
      serial: 'rtu-over-tcp',
      schedules: { ...nothingInTheHalls(none), press: none, compressor: none, furnace: none, base: peak },
    });
    expect(plant.total('main', START + DAY)).toBe(19_500n * FINE_PER_KWH);
  });
});

describe('named plants', () => {
  it('start, say where they are, and close', async () => {
    for (const { name } of PLANTS) {
      const running = await plantNamed(name)?.start({ now: () => START, seed: 1, startMs: START });
      expect(running?.addresses.length).toBeGreaterThan(2);
      await running?.close();
    }
    expect(plantNamed('nowhere')).toBeNull();
  });
});
