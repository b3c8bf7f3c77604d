/** Two hundred documents spoiled at random: refused with a coded fault, or valid as a whole; never an accident. */
import { expect, it } from 'vitest';
import { readCoefficientDocument } from '../../config/coefficient-document.ts';
import { loadRuleSets } from '../../config/rule-sets.ts';
import { validateDocument } from '../../gateway/domain/coefficients/documents.ts';
import type { RuleSet } from '../../gateway/domain/coefficients/types.ts';
import { CodedError } from '../../gateway/domain/faults.ts';
import { CSV_TEXT, JSON_TEXT } from './documents.ts';

const ruleSets = loadRuleSets();
const SEED = 20_261_121;
const CODES = ['document-unreadable', 'document-invalid', 'rule-set-unknown', 'tight-day-without-factor'];

/** A small generator (mulberry32), so that a failing case can be made again from the seed. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

function spoil(good: Uint8Array, pick: (below: number) => number): Uint8Array {
  const at = pick(good.length);
  const length = 1 + pick(12);
  const kinds: readonly (() => Uint8Array)[] = [
    () => good.with(at, pick(256)),
    () => Uint8Array.from([...good.subarray(0, at), ...good.subarray(at + length)]),
    () => Uint8Array.from([...good.subarray(0, at), ...good.subarray(at, at + length), ...good.subarray(at)]),
    () => good.subarray(0, at),
    () =>
      Uint8Array.from([
        ...good.subarray(0, at),
        ...Array.from({ length }, () => pick(256)),
        ...good.subarray(at),
      ]),
    () => good.with(at, '0123456789-,:"{}[]'.charCodeAt(pick(18))),
  ];
  return kinds[pick(kinds.length)]?.() ?? good;
}

it(`refuses or takes whole 200 spoiled documents (seed ${SEED})`, () => {
  const pick = seeded(SEED);
  const tally = { refused: 0, valid: 0 };
  for (let round = 0; round < 200; round += 1) {
    const bytes = spoil(new TextEncoder().encode(round % 2 === 0 ? JSON_TEXT : CSV_TEXT), pick);
    try {
      const read = readCoefficientDocument(bytes, `round ${round}`, ruleSets);
      tally.valid += 1;
      expect(validateDocument(read, ruleSets.get(read.ruleSet) as RuleSet)).toBeNull();
      const announced = [
        ...read.curtailmentDays,
        ...read.tightDays,
        ...read.curtailmentHours.map(({ date }) => date),
      ];
      expect(
        announced.every((date) => read.complete.some(({ from, to }) => from <= date && date <= to)),
      ).toBe(true);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      tally.refused += 1;
      expect(CODES).toContain(error.fault.code);
    }
  }
  expect(tally.refused + tally.valid).toBe(200);
  expect(tally.refused).toBeGreaterThan(100);
});

it('refuses JSON cut off anywhere before its end', () => {
  const whole = new TextEncoder().encode(JSON_TEXT.trimEnd());
  for (let length = 0; length < whole.length; length += 1) {
    expect(() => readCoefficientDocument(whole.subarray(0, length), 'cut', ruleSets)).toThrow(CodedError);
  }
});
