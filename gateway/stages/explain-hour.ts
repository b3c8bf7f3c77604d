/** Gathers the rows that one hour bucket was made of. */
import { decide } from '../domain/coefficients/decide.ts';
import type { RuleSet } from '../domain/coefficients/types.ts';
import type { Explanation } from '../domain/explain.ts';
import { isWeighed } from '../domain/hour.ts';
import type { Slot } from '../domain/ledger/slot.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { type EpochMs, slotOf } from '../domain/time.ts';
import type { Store } from '../store/store.ts';
import { slotsOf } from './close-hours.ts';
import type { SiteFactsRow } from './site-facts.ts';

/** Null when there is no such bucket. */
export function explainHour(
  store: Store,
  facts: SiteFactsRow,
  ruleSets: ReadonlyMap<string, RuleSet>,
  spec: ChannelSpec,
  hourStart: EpochMs,
): Explanation | null {
  const channel = store.channels.find(spec.meter, spec.channel);
  const bucket = channel ? store.hours.find(channel.id, hourStart) : null;
  if (!channel || !bucket) return null;
  const slot = slotOf(hourStart);
  const document = store.documents
    .all()
    .find(
      ({ parsed }) =>
        parsed.area === facts.gridArea &&
        parsed.document === bucket.document &&
        parsed.revision === bucket.documentRevision,
    );
  const input = { area: facts.gridArea, hourStart, ruleSets, ruleSetChoice: facts.ruleSetChoice };
  return {
    spec,
    bucket,
    revision: bucket.revision,
    generation: Number(store.facts.get('generation') ?? 0),
    slots: slotsOf(store, channel.id, spec, slot, 2) as [Slot, Slot],
    boundaries: store.boundaries.within(channel.id, slot, slot + 2, store.eras.of(channel.id)),
    coefficientWhy: isWeighed(spec.role, spec.channel)
      ? decide({ ...input, documents: store.documents.inForce(facts.gridArea) }).why
      : null,
    document: document
      ? { source: document.source, sha256: document.sha256, receivedAtMs: document.receivedAtMs }
      : null,
    messages: store.outbox.ofHour(channel.id, hourStart),
  };
}
