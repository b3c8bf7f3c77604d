/** Modbus TCP: nothing is taken that is not the answer to the question under way, and memory stays bounded. */
import { expect, it } from 'vitest';
import { TcpPort } from '../../drivers/modbus/tcp-port.ts';
import { fault } from '../../gateway/domain/faults.ts';
import { mbap, rtu } from '../drivers/support/frames.ts';
import { bytesOf, fuzz, inputsFor, joined, LIMIT_MS, pieces, SEED, spoil } from './support/mutate.ts';

/** Kept at once by the port, at the most; a flood drops the connection. */
const MOST_HELD = 4_096;

it(`gives a question nothing but its own answer (seed ${SEED})`, { timeout: LIMIT_MS }, async () => {
  const tally = { whole: 0, all: 0, taken: 0 };
  const got: Buffer[] = [];
  let sent = Buffer.alloc(0);
  let dropped = 0;
  const wire = {
    isOpen: () => true,
    open: () => Promise.resolve(null),
    write: (bytes: Uint8Array) => void (sent = Buffer.from(bytes)),
    close: () => Promise.resolve(),
  };
  const port = new TcpPort({ line: 'net', wire, drop: () => void dropped++ });
  port.on('data', (frame: Buffer) => void got.push(frame));
  await fuzz('TcpPort', inputsFor(), (random) => {
    const [unit, fn, words] = [random.int(0, 247), random.pick([3, 4]), random.int(1, 125)];
    got.length = 0;
    dropped = 0;
    void port.arm(1_000);
    port.write(rtu(unit, fn, 0, random.int(0, 200), 0, words));
    const id = sent.readUInt16BE(0);
    const whole = (withId: number): Uint8Array =>
      random.pick<() => Uint8Array>([
        () => mbap(withId, unit, fn, words * 2, ...bytesOf(random, words * 2)),
        () => mbap(withId, unit, fn, words * 2, ...bytesOf(random, words * 2)),
        () => mbap(withId, unit, fn | 0x80, random.int(0, 12)),
        () => mbap(withId, random.int(0, 255), fn, 2, 0, 1),
        () =>
          mbap(withId, unit, random.int(0, 255), random.int(0, 255), ...bytesOf(random, random.int(0, 260))),
      ])();
    const parts = Array.from({ length: random.pick([1, 1, 2, 3, 20]) }, () => {
      tally.all += 1;
      const part = whole(random.pick([id, id, id, (id - 1) & 0xffff, random.int(0, 65_535)]));
      if (random.chance(600)) {
        tally.whole += 1;
        return part;
      }
      return spoil(part, random);
    });
    const bytes = joined(...parts);
    for (const piece of pieces(bytes, random)) {
      port.receive(piece);
      if (port.heldBytes > MOST_HELD) throw new Error(`${port.heldBytes} bytes are held`);
      // A connection that was dropped brings nothing more.
      if (dropped > 0) break;
    }
    if (got.length === 0) port.abort(fault('driver-closed', { line: 'net' }));
    if (dropped === 0 && got.length > 0) port.abort(fault('driver-closed', { line: 'net' }));
    const [taken, ...more] = got;
    if (!taken) return;
    tally.taken += 1;
    const body = taken.subarray(0, -2);
    const adu = Buffer.concat([Buffer.from([id >> 8, id & 255, 0, 0, 0, body.length]), body]);
    const isAnswer = taken[1] === fn && taken[2] === 2 * words && taken.length === 5 + 2 * words;
    const isException = taken[1] === (fn | 0x80) && taken.length === 5;
    if (
      more.length > 0 ||
      taken[0] !== unit ||
      !(isAnswer || isException) ||
      !Buffer.from(bytes).includes(adu)
    )
      throw new Error(
        `asked ${sent.toString('hex')}, heard ${Buffer.from(bytes).toString('hex')}, took ${taken.toString('hex')}`,
      );
  });
  expect(tally.whole).toBeGreaterThan(tally.all / 2);
  expect(tally.taken).toBeGreaterThan(tally.all / 50);
});
