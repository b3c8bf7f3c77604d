/** Which reads bring all quantities of a meter: few, within its limit, and no value in two pieces. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutsFor, type Piece, planReads, SMALL_HOLE_WORDS } from '../../drivers/modbus/read-plan.ts';
import { holeWords } from '../../drivers/modbus/timing.ts';

const SEED = Number(process.env['HAKARU_SEED'] ?? 20_261_104);
process.stdout.write(`seed ${SEED} (HAKARU_SEED)\n`);

const piece = (address: number, words: number, kind: Piece['kind'] = 'gauge'): Piece => ({
  kind,
  table: 'holding',
  address,
  words,
});
const spans = (reads: ReturnType<typeof planReads>): string[] =>
  reads.map((read) => `${read.address}+${read.words}`);

const HOLE = 24;
const LIMITS = { maxWords: 125, holeWords: HOLE };

describe('a read plan', () => {
  it('joins neighbours and small holes, and begins with the channels', () => {
    const pieces = [piece(0, 2), piece(6, 2), piece(8 + HOLE, 2), piece(200, 4, 'channel')];
    expect(spans(planReads(pieces, LIMITS))).toEqual(['200+4', '0+34']);
    expect(spans(planReads(pieces, { ...LIMITS, maxWords: 20 }))).toEqual(['200+4', '0+8', '32+2']);
  });

  it('reads a hole along where its words cost less than another transaction at this baud', () => {
    // 13 characters, two silences and 20 ms against two characters a word.
    expect([2_400, 9_600, 19_200, 38_400, 115_200].map((baud) => holeWords(baud))).toEqual([
      12, 18, 27, 47, 129,
    ]);
    const pieces = [piece(0, 2, 'channel'), piece(24, 2)];
    const at = (baudRate: number, pauseMs = 0) =>
      spans(planReads(pieces, { maxWords: 125, holeWords: holeWords(baudRate, pauseMs) }));
    expect([9_600, 19_200].map((baud) => at(baud))).toEqual([['0+2', '24+2'], ['0+26']]);
    // A meter that wants 100 ms between two requests makes another one dearer.
    expect(at(9_600, 100)).toEqual(['0+26']);
  });

  it('splits the one read that was refused: at wide holes, at all holes, into single values', () => {
    const pieces = [piece(0, 2), piece(2, 2), piece(6, 2), piece(8 + SMALL_HOLE_WORDS + 1, 2), piece(300, 2)];
    const cuts = new Set<string>();
    const refused = () => {
      const [first] = planReads(pieces, LIMITS, cuts);
      for (const cut of first ? cutsFor(first) : []) cuts.add(cut);
      return spans(planReads(pieces, LIMITS, cuts));
    };
    expect(spans(planReads(pieces, LIMITS))).toEqual(['0+23', '300+2']);
    expect(refused()).toEqual(['0+8', '21+2', '300+2']);
    expect(refused()).toEqual(['0+4', '6+2', '21+2', '300+2']);
    expect(refused()).toEqual(['0+2', '2+2', '6+2', '21+2', '300+2']);
    const [single] = planReads(pieces, LIMITS, cuts);
    expect(single && cutsFor(single)).toEqual([]);
  });

  it('does not join across a hole above the limit, or tables', () => {
    expect(spans(planReads([piece(0, 1), piece(2 + HOLE, 1)], LIMITS))).toEqual(['0+1', `${2 + HOLE}+1`]);
    const tables: Piece[] = [piece(0, 1), { ...piece(1, 1), table: 'input' }];
    expect(planReads(tables, LIMITS).map(({ fn }) => fn)).toEqual([3, 4]);
  });

  it('reads one value a request where addresses overlap in part', () => {
    expect(spans(planReads([piece(8, 2), piece(9, 2)], LIMITS))).toEqual(['8+2', '9+2']);
  });

  it('brings every value once, whole, within the limit, and no multiplier before a channel', () => {
    const any = fc.array(
      fc.record({
        address: fc.integer({ min: 0, max: 300 }),
        words: fc.constantFrom(1, 2, 4),
        kind: fc.constantFrom<Piece['kind']>('channel', 'gauge', 'multiplier'),
        table: fc.constantFrom<Piece['table']>('holding', 'input'),
      }),
      { minLength: 1, maxLength: 20 },
    );
    const cutAt = fc.array(fc.nat(300), { maxLength: 5 });
    fc.assert(
      fc.property(any, cutAt, fc.integer({ min: 4, max: 125 }), fc.nat(130), (pieces, at, maxWords, hole) => {
        const cuts = new Set(at.map((address) => `holding ${address}`));
        const reads = planReads(pieces, { maxWords, holeWords: hole }, cuts);
        const planned = reads.flatMap((read, index) => read.pieces.map((one) => ({ one, read, index })));
        const name = ({ kind, table, address, words }: Piece) => `${kind} ${table} ${address} ${words}`;
        expect(planned.map(({ one }) => name(one)).toSorted()).toEqual(pieces.map(name).toSorted());
        for (const { one, read } of planned) {
          expect(read.address + one.offset).toBe(one.address);
          expect(one.offset + one.words).toBeLessThanOrEqual(read.words);
          expect(read.words).toBeLessThanOrEqual(maxWords);
          expect(cuts.has(`${one.table} ${one.address}`) && read.pieces[0]?.address !== one.address).toBe(
            false,
          );
        }
        const orders = (kind: Piece['kind']) =>
          planned.filter(({ one }) => one.kind === kind).map(({ index }) => index);
        expect(Math.max(-1, ...orders('channel'))).toBeLessThanOrEqual(
          Math.min(reads.length, ...orders('multiplier')),
        );
        const gaugesOnly = reads.map(({ pieces: own }) =>
          own.every(({ kind }) => kind === 'gauge') ? 1 : 0,
        );
        expect(gaugesOnly).toEqual(gaugesOnly.toSorted((a, b) => a - b));
      }),
      { seed: SEED, numRuns: 1_000 },
    );
  });
});
