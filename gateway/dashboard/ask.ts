/** Answers questions about the past, one beside the other and a piece at a time, and no more at once than is good. */
import { CodedError, fault } from '../domain/faults.ts';
import { answerHere } from './answers.ts';
import type { Answer, DashboardReads, HourSource } from './reads.ts';

/** Questions under way at once; one more is refused. */
export const MAX_QUESTIONS = 20;

/** The same pieces. `over` is called once: after the last one, or when their reader takes no more. */
function watched(
  rest: AsyncIterable<Uint8Array>,
  over: () => void,
  rethrow: (error: unknown) => never,
): AsyncIterable<Uint8Array> {
  const pieces = rest[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        try {
          const piece = await pieces.next();
          if (piece.done) over();
          return piece;
        } catch (error) {
          over();
          return rethrow(error);
        }
      },
      async return() {
        over();
        await pieces.return?.();
        return { done: true, value: undefined };
      },
    }),
  };
}

/**
 * @param rethrow is shown what the database throws
 * @returns `ask`: @throws CodedError too-many-questions; Error when the database cannot be read
 */
export function createAsk(
  source: HourSource,
  rethrow: (error: unknown) => never = (error) => {
    throw error;
  },
): DashboardReads['ask'] {
  const underWay = new Set<object>();
  return async (question): Promise<Answer> => {
    if (underWay.size >= MAX_QUESTIONS)
      throw new CodedError(fault('too-many-questions', { limit: MAX_QUESTIONS }));
    const mark = {};
    underWay.add(mark);
    const over = (): void => void underWay.delete(mark);
    try {
      const { first, rest } = await answerHere(question, source);
      if (rest === null) over();
      return { first, rest: rest && watched(rest, over, rethrow) };
    } catch (error) {
      over();
      return rethrow(error);
    }
  };
}
