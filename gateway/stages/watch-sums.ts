/**
 * hour buckets → hints. Once an hour is closed for a meter and for all that hang below it, what they show is compared.
 * How far that went is a row. Hours that change later are not compared again.
 */
import { resolutionMicro } from '../domain/ledger/register.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { formatMicro } from '../domain/rational.ts';
import { type EpochMs, HOUR_MS, type HourGrid, instant, plus } from '../domain/time.ts';
import { type HourOf, judgeSum } from '../domain/validation/sub-sums.ts';
import type { Store } from '../store/store.ts';
import type { HintBook } from './hint-book.ts';

/** An hour is compared so long after its end, ms: it is published by then. */
const AFTER_MS = 300_000;
/** Hours further back are not looked at after a stop, ms. */
const BACK_MS = 48 * HOUR_MS;

interface Family {
  readonly spec: ChannelSpec;
  readonly below: readonly ChannelSpec[];
}

const KEY = 'sums-compared';

export function createSumWatch(deps: {
  readonly store: Store;
  readonly grid: HourGrid;
  readonly specs: ReadonlyMap<number, ChannelSpec>;
  readonly meters: readonly { readonly id: string; readonly parent: string | null }[];
  readonly hints: HintBook;
}) {
  const { store, grid, hints } = deps;
  const idOf = new Map([...deps.specs].map(([id, spec]) => [spec, id]));
  const specs = [...deps.specs.values()];
  const families: Family[] = specs.flatMap((spec) => {
    const children = new Set(deps.meters.filter(({ parent }) => parent === spec.meter).map(({ id }) => id));
    const below = specs.filter(({ meter, channel }) => children.has(meter) && channel === spec.channel);
    return below.length === 0 || spec.channel === 'energy-export' ? [] : [{ spec, below }];
  });

  function hourOf(spec: ChannelSpec, startMs: EpochMs): HourOf | null {
    const id = idOf.get(spec);
    const row = id === undefined ? null : store.hours.find(id, startMs);
    const head = id === undefined ? null : store.readings.head(id);
    if (!row || !head) return null;
    const resolution = resolutionMicro(head.reading.raw, spec.scale);
    return { quality: row.quality, quantityMicro: row.quantityMicro, resolutionMicro: resolution };
  }

  function compare({ spec, below }: Family, startMs: EpochMs, nowMs: EpochMs): void {
    const own = hourOf(spec, startMs);
    const theirs = below.map((each) => hourOf(each, startMs));
    if (!own || theirs.some((each) => each === null)) return;
    const verdict = judgeSum(own, theirs as HourOf[]);
    if (verdict.kind === 'fits') hints.end(spec.meter, 'sub-meters-exceed', spec.channel, nowMs);
    if (verdict.kind !== 'exceeds') return;
    const about = {
      since: grid.iso(startMs).slice(0, 16).replace('T', ' '),
      sum: formatMicro(verdict.sumMicro),
      own: formatMicro(verdict.ownMicro),
      unit: spec.unit,
      meters: below.map(({ meter }) => meter).join(', '),
    };
    hints.begin(spec.meter, { code: 'sub-meters-exceed', channel: spec.channel, about }, startMs, nowMs);
  }

  return {
    /** One hour a step. @returns whether more is to be done */
    run(nowMs: EpochMs): boolean {
      if (families.length === 0) return false;
      const last = grid.hourOf(instant(nowMs - HOUR_MS - AFTER_MS));
      const said = Number(store.facts.get(KEY) ?? last - HOUR_MS);
      // A clock that ran ahead was set back.
      const compared = said > last ? last - HOUR_MS : said;
      const next = grid.hourOf(plus(instant(Math.max(compared, last - BACK_MS)), HOUR_MS));
      if (next > last) return false;
      for (const family of families) compare(family, next, nowMs);
      store.write(() => store.facts.put(KEY, String(next)));
      return next < last;
    },
  };
}
