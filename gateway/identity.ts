/** What this site is, for every part of the gateway: its ledger, its hours, its channels and its rules. */
import { channelSpecs } from '../config/channel-specs.ts';
import { loadRuleSets } from '../config/rule-sets.ts';
import type { SiteConfig } from '../config/types.ts';
import type { CoefficientRules } from './domain/coefficients/types.ts';
import type { ChannelSpec } from './domain/meters.ts';
import type { EventDraft, Sender } from './domain/render.ts';
import type { Clock, EpochMs, HourGrid } from './domain/time.ts';
import { hourGrid } from './platform/hour-grid.ts';
import { workOffSalvage } from './stages/after-salvage.ts';
import { deriveAgainIfFactorsChanged } from './stages/factor-changes.ts';
import { createEventSink, type EventSink } from './stages/ledger-events.ts';
import { formerSpecs, rememberSite, specsById } from './stages/site-facts.ts';
import { weighAgainIfRulesChanged } from './stages/weigh-hours.ts';
import type { Store } from './store/store.ts';
import { type Topics, topicsOf } from './uplink/topics.ts';

export interface Identity {
  readonly site: SiteConfig;
  readonly clock: Clock;
  readonly store: Store;
  readonly startedMs: EpochMs;
  readonly grid: HourGrid;
  readonly topics: Topics;
  readonly sender: Sender;
  /** In the order of the site file. */
  readonly specs: readonly ChannelSpec[];
  /** By channel id, also of meters that have left the site file: their past is still kept right. */
  readonly specsById: ReadonlyMap<number, ChannelSpec>;
  /** Channels of the site file as it is now. */
  readonly active: ReadonlySet<number>;
  readonly rules: CoefficientRules;
  readonly events: EventSink;
}

/** The generation that an event has told of. */
const ANNOUNCED = 'generation-announced';

function newGeneration(generation: number, atMs: EpochMs): EventDraft {
  return {
    kind: 'generation',
    meter: null,
    channel: null,
    atMs,
    text: `A new database begins: generation ${generation}. Its buckets take the place of any with a lower generation.`,
    detail: { generation },
  };
}

/** Makes the channels' rows and writes down the site, so that the database can be read without the site file. */
export function identify(site: SiteConfig, store: Store, clock: Clock): Identity {
  const startedMs = clock.now();
  const grid = hourGrid(site.site.timezone);
  const topics = topicsOf({ site: site.site.id, gateway: site.gateway.id });
  const specs = channelSpecs(site);
  const rules = {
    area: site.site.gridArea,
    ruleSets: loadRuleSets(),
    ruleSetChoice: site.coefficients.ruleSet,
  };
  // One transaction: a new database is announced exactly when it begins.
  const { sender, events } = store.write(() => {
    for (const { meter, channel } of specs)
      store.channels.ensure(meter, channel, startedMs, grid.hourOf(startedMs));
    const generation = store.generation(startedMs);
    const who = { site: site.site.id, gateway: site.gateway.id, generation };
    const sink = createEventSink({ store, sender: who, grid, topic: topics.event });
    if (store.facts.get(ANNOUNCED) !== String(generation)) sink.emit(newGeneration(generation, startedMs));
    store.facts.put(ANNOUNCED, String(generation));
    workOffSalvage({ store, grid, sender: who, events: sink, eventTopic: topics.event }, startedMs);
    sink.flush(startedMs);
    return { sender: who, events: sink };
  });
  const known = [...specs, ...formerSpecs(store, specs)];
  const facts = {
    site: site.site.id,
    siteName: site.site.name,
    gateway: site.gateway.id,
    timezone: site.site.timezone,
    gridArea: rules.area,
    ruleSetChoice: rules.ruleSetChoice,
    specs: known,
  };
  events.write(startedMs, () => {
    deriveAgainIfFactorsChanged(store, specs, events, startedMs);
    rememberSite(store, facts);
  });
  weighAgainIfRulesChanged(store, rules);
  return {
    site,
    clock,
    store,
    startedMs,
    grid,
    topics,
    sender,
    specs,
    specsById: specsById(store, known),
    active: new Set(specsById(store, specs).keys()),
    rules,
    events,
  };
}
