/** What this site is, for every part of the gateway: its ledger, its hours, its channels and its rules. */
import { channelSpecs } from '../config/channel-specs.ts';
import { loadRuleSets } from '../config/rule-sets.ts';
import type { SiteConfig } from '../config/types.ts';
import type { CoefficientRules } from './domain/coefficients/types.ts';
import type { ChannelSpec } from './domain/meters.ts';
import type { EventDraft, Sender } from './domain/render.ts';
import { type Clock, type EpochMs, type HourGrid, instant } from './domain/time.ts';
import { hourGrid } from './platform/hour-grid.ts';
import { workOffSalvage } from './stages/after-salvage.ts';
import { deriveAgainIfFactorsChanged } from './stages/factor-changes.ts';
import { STEP_MS } from './stages/judge-clock.ts';
import { createEventSink, type EventSink } from './stages/ledger-events.ts';
import { formerSpecs, rememberSite, specsById } from './stages/site-facts.ts';
import { weighAgainIfRulesChanged } from './stages/weigh-hours.ts';
import { SALVAGED_FACT } from './store/salvage.ts';
import type { Store } from './store/store.ts';
import { type Topics, topicsOf } from './uplink/topics.ts';

export interface Identity {
  readonly site: SiteConfig;
  readonly clock: Clock;
  readonly store: Store;
  /** When the gateway was started; by a clock that is not set yet until it has begun. */
  readonly startedMs: EpochMs;
  readonly grid: HourGrid;
  readonly topics: Topics;
  /** Its generation is 0 while a new database waits for the time. */
  readonly sender: Sender;
  /** In the order of the site file. */
  readonly specs: readonly ChannelSpec[];
  /** By channel id, also of meters that have left the site file: their past is still kept right. */
  readonly specsById: ReadonlyMap<number, ChannelSpec>;
  /** Channels of the site file as it is now. */
  readonly active: ReadonlySet<number>;
  readonly rules: CoefficientRules;
  readonly events: EventSink;
  /** Whether anything was stamped yet. */
  begun(): boolean;
  /** To be called when the time is known. Writes down what this site is from now on; the second time it does nothing. */
  begin(): void;
}

/**
 * What a part must know beside this gateway's identity. When it was started and its generation may be known only later,
 * so they are asked for each time: a plain copy would keep what they were when the part was made.
 */
export function asMe<More extends object>(
  me: Identity,
  more: More,
): Omit<Identity, keyof More> & More & { readonly generation: number } {
  return Object.defineProperties(
    { ...me, ...more, generation: 0 },
    {
      startedMs: { get: () => me.startedMs, enumerable: true },
      generation: { get: () => me.sender.generation, enumerable: true },
    },
  );
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

/** When the database was found damaged and began anew, epoch ms. */
export const SALVAGED_AT = 'salvaged-at';

/** Whether the clock shows a time that can be written down; a finer judgement comes with the first turn. */
function isTimely(store: Store, clock: Clock): boolean {
  const newestMs = Math.max(0, ...store.readings.heads().map(({ atMs }) => atMs));
  return clock.trust() !== 'untrusted' && newestMs - clock.now() <= STEP_MS;
}

/**
 * Makes the channels' rows and writes down the site, so that the database can be read without the site file; with a
 * clock that is not set, all of that waits for {@link Identity.begin} and nothing is written.
 */
export function identify(site: SiteConfig, store: Store, clock: Clock): Identity {
  const started = { wallMs: clock.now(), steadyMs: clock.monotonicMs() };
  const grid = hourGrid(site.site.timezone);
  const topics = topicsOf({ site: site.site.id, gateway: site.gateway.id });
  const specs = channelSpecs(site);
  const rules = {
    area: site.site.gridArea,
    ruleSets: loadRuleSets(),
    ruleSetChoice: site.coefficients.ruleSet,
    methods: site.coefficients.methods,
  };
  const sender = {
    site: site.site.id,
    gateway: site.gateway.id,
    generation: store.knownGeneration() ?? 0,
  };
  const events = createEventSink({ store, sender, grid, topic: topics.event });
  const known = [...specs, ...formerSpecs(store, specs)];
  const channels = { all: new Map<number, ChannelSpec>(), active: new Set<number>() };
  let startedMs = started.wallMs;
  let begun = false;

  function findChannels(): void {
    for (const [id, spec] of specsById(store, known)) channels.all.set(id, spec);
    for (const id of specsById(store, specs).keys()) channels.active.add(id);
  }

  function stampIdentity(): void {
    // One transaction: a new database is announced exactly when it begins.
    events.write(startedMs, () => {
      for (const { meter, channel } of specs)
        store.channels.ensure(meter, channel, startedMs, grid.hourOf(startedMs));
      sender.generation = store.generation(startedMs);
      if (store.facts.get(ANNOUNCED) !== String(sender.generation))
        events.emit(newGeneration(sender.generation, startedMs));
      store.facts.put(ANNOUNCED, String(sender.generation));
      if (store.facts.get(SALVAGED_FACT) !== null) store.facts.put(SALVAGED_AT, String(startedMs));
      workOffSalvage({ store, grid, sender, events, eventTopic: topics.event }, startedMs);
    });
    const facts = {
      site: site.site.id,
      siteName: site.site.name,
      gateway: site.gateway.id,
      timezone: site.site.timezone,
      gridArea: rules.area,
      ruleSetChoice: rules.ruleSetChoice,
      methods: rules.methods,
      calendar: site.calendar,
      current: specs.map(({ meter, channel }) => `${meter}/${channel}`),
      ...(site.report ? { report: site.report } : {}),
      specs: known,
    };
    events.write(startedMs, () => {
      deriveAgainIfFactorsChanged(store, specs, events, startedMs);
      rememberSite(store, facts);
    });
    weighAgainIfRulesChanged(store, rules);
  }

  function begin(): void {
    if (begun) return;
    stampIdentity();
    findChannels();
    begun = true;
  }

  if (isTimely(store, clock)) begin();
  else findChannels();
  return {
    site,
    clock,
    store,
    get startedMs() {
      return startedMs;
    },
    grid,
    topics,
    sender,
    specs,
    specsById: channels.all,
    active: channels.active,
    rules,
    events,
    begun: () => begun,
    begin() {
      // The gateway was started that long ago, whatever the clock showed then.
      if (!begun) startedMs = instant(Math.round(clock.now() - (clock.monotonicMs() - started.steadyMs)));
      begin();
    },
  };
}
