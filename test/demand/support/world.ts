/** A ledger in memory, a meter of an even load, and the demand that is watched on it; all of it can be begun anew. */

import type { ClockHealth } from '../../../gateway/domain/clock-health.ts';
import { CLOCK_OK } from '../../../gateway/domain/clock-health.ts';
import type { DemandPlan } from '../../../gateway/domain/demand/plan.ts';
import type { ChannelSpec } from '../../../gateway/domain/meters.ts';
import type { MeterPoll } from '../../../gateway/domain/ports.ts';
import { type Clock, instant } from '../../../gateway/domain/time.ts';
import { hourGrid } from '../../../gateway/platform/hour-grid.ts';
import { type Acceptor, createAcceptor } from '../../../gateway/stages/accept-readings.ts';
import { createHourCloser } from '../../../gateway/stages/close-hours.ts';
import {
  createDemandWatch,
  type DemandDeps,
  type DemandWatch,
} from '../../../gateway/stages/demand-watch.ts';
import { createEventSink } from '../../../gateway/stages/ledger-events.ts';
import { openStoreInMemory, type Store } from '../../../gateway/store/store.ts';
import { START_MS, specOf } from './replay.ts';

export interface World {
  readonly store: Store;
  readonly plan: DemandPlan;
  watch: DemandWatch;
  /** Wall time, ms since {@link START_MS}. */
  nowMs: number;
  health: ClockHealth;
  /** W from now on. */
  watts: number;
  /** Counts are shown minus this, as after an exchange. */
  zero: bigint;
  knowsTime: boolean;
  /** Lives so many seconds, read every `everyS` unless the meter is silent. */
  live(seconds: number, options?: { readonly silent?: boolean; readonly everyS?: number }): void;
  /** The gateway is stopped and started: memory is gone. */
  restart(): void;
  closeHours(): void;
  /** The kinds and texts of events so far. */
  events(): readonly {
    readonly kind: string;
    readonly text: string;
    readonly detail: Record<string, unknown>;
  }[];
}

export function worldOf(
  plan: DemandPlan,
  changes: { readonly spec?: ChannelSpec; readonly ways?: DemandDeps['ways'] } = {},
): World {
  const store = openStoreInMemory();
  const grid = hourGrid('Asia/Tokyo');
  const spec = changes.spec ?? specOf();
  const sender = { site: 'works', gateway: 'gw1', generation: 1 };
  let energyMilliJ = 0;
  const perCountMilliJ =
    (Number(spec.scale.unitsPerCount.num) / Number(spec.scale.unitsPerCount.den)) * 3.6e9;

  const world = {
    store,
    plan,
    nowMs: 0,
    health: CLOCK_OK,
    watts: 360_000,
    zero: 0n,
    knowsTime: true,
  } as World;
  const clock: Clock = {
    now: () => instant(START_MS + world.nowMs),
    monotonicMs: () => world.nowMs,
    trust: () => 'manual',
  };
  const events = createEventSink({ store, sender, grid, topic: 'event' });
  let acceptor: Acceptor;

  function begin(): void {
    acceptor = createAcceptor({ store, grid, events, evidenceMs: 60_000 });
    world.watch = createDemandWatch({
      store,
      grid,
      clock,
      sender,
      siteName: '第一工場',
      events,
      plans: [plan],
      specs: [spec],
      freshMs: () => 60_000,
      clockHealth: () => world.health,
      knowsTime: () => world.knowsTime,
      timing: () => null,
      ways: changes.ways ?? [],
    });
  }

  function poll(): MeterPoll {
    const atMs = clock.now();
    const raw = { count: BigInt(Math.floor(energyMilliJ / perCountMilliJ)) + 1_000n - world.zero, exp2: 0 };
    const sinceMs = instant(atMs - 20);
    return {
      meter: 'main',
      atMs,
      registers: [{ channel: 'energy-import', raw, sinceMs, atMs }],
      gauges: [],
      fault: null,
    };
  }

  world.live = (seconds, { silent = false, everyS = 5 } = {}) => {
    for (let s = 0; s < seconds; s++) {
      world.nowMs += 1_000;
      energyMilliJ += world.watts * 1_000;
      if (!silent && (world.nowMs / 1_000) % everyS === 0) {
        const read = poll();
        if (world.knowsTime) world.watch.note(read);
        const [register] = read.registers;
        if (register)
          acceptor.accept(
            [{ spec, reading: { raw: register.raw, sinceMs: register.sinceMs, atMs: register.atMs } }],
            clock.now(),
          );
      }
      // Once a second in life; here as often as anything can be new.
      if ((world.nowMs / 1_000) % everyS !== 0 && s < seconds - 1) continue;
      world.watch.look();
      world.watch.tell();
    }
  };
  world.restart = begin;
  world.closeHours = () => {
    const row = store.channels.find(spec.meter, spec.channel);
    const specs = new Map(row ? [[row.id, spec]] : []);
    const closer = createHourCloser({ store, grid, specs, active: new Set(specs.keys()) });
    while (closer.run(clock.now()));
    for (let n = 0; n < 12; n++) world.watch.lookBack();
  };
  world.events = () =>
    store.outbox
      .unsent(0, 1_000)
      .map(({ payload }) => JSON.parse(payload) as ReturnType<World['events']>[number]);
  begin();
  return world;
}
