/** RTU: whatever comes, half of it with a right CRC: nothing is taken that is not a whole answer to the question. */
import { expect, it } from 'vitest';
import { createAnswerOrder } from '../../drivers/modbus/answer-order.ts';
import { findAnswers, parseReadRequest, withCrc } from '../../drivers/modbus/frame.ts';
import { RtuPort } from '../../drivers/modbus/rtu-port.ts';
import { fault } from '../../gateway/domain/faults.ts';
import { rtu } from '../drivers/support/frames.ts';
import type { Random } from '../scenarios/support/random.ts';
import { bytesOf, fuzz, inputsFor, joined, LIMIT_MS, pieces, SEED, spoil } from './support/mutate.ts';

/** Written again here, bit by bit: the table of the product is under test. */
function crcIsRight(frame: Uint8Array): boolean {
  const right = rtu(...frame.subarray(0, -2));
  return frame.length >= 4 && Buffer.compare(right, Buffer.from(frame)) === 0;
}

function answer(random: Random, unit: number, fn: number, words: number): Uint8Array {
  return rtu(unit, fn, words * 2, ...bytesOf(random, words * 2));
}

/** A stream of an answer, exceptions, echoes, other units and junk; half of the spoilt frames get a right CRC again. */
function stream(random: Random, question: Uint8Array, tally: { right: number; all: number }): Uint8Array {
  const [unit = 1, fn = 3] = question;
  const words = ((question[4] ?? 0) << 8) | (question[5] ?? 0);
  const parts = Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, (): Uint8Array => {
    const whole = random.pick<() => Uint8Array>([
      () => answer(random, unit, fn, words),
      () => answer(random, unit, fn, words),
      () => answer(random, random.int(0, 255), random.pick([3, 4, fn]), random.int(1, 125)),
      () => rtu(unit, fn | 0x80, random.int(0, 12)),
      () => question,
      () => bytesOf(random, random.int(1, 20)),
    ])();
    if (random.chance(400)) return whole;
    const spoilt = spoil(whole, random);
    return random.chance(700) && spoilt.length > 2 ? withCrc(spoilt.subarray(0, -2)) : spoilt;
  });
  for (const part of parts) {
    tally.all += 1;
    if (crcIsRight(part)) tally.right += 1;
  }
  return joined(...parts);
}

it(`finds only whole answers with a right CRC (seed ${SEED})`, { timeout: LIMIT_MS }, async () => {
  const tally = { right: 0, all: 0, found: 0 };
  await fuzz('findAnswers', inputsFor(), (random) => {
    const question = rtu(
      random.int(1, 247),
      random.pick([3, 4]),
      0,
      random.int(0, 255),
      0,
      random.int(1, 125),
    );
    const bytes = stream(random, question, tally);
    let end = 0;
    for (const found of findAnswers(bytes)) {
      const frame = bytes.subarray(found.offset, found.offset + found.bytes);
      const isWhole = found.offset >= end && frame.length === found.bytes && crcIsRight(frame);
      const isRead = (frame[1] ?? 0) % 128 === found.fn && (found.fn === 3 || found.fn === 4);
      const isShaped =
        found.words === null
          ? frame.length === 5 && (frame[1] ?? 0) > 127 && frame[2] === found.exception
          : frame.length === 5 + 2 * found.words && frame[2] === 2 * found.words && frame[1] === found.fn;
      if (!isWhole || !isRead || !isShaped || frame[0] !== found.unit)
        throw new Error(`${JSON.stringify(found)} in ${Buffer.from(bytes).toString('hex')}`);
      end = found.offset + found.bytes;
      tally.found += 1;
    }
  });
  expect(tally.right).toBeGreaterThan(tally.all / 2);
  expect(tally.found).toBeGreaterThan(tally.all / 10);
});

it('lets nothing leave that is not a read of registers', { timeout: LIMIT_MS }, async () => {
  let taken = 0;
  await fuzz('parseReadRequest', inputsFor(), (random) => {
    const words = random.pick([0, 1, 2, 125, 126, 65_535, random.int(0, 200)]);
    const address = random.pick([0, 65_535, random.int(0, 65_535)]);
    const whole = rtu(
      random.int(0, 255),
      random.pick([3, 4, 5, 6, 15, 16, random.int(0, 255)]),
      address >> 8,
      address & 255,
      words >> 8,
      words & 255,
    );
    const frame = random.chance(500)
      ? whole
      : random.chance(700)
        ? withCrc(spoil(whole, random))
        : spoil(whole, random);
    let request: ReturnType<typeof parseReadRequest>;
    try {
      request = parseReadRequest(frame);
    } catch (error) {
      const { message } = error as Error;
      if (!/^(not a register read|a read of)/.test(message)) throw error;
      return;
    }
    taken += 1;
    const isRight =
      frame.length === 8 &&
      crcIsRight(frame) &&
      (frame[1] === 3 || frame[1] === 4) &&
      request.words >= 1 &&
      request.words <= 125 &&
      request.address + request.words <= 65_536;
    if (!isRight) throw new Error(`${Buffer.from(frame).toString('hex')} may leave`);
  });
  expect(taken).toBeGreaterThan(0);
});

/** Questions put to one port before it is made anew, so that old answers have something to be taken for. */
const QUESTIONS_A_PORT = 60;

it('gives a question nothing but a whole answer of its unit, function and length, once', {
  timeout: LIMIT_MS,
}, async () => {
  const tally = { right: 0, all: 0, taken: 0 };
  const sent: Buffer[] = [];
  const got: Buffer[] = [];
  const wire = {
    isOpen: () => true,
    open: () => Promise.resolve(null),
    write: (bytes: Uint8Array) => void sent.push(Buffer.from(bytes)),
    close: () => Promise.resolve(),
  };
  const timing = { silenceMs: 0, quietMs: 50, quietLimitMs: 50, brokenOffMs: 50, timeoutMs: () => 50 };
  const make = () => {
    const order = createAnswerOrder({ sameShapeAgain: true, calmAnswers: 2 });
    const port = new RtuPort({ line: 'bus', wire, order, timing, characterMs: 0, nowMs: () => nowMs });
    port.on('data', (frame: Buffer) => void got.push(frame));
    return { order, port, old: [] as Uint8Array[] };
  };
  let nowMs = 0;
  let asked = 0;
  let made = make();
  await fuzz('RtuPort', inputsFor(), (random) => {
    if (asked++ % QUESTIONS_A_PORT === 0) made = make();
    const { order, port, old } = made;
    nowMs += random.pick([1, 1_000, 60_000]);
    const unit = random.pick([1, 1, 2]);
    const want = {
      unit,
      fn: random.pick<3 | 4>([3, 4]),
      address: random.pick([0, 16]),
      words: random.pick([1, 2, 4]),
      maxWords: 125,
    };
    const question = order.choose(want, nowMs);
    if (!question) return;
    const { address, words, fn } = question.request;
    const frame = rtu(unit, fn, address >> 8, address & 255, words >> 8, words & 255);
    sent.length = 0;
    got.length = 0;
    order.asked(question, nowMs);
    void port.arm(1_000, question.use);
    port.write(frame);
    const replayed = old.length > 0 && random.chance(200) ? random.pick(old) : new Uint8Array();
    const bytes = joined(replayed, stream(random, frame, tally));
    for (const piece of pieces(bytes, random)) port.receive(piece);
    const isTaken = got.length > 0;
    if (!isTaken) port.abort(fault('driver-closed', { line: 'bus' }));
    order.ended(want, question, isTaken ? 'answered' : 'spoilt', 50, nowMs);
    old.push(bytes.slice(0, 300));
    if (!isTaken) return;
    tally.taken += 1;
    const [taken, ...more] = got;
    const isAnswer = taken?.[1] === fn && taken[2] === 2 * words && taken.length === 5 + 2 * words;
    const isException = taken?.[1] === (fn | 0x80) && taken.length === 5;
    const isRight = taken && crcIsRight(taken) && taken[0] === unit && (isAnswer || isException);
    if (!isRight || more.length > 0 || !Buffer.from(bytes).includes(taken))
      throw new Error(
        `asked ${frame.toString('hex')}, heard ${Buffer.from(bytes).toString('hex')}, took ${got.map((one) => one.toString('hex')).join(' ')}`,
      );
  });
  expect(tally.right).toBeGreaterThan(tally.all / 2);
  expect(tally.taken).toBeGreaterThan(tally.all / 20);
});
