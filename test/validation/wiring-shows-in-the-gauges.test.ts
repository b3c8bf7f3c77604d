import { describe, expect, it } from 'vitest';
import { openFloor, type Shown } from './support/floor.ts';

/** 400 kW at 254 V and a power factor of 0.9, phase by phase. */
const V = 254;
const A = 583;
const P = V * A * 0.9;

interface Phases {
  readonly powers?: readonly [number, number, number];
  readonly volts?: readonly [number, number, number];
  readonly amperes?: readonly [number, number, number];
}

function showing({ powers = [P, P, P], volts = [V, V, V], amperes = [A, A, A] }: Phases): Shown {
  return {
    gauges: {
      'voltage-l1': volts[0],
      'voltage-l2': volts[1],
      'voltage-l3': volts[2],
      'current-l1': amperes[0],
      'current-l2': amperes[1],
      'current-l3': amperes[2],
      'power-l1': powers[0],
      'power-l2': powers[1],
      'power-l3': powers[2],
      power: powers[0] + powers[1] + powers[2],
    },
  };
}

/** What the meter is suspected of after ten minutes. */
function suspicion(phases: Phases): readonly string[] {
  const floor = openFloor({ press: {} });
  floor.watchFor('press', 0, 600, () => showing(phases));
  return floor.codes('press');
}

/** Volt-amperes times the cosine of 25.8° turned by so many degrees. */
const turned = (degrees: number): number => V * A * Math.cos(((25.84 + degrees) * Math.PI) / 180);

describe('after some minutes of load the page says of', () => {
  it.each<[string, Phases, readonly string[]]>([
    ['a meter that is wired as it should be: nothing', {}, []],
    ['all CTs turned round', { powers: [-P, -P, -P] }, ['ct-reversed']],
    ['one CT turned round', { powers: [P, -P, P] }, ['phase-reversed']],
    ['two CTs swapped', { powers: [turned(120), turned(-120), P] }, ['phases-mixed']],
    ['a blown voltage fuse', { volts: [V, V, 3], powers: [P, P, 0] }, ['phase-voltage-missing']],
    ['an open neutral', { volts: [V, 150, 300] }, ['voltages-unequal']],
  ])('%s', (_, phases, codes) => {
    expect(suspicion(phases)).toEqual(codes);
  });

  it('a phase that is not wired at all: nothing, for a 100/200 V supply has only two', () => {
    expect(suspicion({ volts: [105, 105, 0], amperes: [A, A, 0], powers: [P, P, 0] })).toEqual([]);
    expect(suspicion({ volts: [105, 105, 210], amperes: [A, A, A] })).toEqual([]);
  });
});

describe('a hint', () => {
  const reversed = () => showing({ powers: [-P, -P, -P] });
  const idle = () => showing({ powers: [0, 0, 0], amperes: [0, 0, 0] });

  it('needs five minutes: a crane that brakes gives power back for less', () => {
    const floor = openFloor({ crane: {} });
    for (let minute = 0; minute < 60; minute += 5) {
      floor.watchFor('crane', minute * 60, minute * 60 + 240, reversed);
      floor.watchFor('crane', minute * 60 + 240, minute * 60 + 300, () => showing({}));
    }
    expect(floor.events()).toEqual([]);
  });

  it('stays while the machine rests, and ends when power is seen to flow the right way', () => {
    const floor = openFloor({ press: {} });
    floor.watchFor('press', 0, 600, reversed);
    floor.watchFor('press', 600, 36_000, idle);
    expect(floor.codes('press')).toEqual(['ct-reversed']);
    floor.watchFor('press', 36_000, 36_600, () => showing({}));
    expect(floor.events()).toMatchObject([
      { kind: 'wiring-hint', hint: 'ct-reversed', state: 'begins' },
      { kind: 'wiring-hint', hint: 'ct-reversed', state: 'ends' },
    ]);
  });

  it('is not given where power may flow out: at the supply of a site that generates', () => {
    const floor = openFloor({ main: { role: 'grid-import' } }, { siteGenerates: true });
    floor.watchFor('main', 0, 600, reversed);
    expect(floor.events()).toEqual([]);
  });

  it('is given when exported energy rises on a meter that should only take in', () => {
    const floor = openFloor({ press: { channels: ['energy-import', 'energy-export'] } });
    const export1 = (second: number): Shown => ({
      counts: { 'energy-import': 5, 'energy-export': second },
    });
    floor.watchFor('press', 0, 600, export1);
    expect(floor.codes('press')).toEqual(['export-rises']);
    floor.watchFor('press', 600, 90_000, () => export1(600));
    expect(floor.codes('press')).toEqual([]);
  });
});

it('without power by phase a poor power factor under load names both mistakes that it may be', () => {
  const { gauges } = showing({ powers: [P, -P, P] });
  const { 'power-l1': _1, 'power-l2': _2, 'power-l3': _3, ...total } = gauges ?? {};
  const floor = openFloor({ press: {} });
  floor.watchFor('press', 0, 600, () => ({ gauges: total }));
  expect(floor.hints('press')).toMatchObject([{ code: 'power-factor-low', about: { powerFactor: '0.30' } }]);
});

it('more power than the rating means that a ratio is wrong', () => {
  const floor = openFloor({ press: {} });
  floor.watchFor('press', 0, 600, () => ({ gauges: { power: 8_000_000 } }));
  expect(floor.hints('press')).toMatchObject([
    { code: 'above-rated-power', about: { power: '8000.0', rated: 600 } },
  ]);
});
