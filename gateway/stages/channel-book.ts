/**
 * What the accepting stage remembers of a channel: a copy of its rows, loaded from them at start and after a failed
 * transaction, and what the rows still lack.
 */
import { type ChannelState, EMPTY_CHANNEL } from '../domain/ledger/accept.ts';
import { type Marked, type OpenBoundary, slotsWithin } from '../domain/ledger/boundary.ts';
import type { Era } from '../domain/ledger/era.ts';
import type { Reading } from '../domain/ledger/register.ts';
import { type Pace, paceMicro, paceOf } from '../domain/ledger/steady.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { boundaryAt, type EpochMs, type HourGrid, instant, plus } from '../domain/time.ts';
import { sameScale } from '../store/rows.ts';
import type { Store } from '../store/store.ts';

/** The everyday case (steady.ts) applies: one era with the scale of the site file, nothing pending, nothing open. */
export interface Steady {
  readonly pace: Pace;
  lastMicro: bigint;
}

export interface Channel {
  readonly id: number;
  readonly spec: ChannelSpec;
  /** The hour its buckets begin with. */
  readonly firstHourMs: EpochMs;
  readonly eras: Era[];
  state: ChannelState;
  /** Boundaries passed but not yet bracketed from above. */
  open: readonly OpenBoundary[];
  /** Null while only accept.ts may judge. */
  steady: Steady | null;
  /** Accepted readings that are evidence and not yet rows. */
  unwritten: { readonly reading: Reading; readonly era: number }[];
}

export function marked(
  eras: readonly Era[],
  row: { reading: Reading; era: number | null } | null,
): Marked | null {
  const era = row?.era ? eras[row.era - 1] : undefined;
  return row && era ? { reading: row.reading, era } : null;
}

/** To be called whenever the state was changed by accept.ts: decides whether the everyday rule may go on. */
export function settle(channel: Channel): void {
  const { era, last, pending } = channel.state;
  channel.steady = null;
  if (!era || !last || pending.length > 0 || channel.open.length > 0) return;
  if (!sameScale(era.scale, channel.spec.scale)) return;
  const pace = paceOf({ ...channel.spec, scale: era.scale });
  channel.steady = { pace, lastMicro: paceMicro(last, pace) };
}

export function loadChannel(store: Store, grid: HourGrid, spec: ChannelSpec, firstAtMs: EpochMs): Channel {
  const row = store.channels.ensure(spec.meter, spec.channel, firstAtMs, grid.hourOf(firstAtMs));
  const { id } = row;
  const eras = store.eras.of(id);
  const channel: Channel = {
    id,
    spec,
    firstHourMs: grid.hourOf(row.sinceMs),
    eras,
    state: EMPTY_CHANNEL,
    open: [],
    steady: null,
    unwritten: [],
  };
  const head = marked(eras, store.readings.head(id));
  if (!head) return channel;
  const pending = store.readings.pendingAfter(id, head.reading.atMs);
  channel.state = { era: head.era, last: head.reading, pending };
  channel.open = openBoundaries(store, channel, head);
  settle(channel);
  return channel;
}

function openBoundaries(store: Store, { id, eras }: Channel, head: Marked): OpenBoundary[] {
  const closedMs = store.boundaries.newestMs(id);
  const firstOpenMs = closedMs === null ? (eras[0] as Era).opening.atMs : closedMs + 1;
  return slotsWithin(instant(firstOpenMs), plus(head.reading.atMs, 1)).flatMap((slot) => {
    const lower = marked(eras, store.readings.acceptedAtOrBefore(id, boundaryAt(slot)));
    const upper = marked(eras, store.readings.acceptedAtOrAfter(id, boundaryAt(slot)));
    return lower && upper ? [{ slot, lower, upper }] : [];
  });
}
