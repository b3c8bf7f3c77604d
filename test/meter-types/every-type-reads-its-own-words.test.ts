/**
 * Every type file against two made-up devices in which each word says where it stands: an easy one that answers every
 * address, and a strict one that has nothing but the words of the type and refuses a read that cuts a value, as some
 * makers do. Through the real driver each quantity must be made of its own words, in its order and type, poll after
 * poll. A new file in config/meter-types is tested here without a line of code.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { loadMeterTypes } from '../../config/meter-types.ts';
import type { MeterConfig, MeterType, RegisterMap } from '../../config/types.ts';
import { wordsOf } from '../../drivers/modbus/decode.ts';
import { openLine } from '../../drivers/modbus/line.ts';
import { type ChannelName, formatRaw } from '../../gateway/domain/meters.ts';
import type { MeterPoll } from '../../gateway/domain/ports.ts';
import { ONE } from '../../gateway/domain/rational.ts';
import { createDevice, exceptionPdu, type SimDevice } from '../../simulators/devices/device.ts';
import { createRtuBus } from '../../simulators/rtu-bus.ts';
import { CLOCK, meter, quickTiming, RTU_LINE } from '../drivers/support/lines.ts';
import { createLoopWire } from '../drivers/support/wires.ts';

const UNIT = 9;
const POLLS = 4;

/**
 * A word that stands at one address only, within 8192 neighbours: 0x4000…0x5FFF, so that integers are above zero and
 * floats are numbers, and no marker for "no value".
 */
const wordAt = (address: number): number => 0x4000 | ((address * 2_741) & 0x1fff);

/** Every meter of the site file that a type makes possible: one, or one per pulse input. */
function metersOf(type: MeterType): readonly MeterConfig[] {
  const inputs = Object.keys(type.pulseInputs ?? {}).map(Number);
  if (inputs.length === 0) return [meter('all', UNIT, { type })];
  const pulse = (input: number): Partial<MeterConfig> => ({
    type,
    input,
    pulseWeight: ONE,
    channels: ['gas-volume'],
  });
  return inputs.map((input) => meter(`input-${input}`, UNIT, pulse(input)));
}

function mapsOf({ type, input, channels }: MeterConfig): ReadonlyMap<string, RegisterMap> {
  const counted = channels.map((name: ChannelName): [string, RegisterMap | undefined] => [
    name,
    input === null ? type.channels[name] : type.pulseInputs?.[input],
  ]);
  return new Map(
    [...counted, ...Object.entries(type.gauges)].flatMap(([name, map]) => (map ? [[name, map]] : [])),
  );
}

/** What stands at the map's address: the bytes in network order, put together without the driver's help. */
function standingAt({ address, type, wordOrder }: RegisterMap): number | bigint {
  const words = Array.from({ length: wordsOf(type) }, (_, index) => wordAt(address + index));
  if (wordOrder === 'lsw') words.reverse();
  const view = new DataView(new ArrayBuffer(8));
  for (const [index, word] of words.entries()) view.setUint16(2 * index, word);
  if (type === 'f32') return view.getFloat32(0);
  if (type === 'f64') return view.getFloat64(0);
  return view.getBigUint64(0) >> BigInt(64 - 16 * words.length);
}

/** Exact, as the poll gives it: registers as counts, gauges scaled and cut to 6 digits. */
function expected(config: MeterConfig): Record<string, string | number> {
  const counted: readonly string[] = config.channels;
  return Object.fromEntries(
    [...mapsOf(config)].map(([name, map]) => {
      const value = standingAt(map);
      const scaled = (Number(value) * Number(map.scale.num)) / Number(map.scale.den);
      return [name, counted.includes(name) ? String(value) : Math.round(scaled * 1e6) / 1e6];
    }),
  );
}

function given(poll: MeterPoll | undefined): Record<string, string | number> {
  const exact = (raw: { count: bigint; exp2: number }): string =>
    raw.exp2 === 0 ? formatRaw(raw) : String(Number(raw.count) * 2 ** raw.exp2);
  return Object.fromEntries([
    ...(poll?.registers ?? []).map(({ channel, raw }) => [channel, exact(raw)] as const),
    ...(poll?.gauges ?? []).map(({ gauge, value }) => [gauge, value] as const),
  ]);
}

const functionsOf = (maps: readonly RegisterMap[]): number[] => [
  ...new Set(maps.map(({ table }) => (table === 'holding' ? 3 : 4))),
];

function easyDevice(type: MeterType, maps: readonly RegisterMap[]): SimDevice {
  return createDevice({
    unit: UNIT,
    functions: functionsOf(maps),
    maxRegisters: type.limits.maxRegisters,
    fields: [],
    fieldAt: (address) => ({ address, size: 1, words: () => [wordAt(address)] }),
  });
}

function strictDevice(type: MeterType, maps: readonly RegisterMap[]): SimDevice {
  const fields = maps.map(({ address, type: kind }) => ({ address, size: wordsOf(kind) }));
  const device = createDevice({
    unit: UNIT,
    functions: functionsOf(maps),
    maxRegisters: type.limits.maxRegisters,
    fields: fields.map(({ address, size }) => ({
      address,
      size,
      words: () => Array.from({ length: size }, (_, index) => wordAt(address + index)),
    })),
  });
  return {
    ...device,
    answer(pdu, atMs) {
      const answer = device.answer(pdu, atMs);
      const view = new DataView(pdu.buffer, pdu.byteOffset);
      const cuts = (at: number): boolean =>
        fields.some(({ address, size }) => address < at && at < address + size);
      const from = view.getUint16(1);
      return cuts(from) || cuts(from + view.getUint16(3)) ? exceptionPdu(pdu[0] ?? 0, 2) : answer;
    },
  };
}

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function polls(config: MeterConfig, device: SimDevice): Promise<readonly MeterPoll[]> {
  const bus = createRtuBus({ devices: [device], now: () => 0, baudRate: 19_200, pace: 0 });
  const { wire, port } = createLoopWire();
  bus.attach(port);
  const line = openLine(RTU_LINE, [config], { clock: CLOCK, wire, timing: quickTiming(2_000) });
  closers.push(
    () => bus.close(),
    () => line.close(),
  );
  const results: MeterPoll[] = [];
  for (let i = 0; i < POLLS; i++) {
    const poll = await line.meters[0]?.poll({ raw: true });
    if (poll) results.push(poll);
  }
  return results;
}

const meters = [...loadMeterTypes().values()].flatMap(metersOf);

describe.each(meters)('$type.id, $id', (config) => {
  const maps = [...mapsOf(config).values()];

  it('has words of its own for each quantity', () => {
    const words = maps.flatMap(({ address, type, table }) =>
      Array.from({ length: wordsOf(type) }, (_, index) => `${table} ${wordAt(address + index)}`),
    );
    expect(new Set(words).size).toBe(words.length);
  });

  it('is read from a device that answers every address, within its limit', async () => {
    const results = await polls(config, easyDevice(config.type, maps));
    expect(results).toHaveLength(POLLS);
    for (const poll of results) {
      expect(poll.fault).toBeNull();
      expect(poll.exchanges?.map(({ fault }) => fault).filter(Boolean)).toEqual([]);
      expect(given(poll)).toEqual(expected(config));
    }
  });

  it('is read from a device that has nothing else and cuts no value', async () => {
    const results = await polls(config, strictDevice(config.type, maps));
    expect(results).toHaveLength(POLLS);
    for (const poll of results) {
      expect(poll.fault).toBeNull();
      expect(given(poll)).toEqual(expected(config));
    }
  });
});
