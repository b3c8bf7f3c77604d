/**
 * What gpiomon of both majors writes, replayed. The lines are those of tools/gpiomon.c of libgpiod 1.6.3 and 2.2.4 for
 * the formats that are asked for; the versions are those that each release prints.
 */
import { describe, expect, it } from 'vitest';
import { type GpiodMajor, majorOf } from '../../drivers/libgpiod.ts';
import {
  createGpiomonReader,
  type GpiomonEdge,
  gpiomonArgs,
  type WatchedSet,
} from '../../drivers/pulse/gpiomon-text.ts';

function read(major: GpiodMajor, chunks: readonly string[]) {
  const edges: GpiomonEdge[] = [];
  const unknown: string[] = [];
  let begun = 0;
  const reader = createGpiomonReader(major, {
    begun: () => void begun++,
    edge: (edge) => edges.push(edge),
    unknown: (text) => unknown.push(text),
  });
  for (const chunk of chunks) reader.push(chunk);
  return { edges, unknown, begun };
}

const SET: WatchedSet = {
  chip: 'gpiochip0',
  inputs: [17, 27],
  activeLow: true,
  bias: 'pull-up',
  bothEdges: false,
};

it('tells the majors apart by what --version says', () => {
  expect(majorOf('gpiomon', 'gpiomon (libgpiod) v1.6.3\nCopyright (C) 2017-2018 …\n')).toBe(1);
  expect(majorOf('gpiomon', 'gpiomon (libgpiod) v2.2.4\nCopyright (C) 2017-2023 …\n')).toBe(2);
  expect(majorOf('gpiomon', 'gpiomon v2.3 (libgpiod v2.2.4)\n')).toBe(2);
  for (const other of ['', 'gpiomon (libgpiod) v3.0', 'gpioset (libgpiod) v2.1', 'GNU coreutils v1.2'])
    expect(majorOf('gpiomon', other)).toBeNull();
});

it('asks each major in its own words', () => {
  expect(gpiomonArgs(1, SET)).toEqual([
    '--line-buffered',
    '--rising-edge',
    '--active-low',
    '--bias=pull-up',
    '--format=%e %o %s %n',
    'gpiochip0',
    '17',
    '27',
  ]);
  expect(gpiomonArgs(1, { ...SET, bias: 'disabled' })).toContain('--bias=disable');
  expect(gpiomonArgs(1, { ...SET, bothEdges: true })).not.toContain('--rising-edge');
  expect(gpiomonArgs(2, { ...SET, bothEdges: true, inputs: ['GPIO17'] })).toEqual([
    '--banner',
    '--event-clock=monotonic',
    '--consumer=hakaru',
    '--format=%e %o %S %l',
    '--edges=both',
    '--active-low',
    '--bias=pull-up',
    '--chip=gpiochip0',
    'GPIO17',
  ]);
});

describe('edges', () => {
  it('of major 1, whose nanoseconds have no leading zeros', () => {
    const { edges, unknown } = read(1, ['1 17 4711 12345678\n0 17 4711 5\n']);
    expect(unknown).toEqual([]);
    expect(edges).toEqual([
      { offset: 17, name: null, active: true, stampUs: 4_711_012_345 },
      { offset: 17, name: null, active: false, stampUs: 4_711_000_000 },
    ]);
  });

  it('of major 2, with its banner and names', () => {
    const text =
      "Monitoring lines '17' and 'METER A'...\n1 17 4711.012345678 unnamed\n2 4 98.000000999 METER A\n";
    expect(read(2, [text])).toEqual({
      begun: 1,
      unknown: [],
      edges: [
        { offset: 17, name: 'unnamed', active: true, stampUs: 4_711_012_345 },
        { offset: 4, name: 'METER A', active: false, stampUs: 98_000_000 },
      ],
    });
  });

  it('in whatever pieces the pipe gives them', () => {
    const text = "Monitoring line '5'...\n1 5 1.000000001 a\n2 5 2.500000000 a\n";
    expect(read(2, text.split(''))).toEqual(read(2, [text]));
    expect(read(2, [text]).edges).toHaveLength(2);
  });

  it('not of a line that was not written to its end', () => {
    expect(read(1, ['1 17 4711 123']).edges).toEqual([]);
  });
});

describe('anything else is unknown', () => {
  it.each([
    [1, 'event:  RISING EDGE offset: 17 timestamp: [    4711.012345678]'],
    [1, '2 17 4711 12'],
    [1, '1 17 4711 1234567890'],
    [1, '1 17 4711 12 x'],
    [1, '1 17 4711.12'],
    [1, '1 -17 4711 12'],
    [1, "Monitoring line '17'..."],
    [1, ''],
    [2, '4711.012345678\trising\tgpiochip0 17'],
    [2, '0 17 4711.012345678 a'],
    [2, '1 17 4711.0123 a'],
    [2, '1 17 4711.012345678'],
    [2, '1 17 99999999999.012345678 a'],
    [2, ' 1 17 4711.012345678 a'],
    [2, `1 17 4711.012345678 ${'a'.repeat(200)}`],
  ] as const)('major %i: %s', (major, line) => {
    const { edges, unknown, begun } = read(major, [`${line}\n`]);
    expect({ edges, begun }).toEqual({ edges: [], begun: 0 });
    expect(unknown).toEqual([line.slice(0, 120)]);
  });

  it('and text without an end does not fill the memory', () => {
    const { unknown } = read(
      2,
      Array.from({ length: 100 }, () => 'x'.repeat(1000)),
    );
    expect(unknown.length).toBeGreaterThan(0);
  });
});
