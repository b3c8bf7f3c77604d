/** A pulse that comes 10 s or more after the one before weighs much: it is durable before anything else happens. */
import { expect, it } from 'vitest';
import { instant } from '../../gateway/domain/time.ts';
import { createAcceptor } from '../../gateway/stages/accept-readings.ts';
import { createEventSink } from '../../gateway/stages/ledger-events.ts';
import { createPipeline } from '../../gateway/stages/pipeline.ts';
import { createRewinder } from '../../gateway/stages/rewind.ts';
import { at, decimal, openLedger, SECOND, specWith } from '../ledger/support/ledger.ts';

const START = at('2026-07-01T09:00:00+09:00');
const GAS = specWith({
  channel: 'gas-volume',
  unit: 'm3',
  role: 'gas',
  keptBy: 'gateway',
  ratedPerHour: decimal('6000'),
  scale: { unitsPerCount: decimal('1') },
});

function works() {
  const { store, grid } = openLedger({ startMs: START, spec: GAS });
  let nowMs = START as number;
  const clock = { now: () => instant(nowMs), monotonicMs: () => nowMs - START, trust: () => 'ntp' as const };
  const events = createEventSink({
    store,
    grid,
    sender: { site: 's', gateway: 'g', generation: 1 },
    topic: 'e',
  });
  const nothing = { run: () => false };
  const pipeline = createPipeline({
    clock,
    events,
    specs: [GAS],
    acceptor: createAcceptor({ store, grid, events, evidenceMs: 60_000 }),
    rewinder: createRewinder({ store, grid, events, specs: new Map([[1, GAS]]) }),
    speed: 1,
    steps: [],
    purge: nothing,
    checkpoint: () => undefined,
    onClock: () => undefined,
    onTurn: () => undefined,
  });
  pipeline.turn();
  return {
    /** The count as a driver tells it. @returns whether it wants to be kept at once */
    tell(this: void, atMs: number, pulses: number): boolean {
      nowMs = atMs;
      const tally = { run: 'life', watch: 1, watchedSinceMs: instant(START) };
      const raw = { count: BigInt(pulses), exp2: 0 };
      const sample = {
        channel: 'gas-volume',
        raw,
        sinceMs: instant(atMs),
        atMs: instant(atMs),
        tally,
      } as const;
      const isUrgent = pipeline.take({
        meter: GAS.meter,
        atMs: instant(atMs),
        registers: [sample],
        gauges: [],
        fault: null,
      });
      if (isUrgent) pipeline.keep();
      else pipeline.turn();
      return isUrgent;
    },
    kept: () => Number(store.readings.head(1)?.reading.raw.count ?? -1n),
  };
}

it('a pulse each 15 s: after each of them the ledger holds all', () => {
  const { tell, kept } = works();
  tell(START, 0);
  for (let n = 1; n <= 20; n++) {
    expect(tell(START + n * 15 * SECOND, n)).toBe(true);
    expect(kept()).toBe(n);
  }
});

it('five pulses a second: what is not kept is never more than 10 s of them', () => {
  const { tell, kept } = works();
  for (let second = 0; second <= 120; second++) {
    tell(START + second * SECOND, second * 5);
    expect(second * 5 - kept()).toBeLessThanOrEqual(50);
  }
});
