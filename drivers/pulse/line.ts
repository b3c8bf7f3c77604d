/**
 * Pulse inputs of one GPIO chip as a line with meters: the driver the gateway sees. Each meter is one input; inputs
 * that are watched in the same way share a gpiomon. Nothing is begun before the first poll.
 *
 * A poll hands over the count as register samples (counter.ts), counted since this driver began: what is durable lives
 * in the ledger. A pulse after a quiet time is told at once through `onNews`, so that it need not wait for a poll.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { LineConfig, MeterConfig, PulseInput } from '../../config/types.ts';
import { type Fault, fault } from '../../gateway/domain/faults.ts';
import type { LineDriver, MeterDriver, MeterPoll } from '../../gateway/domain/ports.ts';
import type { Clock } from '../../gateway/domain/time.ts';
import { createCounter, TELLING_MS } from './counter.ts';
import type { GpiomonEdge, WatchedSet } from './gpiomon-text.ts';
import { endOrphans } from './orphans.ts';
import { createTimingPulse } from './timing.ts';
import { createWatch, type Watch } from './watch.ts';

export type GpioLine = Extract<LineConfig, { kind: 'gpio' }>;

/** A pulse that comes so long after the one before is told at once, ms. */
export const RARE_MS = 10_000;
/** The wall clock is read in whole ms: smaller differences to the steady clock are no step of it. */
const OFFSET_NOISE_MS = 5;
/** Stamps above this are of the wall clock: no machine runs for 31 years. */
const WALL_STAMPS_US = 1e15;
/** A stamp so far in the future is of another clock, µs. */
const AHEAD_US = 2_000_000;
/** The first poll waits so long for the watch to begin, ms. */
const FIRST_WAIT_MS = 3_000;
/** Edges that were lost are told at most this often, ms. */
const LOST_AGAIN_MS = 60_000;

export interface PulseLineDeps {
  readonly clock: Clock;
  readonly log?: (event: {
    readonly kind: 'pulse-watch-ended' | 'pulse-orphans-ended';
    readonly line: string;
    readonly reason?: Fault;
    readonly pids?: readonly number[];
  }) => void;
  /** The machine's monotonic clock, µs: the one that the kernel stamps edges with. */
  readonly nowUs?: () => number;
  /** How far a stamp may be ahead of it, µs; 2 s when left out. For clocks that are stepped after what was stamped. */
  readonly aheadUs?: number;
}

const systemNowUs = (): number => Number(process.hrtime.bigint() / 1_000n);

/** The wall clock against the steady one, with steps of it and without its grain. */
function createWall(clock: Clock, nowUs: () => number) {
  let offsetMs = Number.NaN;
  return {
    /** Looks whether the clock was set. */
    look(): void {
      const found = clock.now() - nowUs() / 1_000;
      if (!(Math.abs(found - offsetMs) <= OFFSET_NOISE_MS)) offsetMs = found;
    },
    ms: (us: number): number => us / 1_000 + offsetMs,
    us: (wallUs: number): number => wallUs - offsetMs * 1_000,
  };
}

interface Input {
  readonly id: number | string;
  edge(active: boolean, atUs: number): void;
  begin(atUs: number): void;
  end(reason: Fault): void;
}

interface Metered {
  readonly driver: MeterDriver;
  readonly inputs: readonly Input[];
  readonly how: PulseInput;
}

function setKey({ activeLow, bias, filter }: PulseInput): string {
  return `${activeLow} ${bias} ${filter.kind}`;
}

/**
 * Opens a line of kind gpio. Never fails because of hardware: what is wrong is the fault of each poll.
 * @throws RangeError when a meter has no pulse input (the loader checks that)
 */
export function openPulseLine(
  line: GpioLine,
  meters: readonly MeterConfig[],
  deps: PulseLineDeps,
): LineDriver {
  const nowUs = deps.nowUs ?? systemNowUs;
  const wall = createWall(deps.clock, nowUs);
  const run = `${process.pid}-${process.hrtime.bigint().toString(36)}`;
  let begun = false;
  let closing = false;

  function start(): void {
    if (begun || closing) return;
    begun = true;
    const pids = endOrphans();
    if (pids.length > 0) deps.log?.({ kind: 'pulse-orphans-ended', line: line.id, pids });
    for (const watch of watches.values()) watch.start();
  }

  const watchOf = (how: PulseInput): Watch => watches.get(setKey(how)) as Watch;
  const metered = meters.map((meter): Metered => {
    const how = meter.pulse;
    if (!how) throw new RangeError(`meter ${meter.id} has no pulse input`);
    return createMeter({ meter, how, run, wall, nowUs, clock: deps.clock, start, watch: () => watchOf(how) });
  });
  const watches = new Map<string, Watch>();
  for (const [key, own] of Map.groupBy(metered, ({ how }) => setKey(how))) {
    watches.set(key, openWatch(line, own, { ...deps, nowUs }, wall));
  }

  return {
    line: line.id,
    meters: metered.map(({ driver }) => driver),
    async close() {
      closing = true;
      await Promise.all([...watches.values()].map((watch) => watch.close()));
    },
  };
}

type Wall = ReturnType<typeof createWall>;

function openWatch(
  line: GpioLine,
  own: readonly Metered[],
  deps: PulseLineDeps & { readonly nowUs: () => number },
  wall: Wall,
): Watch {
  const { nowUs, aheadUs = AHEAD_US } = deps;
  const [first] = own;
  if (!first) throw new Error('a set of no inputs');
  const inputs = own.flatMap((meter) => meter.inputs);
  // Two meters of the utility may share one timing pulse.
  const byId = Map.groupBy(inputs, ({ id }) => id);
  const set: WatchedSet = {
    chip: line.chip,
    inputs: [...new Set(inputs.map(({ id }) => id))],
    activeLow: first.how.activeLow,
    bias: first.how.bias,
    bothEdges: first.how.filter.kind === 'pulse',
  };
  return createWatch({
    line: line.id,
    program: line.gpiomon,
    major: line.major,
    set,
    nowUs,
    onBegin(atUs) {
      wall.look();
      for (const input of inputs) input.begin(atUs);
    },
    onEdge({ offset, name, active, stampUs }: GpiomonEdge) {
      const told = byId.get(offset) ?? (name === null ? undefined : byId.get(name));
      const atUs = stampUs >= WALL_STAMPS_US ? wall.us(stampUs) : stampUs;
      if (!told || atUs - nowUs() > aheadUs) return false;
      for (const input of told) input.edge(active, atUs);
      return true;
    },
    onEnd(reason) {
      for (const input of inputs) input.end(reason);
      deps.log?.({ kind: 'pulse-watch-ended', line: line.id, reason });
    },
  });
}

interface MeterParts {
  readonly meter: MeterConfig;
  readonly how: PulseInput;
  readonly run: string;
  readonly wall: Wall;
  readonly nowUs: () => number;
  readonly clock: Clock;
  readonly start: () => void;
  readonly watch: () => Watch;
}

function createMeter(parts: MeterParts): Metered {
  const { meter, how, wall, nowUs, clock } = parts;
  const [channel] = meter.channels;
  if (!channel) throw new RangeError(`meter ${meter.id} has no channel`);
  let news = (): void => undefined;
  let lastPulseUs = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | undefined;
  /** Why the watch ended, until a poll has told it: it may watch again by then. */
  let untold: Fault | null = null;
  let tried = false;
  let lost = 0;
  let lostToldUs = Number.NEGATIVE_INFINITY;
  const counter = createCounter({
    channel,
    filter: how.filter,
    run: parts.run,
    wallMs: wall.ms,
    nowUs,
    onPulse(atUs) {
      if (atUs - lastPulseUs >= RARE_MS * 1_000) setImmediate(() => news());
      lastPulseUs = atUs;
    },
  });
  const timing = how.timingInput === null ? null : createTimingPulse({ wallMs: wall.ms, nowUs });
  const counted: Input = {
    id: how.input,
    begin: (atUs) => counter.begin(atUs),
    edge(active, atUs) {
      counter.edge(active, atUs);
      // A level that is to hold is looked at again when it has: the next poll may be seconds away.
      if (!counter.waiting() || timer) return;
      timer = setTimeout(() => {
        timer = undefined;
        counter.settle();
      }, how.filter.ms + TELLING_MS);
      timer.unref();
    },
    end(reason) {
      counter.end();
      untold ??= reason;
    },
  };
  const timed: Input[] =
    timing === null || how.timingInput === null
      ? []
      : [
          {
            id: how.timingInput,
            begin: () => {},
            edge: (active, atUs) => timing.edge(active, atUs),
            end: () => {},
          },
        ];

  function lostEdges(): Fault | null {
    const now = counter.report().lost;
    if (now === lost || nowUs() - lostToldUs < LOST_AGAIN_MS * 1_000) return null;
    const problem = fault('pulse-edges-lost', { meter: meter.id, edges: now - lost });
    lost = now;
    lostToldUs = nowUs();
    return problem;
  }

  function toldFault(): Fault | null {
    const problem = parts.watch().fault() ?? untold ?? lostEdges();
    untold = null;
    return problem;
  }

  return {
    how,
    inputs: [counted, ...timed],
    driver: {
      meter: meter.id,
      onNews: (listener) => void (news = listener),
      async poll(options) {
        parts.start();
        if (!tried)
          await Promise.race([parts.watch().tried, delay(FIRST_WAIT_MS, undefined, { ref: false })]);
        tried = true;
        // What already lies in the pipe is read first.
        await new Promise((resolve) => setImmediate(resolve));
        wall.look();
        const registers = counter.samples();
        return {
          meter: meter.id,
          atMs: registers.at(-1)?.atMs ?? clock.now(),
          registers,
          gauges: timing?.gauges() ?? [],
          fault: toldFault(),
          ...(options?.raw ? { pulses: counter.report() } : {}),
        } satisfies MeterPoll;
      },
    },
  };
}
