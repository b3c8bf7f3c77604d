/** The Modbus meters of the demo factory: twelve on the bus, four behind TCP. */
import type { HallLoad } from './demo-schedules.ts';
import type { SimDevice } from './devices/device.ts';
import { createIem3155, type Iem3155 } from './devices/iem3155.ts';
import { createLswMeter, type LswMeter } from './devices/lsw-meter.ts';
import type { MeterOptions } from './devices/metering.ts';
import {
  createB23,
  createDtsu666,
  createEm24,
  createEm340,
  createKw8m,
  createPac2200,
  createPzem016,
  createUmg96rm,
  createWattNode,
  type PanelMeter,
} from './devices/panel-meters.ts';
import { createPulseCounter, type PulseCounter } from './devices/pulse-counter.ts';
import { createSdm630, type Sdm630 } from './devices/sdm630.ts';
import type { Plant } from './plant.ts';

export type DemoMeter = 'main' | 'furnace' | 'press' | 'compressor' | 'gas' | HallLoad;

export interface DemoDevices {
  readonly main: Iem3155;
  readonly furnace: LswMeter;
  readonly press: Sdm630;
  readonly compressor: Sdm630;
  readonly gas: PulseCounter;
  /** What the halls have, by load. */
  readonly halls: Readonly<Record<HallLoad, PanelMeter>>;
  /** All that hang on the bus. */
  readonly bus: readonly SimDevice[];
  /** All behind TCP. */
  readonly tcp: readonly SimDevice[];
}

export interface DemoDeviceOptions {
  readonly initialCounts?: Readonly<Partial<Record<DemoMeter, bigint>>>;
  readonly updateMs?: number;
}

const UNITS: Readonly<Record<DemoMeter, number>> = {
  main: 1,
  press: 2,
  compressor: 3,
  furnace: 4,
  lathe: 5,
  milling: 6,
  welding: 7,
  pump: 8,
  hvac: 9,
  lighting: 10,
  office: 11,
  dryer: 12,
  paint: 13,
  chiller: 14,
  molding: 15,
  gas: 20,
};

/** 0.1 m³. */
const GAS_WEIGHT_ML = 100_000;
/** 100/5 A. */
const DRYER_CT = 20;

/** At the plant's start, in each meter's own counts. */
const INITIAL_COUNTS: Readonly<Record<DemoMeter, bigint>> = {
  // Wh
  main: 3_456_789_012n,
  // 0.01 kWh behind a CT of 200/5
  furnace: 1_234_567n,
  // 0.01 kWh
  press: 4_215_733n,
  compressor: 2_086_410n,
  // pulses
  gas: 731_204n,
  // 0.1 kWh
  lathe: 412_806n,
  milling: 377_015n,
  lighting: 268_442n,
  // 0.01 kWh
  welding: 1_904_377n,
  pump: 3_318_209n,
  hvac: 4_120_558n,
  paint: 2_950_016n,
  // 0.01 kWh behind a CT of 100/5
  dryer: 96_310n,
  // Wh
  office: 5_204_118n,
  chiller: 48_114_902n,
  molding: 6_203_440n,
};

/** @throws RangeError when a load is not in the plant */
export function demoDevices(plant: Plant, options: DemoDeviceOptions): DemoDevices {
  const meter = (load: DemoMeter): MeterOptions & { initialCount: bigint } => ({
    unit: UNITS[load],
    plant,
    load,
    initialCount: options.initialCounts?.[load] ?? INITIAL_COUNTS[load],
    ...(options.updateMs === undefined ? {} : { updateMs: options.updateMs }),
  });
  const main = createIem3155(meter('main'));
  const furnace = createLswMeter({
    ...meter('furnace'),
    energyAddress: 100,
    powerAddress: 110,
    countsPerKwh: 100n,
    powerCountsPerW: 10,
    ct: { num: 200n, den: 5n },
    wrapsAt: 100_000_000n,
    maxRegisters: 60,
  });
  const press = createSdm630(meter('press'));
  const compressor = createSdm630(meter('compressor'));
  const { initialCount } = meter('gas');
  const gas = createPulseCounter({
    unit: UNITS.gas,
    plant,
    updateMs: options.updateMs ?? 0,
    inputs: { 1: { load: 'gas', weightMl: GAS_WEIGHT_ML, initialCount } },
  });
  const halls: DemoDevices['halls'] = {
    lathe: createEm340(meter('lathe')),
    milling: createEm340(meter('milling')),
    welding: createB23(meter('welding')),
    pump: createKw8m(meter('pump')),
    hvac: createWattNode(meter('hvac')),
    lighting: createEm24(meter('lighting')),
    office: createPzem016(meter('office')),
    dryer: createDtsu666({ ...meter('dryer'), ct: DRYER_CT }),
    paint: createSdm630(meter('paint')),
    chiller: createPac2200(meter('chiller')),
    molding: createUmg96rm(meter('molding')),
  };
  const { chiller, molding, ...onBus } = halls;
  return {
    main,
    furnace,
    press,
    compressor,
    gas,
    halls,
    bus: [press, compressor, gas, ...Object.values(onBus)],
    tcp: [main, furnace, chiller, molding],
  };
}
