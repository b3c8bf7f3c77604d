/**
 * documents + rules → the coefficient of each hour of the site. A bucket that was closed makes sure of its hour's
 * coefficient; documents and rules are looked at again by hour, whatever the number of meters. MJ follow when a bucket
 * is read. Safe to repeat: the decision depends on documents, rules and the hour alone.
 */
import { createHash } from 'node:crypto';
import { type Decider, prepare, sameCoefficient } from '../domain/coefficients/decide.ts';
import type { Coefficient, CoefficientDocument, CoefficientRules } from '../domain/coefficients/types.ts';
import { WEIGHINGS, weighingOf } from '../domain/hour.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import type { EpochMs } from '../domain/time.ts';
import type { QueuedHour } from '../store/coefficient-rows.ts';
import type { WorkItem } from '../store/hour-rows.ts';
import type { Store } from '../store/store.ts';

/** Buckets in one step. */
const BATCH = 500;
/** Hours of the site in one step: a few milliseconds. */
const HOURS = 1_000;

const RULES = 'rules';

/** Rationals as text: JSON knows no BigInt. */
const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}` : value);

/**
 * Another grid area, method, rule set or edition of the rules weighs the past anew: every hour is looked at again, and the
 * buckets of those that come out different are sent again.
 */
export function weighAgainIfRulesChanged(store: Store, rules: CoefficientRules): void {
  const text = JSON.stringify(
    [rules.area, rules.ruleSetChoice, rules.methods ?? [], [...rules.ruleSets]],
    plain,
  );
  const digest = createHash('sha256').update(text).digest('hex');
  const known = store.facts.get(RULES);
  if (known === digest) return;
  store.write(() => {
    if (known !== null) store.hourWork.weighWithin(0, Number.MAX_SAFE_INTEGER);
    store.facts.put(RULES, digest);
  });
}

/** A channel with another role weighs otherwise, and its messages say the role: all its buckets are looked at again. */
function keepRoles(store: Store, specs: ReadonlyMap<number, ChannelSpec>): void {
  for (const [id, { role, weighed }] of store.roles.all()) {
    const spec = specs.get(id);
    const weighing = spec && weighingOf(spec);
    if (!spec || weighing === undefined || (spec.role === role && weighing === weighed)) continue;
    store.roles.put(id, spec.role, weighing);
    store.work.addAllOf('weigh', id);
  }
}

export function createWeigher(deps: {
  readonly store: Store;
  readonly rules: CoefficientRules;
  readonly specs: ReadonlyMap<number, ChannelSpec>;
}) {
  const { store, rules, specs } = deps;
  let rolesKept = false;
  let prepared: { readonly documents: readonly CoefficientDocument[]; readonly decider: Decider } | null =
    null;

  function deciderNow(): Decider {
    const documents = store.documents.inForce(rules.area);
    if (prepared?.documents !== documents)
      prepared = { documents, decider: prepare({ ...rules, documents }) };
    return prepared.decider;
  }

  /** @param known what the hour weighed so far; null where it was never weighed */
  function weighHour(decider: Decider, startMs: EpochMs, known: Coefficient | null): void {
    const coefficient = decider.coefficientOf(startMs);
    if (known && sameCoefficient(known, coefficient)) return;
    store.coefficients.put(startMs, coefficient);
    // Buckets of an hour that was never weighed bring themselves on to the outbox.
    if (known) store.hourWork.add('send', startMs);
  }

  function weighBuckets(decider: Decider, items: readonly WorkItem[]): void {
    for (const item of items) {
      const spec = specs.get(item.channelId);
      if (!spec) continue;
      if (weighingOf(spec) !== WEIGHINGS.none)
        weighHour(decider, item.startMs, store.coefficients.find(item.startMs));
      store.work.add('send', item);
    }
    const last = items.at(-1);
    if (last) store.work.doneTo('weigh', last);
  }

  function weighHours(decider: Decider, hours: readonly QueuedHour[]): void {
    for (const { startMs, coefficient } of hours) weighHour(decider, startMs, coefficient);
    const last = hours.at(-1);
    if (last) store.hourWork.doneTo('weigh', last.startMs);
  }

  return {
    /** One bounded step. @returns whether there may be more to do at once */
    run(): boolean {
      if (!rolesKept) store.write(() => keepRoles(store, specs));
      rolesKept = true;
      // All of it can be decided again: what a power cut takes of it is still queued.
      return store.writeSoon(() => {
        const buckets = store.work.take('weigh', BATCH);
        const hours = store.hourWork.toWeigh(HOURS);
        if (buckets.length + hours.length === 0) return false;
        const decider = deciderNow();
        weighBuckets(decider, buckets);
        weighHours(decider, hours);
        return buckets.length === BATCH || hours.length === HOURS;
      });
    },
  };
}
