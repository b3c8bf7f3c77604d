/** A meter that is switched off costs the others little, and nothing of it touches them. */
import { afterEach, describe, expect, it } from 'vitest';
import { FIRST_PROBE_MS, PROBE_LIMIT_MS, RESTING_AFTER_MS } from '../../drivers/modbus/health.ts';
import { type LineEvent, openLine } from '../../drivers/modbus/line.ts';
import type { LineDriver } from '../../gateway/domain/ports.ts';
import { rtu, rtuAnswer } from './support/frames.ts';
import { CLOCK, meter, quickTiming, RTU_LINE } from './support/lines.ts';
import { createScriptedWire } from './support/wires.ts';

const lines: LineDriver[] = [];
afterEach(async () => {
  for (const line of lines.splice(0)) await line.close();
});

/** Unit 1 answers; unit 2 as long as `alive` says so. Time is simulated, one cycle a second. */
function plant() {
  const state = { alive: true, nowMs: 0 };
  const wire = createScriptedWire((request, say) => {
    if (request[0] === 1 || state.alive) say(rtuAnswer(request, 1));
  });
  const events: LineEvent[] = [];
  const line = openLine(RTU_LINE, [meter('good', 1), meter('weak', 2)], {
    clock: CLOCK,
    wire,
    timing: quickTiming(8),
    nowMs: () => state.nowMs,
    log: (event) => void events.push(event),
  });
  lines.push(line);
  const asked = (unit: number): number => wire.requests.filter((request) => request[0] === unit).length;
  const cycle = async () => {
    state.nowMs += 1_000;
    return Promise.all(line.meters.map((one) => one.poll()));
  };
  return { state, wire, events, asked, cycle };
}

describe('a dead meter', () => {
  it('rests after three seconds and two polls, is probed ever more rarely, and comes back by itself', async () => {
    const { state, events, asked, cycle } = plant();
    expect((await cycle()).map(({ fault }) => fault)).toEqual([null, null]);
    state.alive = false;
    const codes: (string | undefined)[] = [];
    while (codes.at(-1) !== 'meter-resting') codes.push((await cycle())[1]?.fault?.code);
    expect(codes).toEqual(['no-answer', 'no-answer', 'no-answer', 'no-answer', 'meter-resting']);
    expect(events.filter(({ kind }) => kind === 'resting')).toHaveLength(1);
    expect(RESTING_AFTER_MS).toBe(3_000);

    const before = asked(2);
    for (let second = 0; second < 300; second++) {
      const [good, weak] = await cycle();
      expect(good?.fault).toBeNull();
      expect(weak?.fault?.code).toMatch(/meter-resting|no-answer/);
    }
    // 5, 10, 20, 40, then every 60 seconds.
    expect(asked(2) - before).toBeLessThanOrEqual(9);
    expect([FIRST_PROBE_MS, PROBE_LIMIT_MS]).toEqual([5_000, 60_000]);

    state.alive = true;
    let seconds = 0;
    while ((await cycle())[1]?.fault) seconds++;
    expect(seconds).toBeLessThanOrEqual(60);
    expect(events.at(-1)).toMatchObject({ kind: 'answering-again', meter: 'weak' });
  });

  it('does not make the good ones slower, or their state worse', async () => {
    const { state, asked, cycle } = plant();
    state.alive = false;
    const rounds = 120;
    for (let second = 0; second < rounds; second++) expect((await cycle())[0]?.fault).toBeNull();
    expect(asked(1)).toBe(rounds);
    // One retry at the first miss, three more polls until it rests, then the probes.
    expect(asked(2)).toBeLessThanOrEqual(12);
  });

  it('is not one that refuses: that one is asked as usual', async () => {
    let nowMs = 0;
    const wire = createScriptedWire((request, say) => say(rtu(request[0] ?? 0, (request[1] ?? 0) | 0x80, 4)));
    const deps = { clock: CLOCK, wire, timing: quickTiming(8), nowMs: () => nowMs };
    const line = openLine(RTU_LINE, [meter('m', 1)], deps);
    lines.push(line);
    for (; nowMs < 20_000; nowMs += 1_000)
      expect((await line.meters[0]?.poll())?.fault?.code).toBe('modbus-exception');
  });

  it('behind a gateway that speaks for it is told apart from one that refuses', async () => {
    const wire = createScriptedWire((request, say) =>
      say(rtu(request[0] ?? 0, (request[1] ?? 0) | 0x80, 11)),
    );
    const deps = { clock: CLOCK, wire, timing: quickTiming(8), nowMs: () => 0 };
    const line = openLine(RTU_LINE, [meter('m', 9)], deps);
    lines.push(line);
    const fault = (await line.meters[0]?.poll())?.fault;
    expect(fault).toMatchObject({ code: 'gateway-no-answer', about: { unit: 9, exception: 11 } });
  });
});
