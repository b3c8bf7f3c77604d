/**
 * Pulse inputs over real processes that write what gpiomon writes: bounces, both majors, active-low, names, a helper
 * that is killed or talks nonsense, a timing pulse.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { boundaryAt, instant, slotOf } from '../../gateway/domain/time.ts';
import { type PulseBoard, startPulseBoard } from '../../simulators/pulse/board.ts';
import { eventually } from '../uplink/support/eventually.ts';
import { nowNs, openPins, pulse } from './support/gpio.ts';

let board: PulseBoard;
let pins: ReturnType<typeof openPins>;

const GAS =
  'gas: { line: pins, input: 17, type: pulse, pulseWeight: 1 m3, role: gas, rated: 60 m3/h, filter: { kind: pulse, ms: 4 } }';

function open(major: 1 | 2, meters: readonly string[] = [GAS], more = ''): void {
  pins = openPins(`{ kind: gpio, chip: gpiochip0, gpiomon: ${board.program(major)}${more} }`, meters);
}

beforeEach(async () => {
  board = await startPulseBoard({ names: { 5: 'METER_A' } });
});

afterEach(async () => {
  await pins.driver.close();
  await eventually(() => board.watchers().length === 0, 'no process is left');
  await board.close();
});

describe.each([1, 2] as const)('libgpiod %i', (major) => {
  it('counts bouncing pulses as they are, and says what it saw', async () => {
    open(major);
    await pins.watches();
    expect(board.watchers()).toMatchObject([{ major, chip: 'gpiochip0', inputs: ['17'], edges: 'both' }]);
    let truth = 0;
    for (let round = 0; round < 5; round++) truth += await pulse(board, 17, 10);
    await pins.reaches(truth);
    expect(pins.counted()).toBe(50);
    const { pulses } = await pins.poll();
    expect(pulses).toMatchObject({ pulses: 50, lost: 0 });
    expect(pulses?.edges).toBeGreaterThan(150);
  });

  it('is started again when it is killed, and nobody watched in between', async () => {
    open(major);
    await pins.watches();
    await pulse(board, 17, 5);
    await pins.reaches(5);
    const lastMs = pins.samples.at(-1)?.atMs ?? 0;
    const [victim] = board.watchers();
    victim?.kill();
    await eventually(() => board.watchers().length === 0, 'it is dead');
    // Nobody hears these.
    await pulse(board, 17, 7);
    await eventually(
      async () => {
        await pins.poll();
        return pins.samples.at(-1)?.tally?.watch === 2;
      },
      () => `another watch: ${JSON.stringify(pins.polls.at(-1))}`,
    );
    expect(pins.polls.some(({ fault }) => fault?.code === 'pulse-watch-ended')).toBe(true);
    const watch = pins.samples.find(({ tally }) => tally?.watch === 2);
    expect(watch?.tally?.watchedSinceMs).toBeGreaterThan(lastMs);
    expect(watch?.raw.count).toBe(5n);
    await pulse(board, 17, 3);
    await pins.reaches(8);
    expect(pins.counted()).toBe(8);
    const counts = pins.samples.map(({ raw }) => raw.count);
    expect(counts).toEqual(counts.toSorted((a, b) => Number(a - b)));
  });

  it('is started again when it writes what gpiomon does not write', async () => {
    open(major);
    await pins.watches();
    board.watchers()[0]?.say('event: RISING EDGE\n');
    await eventually(async () => (await pins.poll()).fault?.code === 'pulse-text-unknown', 'the fault');
    await pins.watches();
    expect(pins.counted()).toBe(0);
    expect(pins.samples.at(-1)?.tally?.watch).toBe(2);
  });

  it('waits while another program holds the lines', async () => {
    board.refuse('Device or resource busy');
    open(major);
    expect((await pins.poll()).fault?.code).toBe('gpio-busy');
    board.refuse(null);
    await pins.watches();
    await pulse(board, 17, 2);
    await pins.reaches(2);
  });
});

it('watches an active-low contact by its own edges, with an edge filter', async () => {
  open(2, [
    'main: { line: pins, input: 4, type: service-pulse, role: grid-import, rated: 600 kW, ct: 200/5, vt: 6600/110, activeLow: true, bias: pull-up }',
  ]);
  await pins.watches();
  expect(board.watchers()).toMatchObject([{ edges: 'rising', activeLow: true, bias: 'pull-up' }]);
  // Idle is high: a pulse pulls it low for 3 ms.
  const ns = nowNs();
  board.edges(4, [
    { high: false, ns },
    { high: true, ns: ns + 3_000_000n },
  ]);
  await pins.reaches(1);
});

it('knows lines by name with libgpiod 2', async () => {
  open(2, [GAS.replace('input: 17', 'input: METER_A')]);
  await pins.watches();
  await pulse(board, 5, 3);
  await pins.reaches(3);
});

it('says that libgpiod 1 knows no names', async () => {
  open(1, [GAS.replace('input: 17', 'input: METER_A')]);
  expect((await pins.poll()).fault?.code).toBe('gpio-names');
});

it('says that the program is not there, or is none', async () => {
  pins = openPins('{ kind: gpio, chip: gpiochip0, gpiomon: /nowhere/gpiomon }', [GAS]);
  expect((await pins.poll()).fault).toMatchObject({ code: 'gpiomon-missing', about: { reason: 'ENOENT' } });
  await pins.driver.close();
  pins = openPins(`{ kind: gpio, chip: c, gpiomon: ${board.program(2, { version: 'gpiomon v7.0' })} }`, [
    GAS,
  ]);
  expect((await pins.poll()).fault).toMatchObject({
    code: 'gpiomon-unknown',
    about: { text: 'gpiomon v7.0' },
  });
});

it('shares one process between inputs that are watched alike', async () => {
  const other = GAS.replace('gas:', 'water:')
    .replace('17', '18')
    .replace('role: gas', 'role: water')
    .replace('1 m3', '1 L');
  const low = GAS.replace('gas:', 'low:').replace('17', '19').replace('rated', 'activeLow: true, rated');
  open(2, [GAS, other, low]);
  await Promise.all(['gas', 'water', 'low'].map((id) => pins.poll(id)));
  await eventually(() => board.watchers().length === 2, 'two processes');
  expect(new Set(board.watchers().map(({ inputs }) => inputs.join(' ')))).toEqual(new Set(['17 18', '19']));
});

it('measures how far our clock is from the timing pulse', async () => {
  open(2, [GAS.replace('rated', 'timingInput: 27, rated')]);
  await pins.watches();
  expect((await pins.poll()).gauges).toEqual([]);
  const ns = nowNs();
  const atMs = Date.now();
  board.edges(27, [
    { high: true, ns },
    { high: false, ns: ns + 100_000_000n },
    { high: true, ns: ns + 110_000_000n },
  ]);
  await eventually(async () => (await pins.poll()).gauges.length === 1, 'the offset');
  const [gauge] = pins.polls.at(-1)?.gauges ?? [];
  const boundaryMs = boundaryAt(slotOf(instant(atMs + 900_000)));
  expect(gauge).toMatchObject({ gauge: 'timing-offset', unit: 's' });
  expect(Math.abs((gauge?.value ?? 0) * 1_000 - (atMs - boundaryMs))).toBeLessThan(10);
});
