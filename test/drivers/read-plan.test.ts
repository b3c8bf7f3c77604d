/** Which reads bring all quantities of a meter: few, within its limit, and no value in two pieces. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RegisterType } from '../../config/types.ts';
import { wordsOf } from '../../drivers/modbus/decode.ts';
import { HOLE_LIMIT_WORDS, planReads, type Quantity } from '../../drivers/modbus/read-plan.ts';
import { map } from './support/lines.ts';

const SEED = Number(process.env['HAKARU_SEED'] ?? 20_261_104);
process.stdout.write(`seed ${SEED} (HAKARU_SEED)\n`);

const quantity = (
  name: string,
  address: number,
  type: RegisterType,
  kind: Quantity['kind'] = 'gauge',
): Quantity => ({
  name,
  kind,
  map: map({ address, type }),
});
const spans = (reads: ReturnType<typeof planReads>): string[] =>
  reads.map((read) => `${read.address}+${read.words}`);

describe('a read plan', () => {
  it('joins neighbours and small holes, and begins with the channels', () => {
    const quantities = [
      quantity('voltage', 0, 'f32'),
      quantity('current', 6, 'f32'),
      quantity('power', 8 + HOLE_LIMIT_WORDS, 'f32'),
      quantity('energy', 200, 'u64', 'channel'),
    ];
    expect(spans(planReads(quantities, 125))).toEqual(['200+4', '0+34']);
    expect(spans(planReads(quantities, 20))).toEqual(['200+4', '0+8', '32+2']);
    expect(spans(planReads(quantities, 125, 'neighbours'))).toEqual(['200+4', '0+2', '6+2', '32+2']);
  });

  it('does not join across a hole above the limit, or tables', () => {
    const far = [quantity('a', 0, 'u16'), quantity('b', 2 + HOLE_LIMIT_WORDS, 'u16')];
    expect(spans(planReads(far, 125))).toEqual(['0+1', `${2 + HOLE_LIMIT_WORDS}+1`]);
    const tables: Quantity[] = [
      quantity('a', 0, 'u16'),
      { name: 'b', kind: 'gauge', map: map({ table: 'input', address: 1, type: 'u16' }) },
    ];
    expect(planReads(tables, 125).map(({ fn }) => fn)).toEqual([3, 4]);
  });

  it('reads one value a request where that is asked for, and where addresses overlap in part', () => {
    const neighbours = [quantity('a', 0, 'u32'), quantity('b', 2, 'u32')];
    expect(spans(planReads(neighbours, 125, 'single'))).toEqual(['0+2', '2+2']);
    const oneAddressEach = [quantity('a', 8, 'u32'), quantity('b', 9, 'u32')];
    expect(spans(planReads(oneAddressEach, 125))).toEqual(['8+2', '9+2']);
  });

  it('brings every quantity once, whole, within the limit', () => {
    const any = fc.array(
      fc.record({
        address: fc.integer({ min: 0, max: 300 }),
        type: fc.constantFrom<RegisterType>('u16', 'u32', 'f32', 's64'),
        kind: fc.constantFrom<Quantity['kind']>('channel', 'gauge'),
      }),
      { minLength: 1, maxLength: 20 },
    );
    fc.assert(
      fc.property(any, fc.integer({ min: 4, max: 125 }), (list, maxWords) => {
        const quantities = list.map(({ address, type, kind }, i) => quantity(`q${i}`, address, type, kind));
        const reads = planReads(quantities, maxWords);
        const planned = reads.flatMap((read) => read.quantities.map((one) => ({ one, read })));
        expect(planned.map(({ one }) => one.name).toSorted()).toEqual(
          quantities.map(({ name }) => name).toSorted(),
        );
        for (const { one, read } of planned) {
          expect(read.address + one.offset).toBe(one.map.address);
          expect(one.offset + wordsOf(one.map.type)).toBeLessThanOrEqual(read.words);
          expect(read.words).toBeLessThanOrEqual(maxWords);
        }
        const kinds = reads.map((read) => (read.quantities.some(({ kind }) => kind === 'channel') ? 0 : 1));
        expect(kinds).toEqual(kinds.toSorted((a, b) => a - b));
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });
});
