/** Modbus is never written to: no function but 3 and 4 can leave, whichever way somebody tries. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import modbusSerial from 'modbus-serial';
import { describe, expect, it } from 'vitest';
import { createAnswerOrder } from '../../drivers/modbus/answer-order.ts';
import { parseReadRequest, withCrc } from '../../drivers/modbus/frame.ts';
import { openLine } from '../../drivers/modbus/line.ts';
import { RtuPort } from '../../drivers/modbus/rtu-port.ts';
import { TcpPort } from '../../drivers/modbus/tcp-port.ts';
import { CLOCK, meter, quickTiming, RTU_LINE } from './support/lines.ts';
import { createScriptedWire } from './support/wires.ts';

const ROOM = join(import.meta.dirname, '../../drivers');

async function ports() {
  const wire = createScriptedWire();
  await wire.open({ data: () => undefined, lost: () => undefined });
  const order = createAnswerOrder({ sameShapeAgain: true });
  const rtu = new RtuPort({
    line: 'a',
    wire,
    order,
    timing: quickTiming(10),
    characterMs: 0,
    nowMs: () => 0,
  });
  return { wire, ports: [rtu, new TcpPort({ line: 'b', wire, drop: () => undefined })] };
}

describe('no write', () => {
  it('of modbus-serial gets through a port', async () => {
    const { wire, ports: both } = await ports();
    for (const port of both) {
      const client = new modbusSerial.default(port);
      client.open(() => undefined);
      const attempts: (() => Promise<unknown>)[] = [
        () => client.writeCoil(1, true),
        () => client.writeCoils(1, [true, false]),
        () => client.writeRegister(1, 2),
        () => client.writeRegisters(1, [1, 2]),
        () => client.maskWriteRegister(1, 2, 3),
        () => client.customFunction(0x41, [1, 2]),
        () => client.readCoils(1, 1),
        () => client.readDiscreteInputs(1, 1),
        () => client.readDeviceIdentification(1, 0),
        () => client.reportServerID(1),
      ];
      for (const attempt of attempts) {
        void port.arm(1_000, 'value');
        await expect(attempt()).rejects.toThrow('not a register read');
      }
      expect(() => client.writeFC23(1, 0, 1, 0, 1, [1], () => undefined)).toThrow('not a register read');
    }
    expect(wire.requests).toEqual([]);
  });

  it('of any bytes at all passes the gate unless it is a whole read of 1 to 125 registers', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 12 }), fc.boolean(), (bytes, checked) => {
        const frame = checked ? withCrc(bytes) : Buffer.from(bytes);
        try {
          const { fn, words } = parseReadRequest(frame);
          expect([3, 4]).toContain(fn);
          expect(words >= 1 && words <= 125 && frame.length === 8).toBe(true);
        } catch (error) {
          expect(String(error)).toMatch(/not a register read|a read of/);
        }
      }),
      { seed: 20_261_105, numRuns: 5_000 },
    );
  });

  it('stands in the sources of the drivers', () => {
    const files = readdirSync(ROOM, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) {
      const text = readFileSync(join(ROOM, file), 'utf8');
      expect(text, file).not.toMatch(
        /writeCoil|writeRegister|maskWrite|writeFC|customFunction|writeCustom|readCoils|readDiscrete/,
      );
    }
  });

  it('is offered by a line: it polls and closes', async () => {
    const line = openLine(RTU_LINE, [meter('m', 1)], { clock: CLOCK, wire: createScriptedWire() });
    expect(Object.keys(line).toSorted()).toEqual(['close', 'line', 'meters']);
    expect(line.meters.map((one) => Object.keys(one).toSorted())).toEqual([['meter', 'poll']]);
    await line.close();
  });
});
