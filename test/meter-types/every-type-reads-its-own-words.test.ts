/**
 * Every type file against two made-up devices in which each word says where it stands: an easy one that answers every
 * address, and a strict one that has nothing but the words of the type and refuses a read that cuts a value, as some
 * makers do. Through the real driver each quantity must be made of its own words, in its order and type, poll after
 * poll. A new file in config/meter-types is tested here without a line of code.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { loadMeterTypes } from '../../config/meter-types.ts';
import type {
  MeterConfig,
  MeterType,
  RegisterMap,
  RegisterPlace,
  RegisterTable,
  SettingMap,
} from '../../config/types.ts';
import { wordsOf } from '../../drivers/modbus/decode.ts';
import { openLine } from '../../drivers/modbus/line.ts';
import { type ChannelName, formatRaw } from '../../gateway/domain/meters.ts';
import type { MeterPoll } from '../../gateway/domain/ports.ts';
import { ONE } from '../../gateway/domain/rational.ts';
import {
  createDevice,
  type DeviceOptions,
  exceptionPdu,
  type SimDevice,
} from '../../simulators/devices/device.ts';
import { createRtuBus } from '../../simulators/rtu-bus.ts';
import { CLOCK, meter, quickTiming, RTU_LINE } from '../drivers/support/lines.ts';
import { createLoopWire } from '../drivers/support/wires.ts';

const UNIT = 9;
const POLLS = 4;
/** What multiplier registers show: 10, or its exponent. */
const TENS = 10n;

/**
 * A word that stands at one address of one table only, within 4096 neighbours: 0x4000…0x5FFF, so that integers are
 * above zero and floats are numbers, and no marker for "no value".
 */
const wordAt = (table: RegisterTable, address: number): number =>
  0x4000 | (((address * 2_741 + (address >> 12) * 977) & 0xfff) << 1) | (table === 'input' ? 1 : 0);

/** The words of one value. Registers of decimal digits have digits in them, multipliers the number 1 or 10. */
function wordsAt({ table, address, type, wordOrder, ...rest }: RegisterPlace): number[] {
  const words = Array.from({ length: wordsOf(type) }, (_, index) => wordAt(table, address + index));
  if (type.startsWith('dec')) return words.map((word) => word % (type.startsWith('dec3') ? 1_000 : 10_000));
  if (!('as' in rest)) return words;
  const shown = words.map((_, index) => (index === words.length - 1 ? (rest.as === 'factor' ? 10 : 1) : 0));
  return wordOrder === 'msw' ? shown : shown.reverse();
}

/** Every place of which the value is made. */
function placesOf(map: RegisterMap | SettingMap): readonly RegisterPlace[] {
  const { plus = [], multiplier } = 'ratio' in map ? map : {};
  const added = plus.map(({ address }): RegisterPlace => ({ ...map, address }));
  return [map, ...added, ...(multiplier === undefined || multiplier === 'given' ? [] : [multiplier])];
}

/** Every meter of the site file that a type makes possible: one, or one per pulse input. */
function metersOf(found: MeterType): readonly MeterConfig[] {
  // Its pause is real time.
  const { maxRegisters, responseMs } = found.limits;
  const type = { ...found, limits: { maxRegisters, responseMs } };
  const inputs = Object.keys(type.pulseInputs ?? {}).map(Number);
  if (inputs.length === 0) return [meter('all', UNIT, { type, registerMultiplier: { num: TENS, den: 1n } })];
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

/** What stands at a place: the bytes in network order, put together without the driver's help. */
function standingAt(place: RegisterPlace): number | bigint {
  const { type, wordOrder, byteOrder } = place;
  const words = wordsAt(place);
  if (wordOrder === 'lsw') words.reverse();
  if (type.startsWith('dec'))
    return BigInt(words.map((word) => String(word).padStart(Number(type[3]), '0')).join(''));
  const view = new DataView(new ArrayBuffer(8));
  for (const [index, word] of words.entries()) view.setUint16(2 * index, word, byteOrder === 'lsb');
  if (type === 'f32') return view.getFloat32(0);
  if (type === 'f64') return view.getFloat64(0);
  expect(['u', 's']).toContain(type[0]);
  return view.getBigUint64(0) >> BigInt(64 - 16 * words.length);
}

function sumAt(map: RegisterMap): number | bigint {
  const own = standingAt(map);
  return (map.plus ?? []).reduce((sum, { address, times }) => {
    const other = standingAt({ ...map, address });
    return typeof sum === 'bigint' ? sum + BigInt(other) * times : sum + Number(other) * Number(times);
  }, own);
}

/** Exact, as the poll gives it: registers as counts, gauges scaled and cut to 6 digits. */
function expected(config: MeterConfig): Record<string, string | number> {
  const counted: readonly string[] = config.channels;
  return Object.fromEntries(
    [...mapsOf(config)].map(([name, map]) => {
      const value = sumAt(map);
      const tens = typeof map.multiplier === 'object' ? Number(TENS) : 1;
      const scaled = (Number(value) * tens * Number(map.scale.num)) / Number(map.scale.den);
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

const FUNCTIONS = [
  [3, 'holding'],
  [4, 'input'],
] as const;

/** A device with other words in each of its two tables; a function it does not need is illegal. */
function twoTables(
  { limits }: MeterType,
  places: readonly RegisterPlace[],
  tableOf: (own: readonly RegisterPlace[]) => Pick<DeviceOptions, 'fields' | 'fieldAt'>,
): SimDevice {
  const tables = FUNCTIONS.map(([code, table]) => {
    const own = places.filter((place) => place.table === table);
    const functions = own.length > 0 ? [code] : [];
    return createDevice({ unit: UNIT, functions, maxRegisters: limits.maxRegisters, ...tableOf(own) });
  });
  const [holding, input] = tables;
  if (!holding || !input) throw new Error('two tables');
  return {
    ...holding,
    functions: [3, 4],
    answer: (pdu, atMs) => (pdu[0] === 4 ? input : holding).answer(pdu, atMs),
  };
}

function easyDevice(type: MeterType, places: readonly RegisterPlace[]): SimDevice {
  return twoTables(type, places, (own) => {
    const table = own[0]?.table ?? 'holding';
    const special = new Map(
      own.flatMap((place) => wordsAt(place).map((word, index) => [place.address + index, word] as const)),
    );
    const word = (address: number): number => special.get(address) ?? wordAt(table, address);
    return { fields: [], fieldAt: (address) => ({ address, size: 1, words: () => [word(address)] }) };
  });
}

function strictDevice(type: MeterType, places: readonly RegisterPlace[]): SimDevice {
  const device = twoTables(type, places, (own) => ({
    fields: own.map((place) => ({
      address: place.address,
      size: wordsOf(place.type),
      words: () => wordsAt(place),
    })),
  }));
  return {
    ...device,
    answer(pdu, atMs) {
      const answer = device.answer(pdu, atMs);
      const view = new DataView(pdu.buffer, pdu.byteOffset);
      const table = pdu[0] === 4 ? 'input' : 'holding';
      const cuts = (at: number): boolean =>
        places.some((one) => one.table === table && one.address < at && at < one.address + wordsOf(one.type));
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
  const { type } = config;
  const settings = Object.entries(type.settings ?? {});
  const maps = [...mapsOf(config).values()];
  const places = [...maps, ...settings.map(([, map]) => map)].flatMap(placesOf);
  // One address may hold a whole 32-bit value (KM50): neighbours then overlap, and no image of words can show it.
  const overlaps = places.some((one) =>
    places.some(
      (other) =>
        one.table === other.table &&
        one.address < other.address &&
        other.address < one.address + wordsOf(one.type),
    ),
  );
  const unique = [...new Map(places.map((one) => [`${one.table} ${one.address}`, one])).values()];

  const isWhole = (poll: MeterPoll): void => {
    expect(poll.fault).toBeNull();
    expect(given(poll)).toEqual(expected(config));
  };

  it('has words of its own for each quantity', () => {
    const words = unique.flatMap(({ address, type: kind, table }) =>
      Array.from({ length: wordsOf(kind) }, (_, index) => wordAt(table, address + index)),
    );
    expect(overlaps || new Set(words).size === words.length).toBe(true);
  });

  it('is read from a device that answers every address, within its limit', async () => {
    const results = await polls(config, easyDevice(type, unique));
    expect(results).toHaveLength(POLLS);
    for (const poll of results) {
      isWhole(poll);
      expect(poll.exchanges?.map(({ fault }) => fault).filter(Boolean)).toEqual([]);
    }
    // The meter's own settings are read once after the wire was opened.
    expect(results.slice(1).flatMap((poll) => poll.settings ?? [])).toEqual([]);
    expect(
      results[0]?.settings?.map(({ setting, value }) => [setting, Number(value.num) / Number(value.den)]) ??
        [],
    ).toEqual(
      settings.map(([name, map]) => [
        name,
        (Number(standingAt(map)) * Number(map.scale.num)) / Number(map.scale.den),
      ]),
    );
  });

  const strict = overlaps ? [] : ['cuts no value'];
  it.each(strict)('is read from a device that has nothing else and %s', async () => {
    const results = await polls(config, strictDevice(type, unique));
    expect(results).toHaveLength(POLLS);
    for (const poll of results) isWhole(poll);
  });
});
