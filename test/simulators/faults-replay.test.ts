import { describe, expect, it } from 'vitest';
import { createAddressEcho } from '../../simulators/devices/address-echo.ts';
import { createSdm630 } from '../../simulators/devices/sdm630.ts';
import { createFaults, type FaultPlan, type RtuFault } from '../../simulators/faults.ts';
import { createPlant } from '../../simulators/plant.ts';
import { createRtuBus } from '../../simulators/rtu-bus.ts';
import { inMemory } from './raw-masters.ts';

const REQUEST = '0703010000044593';
const plain = ['07030800070100000000013d8e'];

const busOf = (faults: FaultPlan) =>
  inMemory(
    createRtuBus({
      devices: [createAddressEcho({ unit: 7 }), createAddressEcho({ unit: 9 })],
      now: () => 0,
      baudRate: 19_200,
      pace: 0,
      faults,
    }),
  );

const play = (seed: number) => {
  const faults = createFaults({ seed, wire: 'rtu', settings: { lateMs: 60_000 } });
  faults.set(7, {
    'wrong-unit': 0.1,
    noise: 0.1,
    short: 0.1,
    'bad-crc': 0.1,
    silent: 0.1,
    exception: 0.1,
  });
  const bus = busOf(faults);
  return { frames: Array.from({ length: 500 }, () => bus.ask(REQUEST)), counts: faults.counts() };
};

const once = (name: RtuFault, seed = 5) => {
  const faults = createFaults({ seed, wire: 'rtu' });
  faults.once(7, name);
  return busOf(faults).ask(REQUEST);
};

describe('faults on the bus', () => {
  it('replay by seed: the same frames in the same order, other frames with another seed', () => {
    const first = play(42);
    expect(play(42)).toEqual(first);
    expect(play(43).frames).not.toEqual(first.frames);
    for (const count of Object.values(first.counts)) {
      expect(count).toBeGreaterThan(20);
      expect(count).toBeLessThan(90);
    }
  });

  it('echo, wrong unit, silent, exception', () => {
    expect(once('echo')).toEqual([REQUEST, ...plain]);
    expect(once('wrong-unit')[0]).toMatch(/^0903080009010000000001/);
    expect(once('silent')).toEqual([]);
    expect(once('exception')[0]).toMatch(/^0783(04|06)/);
  });

  it('short and bad CRC', () => {
    const [short = ''] = once('short');
    expect(plain[0]?.startsWith(short)).toBe(true);
    expect(short.length).toBeLessThan(plain[0]?.length ?? 0);
    const [bad = ''] = once('bad-crc');
    const differing = BigInt(`0x${bad}`) ^ BigInt(`0x${plain[0]}`);
    expect(differing.toString(2).replaceAll('0', '')).toBe('1');
  });

  it('noise before, after and instead of the answer, by seed', () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 40; seed++) {
      const written = once('noise', seed);
      const at = written.indexOf(plain[0] ?? '');
      seen.add(at === -1 ? 'instead' : at === 0 ? 'after' : 'before');
    }
    expect([...seen].toSorted()).toEqual(['after', 'before', 'instead']);
  });

  it('late and doubled answers come later, whole', async () => {
    const faults = createFaults({ seed: 1, wire: 'rtu', settings: { lateMs: 5, doubledAfterMs: 5 } });
    faults.once(7, 'doubled');
    faults.once(7, 'late');
    const bus = busOf(faults);
    expect(bus.ask(REQUEST)).toEqual(plain);
    expect(bus.ask(REQUEST)).toEqual([]);
    await expect.poll(() => bus.written.length, { timeout: 5_000 }).toBe(3);
    expect(bus.written.toSorted()).toEqual([...plain, ...plain, '07030800070100000000027d8f']);
    expect(faults.injected).toEqual([
      { unit: 7, request: 1, name: 'doubled' },
      { unit: 7, request: 2, name: 'late' },
    ]);
  });

  it('refuses names a wire does not have and rates beyond 1', () => {
    const faults = createFaults({ seed: 1, wire: 'rtu' });
    expect(() => faults.set(7, { cut: 0.1 })).toThrow('rtu has no fault cut');
    expect(() => faults.set(7, { late: 0.6, silent: 0.5 })).toThrow(RangeError);
    expect(() => faults.once(7, 'wrong-transaction')).toThrow(RangeError);
  });

  it('can be cleared', () => {
    const faults = createFaults({ seed: 1, wire: 'rtu' });
    faults.set(7, { silent: 1 });
    const bus = busOf(faults);
    expect(bus.ask(REQUEST)).toEqual([]);
    faults.clear();
    expect(bus.ask(REQUEST)).toHaveLength(1);
  });
});

describe('register faults', () => {
  it('act on the device before it answers', () => {
    const plant = createPlant({
      seed: 1,
      startMs: 0,
      meters: [{ id: 'motor', kind: 'electric', schedule: () => 12_500 }],
    });
    const meter = createSdm630({ unit: 2, plant, load: 'motor', initialCount: 10_000n });
    const faults = createFaults({ seed: 1, wire: 'rtu' });
    const bus = inMemory(
      createRtuBus({ devices: [meter], now: () => 3_600_000, baudRate: 19_200, pace: 0, faults }),
    );
    const ask = () => bus.ask('020400480002f1ee')[0]?.slice(6, 14);
    faults.once(2, 'transient-zero');
    expect([ask(), ask()]).toEqual(['00000000', '42e10000']);
    faults.once(2, 'reset');
    expect(ask()).toBe('00000000');
    expect(meter.energy.steps.map((step) => step.before)).toEqual([11_250n]);
  });
});
