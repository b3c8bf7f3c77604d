/**
 * Every meter type has a golden case: frames byte by byte and the exact values in them. The driver must ask these very
 * requests in this order, and read these very values out of the replies. Where a manual or somebody's log shows real
 * frames, they are examples: read as the type says, they must give what was on the meter.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadMeterTypes } from '../../config/meter-types.ts';
import type { MeterType, RegisterMap } from '../../config/types.ts';
import { decodeRegister, wordsOf } from '../../drivers/modbus/decode.ts';
import { openLine } from '../../drivers/modbus/line.ts';
import { type ChannelName, formatRaw } from '../../gateway/domain/meters.ts';
import { ONE } from '../../gateway/domain/rational.ts';
import { crcHolds, withCrc } from '../../simulators/crc16.ts';
import { CLOCK, meter, quickTiming, RTU_LINE } from '../drivers/support/lines.ts';
import { createScriptedWire } from '../drivers/support/wires.ts';

interface Exchange {
  readonly request: string;
  readonly reply: string;
}

/** One real exchange, not as our driver would ask. */
interface Example extends Exchange {
  /** The maker's manual of this type; a manual or log of a type with the same registers; a log of this very type. */
  readonly origin: 'manual' | 'sister' | 'device';
  readonly source: string;
  /** Every quantity of the type that the read covers → count, or count*2^exponent. */
  readonly values: Readonly<Record<string, string>>;
}

interface Golden {
  readonly type: string;
  /** Where the frames of `exchanges` come from. */
  readonly source: string;
  readonly unit: number;
  readonly input?: number;
  readonly exchanges: readonly Exchange[];
  /** Channel → count, or count*2^exponent. */
  readonly registers: Readonly<Record<string, string>>;
  readonly gauges: Readonly<Record<string, number>>;
  readonly examples?: readonly Example[];
}

const types = loadMeterTypes();
const cases = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.golden.json'))
  .map((name) => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8')) as Golden);

function typeOf(id: string): MeterType {
  const found = types.get(id);
  if (!found) throw new Error(`no type ${id}`);
  return found;
}

/** Zeros for a request that the case does not have, so that a failing case shows all that the driver asks. */
function zerosFor(request: Buffer): Uint8Array {
  const bytes = 2 * request.readUInt16BE(4);
  return withCrc(Uint8Array.of(...request.subarray(0, 2), bytes, ...Buffer.alloc(bytes)));
}

describe('the golden frames of', () => {
  it('at least a dozen types are there, each a type of the catalog', () => {
    expect(cases.length).toBeGreaterThanOrEqual(12);
    expect(cases.map(({ type }) => type).filter((type) => !types.has(type))).toEqual([]);
  });

  it.each(cases)('$type', async ({ type, source, unit, input, exchanges, registers, gauges }) => {
    expect(source.length).toBeGreaterThan(20);
    const replies = new Map(exchanges.map(({ request, reply }) => [request, Buffer.from(reply, 'hex')]));
    const wire = createScriptedWire((request, say) =>
      say(replies.get(request.toString('hex')) ?? zerosFor(request)),
    );
    const { maxRegisters, responseMs } = typeOf(type).limits;
    const change = {
      // Its pause is real time.
      type: { ...typeOf(type), limits: { maxRegisters, responseMs } },
      channels: Object.keys(registers) as ChannelName[],
      input: input ?? null,
      pulseWeight: input === undefined ? null : ONE,
    };
    const line = openLine(RTU_LINE, [meter('golden', unit, change)], {
      clock: CLOCK,
      wire,
      timing: quickTiming(500),
    });
    const poll = await line.meters[0]?.poll({ raw: true });
    await line.close();
    expect(
      poll?.exchanges?.map(({ requestHex, replyHex }) => ({ request: requestHex, reply: replyHex })),
    ).toEqual(exchanges);
    expect(poll?.fault).toBeNull();
    expect(
      Object.fromEntries((poll?.registers ?? []).map(({ channel, raw }) => [channel, formatRaw(raw)])),
    ).toEqual(registers);
    expect(Object.fromEntries((poll?.gauges ?? []).map(({ gauge, value }) => [gauge, value]))).toEqual(
      gauges,
    );
  });
});

/** The frame without its CRC, which must be right. */
function checked(frame: string): Buffer {
  const bytes = Buffer.from(frame, 'hex');
  expect(bytes.toString('hex')).toBe(frame);
  expect(crcHolds(bytes), `CRC of ${frame}`).toBe(true);
  return bytes.subarray(0, -2);
}

/** The quantities of a type that lie whole within a reply, with their words. */
function coveredBy(type: MeterType, request: Buffer, reply: Buffer): Record<string, string | null> {
  const table = request[1] === 3 ? 'holding' : 'input';
  const address = request.readUInt16BE(2);
  const count = request.readUInt16BE(4);
  expect([...reply.subarray(0, 3)]).toEqual([request[0], request[1], 2 * count]);
  expect(reply).toHaveLength(3 + 2 * count);
  const words = Array.from({ length: count }, (_, index) => reply.readUInt16BE(3 + 2 * index));
  const within = (map: RegisterMap): boolean =>
    map.table === table && map.address >= address && map.address + wordsOf(map.type) <= address + count;
  return Object.fromEntries(
    Object.entries<RegisterMap>({ ...type.channels, ...type.gauges })
      .filter(([, map]) => within(map))
      .map(([name, map]) => {
        const own = words.slice(map.address - address).slice(0, wordsOf(map.type));
        const raw = decodeRegister(own, map, type.invalid);
        return [name, raw && formatRaw(raw)];
      }),
  );
}

const examples = cases.flatMap(({ type, examples: list = [] }) =>
  list.map((example) => ({ type, ...example })),
);

describe('real frames give what was on the meter:', () => {
  it.each(examples)('$type, $origin, $request', ({ type, source, request, reply, values }) => {
    expect(source.length).toBeGreaterThan(20);
    expect(Object.keys(values)).not.toEqual([]);
    expect(coveredBy(typeOf(type), checked(request), checked(reply))).toEqual(values);
  });
});
