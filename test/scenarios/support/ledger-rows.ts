/** All rows of one channel, and what adds up over them. */
import { filledWithin } from '../../../gateway/domain/ledger/dial.ts';
import type { Era } from '../../../gateway/domain/ledger/era.ts';
import type { Reading } from '../../../gateway/domain/ledger/register.ts';
import type { ChannelSpec } from '../../../gateway/domain/meters.ts';
import { type EpochMs, instant, slotOf } from '../../../gateway/domain/time.ts';
import { slotsOf } from '../../../gateway/stages/close-hours.ts';
import { rounded } from '../../ledger/support/checks.ts';
import type { PlayedScenario } from './playing.ts';

const EVER = { fromMs: instant(0), toMs: instant(8_000_000_000_000) };

export function ledgerRows({ store }: PlayedScenario, id: number, spec: ChannelSpec) {
  const eras = store.eras.of(id);
  const boundaries = store.boundaries.within(id, 0, 10_000_000, eras);
  const answers = store.corrections.fillsTouching(id, EVER);
  const first = eras[0];
  const newest = boundaries.at(-1);
  const fromSlot = first ? slotOf(first.opening.atMs) : 0;
  return {
    id,
    spec,
    eras,
    /** What answers of people add before an instant, micro-units. */
    answeredBefore: (atMs: EpochMs): bigint => filledWithin(answers, { fromMs: EVER.fromMs, toMs: atMs }),
    boundaries,
    bySlot: new Map(boundaries.map((boundary) => [boundary.slot, boundary])),
    accepted: store.readings.within(id, EVER).filter(({ state }) => state === 'accepted'),
    /** From the one in which the channel begins to the newest boundary. */
    slots: newest ? slotsOf(store, id, spec, fromSlot, newest.slot - fromSlot) : [],
    hours: store.hours.within(id, EVER.fromMs, EVER.toMs),
    microOf: (era: Era, reading: Reading): bigint => rounded(reading.raw, era.scale.unitsPerCount),
  };
}

export type LedgerRows = ReturnType<typeof ledgerRows>;
