/** The gateway's own stages over a store, on a clock that is given, put together as the gateway does. */
import type { ChannelSpec } from '../../../gateway/domain/meters.ts';
import type { MeterPoll } from '../../../gateway/domain/ports.ts';
import type { Clock } from '../../../gateway/domain/time.ts';
import { hourGrid } from '../../../gateway/platform/hour-grid.ts';
import { createAcceptor } from '../../../gateway/stages/accept-readings.ts';
import { createCorrector } from '../../../gateway/stages/apply-correction.ts';
import { createHourCloser } from '../../../gateway/stages/close-hours.ts';
import { createOutboxFiller } from '../../../gateway/stages/fill-outbox.ts';
import { createEventSink } from '../../../gateway/stages/ledger-events.ts';
import { createPipeline, type Pipeline } from '../../../gateway/stages/pipeline.ts';
import { createRewinder } from '../../../gateway/stages/rewind.ts';
import { createTallies } from '../../../gateway/stages/tally.ts';
import { createSettingsWatcher, type SettingsWatcher } from '../../../gateway/stages/watch-settings.ts';
import { createWeigher } from '../../../gateway/stages/weigh-hours.ts';
import type { Store } from '../../../gateway/store/store.ts';
import { MINUTE } from '../../ledger/support/ledger.ts';
import type { Desk } from './desk.ts';

export const GRID = hourGrid('Asia/Tokyo');
const SENDER = { site: 'scenario', gateway: 'g1', generation: 1 };
const RULES = { area: 'kyushu', ruleSets: new Map(), ruleSetChoice: null } as const;

export interface GatewayProcess {
  readonly pipeline: Pipeline;
  readonly settings: SettingsWatcher;
  readonly specs: readonly ChannelSpec[];
  /** By channel id. */
  readonly byId: ReadonlyMap<number, ChannelSpec>;
  /** What a driver that counts has told: its counts become totals, and what is rare is kept at once. */
  hear(poll: MeterPoll): void;
}

/** The process: what it remembers is gone with it, the store stays. */
export function startProcess(
  store: Store,
  specs: readonly ChannelSpec[],
  clock: Clock,
  desk: Desk,
): GatewayProcess {
  const grid = GRID;
  const now = clock.now();
  const byId = store.write(
    () =>
      new Map(
        specs.map((spec) => [
          store.channels.ensure(spec.meter, spec.channel, now, grid.hourOf(now)).id,
          spec,
        ]),
      ),
  );
  const events = createEventSink({ store, grid, sender: SENDER, topic: 'event' });
  const topicOf = (meter: string, channel: string) => `hour/${meter}/${channel}`;
  const corrector = createCorrector({ store, grid, specs: byId, events });
  const tallies = createTallies(store);
  const pipeline: Pipeline = createPipeline({
    clock,
    events,
    specs,
    corrections: { drain: (nowMs) => desk.drain(corrector, nowMs) },
    acceptor: createAcceptor({ store, grid, events, evidenceMs: MINUTE }),
    rewinder: createRewinder({ store, grid, events, specs: byId }),
    speed: 1,
    steps: [
      createHourCloser({ store, grid, specs: byId, active: new Set(byId.keys()) }),
      createWeigher({ store, rules: RULES, specs: byId }),
      createOutboxFiller({ store, grid, sender: SENDER, specs: byId, topicOf }),
    ],
    purge: { run: () => false },
    checkpoint: () => undefined,
    onClock: () => undefined,
    onTurn: () => undefined,
  });
  const settings: SettingsWatcher = createSettingsWatcher({ store, events });
  return {
    pipeline,
    settings,
    specs,
    byId,
    hear(poll) {
      if (pipeline.take(tallies.totalled(poll))) pipeline.keep();
    },
  };
}
