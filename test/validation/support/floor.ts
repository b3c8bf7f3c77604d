/** Meters on simulated time, watched for what their figures say about them. */
import type { ChannelName, GaugeName, Role } from '../../../gateway/domain/meters.ts';
import type { MeterPoll } from '../../../gateway/domain/ports.ts';
import { rational } from '../../../gateway/domain/rational.ts';
import { instant } from '../../../gateway/domain/time.ts';
import { hourGrid } from '../../../gateway/platform/hour-grid.ts';
import { createHintBook } from '../../../gateway/stages/hint-book.ts';
import { createEventSink } from '../../../gateway/stages/ledger-events.ts';
import { createValueWatch } from '../../../gateway/stages/watch-values.ts';
import { openStoreInMemory, type Store } from '../../../gateway/store/store.ts';
import { at, SECOND, type SpecChange, specWith } from '../../ledger/support/ledger.ts';

export const START = at('2026-07-01T09:00:00+09:00');

export interface FloorMeter {
  readonly role?: Role;
  readonly parent?: string;
  readonly channels?: readonly ChannelName[];
  readonly spec?: SpecChange;
}

export interface Shown {
  readonly gauges?: Readonly<Partial<Record<GaugeName, number>>>;
  /** Counts of 0.1 kWh. */
  readonly counts?: Readonly<Partial<Record<ChannelName, number>>>;
}

/** @param named 600 kW meters of 0.1 kWh steps unless told otherwise */
export function openFloor(
  named: Readonly<Record<string, FloorMeter>>,
  options: { readonly siteGenerates?: boolean; readonly store?: Store } = {},
) {
  const store = options.store ?? openStoreInMemory();
  const grid = hourGrid('Asia/Tokyo');
  const events = createEventSink({
    store,
    grid,
    sender: { site: 'test', gateway: 'g1', generation: 1 },
    topic: 'event',
  });
  const ids = Object.keys(named);
  const specs = ids.flatMap((meter) =>
    (named[meter]?.channels ?? ['energy-import']).map((channel) =>
      specWith({ ...named[meter]?.spec, meter, channel }),
    ),
  );
  const meters = ids.map((id) => ({
    id,
    parent: named[id]?.parent ?? null,
    role: named[id]?.role ?? ('sub' as const),
    channels: named[id]?.channels ?? (['energy-import'] as const),
    ratedPerHour: rational(600n),
    siteGenerates: options.siteGenerates ?? false,
  }));
  const open = () => {
    const hints = createHintBook({ store, events, meters: ids });
    return { hints, watch: createValueWatch({ meters, specs, grid, hints }) };
  };
  let { hints, watch } = open();

  function note(meter: string, second: number, { gauges = {}, counts = {} }: Shown): void {
    const atMs = instant(START + second * SECOND);
    const poll: MeterPoll = {
      meter,
      atMs,
      registers: Object.entries(counts).map(([channel, count]) => ({
        channel: channel as ChannelName,
        raw: { count: BigInt(count), exp2: 0 },
        sinceMs: atMs,
        atMs,
      })),
      gauges: Object.entries(gauges).map(([gauge, value]) => ({
        gauge: gauge as GaugeName,
        value,
        unit: '1',
        atMs,
      })),
      fault: null,
    };
    watch.note(poll);
  }

  return {
    store,
    note,
    /** One poll in ten seconds. */
    watchFor(meter: string, from: number, to: number, shown: (second: number) => Shown): void {
      for (let second = from; second < to; second += 10) note(meter, second, shown(second));
    },
    restart(): void {
      ({ hints, watch } = open());
    },
    hints: (meter: string) => hints.of(meter),
    codes: (meter: string) => hints.of(meter).map(({ code }) => code),
    events: () =>
      store.outbox.waiting(0, 1_000).map(({ payload }) => {
        const { kind, meter, detail, text } = JSON.parse(payload);
        return { kind, meter, state: detail.state, hint: detail.hint, text };
      }),
  };
}
