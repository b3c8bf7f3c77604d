/**
 * The argument of answer-order.ts against an adversary: a unit answers in order, each question none to three times,
 * after any delay, with data or an exception, while its registers move or stand still. Whatever is believed is the
 * answer to the newest question.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AnswerOrder,
  createAnswerOrder,
  FORGET_MS,
  type WantedRead,
} from '../../drivers/modbus/answer-order.ts';

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
  /** Whether the registers move before they are read. */
  readonly moves: boolean;
}

const read = { words: fc.constantFrom(1, 2, 3, 4, 6), fn: fc.constantFrom<3 | 4>(3, 4) };
const trouble = {
  copies: fc.integer({ min: 0, max: 3 }),
  exception: fc.boolean(),
  arrive: fc.integer({ min: 0, max: 4 }),
  moves: fc.boolean(),
};

/** Any questions in any trouble. */
const anySteps: fc.Arbitrary<Step[]> = fc.array(fc.record({ ...read, ...trouble }), {
  minLength: 1,
  maxLength: 40,
});

/** One read again and again: for a while all is well and its registers move, then there is trouble. */
const phase: fc.Arbitrary<Step[]> = fc
  .record({
    of: fc.record(read),
    calm: fc.constantFrom(0, 4, 5, 6, 18, 19),
    troubles: fc.array(fc.record({ ...trouble, exception: fc.nat(9).map((n) => n === 0) }), { maxLength: 8 }),
  })
  .map(({ of, calm, troubles }) => {
    const well = { ...of, copies: 1, exception: false, arrive: Number.POSITIVE_INFINITY, moves: true };
    return [...Array.from({ length: calm }, () => well), ...troubles.map((one) => ({ ...of, ...one }))];
  });
const phases: fc.Arbitrary<Step[]> = fc
  .array(phase, { minLength: 1, maxLength: 6 })
  .map((list) => list.flat());

interface Flying {
  readonly question: number;
  readonly fn: number;
  readonly words: number | null;
  readonly data: Uint8Array;
}

interface Tally {
  believed: number;
  /** Of those, answers to a question of the shape answered before. */
  byBytes: number;
  doubtful: number;
  wrong: number;
}

/** @param shown what the registers show: its low 16 bits, in each of them */
function framesOf(question: number, { fn, exception, copies }: Step, words: number, shown: number): Flying[] {
  const data = exception ? new Uint8Array() : registers(words, shown);
  return Array.from({ length: copies }, () => ({ question, fn, words: exception ? null : words, data }));
}

function registers(words: number, shown: number): Uint8Array {
  return Uint8Array.from({ length: words * 2 }, (_, i) => (i % 2 === 0 ? shown >> 8 : shown & 0xff));
}

function play(order: AnswerOrder, steps: readonly Step[], maxWords: number, tally: Tally): void {
  const flying: Flying[] = [];
  let nowMs = 0;
  let shown = 0;
  let lastWords: number | null = null;
  for (const [number, step] of steps.entries()) {
    const { words, fn, arrive, moves } = step;
    const want: WantedRead = { unit: 1, fn, address: 100, words, maxWords };
    if (moves) shown++;
    const question = order.choose(want, nowMs);
    // The time in which reordered answers are waited for is over each time: only the proof protects.
    nowMs += 10;
    if (!question) continue;
    order.asked(question, nowMs);
    const { request } = question;
    flying.push(...framesOf(number, { ...step, fn: request.fn }, request.words, shown));
    let end: 'answered' | 'troubled' | 'doubtful' | 'silent' = 'silent';
    for (let seen = 0; seen < arrive && (end === 'silent' || end === 'doubtful'); seen++) {
      const frame = flying.shift();
      if (!frame) break;
      const verdict = order.seen(1, frame, nowMs);
      const fits = frame.fn === request.fn && frame.words === request.words;
      if (verdict === 'newest') {
        tally.believed++;
        if (lastWords === request.words && frame.words !== null) tally.byBytes++;
        if (frame.question !== number) tally.wrong++;
        if (fits) lastWords = request.words;
      }
      if (verdict === 'newest' && fits) end = 'answered';
      else if (frame.words === null && frame.fn === request.fn) end = 'troubled';
      else if (verdict === 'doubtful') {
        tally.doubtful++;
        end = 'doubtful';
      }
    }
    order.ended(want, question, end, 1, nowMs);
  }
}

describe('the order of answers', () => {
  const WIDE = 125;
  const NARROW = 6;

  it.each([
    { meter: 'takes wider reads', maxWords: WIDE },
    { meter: 'takes none', maxWords: NARROW },
  ])('never lets an old answer pass for a new one where the meter $meter', ({ maxWords }) => {
    const tally: Tally = { believed: 0, byBytes: 0, doubtful: 0, wrong: 0 };
    fc.assert(
      fc.property(anySteps, (steps) => {
        play(createAnswerOrder({ sameShapeAgain: true }), steps, maxWords, tally);
        expect(tally.wrong).toBe(0);
      }),
      { seed: SEED, numRuns: 3_000 },
    );
    // Believing nothing would be safe too.
    expect(tally.believed).toBeGreaterThan(5_000);
  });

  it.each([
    { meter: 'takes wider reads', maxWords: WIDE, calmAnswers: 0 },
    { meter: 'takes none', maxWords: NARROW, calmAnswers: 0 },
    { meter: 'takes wider reads', maxWords: WIDE, calmAnswers: 10 },
  ])(
    'never takes a copy for a new answer of the same shape: the meter $meter, $calmAnswers calm answers are enough',
    ({ maxWords, calmAnswers }) => {
      const tally: Tally = { believed: 0, byBytes: 0, doubtful: 0, wrong: 0 };
      fc.assert(
        fc.property(phases, (steps) => {
          play(createAnswerOrder({ sameShapeAgain: true, calmAnswers }), steps, maxWords, tally);
          expect(tally.wrong).toBe(0);
        }),
        { seed: SEED, numRuns: 3_000 },
      );
      process.stdout.write(`${JSON.stringify(tally)}\n`);
      expect(tally.byBytes).toBeGreaterThan(5_000);
      expect(tally.doubtful).toBeGreaterThan(500);
    },
  );

  const want: WantedRead = { unit: 1, fn: 4, address: 0x48, words: 4, maxWords: 125 };

  it('differs from the last question by two registers and goes back, while the registers stand still', () => {
    const order = createAnswerOrder({ sameShapeAgain: true });
    const lengths = [0, 1, 2, 3].map((nowMs) => {
      const question = order.choose(want, nowMs);
      if (!question) throw new Error('held');
      order.asked(question, nowMs);
      const { fn, words } = question.request;
      expect(order.seen(1, { fn, words, data: registers(words, 7) }, nowMs)).toBe('newest');
      order.ended(want, question, 'answered', 100, nowMs);
      return words;
    });
    expect(lengths).toEqual([4, 6, 4, 6]);
  });

  /** What is asked, poll after poll: `r` the shape of the one before (the narrowest at first), `w` another. */
  function shapes(order: AnswerOrder, polls: number, shown: (poll: number) => number): string {
    let lastWords = want.words;
    let text = '';
    for (let poll = 0; poll < polls; poll++) {
      const question = order.choose(want, poll);
      if (!question) throw new Error('held');
      order.asked(question, poll);
      const { fn, words } = question.request;
      text += words === lastWords ? 'r' : 'w';
      lastWords = words;
      const verdict = order.seen(1, { fn, words, data: registers(words, shown(poll)) }, poll);
      expect(verdict).not.toBe('older');
      order.ended(want, question, verdict === 'newest' ? 'answered' : 'doubtful', 100, poll);
    }
    return text;
  }

  it('keeps to one length while the registers move, and needs more proof of it after each doubt', () => {
    const order = createAnswerOrder({ sameShapeAgain: true });
    expect(shapes(order, 12, (poll) => poll)).toBe('rwwwwrrrrrrr');
    // The next two polls show 11 again.
    expect(shapes(order, 20, (poll) => 11 + Math.max(0, poll - 1))).toBe(`r${'w'.repeat(18)}r`);
    order.strayed(1);
    expect(shapes(order, 120, (poll) => 1_000 + poll)).toBe(`${'w'.repeat(100)}${'r'.repeat(20)}`);
    // One poll shows something again, the next something new: that was a copy.
    expect(shapes(order, 120, (poll) => 1_119 + poll)).toBe(`r${'w'.repeat(102)}${'r'.repeat(17)}`);
    const overTcp = createAnswerOrder({ sameShapeAgain: false });
    expect(shapes(overTcp, 12, (poll) => poll)).toBe(`r${'w'.repeat(11)}`);
  });

  it('believes the answer that follows a copy, and nothing that was shown in the last few answers', () => {
    const order = createAnswerOrder({ sameShapeAgain: true });
    shapes(order, 8, (poll) => poll);
    const ask = (nowMs: number): void => {
      const question = order.choose(want, nowMs);
      if (question?.request.words !== want.words) throw new Error('not the same shape');
      order.asked(question, nowMs);
    };
    const see = (shown: number) => order.seen(1, { fn: 4, words: 4, data: registers(4, shown) }, 9);
    ask(9);
    expect([7, 7, 8].map(see)).toEqual(['doubtful', 'doubtful', 'newest']);
    const again = createAnswerOrder({ sameShapeAgain: true, calmAnswers: 0 });
    shapes(again, 8, (poll) => poll);
    const question = again.choose(want, 9);
    if (!question) throw new Error('held');
    again.asked(question, 9);
    const seen = [5, 9].map((shown) => again.seen(1, { fn: 4, words: 4, data: registers(4, shown) }, 9));
    expect(seen).toEqual(['doubtful', 'older']);
  });

  it('goes through a separator where the meter refuses wider reads, and is held while an answer may be late', () => {
    const order = createAnswerOrder({ sameShapeAgain: true });
    const log: string[] = [];
    const ask = (nowMs: number, answer: (words: number) => 'answered' | 'refused' | 'silent'): void => {
      const question = order.choose(want, nowMs);
      if (!question) return void log.push('held');
      const { fn, words } = question.request;
      log.push(`${question.use} ${fn}/${words}`);
      order.asked(question, nowMs);
      const end = answer(words);
      const data = registers(words, 7);
      if (end === 'answered') order.seen(1, { fn, words, data }, nowMs);
      if (end === 'refused') order.seen(1, { fn, words: null, data: new Uint8Array() }, nowMs);
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
    const order = createAnswerOrder({ sameShapeAgain: true });
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
