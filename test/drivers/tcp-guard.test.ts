/** Modbus TCP against scripted bytes: segments, stale transactions, junk, and what is kept in memory. */
import modbusSerial from 'modbus-serial';
import { afterEach, describe, expect, it } from 'vitest';
import type { Bus, BusAnswer, BusRead } from '../../drivers/modbus/bus.ts';
import { createLineBus } from '../../drivers/modbus/line-bus.ts';
import { TcpPort } from '../../drivers/modbus/tcp-port.ts';
import { TCP_TIMING } from '../../drivers/modbus/timing.ts';
import type { Fault } from '../../gateway/domain/faults.ts';
import { mbap, registers } from './support/frames.ts';
import { CLOCK, tcpLine } from './support/lines.ts';
import { createScriptedWire, type ScriptedWire } from './support/wires.ts';

const READ: BusRead = { unit: 7, fn: 3, address: 0x10, words: 4, maxWords: 125, responseMs: 10, retries: 0 };

const buses: Bus[] = [];
afterEach(async () => {
  for (const bus of buses.splice(0)) await bus.close();
});

function busWith(script: Parameters<typeof createScriptedWire>[0]): { bus: Bus; wire: ScriptedWire } {
  const wire = createScriptedWire(script);
  const timing = { ...TCP_TIMING, timeoutMs: () => 40 };
  const bus = createLineBus(tcpLine(1), { clock: CLOCK, wire, timing });
  buses.push(bus);
  return { bus, wire };
}

const answerTo = (request: Buffer, value: number, id = request.readUInt16BE(0)): Buffer => {
  const words = request.readUInt16BE(10);
  return mbap(id, request[6] ?? 0, request[7] ?? 0, words * 2, ...registers(words, value));
};
const outcome = (answer: BusAnswer): unknown =>
  answer.kind === 'words' ? answer.words[0] : answer.fault.code;

describe('Modbus TCP', () => {
  it('puts together answers in pieces and takes apart joined ones', async () => {
    const { bus } = busWith((request, say, index) => {
      const stale = answerTo(request, 0xbad, request.readUInt16BE(0) - 1);
      if (index === 0) for (const byte of answerTo(request, 5)) say(Buffer.from([byte]));
      else say(Buffer.concat([stale, answerTo(request, 6), stale]));
    });
    expect(outcome(await bus.use(() => bus.read(READ)))).toBe(5);
    expect(outcome(await bus.use(() => bus.read(READ)))).toBe(6);
  });

  it('throws away an answer that comes after its time, and asks the next question at once', async () => {
    const late: Buffer[] = [];
    const { bus, wire } = busWith((request, say, index) => {
      if (index === 0) late.push(answerTo(request, 0xbad));
      else say(Buffer.concat([...late.splice(0), answerTo(request, 7)]));
    });
    expect(outcome(await bus.use(() => bus.read(READ)))).toBe('no-answer');
    expect(outcome(await bus.use(() => bus.read(READ)))).toBe(7);
    expect(wire.requests).toHaveLength(2);
  });

  it.each<[string, string, (request: Buffer) => Buffer]>([
    ['another unit', 'wrong-unit', (r) => mbap(r.readUInt16BE(0), 8, 3, 8, ...registers(4, 1))],
    ['another function', 'unexpected-answer', (r) => mbap(r.readUInt16BE(0), 7, 4, 8, ...registers(4, 1))],
    ['another byte count', 'unexpected-answer', (r) => mbap(r.readUInt16BE(0), 7, 3, 6, ...registers(3, 1))],
    [
      'a byte count that lies',
      'unexpected-answer',
      (r) => mbap(r.readUInt16BE(0), 7, 3, 8, ...registers(3, 1)),
    ],
    ['an exception', 'modbus-exception', (r) => mbap(r.readUInt16BE(0), 7, 0x83, 2)],
  ])('names %s: %s', async (_, code, frame) => {
    const { bus, wire } = busWith((request, say) => say(frame(request)));
    expect(outcome(await bus.use(() => bus.read(READ)))).toBe(code);
    expect(wire.opened()).toBe(1);
  });

  it.each<[string, (request: Buffer) => readonly Buffer[]]>([
    ['a wrong protocol id', (r) => [Buffer.from([...r.subarray(0, 2), 0, 9, 0, 3, 7, 3, 2])]],
    ['an impossible length', (r) => [Buffer.from([...r.subarray(0, 4), 0xff, 0xff, 7, 3, 2])]],
    [
      'loose bytes behind the answer',
      (r) =>
        [answerTo(r, 1), Buffer.from([1, 2, 3])]
          .slice(0, 1)
          .map((one) => Buffer.concat([one, Buffer.from([1, 2, 3])])),
    ],
    [
      'an answer cut short and filled up with the next',
      (r) => [answerTo(r, 1).subarray(0, 11), answerTo(r, 2)],
    ],
  ])('drops the connection at %s and connects again', async (_, frames) => {
    const { bus, wire } = busWith((request, say, index) => {
      if (index > 0) return say(answerTo(request, 9));
      for (const frame of frames(request)) say(frame);
    });
    expect(outcome(await bus.use(() => bus.read(READ)))).toBe('line-noise');
    expect(wire.isOpen()).toBe(false);
    expect(outcome(await bus.use(() => bus.read(READ)))).toBe(9);
    expect(wire.opened()).toBe(2);
  });

  it('keeps nothing of finished transactions, through a whole round of transaction ids', async () => {
    let received: (bytes: Uint8Array) => void = () => undefined;
    const ids = new Set<number>();
    const wire = createScriptedWire();
    await wire.open({ data: () => undefined, lost: () => undefined });
    const port = new TcpPort({
      line: 'lan',
      wire: {
        ...wire,
        write(bytes) {
          const request = Buffer.from(bytes);
          ids.add(request.readUInt16BE(0));
          received(answerTo(request, request.readUInt16BE(0)));
        },
      },
      drop: () => undefined,
    });
    received = (bytes) => port.receive(bytes);
    const client = new modbusSerial.default(port);
    client.open(() => undefined);
    client.setID(7);
    const listeners = port.listenerCount('data');
    let right = 0;
    const failures: Fault[] = [];
    for (let i = 1; i <= 66_000; i++) {
      void port.arm(1_000).then((failed) => failures.push(failed));
      const { data } = await client.readHoldingRegisters(0, 4);
      if (data[3] === (i & 0xffff)) right++;
    }
    expect(right).toBe(66_000);
    expect(ids.size).toBe(65_536);
    expect(failures).toEqual([]);
    const { _transactions: kept } = client as unknown as { _transactions: object };
    expect(Object.keys(kept)).toHaveLength(1);
    expect(port.heldBytes).toBe(0);
    expect(port.listenerCount('data')).toBe(listeners);
  });
});
