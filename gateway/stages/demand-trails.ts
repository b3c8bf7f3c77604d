/** The trail of a channel out of its rows, so that a period goes on after a restart where the registers have it. */
import { emptyTrail, pointOf, type Trail, type TrailBreak } from '../domain/demand/trail.ts';
import type { Era } from '../domain/ledger/era.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { type EpochMs, type HourGrid, instant, slotOf } from '../domain/time.ts';
import type { Store } from '../store/store.ts';
import { loadChannel, marked } from './channel-book.ts';

/** So far back rows are looked at: a period of an hour and a look back, ms. */
const BACK_MS = 5_400_000;
const BACK_SLOTS = 6;

function breaksOf(
  store: Store,
  id: number,
  spec: ChannelSpec,
  eras: readonly Era[],
  span: Span,
): TrailBreak[] {
  const unresolved = store.eras
    .unresolved(id, span)
    .map((one): TrailBreak => ({ ...one, why: 'register-changed' }));
  const unwatched =
    spec.keptBy === 'gateway'
      ? store.unwatched.touching(id, span).map((one): TrailBreak => ({ ...one, why: 'unwatched' }))
      : [];
  const opening = eras[0]?.opening.atMs;
  const began: TrailBreak[] =
    opening !== undefined && opening >= span.fromMs ? [{ fromMs: opening, toMs: opening, why: 'began' }] : [];
  return [...began, ...unresolved, ...unwatched].sort((a, b) => a.toMs - b.toMs);
}

interface Span {
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
}

/** An empty one while the database knows nothing of the channel. Changes no row. */
export function loadTrail(store: Store, grid: HourGrid, spec: ChannelSpec, nowMs: EpochMs): Trail {
  if (!store.channels.find(spec.meter, spec.channel)) return emptyTrail(spec);
  const { id, eras, state, open } = loadChannel(store, grid, spec, nowMs);
  const head = marked(eras, store.readings.head(id));
  if (!head) return emptyTrail(spec);
  const span: Span = { fromMs: instant(nowMs - BACK_MS), toMs: instant(Math.max(nowMs, head.reading.atMs)) };
  const breaks = breaksOf(store, id, spec, eras, span);
  const rows = store.readings.within(id, span).filter((row) => row.state === 'accepted');
  const known = rows.flatMap((row) => marked(eras, row) ?? []);
  const isHeadThere = known.at(-1)?.reading.atMs === head.reading.atMs;
  const all = isHeadThere || head.reading.atMs < span.fromMs ? known : [...known, head];
  const points = all.map(({ reading, era }) =>
    pointOf(era, reading, breaks.filter(({ toMs }) => toMs <= reading.atMs).length),
  );
  const slot = slotOf(nowMs);
  return {
    spec,
    state,
    last: head,
    open,
    boundaries: store.boundaries.within(id, slot - BACK_SLOTS, slot + 1, eras),
    points,
    breaks,
  };
}
