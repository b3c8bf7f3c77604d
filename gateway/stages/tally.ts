/**
 * Pulses that a driver counts → registers. A driver counts since it began; what was durable before that is added here,
 * once for each of its lives. So a poll that is lost loses nothing, and whatever dies, nothing is counted twice: the
 * new life begins with what the database holds, and what it does not hold passed in a span that the ledger notes as
 * unwatched.
 */
import type { MeterPoll, RegisterSample } from '../domain/ports.ts';
import type { Store } from '../store/store.ts';

interface Base {
  readonly run: string;
  /** What was stored when the run was seen first. */
  readonly count: bigint;
}

/** The highest count that the database knows of a channel, believed or still in doubt; 0 for a new one. */
function storedCount(store: Store, meter: string, { channel }: RegisterSample): bigint {
  const row = store.channels.find(meter, channel);
  const head = row && store.readings.head(row.id)?.reading;
  // A register of another kind stood here before: its numbers are no pulses.
  if (!row || head?.raw.exp2 !== 0) return 0n;
  const waiting = store.readings.pendingAfter(row.id, head.atMs).map(({ raw }) => raw.count);
  return waiting.reduce((most, count) => (count > most ? count : most), head.raw.count);
}

/** Whether anything in the poll is counted by its driver. */
export function isTallied(poll: MeterPoll): boolean {
  return poll.registers.some(({ tally }) => tally !== undefined);
}

/** @returns turns polls into such whose registers hold durable totals; reads the store at the first of each run */
export function createTallies(store: Store) {
  const bases = new Map<string, Base>();

  function baseOf(meter: string, sample: RegisterSample, run: string): bigint {
    const key = `${meter}/${sample.channel}`;
    const known = bases.get(key);
    if (known?.run === run) return known.count;
    const count = storedCount(store, meter, sample);
    bases.set(key, { run, count });
    return count;
  }

  return {
    totalled: (poll: MeterPoll): MeterPoll => ({
      ...poll,
      registers: poll.registers.map((sample) => {
        const { tally, raw } = sample;
        if (!tally) return sample;
        return { ...sample, raw: { count: baseOf(poll.meter, sample, tally.run) + raw.count, exp2: 0 } };
      }),
    }),
    /** What is left of a poll whose counts cannot be told just now: they come again with the next one. */
    untold: (poll: MeterPoll): MeterPoll => ({
      ...poll,
      registers: poll.registers.filter(({ tally }) => tally === undefined),
    }),
  };
}
