/**
 * The argument of answer-order.ts against an adversary: a unit answers in order, each question none to three times,
 * after any delay, with data or an exception. Whatever is believed is the answer to the newest question.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAnswerOrder, FORGET_MS, type WantedRead } from '../../drivers/modbus/answer-order.ts';

const SEED = Number(process.env['HAKARU_SEED'] ?? 20_261_102);
process.stdout.write(`seed ${SEED} (HAKARU_SEED)\n`);

interface Step {
  readonly words: number;
  readonly fn: 3 | 4;
  /** How often this question is answered, and whether by an exception. */
  readonly copies: number;
  readonly exception: boolean;
  /** Frames that arrive before the question is given up. */
  readonly arrive: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  words: fc.constantFrom(1, 2, 3, 4, 6),
  fn: fc.constantFrom<3 | 4>(3, 4),
  copies: fc.integer({ min: 0, max: 3 }),
  exception: fc.boolean(),
  arrive: fc.integer({ min: 0, max: 4 }),
});

interface Flying {
  readonly question: number;
  readonly fn: number;
  readonly words: number | null;
}

function play(steps: readonly Step[], maxWords: number): { believed: number; wrong: number } {
  const order = createAnswerOrder();
  const flying: Flying[] = [];
  const tally = { believed: 0, wrong: 0 };
  let nowMs = 0;
  for (const [number, { words, fn, copies, exception, arrive }] of steps.entries()) {
    const want: WantedRead = { unit: 1, fn, address: 100, words, maxWords };
    const question = order.choose(want, nowMs);
    // The time in which reordered answers are waited for is over each time: only the proof protects.
    nowMs += 10;
    if (!question) continue;
    order.asked(question, nowMs);
    const { request } = question;
    for (let copy = 0; copy < copies; copy++)
      flying.push({ question: number, fn: request.fn, words: exception ? null : request.words });
    let end: 'answered' | 'troubled' | 'silent' = 'silent';
    for (let seen = 0; seen < arrive && end === 'silent'; seen++) {
      const frame = flying.shift();
      if (!frame) break;
      const believed = order.seen(1, frame, nowMs);
      const fits = frame.fn === request.fn && frame.words === request.words;
      if (believed) {
        tally.believed++;
        if (frame.question !== number) tally.wrong++;
      }
      if (believed && fits) end = 'answered';
      else if (frame.words === null && frame.fn === request.fn) end = 'troubled';
    }
    order.ended(want, question, end, 1, nowMs);
  }
  return tally;
}

describe('the order of answers', () => {
  it.each([
    { meter: 'takes wider reads', maxWords: 125 },
    { meter: 'takes none', maxWords: 6 },
  ])('never lets an old answer pass for a new one where the meter $meter', ({ maxWords }) => {
    let believed = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const tally = play(steps, maxWords);
        believed += tally.believed;
        expect(tally.wrong).toBe(0);
      }),
      { seed: SEED, numRuns: 3_000 },
    );
    // Believing nothing would be safe too.
    expect(believed).toBeGreaterThan(5_000);
  });

  const want: WantedRead = { unit: 1, fn: 4, address: 0x48, words: 4, maxWords: 125 };

  it('differs from the last question by two registers and goes back', () => {
    const order = createAnswerOrder();
    const lengths = [0, 1, 2, 3].map((nowMs) => {
      const question = order.choose(want, nowMs);
      if (!question) throw new Error('held');
      order.asked(question, nowMs);
      expect(order.seen(1, question.request, nowMs)).toBe(true);
      order.ended(want, question, 'answered', 100, nowMs);
      return question.request.words;
    });
    expect(lengths).toEqual([4, 6, 4, 6]);
  });

  it('goes through a separator where the meter refuses wider reads, and is held while an answer may be late', () => {
    const order = createAnswerOrder();
    const log: string[] = [];
    const ask = (nowMs: number, answer: (words: number) => 'answered' | 'refused' | 'silent'): void => {
      const question = order.choose(want, nowMs);
      if (!question) return void log.push('held');
      const { fn, words } = question.request;
      log.push(`${question.use} ${fn}/${words}`);
      order.asked(question, nowMs);
      const end = answer(words);
      if (end !== 'silent') order.seen(1, { fn, words: end === 'refused' ? null : words }, nowMs);
      order.ended(want, question, end, 100, nowMs);
    };
    const narrow = (words: number) => (words > 4 ? 'refused' : 'answered');
    for (let poll = 0; poll < 6; poll++) ask(poll, narrow);
    expect(log).toEqual(['value 4/4', 'value 4/6', 'value 4/4', 'sync 4/2', 'value 4/4', 'sync 4/2']);
    log.length = 0;
    ask(10, () => 'silent');
    ask(11, narrow);
    ask(12, narrow);
    ask(900, narrow);
    expect(log).toEqual(['value 4/4', 'sync 4/3', 'held', 'value 4/4']);
  });

  it('keeps a bounded history of a unit that never answers, and forgets it in the end', () => {
    const order = createAnswerOrder();
    for (let nowMs = 0; nowMs < 1_000_000; nowMs += 1_000) {
      const question = order.choose(want, nowMs);
      if (!question) continue;
      order.asked(question, nowMs);
      order.ended(want, question, 'silent', 100, nowMs);
    }
    expect(order.open(1)).toBeLessThanOrEqual(64);
    expect(order.choose(want, 1_000_000 + FORGET_MS)?.use).toBe('value');
    expect(order.open(1)).toBe(0);
  });
});
