/**
 * What each meter showed last: for the dashboard and `live` messages, never for accounting. In memory only; a
 * restart begins with every meter `waiting`.
 */

import type { LiveBoard, MeterLive } from '../domain/live.ts';
import type { MeterHealth } from '../domain/messages.ts';
import type { MeterPoll } from '../domain/ports.ts';

/** A meter that has not answered for this long, and for two polls, is offline. */
export const OFFLINE_AFTER_MS = 30_000;

function healthAfter(known: MeterLive, poll: MeterPoll): MeterHealth {
  if (poll.fault === null) return 'ok';
  const silentSince = known.lastAnswerMs;
  const long = silentSince === null || poll.atMs - silentSince >= OFFLINE_AFTER_MS;
  return long && known.failures >= 1 ? 'offline' : 'failing';
}

function merged<K, V>(
  known: ReadonlyMap<K, V>,
  fresh: readonly V[],
  key: (value: V) => K,
): ReadonlyMap<K, V> {
  return fresh.length === 0
    ? known
    : new Map([...known, ...fresh.map((value): [K, V] => [key(value), value])]);
}

export function createLiveBoard(meters: readonly string[]): LiveBoard {
  const board = new Map<string, MeterLive>(
    meters.map((meter) => [
      meter,
      {
        meter,
        health: 'waiting',
        lastAnswerMs: null,
        fault: null,
        failures: 0,
        registers: new Map(),
        gauges: new Map(),
      },
    ]),
  );
  const of = (meter: string): MeterLive => {
    const known = board.get(meter);
    if (!known) throw new Error(`meter ${meter} is not on the board`);
    return known;
  };
  return {
    note(poll) {
      const known = of(poll.meter);
      const after = healthAfter(known, poll);
      const answered = poll.fault === null || poll.registers.length + poll.gauges.length > 0;
      board.set(poll.meter, {
        meter: poll.meter,
        health: after,
        lastAnswerMs: answered ? poll.atMs : known.lastAnswerMs,
        fault: poll.fault,
        failures: poll.fault === null ? 0 : known.failures + 1,
        registers: merged(known.registers, poll.registers, (sample) => sample.channel),
        gauges: merged(known.gauges, poll.gauges, (sample) => sample.gauge),
      });
      return { before: known.health, after };
    },
    of,
    all: () => [...board.values()],
  };
}
