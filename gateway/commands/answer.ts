/** `hakaru answer ID WHAT`: settles a question of `hakaru questions`; a later answer replaces an earlier one. */
import { CodedError, fault } from '../domain/faults.ts';
import type { StepAnswer } from '../domain/ledger/correction.ts';
import { type Console, words } from './console.ts';
import { type CorrectingOptions, correct, type Desk } from './correcting.ts';

export const ANSWERS = ['exchange', 'reset', 'wrap', 'real', 'ignore'] as const;
export type AnswerKind = (typeof ANSWERS)[number];

export interface AnswerOptions extends CorrectingOptions {
  readonly at?: string;
  readonly oldFinal?: string;
  readonly newStart?: string;
  readonly serial?: string;
  readonly end?: string;
}

const MISSING = {
  en: 'An exchange needs --old-final and --new-start: what the old meter showed last, and the new one first.',
  ja: '計器交換には --old-final (取外し指針) と --new-start (取付け指針) が必要です。',
};

function answerOf(
  what: AnswerKind,
  of: ReturnType<Desk['channel']>,
  desk: Desk,
  options: AnswerOptions,
): StepAnswer {
  const { at, oldFinal, newStart, serial, end } = options;
  const finalMicro = oldFinal === undefined ? null : desk.amount(oldFinal, of, 'old');
  const startMicro = newStart === undefined ? null : desk.amount(newStart, of, 'now');
  switch (what) {
    case 'exchange':
      return {
        kind: what,
        atMs: at === undefined ? null : desk.time(at),
        finalMicro: finalMicro ?? 0n,
        startMicro: startMicro ?? 0n,
        serial: serial ?? null,
      };
    case 'reset':
      return { kind: what, finalMicro, startMicro: startMicro ?? 0n };
    case 'wrap':
      return { kind: what, endMicro: end === undefined ? null : desk.amount(end, of, 'old') };
    default:
      return { kind: what };
  }
}

export async function answer(
  console: Console,
  id: string,
  what: AnswerKind,
  options: AnswerOptions,
): Promise<number> {
  if (what === 'exchange' && (options.oldFinal === undefined || options.newStart === undefined)) {
    console.say(words(console, MISSING));
    return 2;
  }
  return await correct(console, options, (desk) => {
    const [, meter, setting] = /^(.+):([a-z-]+)$/.exec(id.trim()) ?? [];
    if (meter !== undefined && setting !== undefined) {
      // The setting is as it is: all that can be said of it is that somebody has looked.
      const own = [...desk.specs.values()].find((spec) => spec.meter === meter);
      if (!own || what !== 'ignore') throw new CodedError(fault('question-unknown', { id }));
      return { kind: 'setting', meter, channel: own.channel, setting };
    }
    const [, channelId, era] = /^(\d{1,9})-(\d{1,9})$/.exec(id.trim()) ?? [];
    const spec = desk.specs.get(Number(channelId));
    if (!spec || Number(era) < 2) throw new CodedError(fault('question-unknown', { id }));
    return {
      kind: 'answer',
      meter: spec.meter,
      channel: spec.channel,
      era: Number(era),
      answer: answerOf(what, { id: Number(channelId), spec }, desk, options),
    };
  });
}
