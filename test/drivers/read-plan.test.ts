/** Which reads bring all quantities of a meter: few, within its limit, and no value in two pieces. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RegisterType } from '../../config/types.ts';
import { wordsOf } from '../../drivers/modbus/decode.ts';
import { lessBold, planReads, type Quantity, SMALL_HOLE_WORDS } from '../../drivers/modbus/read-plan.ts';
import { holeWords } from '../../drivers/modbus/timing.ts';
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

const HOLE = 24;
const LIMITS = { maxWords: 125, holeWords: HOLE };

describe('a read plan', () => {
  it('joins neighbours and small holes, and begins with the channels', () => {
    const quantities = [
      quantity('voltage', 0, 'f32'),
      quantity('current', 6, 'f32'),
      quantity('power', 8 + HOLE, 'f32'),
      quantity('energy', 200, 'u64', 'channel'),
    ];
    expect(spans(planReads(quantities, LIMITS))).toEqual(['200+4', '0+34']);
    expect(spans(planReads(quantities, { ...LIMITS, maxWords: 20 }))).toEqual(['200+4', '0+8', '32+2']);
    expect(spans(planReads(quantities, LIMITS, 'small-holes'))).toEqual(['200+4', '0+8', '32+2']);
    expect(spans(planReads(quantities, LIMITS, 'neighbours'))).toEqual(['200+4', '0+2', '6+2', '32+2']);
  });

  it('reads a hole along where its words cost less than another transaction at this baud', () => {
    // 13 characters, two silences and 20 ms against two characters a word.
    expect([2_400, 9_600, 19_200, 38_400, 115_200].map(holeWords)).toEqual([12, 18, 27, 47, 129]);
    const quantities = [quantity('energy', 0, 'f32', 'channel'), quantity('power', 24, 'f32')];
    const at = (baudRate: number) =>
      spans(planReads(quantities, { maxWords: 125, holeWords: holeWords(baudRate) }));
    expect([9_600, 19_200].map(at)).toEqual([['0+2', '24+2'], ['0+26']]);
  });

  it('steps back to small holes, to none and to single values, and never joins more than before', () => {
    expect(lessBold('holes')).toBe('small-holes');
    expect(lessBold('small-holes')).toBe('neighbours');
    expect(lessBold('neighbours')).toBe('single');
    expect(lessBold('single')).toBeNull();
    const quantities = [quantity('a', 0, 'u16'), quantity('b', 1 + SMALL_HOLE_WORDS, 'u16')];
    expect(spans(planReads(quantities, LIMITS, 'small-holes'))).toEqual(['0+14']);
    const narrow = { maxWords: 125, holeWords: 3 };
    expect(spans(planReads(quantities, narrow, 'small-holes'))).toEqual(['0+1', '13+1']);
  });

  it('does not join across a hole above the limit, or tables', () => {
    const far = [quantity('a', 0, 'u16'), quantity('b', 2 + HOLE, 'u16')];
    expect(spans(planReads(far, LIMITS))).toEqual(['0+1', `${2 + HOLE}+1`]);
    const tables: Quantity[] = [
      quantity('a', 0, 'u16'),
      { name: 'b', kind: 'gauge', map: map({ table: 'input', address: 1, type: 'u16' }) },
    ];
    expect(planReads(tables, LIMITS).map(({ fn }) => fn)).toEqual([3, 4]);
  });

  it('reads one value a request where that is asked for, and where addresses overlap in part', () => {
    const neighbours = [quantity('a', 0, 'u32'), quantity('b', 2, 'u32')];
    expect(spans(planReads(neighbours, LIMITS, 'single'))).toEqual(['0+2', '2+2']);
    const oneAddressEach = [quantity('a', 8, 'u32'), quantity('b', 9, 'u32')];
    expect(spans(planReads(oneAddressEach, LIMITS))).toEqual(['8+2', '9+2']);
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
      fc.property(any, fc.integer({ min: 4, max: 125 }), fc.nat(130), (list, maxWords, hole) => {
        const quantities = list.map(({ address, type, kind }, i) => quantity(`q${i}`, address, type, kind));
        const reads = planReads(quantities, { maxWords, holeWords: hole });
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
