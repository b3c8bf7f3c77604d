/** A frame that is damaged, or somebody else's, costs its own read a coded fault; the next read goes on at once. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Bus, BusRead } from '../../drivers/modbus/bus.ts';
import { findAnswers } from '../../drivers/modbus/frame.ts';
import { createLineBus } from '../../drivers/modbus/line-bus.ts';
import { rtu, rtuAnswer } from './support/frames.ts';
import { CLOCK, quickTiming, RTU_LINE } from './support/lines.ts';
import { createScriptedWire } from './support/wires.ts';

const READ: BusRead = { unit: 7, fn: 3, address: 0x10, words: 4, maxWords: 125, responseMs: 10, retries: 0 };

const buses: Bus[] = [];
afterEach(async () => {
  for (const bus of buses.splice(0)) await bus.close();
});

/** A meter whose first answer is changed on the way; later ones are right. */
function meterWhoseFirstAnswerIs(changed: (request: Buffer) => Buffer): Bus {
  const wire = createScriptedWire((request, say, index) =>
    say(index === 0 ? changed(request) : rtuAnswer(request, 5)),
  );
  const bus = createLineBus(RTU_LINE, { clock: CLOCK, wire, timing: quickTiming(25) });
  buses.push(bus);
  return bus;
}

describe('a read whose answer', () => {
  it('has one wrong bit ends with crc-error, and the next one brings its value', async () => {
    const bus = meterWhoseFirstAnswerIs((request) => {
      const frame = rtuAnswer(request, 1);
      frame[6] = (frame[6] ?? 0) ^ 0x10;
      return frame;
    });
    await expect(bus.use(() => bus.read(READ))).resolves.toMatchObject({
      kind: 'fault',
      fault: { code: 'crc-error', about: { unit: 7 } },
    });
    await expect(bus.use(() => bus.read(READ))).resolves.toMatchObject({ words: [5, 5, 5, 5] });
  });

  it('is that of another unit ends with wrong-unit, and the next one brings its value', async () => {
    const bus = meterWhoseFirstAnswerIs((request) => rtuAnswer(request, 1, 8));
    await expect(bus.use(() => bus.read(READ))).resolves.toMatchObject({
      kind: 'fault',
      fault: { code: 'wrong-unit', about: { unit: 7, got: 8 } },
    });
    await expect(bus.use(() => bus.read(READ))).resolves.toMatchObject({ words: [5, 5, 5, 5] });
  });
});

describe('in a stream of bytes', () => {
  const answer = rtu(7, 3, 8, 0, 1, 0, 2, 0, 3, 0, 4);

  it('whole answers are found among others and noise, in order', () => {
    const stream = Buffer.concat([Buffer.from([0, 0xff]), rtu(9, 4, 2, 1, 2), answer, rtu(7, 0x83, 2)]);
    expect(findAnswers(stream)).toMatchObject([
      { offset: 2, unit: 9, fn: 4, words: 1 },
      { offset: 9, unit: 7, fn: 3, words: 4 },
      { offset: 22, unit: 7, fn: 3, words: null, exception: 2 },
    ]);
  });

  it('an answer with any one bit wrong, or a byte short, is none', () => {
    for (let bit = 0; bit < answer.length * 8; bit++) {
      const damaged = Buffer.from(answer);
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(findAnswers(damaged), `bit ${bit}`).toEqual([]);
    }
    expect(findAnswers(answer.subarray(0, -1))).toEqual([]);
  });
});
