/** `explain` is enough for any hour: what the print states follows from the readings that the print shows. */
import { describe, expect, it } from 'vitest';
import type { ChannelSpec } from '../../gateway/domain/meters.ts';
import { instant } from '../../gateway/domain/time.ts';
import { createPurger } from '../../gateway/stages/purge.ts';
import {
  at,
  decimal,
  floatReading,
  HOUR,
  MINUTE,
  micro,
  reading,
  SECOND,
  type SpecChange,
  specWith,
} from '../ledger/support/ledger.ts';
import { openPlant } from './explain-plant.ts';

const NINE = at('2026-11-04T09:00:00+09:00');
/** Reads fall beside the boundaries, so that each is interpolated between unequal neighbours. */
const BESIDE = 7 * SECOND;

const main = (change: SpecChange = {}): ChannelSpec =>
  specWith({ meter: 'main', role: 'grid-import', ...change });

/** One reading a minute, 10 counts each unless told otherwise. */
function minutes(from: number, to: number, first: number, perMinute = 10) {
  return Array.from({ length: to - from }, (_, i) =>
    reading(NINE + BESIDE + (from + i) * MINUTE, first + i * perMinute, 120),
  );
}

describe('an hour that was watched', () => {
  it('is the difference of its boundaries, weighed and sent', () => {
    const plant = openPlant(main(), NINE);
    plant.feed(
      Array.from({ length: 780 }, (_, i) => reading(NINE + BESIDE + i * 10 * SECOND, 500_000 + i * 17, 120)),
    );
    plant.settle(NINE + 2 * HOUR + 2 * MINUTE);
    const print = plant.provesHour(NINE + HOUR);
    expect(print).toContain('start: measured: bound 1.8 kWh ≤ max(2 × 0.1 kWh, 1 % of 306 kWh)');
    expect(print).toContain('demand     306 × 2 = 612 kW');
    expect(print).toMatch(/9\.4 MJ\/kWh; class normal; rule set fy2023; not confirmed/);
    expect(print).toMatch(/said +612 kWh, 612 kWh, 5752\.8 MJ, measured, class normal/);
    expect(print).toContain('waiting for the broker');
    plant.sameNumbers(NINE + HOUR);
  });

  it('needs no whole factor', () => {
    const plant = openPlant(main({ scale: { unitsPerCount: { num: 40n, den: 3n } } }), NINE);
    plant.feed(minutes(0, 130, 500_000, 1));
    plant.settle(NINE + 2 * HOUR + 2 * MINUTE);
    expect(plant.provesHour(NINE + HOUR)).toContain('× 40/3 =');
  });

  it('has no coefficient for a sub meter', () => {
    const plant = openPlant(specWith({ meter: 'press' }), NINE);
    plant.feed(minutes(0, 130, 0));
    plant.settle(NINE + 2 * HOUR + 2 * MINUTE);
    expect(plant.provesHour(NINE + HOUR)).toContain('only electricity bought from the grid');
  });

  it('of a float register widens by its last bit', () => {
    const plant = openPlant(main({ scale: { encoding: 'float32', unitsPerCount: decimal('1') } }), NINE);
    const values = Array.from({ length: 130 }, (_, i) => Math.fround(1_048_576 + i * 2.125));
    plant.feed(values.map((value, i) => floatReading(NINE + BESIDE + i * MINUTE, value)));
    plant.settle(NINE + 2 * HOUR + 2 * MINUTE);
    expect(plant.provesHour(NINE + HOUR)).toMatch(/\d\*2\^-3 × 1 = 10\d+/);
  });

  it('of a gas module goes on from 0, with kWh by the factor', () => {
    const gas: SpecChange = {
      channel: 'gas-volume',
      unit: 'm3',
      role: 'gas',
      kwhPerUnit: decimal('12.5'),
      kwhFactor: 'city-gas-13a',
      scale: { wrapsAt: { num: 65_536n, den: 1n } },
    };
    const plant = openPlant(specWith(gas), NINE);
    plant.feed(
      minutes(0, 130, 0, 5).map((each, i) => ({
        ...each,
        raw: { count: BigInt((65_086 + i * 5) % 65_536), exp2: 0 },
      })),
    );
    plant.settle(NINE + 2 * HOUR + 2 * MINUTE);
    const print = plant.provesHour(NINE + HOUR);
    expect(print).toMatch(/era 2 \(rollover\)/);
    expect(print).toContain('30 m3 × 12.5 (city-gas-13a) = 375 kWh');
  });
});

describe('an hour with a step in its register', () => {
  it('rolls over between the readings around its boundary', () => {
    const plant = openPlant(main({ scale: { wrapsAt: { num: 100_000n, den: 1n } } }), NINE);
    const shown = minutes(0, 130, 0).map((each, i) => ({
      ...each,
      raw: { count: BigInt((99_106 + i * 10) % 100_000), exp2: 0 },
    }));
    plant.feed(shown);
    plant.settle(NINE + 2 * HOUR + 2 * MINUTE);
    // The register ends between 10:29:07 and 10:30:07.
    expect(plant.eras().map(({ cause }) => cause)).toEqual(['first', 'rollover']);
    const print = plant.provesHour(NINE + HOUR);
    expect(print).toContain('passed     10000 − 9999.6 + 0.6 = 1 kWh');
    expect(print).toMatch(/register .* − 10000 = 0\.\d+ kWh/);
  });

  it('does not know what passed while the meter was exchanged', () => {
    const plant = openPlant(main(), NINE);
    plant.feed([...minutes(0, 99, 500_000), ...minutes(110, 200, 123)]);
    plant.settle(NINE + 3 * HOUR + 2 * MINUTE);
    const print = plant.provesHour(NINE + HOUR);
    expect(print).toContain('passed     not known, counted as 0');
    expect(print).toMatch(
      /estimated: what passed from 2026-11-04T10:38:07\S+ to 2026-11-04T10:50:07\S+ is not known/,
    );
  });

  it('twice in one hour chains three eras', () => {
    const plant = openPlant(main(), NINE);
    plant.feed([...minutes(0, 70, 500_000), ...minutes(70, 75, 100), ...minutes(75, 130, 900_000)]);
    plant.settle(NINE + 2 * HOUR + 2 * MINUTE);
    expect(plant.eras()).toHaveLength(3);
    expect(plant.provesHour(NINE + HOUR)).toContain('era 3 (register-change)');
  });

  it('counts on with another ratio', () => {
    const plant = openPlant(main(), NINE);
    plant.feed(minutes(0, 100, 500_000));
    plant.restart(main({ scale: { unitsPerCount: decimal('0.2') } }));
    plant.feed(minutes(100, 130, 501_000));
    plant.settle(NINE + 2 * HOUR + 2 * MINUTE);
    const print = plant.provesHour(NINE + HOUR);
    expect(print).toMatch(/era 2 \(scale-change\)/);
    expect(print).toContain('× 0.2 =');
  });

  it('counts on through a correction that leaves the ratio alone', () => {
    const plant = openPlant(main(), NINE);
    plant.feed(minutes(0, 100, 500_000));
    plant.restart(main({ scale: { updateMs: 2_000 } }));
    plant.feed(minutes(100, 130, 501_000));
    plant.settle(NINE + 2 * HOUR + 2 * MINUTE);
    expect(plant.provesHour(NINE + HOUR)).toContain('50100 − 50099 = 1 kWh');
  });
});

describe('an hour that was not watched', () => {
  /** No reading from 9:21 to 12:40. */
  const outage = () => {
    const plant = openPlant(main(), NINE);
    plant.feed([...minutes(0, 21, 500_000), ...minutes(220, 250, 503_217)]);
    return plant;
  };

  it('takes its share of the total that the register kept', () => {
    const plant = outage();
    plant.settle(NINE + 4 * HOUR + 8 * MINUTE);
    for (let hour = 1; hour < 4; hour++) {
      const print = plant.provesHour(NINE + hour * HOUR);
      expect(print).toMatch(/estimated: bound .* > max\(.*\); bracket 12000000 ms > 3600000 ms/);
      expect(print).toMatch(/unwatched +2026-11-04T09:20:07\+09:00 … 2026-11-04T12:40:07\+09:00/);
    }
    expect(plant.provesHour(NINE + 2 * HOUR)).toContain('0: 1800000 ms of 1800000 ms not watched');
  });

  it('is interpolated over a stretch shorter than an hour', () => {
    const plant = openPlant(main(), NINE);
    plant.feed([...minutes(0, 85, 500_000), ...minutes(100, 140, 500_900)]);
    plant.settle(NINE + 2 * HOUR + 2 * MINUTE);
    expect(plant.provesHour(NINE + HOUR)).toMatch(/interpolated: bound .*; bracket 960000 ms ≤ 3600000 ms/);
  });

  it('is missing until a later reading has come, then written anew', () => {
    const plant = openPlant(main(), NINE);
    plant.feed(minutes(0, 75, 500_000));
    plant.settle(NINE + 3 * HOUR + 2 * MINUTE);
    const print = plant.provesHour(NINE + HOUR);
    expect(print).toContain(
      'missing: no reading yet that is surely from after 2026-11-04T10:30:00+09:00; newest accepted reading 2026-11-04T10:14:07+09:00',
    );
    expect(plant.provesHour(NINE + 2 * HOUR)).toMatch(/ {4}quantity +not known\n/);

    plant.feed(minutes(200, 230, 502_000));
    expect(plant.explain(NINE + HOUR)).toContain('written before the evidence above came');
    plant.settle(NINE + 4 * HOUR);
    const anew = plant.provesHour(NINE + HOUR);
    expect(anew).toMatch(/message \d+, revision 1\n(?:.*\n)+? {4}said +not known, missing/);
    expect(anew).toMatch(/message \d+, revision 2\n(?:.*\n)+? {4}said +\d\S+ kWh/);
  });

  it('begins with the opening reading where the channel does', () => {
    const plant = openPlant(main(), NINE);
    plant.feed(minutes(70, 140, 500_000));
    plant.settle(NINE + 3 * HOUR);
    const print = plant.provesHour(NINE + HOUR);
    expect(print).toContain('estimated: the channel opened at 2026-11-04T10:10:07+09:00: counted from there');
    expect(print).toMatch(/unwatched +2026-11-04T10:00:00\+09:00 … 2026-11-04T10:10:07\+09:00/);
    expect(plant.provesHour(NINE)).toContain('missing: the channel opened only at');
  });

  it('begins with the opening reading in its second half, too', () => {
    const plant = openPlant(main(), at('2026-11-04T10:40:00+09:00'));
    plant.feed(minutes(100, 140, 500_000));
    plant.settle(NINE + 3 * HOUR);
    expect(plant.provesHour(NINE + HOUR)).toContain('0: the channel had not begun');
  });

  it('says so of a channel that was never read', () => {
    const plant = openPlant(main(), NINE);
    plant.settle(NINE + 2 * HOUR);
    expect(plant.provesHour(NINE)).toContain('missing: the channel has not been read yet');
  });
});

describe('pulses that the gateway counts', () => {
  const pulses = specWith({
    channel: 'gas-volume',
    unit: 'm3',
    role: 'gas',
    keptBy: 'gateway',
    ratedPerHour: decimal('60'),
    kwhPerUnit: null,
    scale: { unitsPerCount: decimal('1') },
  });
  const counted = (from: number, to: number, first: number) =>
    Array.from({ length: to - from }, (_, i) =>
      reading(NINE + (from + i) * MINUTE, first + Math.floor(i / 3)),
    );
  /** Not watched 9:45–10:45 and 11:10–11:27. */
  const interrupted = () => {
    const plant = openPlant(pulses, NINE);
    plant.feed([...counted(0, 46, 0), ...counted(105, 131, 15), ...counted(147, 200, 24)]);
    return plant;
  };

  it('are missing where nobody watched, until two dial readings say what passed', () => {
    const plant = interrupted();
    plant.settle(NINE + 3 * HOUR + 20 * MINUTE);
    const before = plant.provesHour(NINE);
    expect(before).toContain('missing: the gateway counts this register');
    expect(before).toContain('counted 15 − 10 = 5 m3');

    plant.dial(micro('7000'), NINE + MINUTE);
    plant.dial(micro('7059.7'), NINE + 2 * HOUR + 50 * MINUTE);
    plant.dial(micro('7066'), NINE + 3 * HOUR + 10 * MINUTE);
    plant.settle(NINE + 3 * HOUR + 21 * MINUTE);
    for (let hour = 0; hour < 3; hour++) {
      const print = plant.provesHour(NINE + hour * HOUR);
      expect(print).toContain(
        'estimated: the gateway did not watch all of the slot; dial readings say what passed',
      );
      expect(print).toMatch(/unseen +\(7059\.7 − 7000\) − \(\d+ − 0\) = \d/);
    }
    expect(plant.provesHour(NINE + 2 * HOUR)).toMatch(/dial readings .*\n(?:.*\n)+\n {2}dial readings/);
  });

  it('are not smoothed, and have no kWh without a factor', () => {
    const plant = interrupted();
    plant.settle(NINE + 3 * HOUR + 20 * MINUTE);
    const print = plant.explain(NINE);
    expect(print).toContain('counted pulses are not interpolated');
    expect(print).toContain('no factor known');
  });
});

describe('the coefficient', () => {
  const DATE = '2026-11-04';
  const weighed = () => {
    const plant = openPlant(main(), NINE);
    plant.feed(minutes(0, 130, 500_000));
    plant.settle(NINE + 2 * HOUR + 2 * MINUTE);
    return plant;
  };
  const NOW = NINE + 3 * HOUR;

  it('is told as it was decided, and what has come since apart from it', () => {
    const plant = weighed();
    plant.arrives({}, NOW);
    const waiting = plant.provesHour(NINE + HOUR);
    expect(waiting).toMatch(/why +2026-11-04 10:00–11:00 JST, kyushu: no document speaks for this date yet/);
    expect(waiting).toMatch(
      /later +2026-11-04 .*kyushu-2026-11 revision 1;.*\n +the hour will be weighed again/,
    );

    plant.settle(NOW);
    const confirmed = plant.provesHour(NINE + HOUR);
    expect(confirmed).toMatch(
      /why +2026-11-04 .*nothing is announced for this hour in kyushu-2026-11 revision 1/,
    );
    expect(confirmed).toMatch(
      /document +kyushu-2026-11, revision 1, received \S+\n.*example\.test.*\n +sha256 [0-9a-f]{64}/,
    );
    expect(confirmed).not.toMatch(/^ {4}later/m);

    plant.arrives({ revision: 2, curtailmentDays: [DATE] }, NOW + MINUTE);
    const held = plant.provesHour(NINE + HOUR);
    expect(held).toMatch(/why +.*kyushu-2026-11 revision 1; fy2023 weighs it with 9\.4/);
    expect(held).toMatch(/later +.*kyushu-2026-11 revision 2; fy2023 weighs it with 3\.6/);

    plant.settle(NOW + 2 * MINUTE);
    expect(plant.provesHour(NINE + HOUR)).toMatch(
      /why +.*kyushu-2026-11 revision 2; fy2023 weighs it with 3\.6/,
    );
    expect(plant.explain(NINE + HOUR, 'ja')).toMatch(
      /理由 +2026-11-04 10:00–11:00 JST, kyushu: kyushu-2026-11 第 2 版ではこの時間に再エネ出力制御の発表あり。fy2023 により 3\.6 MJ\/kWh/,
    );
  });

  it('is not there yet, and the print says so; once it is there, MJ follow the kWh at once', () => {
    const plant = openPlant(main(), NINE);
    plant.feed([...minutes(0, 115, 500_000), ...minutes(124, 140, 501_240)]);
    plant.settle(NINE + 2 * HOUR + 5 * MINUTE, ['close']);
    expect(plant.explain(NINE + HOUR)).toMatch(/coefficient\n {4}value +none yet: the hour will be weighed/);
    plant.settle(NOW);
    plant.provesHour(NINE + HOUR);

    plant.feed([reading(NINE + BESIDE + 118 * MINUTE, 501_145)], NOW);
    expect(plant.explain(NINE + HOUR)).toMatch(/quantity +\S+ kWh\n +written before the evidence above came/);
    plant.settle(NOW, ['close']);
    expect(plant.provesHour(NINE + HOUR)).toMatch(
      /kWh × 9\.4 = \S+ MJ\n(?:.*\n)+? {4}later +the hour says something else by now/,
    );
    plant.settle(NOW);
    plant.provesHour(NINE + HOUR);
  });
});

it('a factor that the site file gives another value since is no reason for the kWh that were written', () => {
  const steam: SpecChange = { channel: 'steam-mass', unit: 't', role: 'steam', kwhPerUnit: decimal('750') };
  const plant = openPlant(specWith(steam), NINE);
  plant.feed(minutes(0, 130, 0, 1));
  plant.settle(NINE + 2 * HOUR + 2 * MINUTE);
  expect(plant.provesHour(NINE + HOUR)).toContain('6 t × 750 = 4500 kWh');
  plant.restart(specWith({ ...steam, kwhPerUnit: decimal('760') }));
  expect(plant.explain(NINE + HOUR)).toMatch(
    /kWh +4500 kWh\n +written with another factor; the site file now says 760/,
  );
});

describe('the messages', () => {
  it('are all told: refused, waiting, acknowledged, due', () => {
    const plant = openPlant(main(), NINE);
    plant.feed(minutes(0, 130, 500_000));
    plant.settle(NINE + 2 * HOUR + 2 * MINUTE);
    const seqs = plant
      .messages()
      .filter(({ revision }) => revision === 1)
      .map(({ seq }) => seq);
    const [, seq = 0] = seqs;
    const broker = plant.broker(NINE + 3 * HOUR);
    broker.refused(seq, '0x87 not authorized');
    broker.acknowledged(seqs);
    plant.arrives({ curtailmentDays: ['2026-11-04'] }, NINE + 3 * HOUR);
    plant.settle(NINE + 3 * HOUR, ['weigh']);
    const due = plant.provesHour(NINE);
    expect(due).toMatch(
      /fate +acknowledged 2026-11-04T12:00:00\+09:00\n {4}later +the hour says something else by now/,
    );

    plant.settle(NINE + 3 * HOUR);
    const print = plant.provesHour(NINE + HOUR);
    expect(print).toContain(`message ${seq}, revision 1\n    topic      hour/main/energy-import → event`);
    expect(print).toMatch(
      /fate +refused by the broker \(0x87 not authorized\); an event stands in its place\n +acknowledged/,
    );
    expect(print).toMatch(/revision 2\n(?:.*\n)+? {4}fate +waiting for the broker/);
    expect(print).not.toContain('says something else by now');
    plant.sameNumbers(NINE + HOUR);
  });
});

describe('an hour whose messages are past their retention', () => {
  it('is proven as before, and says up to which revision it was sent', () => {
    const plant = openPlant(main(), NINE);
    plant.feed(minutes(0, 130, 1_000));
    plant.settle(NINE + 2 * HOUR + 2 * MINUTE);
    const days = (count: number) => instant(NINE + count * 24 * HOUR);
    plant.store.write(() => plant.store.outbox.acknowledge(1, plant.store.outbox.lastSeq(), days(0)));
    const purger = createPurger({ store: plant.store, readingsDays: 35, messagesDays: 35 });
    while (purger.run(days(36)));
    const print = plant.provesHour(NINE + HOUR);
    expect(print).toContain('message sent up to revision 1; past their retention, deleted');
  });
});
