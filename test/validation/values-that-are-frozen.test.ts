/** A converter that has lost its meter may go on answering with what it read last. */
import { expect, it } from 'vitest';
import { openFloor, type Shown } from './support/floor.ts';

const HOUR = 3_600;
/** Voltage trembles in its last digit; nothing is used. */
const trembling = (second: number): Shown => ({
  gauges: { power: 0, 'voltage-l1': 200 + ((second / 10) % 5) / 10, frequency: 60 },
  counts: { 'energy-import': 77 },
});
const still = (): Shown => trembling(0);

it('values that usually tremble and then stay the same to the last digit are frozen, until one moves', () => {
  const floor = openFloor({ press: {} });
  floor.watchFor('press', 0, HOUR, trembling);
  floor.watchFor('press', HOUR, HOUR + 1_700, still);
  expect(floor.codes('press')).toEqual([]);
  floor.watchFor('press', HOUR + 1_700, 3 * HOUR, still);
  expect(floor.events()).toMatchObject([{ kind: 'values-frozen', meter: 'press', state: 'begins' }]);
  floor.note('press', 3 * HOUR, trembling(10));
  expect(floor.events().map(({ state }) => state)).toEqual(['begins', 'ends']);
});

it('a meter that shows whole volts and rests at night is left alone', () => {
  const floor = openFloor({ press: {} });
  // The voltage moves by one once in ten minutes.
  const slow = (second: number): Shown => ({
    gauges: { power: 0, 'voltage-l1': 200 + (Math.floor(second / 600) % 2) },
    counts: { 'energy-import': 77 },
  });
  floor.watchFor('press', 0, 6 * HOUR, slow);
  floor.watchFor('press', 6 * HOUR, 9 * HOUR, () => slow(0));
  expect(floor.events()).toEqual([]);
});

it('a meter without voltage on its terminals has nothing that could tremble', () => {
  const floor = openFloor({ press: {} });
  floor.watchFor('press', 0, HOUR, trembling);
  const off = (): Shown => ({
    gauges: { power: 0, 'voltage-l1': 0, frequency: 0 },
    counts: { 'energy-import': 77 },
  });
  floor.watchFor('press', HOUR, 24 * HOUR, off);
  expect(floor.events()).toEqual([]);
});
