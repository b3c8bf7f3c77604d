/** The power gauge goes on, the register does not. Whoever only sums registers sees an hour of 0 and believes it. */
import { describe, expect, it } from 'vitest';
import { hintText } from '../../gateway/domain/validation/hints.ts';
import { openFloor, type Shown } from './support/floor.ts';

const STUCK = 1_234;
/** 60 kW: a step of 0.1 kWh every 6 s. */
const stuckAt60kW = (): Shown => ({ gauges: { power: 60_000 }, counts: { 'energy-import': STUCK } });

describe('a register that does not move while power flows', () => {
  it('is told once when steps must have passed, and once when it moves again', () => {
    const floor = openFloor({ press: {} });
    floor.watchFor('press', 0, 600, stuckAt60kW);
    expect(floor.codes('press')).toEqual([]);
    floor.watchFor('press', 600, 7_200, stuckAt60kW);
    expect(floor.events()).toMatchObject([
      { kind: 'register-frozen', meter: 'press', state: 'begins', hint: 'register-frozen' },
    ]);
    const [hint] = floor.hints('press');
    expect(hint && hintText(hint)).toBe(
      'The register has stood at 123.4 kWh since 2026-07-01 09:00, although about 9.99 kWh must have passed: the meter is stuck. Look at its display and restart it; note the figure for `hakaru exchange` first.',
    );
    expect(hint && hintText(hint, 'ja')).toContain('123.4 kWh のまま動きません');

    floor.note('press', 7_200, { gauges: { power: 60_000 }, counts: { 'energy-import': STUCK + 1 } });
    expect(floor.codes('press')).toEqual([]);
    expect(floor.events().map(({ state }) => state)).toEqual(['begins', 'ends']);
  });

  it('is neither repeated nor forgotten by a restart', () => {
    const floor = openFloor({ press: {} });
    floor.watchFor('press', 0, 1_200, stuckAt60kW);
    floor.restart();
    floor.watchFor('press', 1_200, 3_600, stuckAt60kW);
    expect(floor.events()).toHaveLength(1);
    floor.restart();
    floor.note('press', 3_600, { gauges: { power: 60_000 }, counts: { 'energy-import': STUCK + 7 } });
    expect(floor.events().map(({ state }) => state)).toEqual(['begins', 'ends']);
  });

  it('of a main meter without a power gauge shows by its sub-meters', () => {
    const floor = openFloor({ main: { role: 'grid-import' }, press: { parent: 'main' } });
    for (let second = 0; second < 1_200; second += 10) {
      floor.note('main', second, { counts: { 'energy-import': STUCK } });
      floor.note('press', second, { counts: { 'energy-import': second } });
    }
    expect(floor.codes('main')).toEqual(['register-frozen']);
  });
});

describe('nothing is said of', () => {
  it('an idle meter, however long it stands', () => {
    const floor = openFloor({ press: {} });
    // 5 kW of 600 kW may be below what starts the meter.
    const idle = (second: number): Shown => ({
      gauges: { power: 5_000, 'voltage-l1': 200 + (second % 7) / 10 },
      counts: { 'energy-import': STUCK },
    });
    floor.watchFor('press', 0, 86_400, idle);
    expect(floor.events()).toEqual([]);
  });

  it('a coarse register that waits for its next step', () => {
    const floor = openFloor({ press: { spec: { scale: { stepCounts: { num: 1_000n, den: 1n } } } } });
    // 100 kWh a step, 60 kW: the next one is 100 minutes away.
    floor.watchFor('press', 0, 6_000, stuckAt60kW);
    expect(floor.events()).toEqual([]);
  });

  it('hours in which nobody looked: what the power was then is not known', () => {
    const floor = openFloor({ press: {} });
    floor.note('press', 0, stuckAt60kW());
    floor.note('press', 36_000, stuckAt60kW());
    expect(floor.events()).toEqual([]);
  });
});
