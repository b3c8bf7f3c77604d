/** One read at a time against scripted bytes: what passes, and what everything else is called. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Bus, type BusAnswer, type BusRead, MAX_SENDS } from '../../drivers/modbus/bus.ts';
import { createLineBus } from '../../drivers/modbus/line-bus.ts';
import { faultText } from '../../gateway/domain/faults.ts';
import { rtu, rtuAnswer } from './support/frames.ts';
import { CLOCK, quickTiming, RTU_LINE } from './support/lines.ts';
import { createScriptedWire, type ScriptedWire } from './support/wires.ts';

const buses: Bus[] = [];
afterEach(async () => {
  for (const bus of buses.splice(0)) await bus.close();
});

const READ: BusRead = { unit: 7, fn: 3, address: 0x10, words: 4, maxWords: 4, responseMs: 10, retries: 0 };

type Script = Parameters<typeof createScriptedWire>[0];

function busWith(script: Script): { bus: Bus; wire: ScriptedWire } {
  const wire = createScriptedWire(script);
  const bus = createLineBus(RTU_LINE, { clock: CLOCK, wire, timing: quickTiming(25) });
  buses.push(bus);
  return { bus, wire };
}

async function read(script: Script, change: Partial<BusRead> = {}): Promise<BusAnswer> {
  const { bus } = busWith(script);
  return bus.use(() => bus.read({ ...READ, ...change }));
}

function faultOf(answer: BusAnswer): { code: string; about: Readonly<Record<string, unknown>> } {
  if (answer.kind === 'words') throw new Error(`words ${answer.words.join()}`);
  expect(faultText(answer.fault)).not.toContain('?');
  return answer.fault;
}

describe('the RTU guard lets pass', () => {
  it('the exact answer, in however many pieces', async () => {
    const answer = await read((request, say) => {
      for (const byte of rtuAnswer(request, 0x1234)) say(Buffer.from([byte]));
    });
    expect(answer).toMatchObject({ kind: 'words', words: [0x1234, 0x1234, 0x1234, 0x1234] });
  });

  it('an answer behind the echo of the request', async () => {
    const answer = await read((request, say) => say(Buffer.concat([request, rtuAnswer(request, 5)])));
    expect(answer.kind).toBe('words');
  });

  it('an answer behind a glitch, another unit’s answer, or both', async () => {
    const answer = await read((request, say) =>
      say(Buffer.concat([Buffer.from([0, 0xff]), rtuAnswer(request, 9, 8), rtuAnswer(request, 5)])),
    );
    expect(answer).toMatchObject({ words: [5, 5, 5, 5] });
  });
});

describe('the RTU guard names', () => {
  it('silence', async () => {
    expect(faultOf(await read(() => undefined))).toMatchObject({
      code: 'no-answer',
      about: { unit: 7, timeoutMs: 25 },
    });
  });

  it('a line that only hears itself', async () => {
    expect(faultOf(await read((request, say) => say(request))).code).toBe('line-echo');
  });

  it('another unit', async () => {
    const answer = await read((request, say) => say(rtuAnswer(request, 1, 9)));
    expect(faultOf(answer)).toMatchObject({ code: 'wrong-unit', about: { unit: 7, got: 9 } });
  });

  it('a damaged answer', async () => {
    const answer = await read((request, say) => {
      const frame = rtuAnswer(request, 1);
      frame[4] = (frame[4] ?? 0) ^ 0x40;
      say(frame);
    });
    expect(faultOf(answer).code).toBe('crc-error');
  });

  it.each([0, 1, 2])('a damaged refusal, whichever byte %i was hit', async (at) => {
    const answer = await read((_, say) => {
      const frame = Buffer.from([0x07, 0x83, 0x02, 0x61, 0x30]);
      frame[at] = (frame[at] ?? 0) ^ 0x40;
      say(frame);
    });
    expect(faultOf(answer).code).toBe('crc-error');
  });

  it('an answer that breaks off, before the time-out', async () => {
    const started = performance.now();
    const wire = createScriptedWire((request, say) => say(rtuAnswer(request, 1).subarray(0, 6)));
    const bus = createLineBus(RTU_LINE, { clock: CLOCK, wire, timing: quickTiming(20_000) });
    buses.push(bus);
    expect(faultOf(await bus.use(() => bus.read(READ)))).toMatchObject({
      code: 'short-answer',
      about: { bytes: 6 },
    });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('noise', async () => {
    const answer = await read((_, say) => say(Buffer.from([0x55, 0xaa, 0x55])));
    expect(faultOf(answer).code).toBe('line-noise');
  });

  it.each([
    ['more registers than asked', rtu(7, 3, 10, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5)],
    ['fewer registers than asked', rtu(7, 3, 4, 0, 1, 0, 2)],
    ['the other function', rtu(7, 4, 8, 0, 1, 0, 2, 0, 3, 0, 4)],
  ])('an answer with %s', async (_, frame) => {
    expect(faultOf(await read((_request, say) => say(frame))).code).toBe('unexpected-answer');
  });

  it('a refusal, with its exception and the address asked for', async () => {
    const answer = await read((_, say) => say(rtu(7, 0x83, 2)));
    expect(faultOf(answer)).toMatchObject({
      code: 'modbus-exception',
      about: { exception: 2, address: 0x10 },
    });
  });
});

describe('an answer that came twice or late', () => {
  it('does not answer the next read of the same length', async () => {
    // The answer to question n carries n; each is sent again as soon as the next question was asked.
    let last: Buffer | null = null;
    const { bus, wire } = busWith((request, say, index) => {
      if (last) say(last);
      last = rtuAnswer(request, index);
      say(last);
    });
    for (let poll = 0; poll < 20; poll++) {
      const answer = await bus.use(() => bus.read({ ...READ, maxWords: 20 }));
      if (answer.kind !== 'words') throw new Error(answer.fault.code);
      expect(new Set(answer.words)).toEqual(new Set([wire.requests.length - 1]));
    }
    expect(wire.requests).toHaveLength(20);
  });

  it('does not answer later reads however late it is, where the meter takes one length only', async () => {
    const held: Buffer[] = [];
    // The first answer comes right before the second one, whatever that answers: a unit answers in order.
    const { bus, wire } = busWith((request, say, index) => {
      if (index === 0) held.push(rtuAnswer(request, 0xdead));
      if (index < 3) return;
      const [unit = 0, fn = 0] = request;
      const isKnown = fn === 3 && request.readUInt16BE(4) === 1;
      const answer = isKnown ? rtuAnswer(request, index) : rtu(unit, fn | 0x80, 1);
      say(Buffer.concat([...held.splice(0), answer]));
    });
    const polls: unknown[] = [];
    const narrow = { ...READ, words: 1, maxWords: 1 };
    await vi.waitFor(
      async () => {
        const answer = await bus.use(() => bus.read(narrow));
        polls.push(answer.kind === 'words' ? answer.words[0] : answer.kind);
        expect(answer).toMatchObject({ words: [wire.requests.length - 1] });
      },
      { interval: 20, timeout: 5_000 },
    );
    expect(polls[0]).toBe('fault');
    expect(held).toEqual([]);
    expect(polls).not.toContain(0xdead);
  });
});

describe('a read', () => {
  it('is tried once more, and never sent more than a few times', async () => {
    const { bus, wire } = busWith((request, say, index) => {
      if (index === 1) say(rtuAnswer(request, 3));
    });
    const first = await bus.use(() => bus.read({ ...READ, maxWords: 125, retries: 1 }));
    expect(first.kind).toBe('words');
    expect(wire.requests).toHaveLength(2);
    const refusing = busWith((request, say) => say(rtu(7, (request[1] ?? 0) | 0x80, 6)));
    await refusing.bus.use(() => refusing.bus.read({ ...READ, retries: 1_000 }));
    expect(refusing.wire.requests.length).toBeLessThanOrEqual(MAX_SENDS);
  });
});
