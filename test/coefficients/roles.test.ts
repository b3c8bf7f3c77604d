/**
 * Only electricity bought from the grid is weighed by the hour. Own generation, gas, steam and heat keep the factors of
 * their own dates whatever is announced; a sub-meter gets a share that no total includes.
 */
import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { channelSpecs } from '../../config/channel-specs.ts';
import { checkSiteText } from '../../config/load-site.ts';
import { WEIGHINGS, weighingOf } from '../../gateway/domain/hour.ts';
import type { ChannelName, ChannelUnit, Role } from '../../gateway/domain/meters.ts';
import { decimal, HOUR, reading, specWith } from '../ledger/support/ledger.ts';
import { jst, openPlant, published, quickFolder } from './support/plant.ts';

const DAY = '2026-11-03';
const NOON = jst(DAY, 12);
const NOW = NOON + HOUR + 120_000;

const meters: readonly (readonly [meter: string, role: Role, channel: ChannelName, unit: ChannelUnit])[] = [
  ['main', 'grid-import', 'energy-import', 'kWh'],
  ['sold', 'grid-import', 'energy-export', 'kWh'],
  ['export', 'grid-export', 'energy-import', 'kWh'],
  ['press', 'sub', 'energy-import', 'kWh'],
  ['roof', 'generation-pv', 'energy-import', 'kWh'],
  ['engine', 'generation-chp', 'energy-import', 'kWh'],
  ['gas', 'gas', 'gas-volume', 'm3'],
  ['sub-gas', 'sub', 'gas-volume', 'm3'],
  ['boiler', 'steam', 'steam-mass', 't'],
  ['chiller', 'heat', 'heat', 'GJ'],
  ['other', 'other', 'energy-import', 'kWh'],
];

it('a day that becomes curtailed and tight changes bought electricity and shares, and nothing else', () => {
  const specs = meters.map(([meter, role, channel, unit]) =>
    specWith({
      meter,
      role,
      channel,
      unit,
      scale: { unitsPerCount: decimal('1') },
      kwhPerUnit: decimal(unit === 'm3' ? '12.5' : '1'),
    }),
  );
  const folder = quickFolder();
  const plant = openPlant({ folder, startMs: NOON, specs });
  plant.feed(
    [0, 1, 2].flatMap((n) =>
      meters.map(([meter]) => [meter, reading(NOON + (n * HOUR) / 2, n * 50)] as const),
    ),
    NOW,
  );
  const look = () =>
    Object.fromEntries(
      meters.map(([meter]) => {
        const [hour] = plant.hours(meter, NOON, NOON + HOUR);
        if (!hour) throw new Error(meter);
        const { energyMicroKwh, energyMicroMj, allocatedMicroMj, class: name } = hour;
        return [meter, { kwh: energyMicroKwh, mj: energyMicroMj, share: allocatedMicroMj, class: name }];
      }),
    );
  plant.settle(NOW);
  const before = look();
  const seq = plant.store().outbox.lastSeq();
  plant.arrives(published({ complete: [[DAY, DAY]], curtailmentDays: [DAY], tightDays: [DAY] }), NOW);
  plant.settle(NOW);
  const after = look();
  expect(before['main']).toMatchObject({ kwh: 100_000_000n, mj: 940_000_000n, share: null, class: 'normal' });
  expect(after['main']).toMatchObject({
    kwh: 100_000_000n,
    mj: 360_000_000n,
    share: null,
    class: 'curtailment',
  });
  expect(before['press']).toMatchObject({ mj: null, share: 940_000_000n, class: 'none' });
  expect(after['press']).toMatchObject({ mj: null, share: 360_000_000n, class: 'none' });
  const changed = new Set(['main', 'press']);
  for (const [meter] of meters) {
    if (changed.has(meter)) continue;
    expect(after[meter]).toEqual(before[meter]);
    expect(after[meter]).toMatchObject({ mj: null, share: null, class: 'none' });
  }
  expect(after['gas']?.kwh).toBe(1_250_000_000n);
  // Nothing but those two is sent again, and only the bought one says a coefficient.
  const sent = plant.sent(seq);
  expect(
    sent.map(({ meter, mj, mjAllocated, coefficient }) => [meter, mj, mjAllocated, coefficient.mjPerKwh]),
  ).toEqual([
    ['main', 360, null, 3.6],
    ['press', null, 360, null],
  ]);
  plant.close();
  rmSync(folder, { recursive: true, force: true });
});

it('a share follows its parents: below own generation nothing was bought', () => {
  const text = `site: { id: s, gridArea: kyushu }
gateway: { id: g }
lines: { lan: { kind: modbus-tcp, host: plc.local } }
meters:
  main: { line: lan, unit: 1, type: schneider-iem3155, role: grid-import, rated: 600 kW }
  roof: { line: lan, unit: 2, type: schneider-iem3155, role: generation-pv, rated: 600 kW }
  press: { line: lan, unit: 3, type: schneider-iem3155, role: sub, parent: main, rated: 60 kW, channels: [energy-import] }
  drill: { line: lan, unit: 4, type: schneider-iem3155, role: sub, parent: press, rated: 60 kW, channels: [energy-import] }
  string: { line: lan, unit: 5, type: schneider-iem3155, role: sub, parent: roof, rated: 60 kW, channels: [energy-import] }
  panel: { line: lan, unit: 6, type: schneider-iem3155, role: sub, parent: string, rated: 60 kW, channels: [energy-import] }
  alone: { line: lan, unit: 7, type: schneider-iem3155, role: sub, rated: 60 kW, channels: [energy-import] }
`;
  const { site, problems } = checkSiteText('/s.yaml', text);
  expect(problems).toEqual([]);
  if (!site) throw new Error('no site');
  const weighings = channelSpecs(site)
    .filter(({ channel }) => channel === 'energy-import')
    .map((spec) => [spec.meter, weighingOf(spec)]);
  expect(Object.fromEntries(weighings)).toEqual({
    main: WEIGHINGS.weighed,
    roof: WEIGHINGS.none,
    press: WEIGHINGS.allocated,
    drill: WEIGHINGS.allocated,
    string: WEIGHINGS.none,
    panel: WEIGHINGS.none,
    alone: WEIGHINGS.allocated,
  });
});
