/**
 * The meter refreshes its register once a minute, and its type does not say so. A half-hour asked for in between is
 * called `measured` and is wrong by up to a minute of power: nothing in the ledger knows better, so a person is told.
 */
import { describe, expect, it } from 'vitest';
import { checkSiteText } from '../../config/load-site.ts';
import { hintText } from '../../gateway/domain/validation/hints.ts';
import { openFloor, type Shown } from './support/floor.ts';

/** 0.1 kWh a count at so many kW. */
const counted = (kw: number, second: number) => Math.floor((kw * second) / 360);
const refreshed =
  (everyS: number, kw: number) =>
  (second: number): Shown => ({
    gauges: { power: kw * 1_000 },
    counts: { 'energy-import': counted(kw, Math.floor(second / everyS) * everyS) },
  });

it('is told with the seconds, and what to write', () => {
  const floor = openFloor({ press: {} });
  // 60 kW: a step each 6 s, ten at once.
  floor.watchFor('press', 0, 360, refreshed(60, 60));
  expect(floor.codes('press')).toEqual([]);
  floor.watchFor('press', 360, 600, refreshed(60, 60));
  const [hint] = floor.hints('press');
  expect(hint?.code).toBe('refresh-slow');
  expect(hint && hintText(hint)).toContain('Write `refresh: 60 s` for this meter');
  expect(hint && hintText(hint, 'ja')).toContain('`refresh: 60 s` と書いてください');
  floor.watchFor('press', 600, 86_400, refreshed(60, 60));
  expect(floor.events()).toMatchObject([{ kind: 'register-frozen', hint: 'refresh-slow', state: 'begins' }]);
});

it('ends when the register moves as often as it is read', () => {
  const floor = openFloor({ press: {} });
  floor.watchFor('press', 0, 900, refreshed(60, 60));
  floor.watchFor('press', 900, 1_200, refreshed(1, 60));
  expect(floor.events().map(({ state }) => state)).toEqual(['begins', 'ends']);
});

it('is settled by `refresh` in the site file, which widens the bounds', () => {
  const floor = openFloor({ press: { spec: { scale: { updateMs: 60_000 } } } });
  floor.watchFor('press', 0, 3_600, refreshed(60, 60));
  expect(floor.events()).toEqual([]);
  const { site, warnings } = checkSiteText(
    '/etc/hakaru/site.yaml',
    `site: { id: f, gridArea: kyushu }
gateway: { id: g1 }
lines: { lan: { kind: modbus-tcp, host: plc } }
meters:
  press: { line: lan, unit: 1, type: eastron-sdm630, role: sub, rated: 600 kW, refresh: 60 s }
`,
  );
  expect(site?.meters[0]?.type.updateMs).toBe(60_000);
  expect(warnings).toMatchObject([{ line: 5, reason: expect.stringContaining('65 s') }]);
});

describe('nothing is said of', () => {
  it.each([
    ['a register that follows', refreshed(1, 60)],
    ['one that is refreshed each 10 s', refreshed(10, 60)],
    ['little load, whose steps are minutes apart', refreshed(1, 3)],
    [
      'a machine that works ten seconds of each minute',
      (second: number): Shown => ({
        gauges: { power: second % 60 < 10 ? 360_000 : 0 },
        counts: { 'energy-import': counted(360, Math.floor(second / 60) * 10 + Math.min(10, second % 60)) },
      }),
    ],
  ])('%s', (_, shown) => {
    const floor = openFloor({ press: {} });
    floor.watchFor('press', 0, 7_200, shown);
    expect(floor.events()).toEqual([]);
  });
});
