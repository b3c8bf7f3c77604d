/**
 * Electric meters as they stand in a switchboard, each by its maker's map: where the words are, in which order, in
 * what steps. Wire addresses.
 */
import { type ElectricalInstant, FINE_PER_KWH } from '../plant.ts';
import { createDevice, type Field, type SimDevice } from './device.ts';
import { f32, f64, s64, u16, u32 } from './encode.ts';
import { instantOf, type MeterOptions } from './metering.ts';
import { createRegister, type SimRegister } from './register.ts';

export interface PanelMeter extends SimDevice {
  readonly energy: SimRegister;
}

type Words = (value: number) => number[];

/** Where a maker has put things, and how they look on the wire. */
interface Face {
  readonly functions: readonly number[];
  readonly maxRegisters: number;
  readonly countsPerKwh: bigint;
  readonly energy: { readonly address: number; readonly size: number; words(count: bigint): number[] };
  readonly volts: readonly number[];
  readonly volt: Words;
  readonly amperes: readonly number[];
  readonly ampere: Words;
  readonly watts: number;
  readonly watt: Words;
  /** Power of each phase. */
  readonly phaseWatts?: readonly number[];
  readonly hertz?: number;
  readonly hertzWords?: Words;
  readonly powerFactor?: number;
  readonly powerFactorWords?: Words;
  /** Words that stand still. */
  readonly fixed?: readonly (readonly [address: number, word: number])[];
  readonly reserved: readonly (readonly [number, number])[];
  /** What the meter's own side of its CT sees: 1/20 behind one of 100/5. */
  readonly ct?: number;
  /** All of the power flows in one phase. */
  readonly onePhase?: boolean;
}

type At = (now: ElectricalInstant) => number;

function fieldsOf(face: Face, options: MeterOptions): Field[] {
  const at = instantOf(options);
  const field = (address: number, words: Words, value: At): Field => ({
    address,
    size: words(0).length,
    words: (sample) => words(value(at(sample))),
  });
  const ct = face.ct ?? 1;
  const phases = face.onePhase ? 3 : 1;
  const { hertz, powerFactor } = face;
  return [
    ...face.volts.map((address, i) =>
      field(address, face.volt, (now) => (now.voltagesMilliV[i] ?? 0) / 1000),
    ),
    ...face.amperes.map((address, i) =>
      field(address, face.ampere, (now) => (phases * (now.currentsMilliA[i] ?? 0)) / 1000 / ct),
    ),
    field(face.watts, face.watt, (now) => now.powerW / ct),
    ...(face.phaseWatts ?? []).map((address) => field(address, face.watt, (now) => now.powerW / 3 / ct)),
    ...(hertz === undefined
      ? []
      : [field(hertz, face.hertzWords ?? f32, (now) => now.frequencyMilliHz / 1000)]),
    ...(powerFactor === undefined
      ? []
      : [field(powerFactor, face.powerFactorWords ?? f32, (now) => now.powerFactorMilli / 1000)]),
    ...(face.fixed ?? []).map(([address, word]): Field => ({ address, size: 1, words: () => [word] })),
  ];
}

function createPanelMeter(face: Face, options: MeterOptions): PanelMeter {
  const { plant, load } = options;
  const energy = createRegister({
    name: 'energy-import',
    total: (atMs) => plant.total(load, atMs),
    finePerCount: { num: FINE_PER_KWH * BigInt(face.ct ?? 1), den: face.countsPerKwh },
    startMs: plant.startMs,
    initialCount: options.initialCount ?? 0n,
    wrapsAt: options.wrapsAt ?? null,
    updateMs: options.updateMs ?? 0,
  });
  const { address, size } = face.energy;
  const device = createDevice({
    unit: options.unit,
    functions: face.functions,
    maxRegisters: face.maxRegisters,
    registers: [energy],
    reserved: face.reserved,
    fields: [
      { address, size, words: ({ atMs }) => face.energy.words(energy.read(atMs)) },
      ...fieldsOf(face, options),
    ],
  });
  return { ...device, energy };
}

const whole =
  (scale: number, order: 'msw' | 'lsw'): Words =>
  (value) =>
    u32(BigInt(Math.round(value * scale)), order);
const word =
  (scale: number): Words =>
  (value) =>
    u16(Math.round(value * scale));
const float =
  (scale: number, order: 'msw' | 'lsw' = 'msw'): Words =>
  (value) =>
    f32(value * scale, order);

/** What the maps of EM24 and EM340 have in common. */
const CARLO_GAVAZZI = {
  functions: [3, 4],
  countsPerKwh: 10n,
  volts: [0x0000, 0x0002, 0x0004],
  volt: whole(10, 'lsw'),
  amperes: [0x000c, 0x000e, 0x0010],
  ampere: whole(1000, 'lsw'),
  watts: 0x0028,
  phaseWatts: [0x0012, 0x0014, 0x0016],
  watt: whole(10, 'lsw'),
  powerFactorWords: word(1000),
  hertzWords: word(10),
  reserved: [[0x0000, 0x0060]],
} as const;

/** Carlo Gavazzi EM24-DIN: 11 registers a read, s32 with the least significant word first, 0.1 kWh. */
export function createEm24(options: MeterOptions): PanelMeter {
  return createPanelMeter(
    {
      ...CARLO_GAVAZZI,
      maxRegisters: 11,
      energy: { address: 0x003e, size: 2, words: (count) => u32(count, 'lsw') },
      powerFactor: 0x0035,
      hertz: 0x0037,
      fixed: [[0x000b, 71]],
    },
    options,
  );
}

/** Carlo Gavazzi EM340: as the EM24, 50 registers a read; it refreshes its registers each second. */
export function createEm340(options: MeterOptions): PanelMeter {
  return createPanelMeter(
    {
      ...CARLO_GAVAZZI,
      maxRegisters: 50,
      energy: { address: 0x0034, size: 2, words: (count) => u32(count, 'lsw') },
      powerFactor: 0x0031,
      hertz: 0x0033,
      fixed: [[0x000b, 345]],
    },
    { updateMs: 1_000, ...options },
  );
}

/** ABB B23: u64 in 0.01 kWh, most significant word first. */
export function createB23(options: MeterOptions): PanelMeter {
  return createPanelMeter(
    {
      functions: [3],
      maxRegisters: 125,
      countsPerKwh: 100n,
      energy: { address: 0x5000, size: 4, words: (count) => s64(count) },
      volts: [0x5b00, 0x5b02, 0x5b04],
      volt: whole(10, 'msw'),
      amperes: [0x5b0c, 0x5b0e, 0x5b10],
      ampere: whole(100, 'msw'),
      watts: 0x5b14,
      phaseWatts: [0x5b16, 0x5b18, 0x5b1a],
      watt: whole(100, 'msw'),
      hertz: 0x5b2c,
      hertzWords: word(100),
      powerFactor: 0x5b3a,
      powerFactorWords: word(1000),
      reserved: [
        [0x5000, 0x5040],
        [0x5b00, 0x5b40],
      ],
    },
    options,
  );
}

/** Panasonic KW8M: u32 in 0.01 kWh, least significant word first, 26 registers a read; starts again at 10⁹. */
export function createKw8m(options: MeterOptions): PanelMeter {
  return createPanelMeter(
    {
      functions: [3],
      maxRegisters: 26,
      countsPerKwh: 100n,
      energy: { address: 0x0064, size: 2, words: (count) => u32(count, 'lsw') },
      volts: [0x00aa, 0x00ac, 0x00ae],
      volt: whole(10, 'lsw'),
      amperes: [],
      ampere: whole(1, 'lsw'),
      watts: 0x00b0,
      watt: whole(0.1, 'lsw'),
      reserved: [
        [0x0050, 0x0070],
        [0x00a0, 0x00c0],
      ],
    },
    { wrapsAt: 1_000_000_000n, ...options },
  );
}

/** Continental Control Systems WattNode: float32 in kWh, least significant word first, steps of 0.01. */
export function createWattNode(options: MeterOptions): PanelMeter {
  return createPanelMeter(
    {
      functions: [3, 4],
      maxRegisters: 60,
      countsPerKwh: 100n,
      energy: { address: 0x03ee, size: 2, words: (count) => f32(Number(count) / 100, 'lsw') },
      volts: [0x03fa, 0x03fc, 0x03fe],
      volt: float(1, 'lsw'),
      amperes: [0x048a, 0x048c, 0x048e],
      ampere: float(1, 'lsw'),
      watts: 0x03f0,
      phaseWatts: [0x03f2, 0x03f4, 0x03f6],
      watt: float(1, 'lsw'),
      hertz: 0x0408,
      hertzWords: float(1, 'lsw'),
      reserved: [
        [0x03e8, 0x0410],
        [0x0450, 0x0490],
      ],
    },
    options,
  );
}

/** Peacefair PZEM-016: one phase, u32 in Wh, least significant word first, function 4. */
export function createPzem016(options: MeterOptions): PanelMeter {
  return createPanelMeter(
    {
      functions: [4],
      maxRegisters: 10,
      countsPerKwh: 1_000n,
      energy: { address: 0x0005, size: 2, words: (count) => u32(count, 'lsw') },
      volts: [0x0000],
      volt: word(10),
      amperes: [0x0001],
      ampere: whole(1000, 'lsw'),
      watts: 0x0003,
      watt: whole(10, 'lsw'),
      hertz: 0x0007,
      hertzWords: word(10),
      powerFactor: 0x0008,
      powerFactorWords: word(100),
      reserved: [[0x0009, 0x0009]],
      onePhase: true,
    },
    options,
  );
}

/** Chint DTSU666 behind a CT: floats of its own, secondary side; it shows its CT and VT setting. */
export function createDtsu666(options: MeterOptions & { readonly ct: number }): PanelMeter {
  return createPanelMeter(
    {
      functions: [3],
      maxRegisters: 60,
      countsPerKwh: 100n,
      energy: { address: 0x101e, size: 2, words: (count) => f32(Number(count) / 100) },
      volts: [0x2006, 0x2008, 0x200a],
      volt: float(10),
      amperes: [0x200c, 0x200e, 0x2010],
      ampere: float(1000),
      watts: 0x2012,
      phaseWatts: [0x2014, 0x2016, 0x2018],
      watt: float(10),
      powerFactor: 0x202a,
      powerFactorWords: float(1000),
      hertz: 0x2044,
      hertzWords: float(100),
      fixed: [
        [0x0006, options.ct],
        // In tenths.
        [0x0007, 10],
      ],
      reserved: [
        [0x0000, 0x0010],
        [0x101e, 0x1030],
        [0x2000, 0x2050],
      ],
      ct: options.ct,
    },
    options,
  );
}

/** Siemens SENTRON PAC2200: float64 in Wh, one register for each tariff; here all is the first tariff. */
export function createPac2200(options: MeterOptions): PanelMeter {
  return createPanelMeter(
    {
      functions: [3, 4],
      maxRegisters: 60,
      countsPerKwh: 1_000n,
      energy: { address: 801, size: 4, words: (count) => f64(Number(count)) },
      volts: [1, 3, 5],
      volt: float(1),
      amperes: [13, 15, 17],
      ampere: float(1),
      watts: 65,
      phaseWatts: [25, 27, 29],
      watt: float(1),
      hertz: 55,
      powerFactor: 69,
      reserved: [
        [1, 74],
        [801, 820],
      ],
    },
    options,
  );
}

/** Janitza UMG 96RM: float32 in Wh, refreshed five times a second. */
export function createUmg96rm(options: MeterOptions): PanelMeter {
  return createPanelMeter(
    {
      functions: [3, 4],
      maxRegisters: 125,
      countsPerKwh: 1_000n,
      energy: { address: 19_068, size: 2, words: (count) => f32(Number(count)) },
      volts: [19_000, 19_002, 19_004],
      volt: float(1),
      amperes: [19_012, 19_014, 19_016],
      ampere: float(1),
      watts: 19_026,
      phaseWatts: [19_020, 19_022, 19_024],
      watt: float(1),
      hertz: 19_050,
      reserved: [[19_000, 19_120]],
    },
    { updateMs: 200, ...options },
  );
}
