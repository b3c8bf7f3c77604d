/** A meter whose 40 registers are one read, for figures that compare reads of one size. */
import type { MeterConfig, MeterType, RegisterMap } from '../../config/types.ts';
import { GAUGE_NAMES } from '../../gateway/domain/meters.ts';
import { ONE, rational } from '../../gateway/domain/rational.ts';
import { type Clock, instant } from '../../gateway/domain/time.ts';

export const WORDS = 40;

/** Stamps readings with the machine's time. */
export const CLOCK: Clock = {
  now: () => instant(Date.now()),
  monotonicMs: () => performance.now(),
  trust: () => 'manual',
};

const f64 = (index: number): RegisterMap => ({
  table: 'input',
  address: index * 4,
  type: 'f64',
  wordOrder: 'msw',
  scale: ONE,
  unit: 'V',
  ratio: 'primary',
});

/** Ten gauges of four registers: one block of 40. */
const TYPE: MeterType = {
  id: 'bench',
  maker: 'Bench',
  model: 'Bench',
  manual: 'not seen',
  source: 'this bench',
  status: 'unverified',
  notes: null,
  line: null,
  // So long that a bus process which is held up is no silence.
  limits: { maxRegisters: 125, responseMs: 5_000 },
  updateMs: 0,
  invalid: {},
  channels: {},
  pulseInputs: null,
  gauges: Object.fromEntries(GAUGE_NAMES.map((name, index) => [name, f64(index)])),
};

export function blockMeter(unit: number): MeterConfig {
  return {
    id: `m${unit}`,
    name: `m${unit}`,
    line: 'bench',
    unit,
    type: TYPE,
    role: 'sub',
    parent: null,
    ct: ONE,
    vt: ONE,
    multiplier: ONE,
    input: null,
    pulseWeight: null,
    channels: [],
    ratedPerHour: rational(100n),
    intervalMs: 1_000,
    kwhFactors: {},
  };
}
