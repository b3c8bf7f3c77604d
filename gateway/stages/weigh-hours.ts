/**
 * hour buckets + coefficients → MJ. Looks again at each hour whose kWh or whose coefficient may have changed.
 * Safe to repeat: the decision depends on documents, rules and the hour alone.
 */
import { createHash } from 'node:crypto';
import { decide } from '../domain/coefficients/decide.ts';
import type { CoefficientDocument, CoefficientRules } from '../domain/coefficients/types.ts';
import { type HourWeight, isWeighed, UNWEIGHED, weigh } from '../domain/hour.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import type { HourRow, WorkItem } from '../store/hour-rows.ts';
import type { Store } from '../store/store.ts';

const BATCH = 500;

const RULES = 'rules';

/** Rationals as text: JSON knows no BigInt. */
const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}` : value);

/**
 * Another grid area, rule set, edition of the rules or role weighs the past anew: every hour is looked at again, and
 * those that come out different are sent again.
 */
export function weighAgainIfRulesChanged(
  store: Store,
  rules: CoefficientRules,
  specs: readonly ChannelSpec[],
): void {
  const roles = specs.map(({ meter, channel, role }) => [meter, channel, role]);
  const text = JSON.stringify([rules.area, rules.ruleSetChoice, [...rules.ruleSets], roles], plain);
  const digest = createHash('sha256').update(text).digest('hex');
  const known = store.facts.get(RULES);
  if (known === digest) return;
  store.write(() => {
    if (known !== null) store.work.addAll('weigh');
    store.facts.put(RULES, digest);
  });
}

export function createWeigher(deps: {
  readonly store: Store;
  readonly rules: CoefficientRules;
  readonly specs: ReadonlyMap<number, ChannelSpec>;
}) {
  const { store, rules, specs } = deps;

  function weightOf(hour: HourRow, spec: ChannelSpec, documents: readonly CoefficientDocument[]): HourWeight {
    if (!isWeighed(spec.role, spec.channel)) return UNWEIGHED;
    const {
      mjPerKwh,
      class: name,
      ruleSet,
      document,
      documentRevision,
      confirmed,
    } = decide({
      ...rules,
      hourStart: hour.startMs,
      documents,
    });
    const energyMicroMj = mjPerKwh === null ? null : weigh(hour.energyMicroKwh, mjPerKwh);
    return { mjPerKwh, class: name, ruleSet, document, documentRevision, confirmed, energyMicroMj };
  }

  function weighOne(item: WorkItem, documents: readonly CoefficientDocument[]): void {
    const spec = specs.get(item.channelId);
    const hour = store.hours.find(item.channelId, item.startMs);
    if (!spec || !hour) return;
    store.hours.putWeight(item.channelId, item.startMs, weightOf(hour, spec, documents));
    store.work.add('send', item);
  }

  return {
    /** One bounded step. @returns whether there may be more to do at once */
    run(): boolean {
      return store.write(() => {
        const items = store.work.take('weigh', BATCH);
        if (items.length === 0) return false;
        const documents = store.documents.inForce(rules.area);
        for (const item of items) {
          weighOne(item, documents);
          store.work.done('weigh', item);
        }
        return items.length === BATCH;
      });
    },
  };
}
