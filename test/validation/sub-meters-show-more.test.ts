/** Σ of the meters below against the meter above, hour by hour: the mistake of a CT ratio shows in no single meter. */
import { expect, it } from 'vitest';
import { instant } from '../../gateway/domain/time.ts';
import { hintText } from '../../gateway/domain/validation/hints.ts';
import { hourGrid } from '../../gateway/platform/hour-grid.ts';
import { createAcceptor } from '../../gateway/stages/accept-readings.ts';
import { createHourCloser } from '../../gateway/stages/close-hours.ts';
import { createHintBook } from '../../gateway/stages/hint-book.ts';
import { createEventSink } from '../../gateway/stages/ledger-events.ts';
import { createSumWatch } from '../../gateway/stages/watch-sums.ts';
import { openStoreInMemory } from '../../gateway/store/store.ts';
import { at, HOUR, MINUTE, reading, specWith } from '../ledger/support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');
const METERS = [
  { id: 'main', parent: null },
  { id: 'press', parent: 'main' },
  { id: 'oven', parent: 'main' },
];

/** @param kw what each meter counts in each hour */
function works(kw: readonly Readonly<Record<'main' | 'press' | 'oven', number>>[]) {
  const store = openStoreInMemory();
  const grid = hourGrid('Asia/Tokyo');
  const sender = { site: 'test', gateway: 'g1', generation: 1 };
  const events = createEventSink({ store, grid, sender, topic: 'event' });
  const specs = new Map(
    METERS.map(({ id }) => {
      const row = store.write(() => store.channels.ensure(id, 'energy-import', START, START));
      return [row.id, specWith({ meter: id })] as const;
    }),
  );
  const acceptor = createAcceptor({ store, grid, events, evidenceMs: MINUTE });
  const closer = createHourCloser({ store, grid, specs, active: new Set(specs.keys()) });
  const hints = createHintBook({ store, events, meters: METERS.map(({ id }) => id) });
  const sums = createSumWatch({ store, grid, specs, meters: METERS, hints });
  const counts = { main: 0, press: 0, oven: 0 };
  kw.forEach((each, hour) => {
    for (let minute = 0; minute < 60; minute++) {
      const ms = START + hour * HOUR + minute * MINUTE;
      const readings = [...specs.values()].map((spec) => {
        const meter = spec.meter as keyof typeof counts;
        const count = counts[meter] + Math.floor((each[meter] * 10 * minute) / 60);
        return { spec, reading: reading(ms, count) };
      });
      acceptor.accept(readings, instant(ms));
      while (closer.run(instant(ms)));
      while (sums.run(instant(ms)));
    }
    for (const meter of ['main', 'press', 'oven'] as const) counts[meter] += each[meter] * 10;
  });
  const told = store.outbox.waiting(0, 1_000).map(({ payload }) => JSON.parse(payload));
  return { hints, told: told.filter(({ kind }) => kind === 'sub-meters-exceed') };
}

const right = { main: 300, press: 100, oven: 150 };
/** The CT of the oven is written twice as large as it is. */
const wrong = { main: 300, press: 100, oven: 300 };

it('is told with the hour since which it is so, and when it is over', () => {
  const { told } = works([right, wrong, wrong, right, right]);
  expect(told).toMatchObject([
    { meter: 'main', channel: 'energy-import', detail: { state: 'begins', since: '2026-07-01 10:00' } },
    { meter: 'main', detail: { state: 'ends' } },
  ]);
  expect(told[0].text).toContain('400 against 300 kWh in an hour (press, oven)');
});

it('stands as a hint of the meter above', () => {
  const { hints } = works([right, wrong, wrong]);
  const [hint] = hints.of('main');
  expect(hint && hintText(hint, 'ja')).toContain('下位計器の合計がこの計器を上回っています');
});

it('two per cent are the accuracy of the meters, and one step each their resolution', () => {
  const { told } = works([
    { main: 300, press: 152, oven: 153 },
    { main: 300, press: 152, oven: 153 },
    { main: 0, press: 0, oven: 0 },
  ]);
  expect(told).toEqual([]);
});
