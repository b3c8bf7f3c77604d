/**
 * Every meter type has a golden case: frames byte by byte and the exact values in them. The driver must ask these very
 * requests in this order, and read these very values out of the replies.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadMeterTypes } from '../../config/meter-types.ts';
import { openLine } from '../../drivers/modbus/line.ts';
import { type ChannelName, formatRaw } from '../../gateway/domain/meters.ts';
import { ONE } from '../../gateway/domain/rational.ts';
import { CLOCK, meter, quickTiming, RTU_LINE } from '../drivers/support/lines.ts';
import { createScriptedWire } from '../drivers/support/wires.ts';

interface Golden {
  readonly type: string;
  /** Where the frames come from. */
  readonly source: string;
  readonly unit: number;
  readonly input?: number;
  readonly exchanges: readonly { readonly request: string; readonly reply: string }[];
  /** Channel → count, or count*2^exponent. */
  readonly registers: Readonly<Record<string, string>>;
  readonly gauges: Readonly<Record<string, number>>;
}

const types = loadMeterTypes();
const cases = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith('.golden.json'))
  .map((name) => JSON.parse(readFileSync(join(import.meta.dirname, name), 'utf8')) as Golden);

describe('the golden frames of', () => {
  it('every meter type are there', () => {
    expect(cases.map(({ type }) => type).toSorted()).toEqual([...types.keys()].toSorted());
  });

  it.each(cases)('$type', async ({ type, source, unit, input, exchanges, registers, gauges }) => {
    expect(source.length).toBeGreaterThan(20);
    const found = types.get(type);
    if (!found) throw new Error(`no type ${type}`);
    const replies = new Map(exchanges.map(({ request, reply }) => [request, Buffer.from(reply, 'hex')]));
    const wire = createScriptedWire((request, say) =>
      say(replies.get(request.toString('hex')) ?? Buffer.alloc(1)),
    );
    const change = {
      type: found,
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
    expect(poll?.fault).toBeNull();
    expect(
      poll?.exchanges?.map(({ requestHex, replyHex }) => ({ request: requestHex, reply: replyHex })),
    ).toEqual(exchanges);
    expect(
      Object.fromEntries((poll?.registers ?? []).map(({ channel, raw }) => [channel, formatRaw(raw)])),
    ).toEqual(registers);
    expect(Object.fromEntries((poll?.gauges ?? []).map(({ gauge, value }) => [gauge, value]))).toEqual(
      gauges,
    );
  });
});
