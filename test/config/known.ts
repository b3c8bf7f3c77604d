/** Meter types, factors and rule sets for the stories of this folder, independent of the catalog's present contents. */
import { loadFactors } from '../../config/factors.ts';
import type { SiteKnowledge } from '../../config/load-site.ts';
import { readMeterType } from '../../config/meter-types.ts';
import { loadRuleSets } from '../../config/rule-sets.ts';
import type { MeterType } from '../../config/types.ts';

const HEAD = (model: string, rest: string): string => `maker: Test
model: ${model}
manual: not seen
source: this test
status: unverified
limits: { maxRegisters: 60, responseMs: 200 }
${rest}`;

const TEXTS: Readonly<Record<string, string>> = {
  'test-primary': HEAD(
    'primary',
    `line: { baudRate: 9600, parity: none, stopBits: 1 }
channels:
  energy-import: { table: input, address: 0x48, type: f32, wordOrder: msw, unit: kWh, step: 0.01, ratio: primary }
  energy-export: { table: input, address: 0x4A, type: f32, wordOrder: msw, unit: kWh, step: 0.01, ratio: primary }
gauges:
  power: { table: input, address: 0x34, type: f32, wordOrder: msw, unit: W }
`,
  ),
  'test-secondary': HEAD(
    'secondary',
    `line: { baudRate: 19200, parity: even, stopBits: 1 }
channels:
  energy-import: { table: holding, address: 10, type: u32, wordOrder: lsw, scale: 0.1, unit: Wh, wrapsAt: 1000000, ratio: secondary }
invalid: { u32: [0xFFFFFFFF], s16: [0x8000] }
`,
  ),
  'test-pulses': HEAD(
    'pulses',
    `pulseInputs:
  1: { table: input, address: 0, type: u32, unit: pulse, wrapsAt: 4294967296, ratio: primary }
  2: { table: input, address: 2, type: u32, unit: pulse, wrapsAt: 4294967296, ratio: primary }
`,
  ),
};

function meterTypes(): ReadonlyMap<string, MeterType> {
  const result = new Map<string, MeterType>();
  for (const [id, text] of Object.entries(TEXTS)) {
    const { value, problems } = readMeterType(text, id);
    if (!value) throw new Error(`${id}: ${JSON.stringify(problems)}`);
    result.set(id, value);
  }
  return result;
}

export const known: SiteKnowledge = {
  meterTypes: meterTypes(),
  factors: loadFactors(),
  ruleSetIds: [...loadRuleSets().keys()],
};
