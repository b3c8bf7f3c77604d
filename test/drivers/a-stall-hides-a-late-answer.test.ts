/**
 * The length of a question that was not answered rests for some time-outs, in case a converter holds its answer back
 * while others pass. When the whole process is held up meanwhile (a slow disk, a sleeping machine), that time runs out
 * unheard: the late answer may lie unread in the kernel while the next question is made. Each register shows the number
 * of the question it answers. What arrived during the stall is read before anything is asked.
 */
import { afterEach, expect, it } from 'vitest';
import { createLineBus } from '../../drivers/modbus/line-bus.ts';
import { rtuAnswer } from './support/frames.ts';
import { CLOCK, quickTiming, RTU_LINE } from './support/lines.ts';
import { createScriptedWire } from './support/wires.ts';

const TIMEOUT_MS = 20;
const WORDS = 8;
/** The meter takes no wider read, so that its length can't change. */
const READ = {
  unit: 7,
  fn: 3,
  address: 0x10,
  words: WORDS,
  maxWords: WORDS,
  responseMs: 10,
  retries: 0,
} as const;

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function holdUp(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

/** A meter that answers its first question late; the shorter read that followed moved the horizon. */
async function afterALateAnswer() {
  let late: Buffer = Buffer.alloc(0);
  const wire = createScriptedWire((request, say, index) => {
    const answer = rtuAnswer(request, index);
    if (index === 0) late = answer;
    else say(answer);
  });
  const bus = createLineBus(RTU_LINE, { clock: CLOCK, wire, timing: quickTiming(TIMEOUT_MS) });
  closers.push(() => bus.close());
  expect(await bus.use(() => bus.read(READ))).toMatchObject({ fault: { code: 'no-answer' } });
  expect(await bus.use(() => bus.read(READ))).toMatchObject({ kind: 'held' });
  const next = wire.requests.length;
  return {
    sayLate: () => wire.say(late),
    read: () => bus.use(() => bus.read(READ)),
    theAnswer: { kind: 'words', words: Array.from({ length: WORDS }, () => next) },
  };
}

it('an answer that came during a stall is not taken for that to the next question', async () => {
  const { sayLate, read, theAnswer } = await afterALateAnswer();
  setTimeout(sayLate, 6 * TIMEOUT_MS);
  holdUp(10 * TIMEOUT_MS);
  expect(await read()).toMatchObject(theAnswer);
});

it('nor is one that came while the process listened for it and was held up again', async () => {
  const { sayLate, read, theAnswer } = await afterALateAnswer();
  setTimeout(() => setImmediate(sayLate), 6 * TIMEOUT_MS);
  holdUp(5 * TIMEOUT_MS);
  setTimeout(() => holdUp(8 * TIMEOUT_MS), 3);
  expect(await read()).toMatchObject(theAnswer);
});
