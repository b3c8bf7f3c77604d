/**
 * Counts the pulses of one input and says what the count was, as register samples.
 *
 * A sample at T holds every pulse stamped before T, by the kernel's stamps: so a sample is given for each half-hour
 * boundary that was passed, and the boundary's total is exact. T is as late as it is known that every edge before it
 * has come: the last edge, or a moment ago when none came.
 *
 * States: unwatched (before the first watch, and after one ended); watched. A watch that ends leaves a last sample at
 * the last instant it surely saw. The count goes on over watches of one run; the ledger adds it to what is stored.
 * A clock that is set forward ends a watch, too, and begins another: no contact was seen in the hours it passed over.
 */
import type { PulseReport, RegisterSample, Tally } from '../../gateway/domain/ports.ts';
import { boundaryAt, instant, slotOf } from '../../gateway/domain/time.ts';
import { createFilter, type FilterSetting } from './filter.ts';

/** An edge is told within this time of its stamp, ms: interrupt, gpiomon, pipe, and our own pauses. */
export const TELLING_MS = 200;
/** Pulses counted and not yet in a sample: above that they are settled without being asked. */
const MAX_QUEUE = 4_096;
/** Samples nobody has fetched; the count goes on in the later ones, so old ones may go. */
const MAX_WAITING = 200;
/** A clock may be set back this far and the samples only wait for it, ms: the ledger takes back what is further. */
const MAX_BACK_MS = 30_000;
/** A clock that is set forward by more passes over a time that nobody watched, ms. */
const MAX_FORWARD_MS = 30_000;
/** Readings are moved by whole ms, and both clocks are not read at the same instant, µs. */
const STAMP_SLACK_US = 1_000_000;

export interface CounterDeps {
  readonly channel: RegisterSample['channel'];
  readonly filter: FilterSetting;
  /** Names this life of the driver. */
  readonly run: string;
  /** Wall time of a stamp, ms with fraction. */
  readonly wallMs: (us: number) => number;
  readonly nowUs: () => number;
  /** A pulse was counted. */
  readonly onPulse?: (atUs: number) => void;
}

export interface PulseCounter {
  begin(atUs: number): void;
  edge(active: boolean, atUs: number): void;
  /** The watch is over: what comes after is another one. */
  end(): void;
  /** Samples since the last call, by time; the last one is of now. Empty while unwatched. */
  samples(): RegisterSample[];
  watched(): boolean;
  /** Judges what was told so far, without being asked for samples. */
  settle(): void;
  /** A level waits to have held for long enough. */
  waiting(): boolean;
  report(): PulseReport;
}

export function createCounter(deps: CounterDeps): PulseCounter {
  const { wallMs, nowUs } = deps;
  const filter = createFilter(deps.filter, (atUs) => {
    queue.push(atUs);
    pulses += 1;
    deps.onPulse?.(atUs);
  });
  /** Stamps of pulses that are in no sample yet. */
  let queue: number[] = [];
  let pulses = 0;
  let edges = 0;
  let watch = 0;
  let watching = false;
  let lastEdgeUs = Number.NEGATIVE_INFINITY;
  /** The instant of the newest sample. */
  let toldMs = Number.NEGATIVE_INFINITY;
  /** The same by the kernel's clock: no step of the wall clock moves it. */
  let toldUs = Number.NaN;
  let toldWatch = 0;
  /** Since when this watch is one by the wall clock. */
  let steppedUs = Number.NEGATIVE_INFINITY;
  let waiting: RegisterSample[] = [];

  /** Pulses stamped before an instant. */
  function countedBefore(atMs: number): number {
    let open = queue.length;
    while (open > 0 && wallMs(queue[open - 1] as number) >= atMs) open -= 1;
    return pulses - queue.length + open;
  }

  /** @returns whether it is later than what was told */
  function put(atMs: number, tally: Tally): boolean {
    if (atMs <= toldMs) return false;
    const count = countedBefore(atMs);
    queue = queue.slice(queue.length - (pulses - count));
    const at = instant(atMs);
    const raw = { count: BigInt(count), exp2: 0 };
    waiting.push({ channel: deps.channel, raw, sinceMs: at, atMs: at, tally });
    if (waiting.length > MAX_WAITING) waiting.shift();
    toldMs = atMs;
    return true;
  }

  /** Everything before this instant was told and judged. */
  function surely(horizonUs: number, edgeUs: number): { readonly us: number; readonly ms: number } {
    filter.settle(Math.max(horizonUs, edgeUs));
    const us = filter.decidedUs(Math.max(horizonUs, edgeUs));
    // A sample holds what is stamped before it: to hold the last edge it must be later.
    return { us, ms: Math.floor(wallMs(us)) + (us === edgeUs && filter.waitingUs() === null ? 1 : 0) };
  }

  /** Where the wall clock was set forward since the newest sample, another watch began at the instant of that one. */
  function seeStep(): void {
    const nowMs = wallMs(toldUs);
    if (!(nowMs - toldMs > MAX_FORWARD_MS)) return;
    watch += 1;
    toldWatch = watch;
    // Stamps that were moved with the clock meanwhile are rounded: they are still of this watch.
    steppedUs = toldUs - STAMP_SLACK_US;
    toldMs = Math.floor(nowMs);
  }

  const agoUs = (): number => nowUs() - TELLING_MS * 1_000;

  function settle(horizonUs: number): void {
    const { us: untilUs, ms: untilMs } = surely(horizonUs, lastEdgeUs);
    const sureUs = filter.sureFromUs();
    if (sureUs === null) return;
    if (toldWatch === watch) seeStep();
    const sinceMs = Math.ceil(wallMs(Math.max(sureUs, steppedUs)));
    if (untilMs < sinceMs) return;
    const tally: Tally = { run: deps.run, watch, watchedSinceMs: instant(sinceMs) };
    if (toldWatch !== watch) put(sinceMs, tally);
    toldWatch = watch;
    // A clock that was set far back: what was told is of another time.
    if (toldMs - untilMs > MAX_BACK_MS) toldMs = untilMs - 1;
    const first = slotOf(instant(Math.max(toldMs, sinceMs))) + 1;
    const last = slotOf(instant(untilMs));
    for (let slot = Math.max(first, last - MAX_WAITING); slot <= last; slot++) put(boundaryAt(slot), tally);
    if (put(untilMs, tally)) toldUs = untilUs;
  }

  return {
    begin(atUs) {
      watch += 1;
      steppedUs = Number.NEGATIVE_INFINITY;
      watching = true;
      lastEdgeUs = Number.NEGATIVE_INFINITY;
      filter.begin(atUs);
    },
    edge(active, atUs) {
      if (!watching) return;
      edges += 1;
      lastEdgeUs = atUs;
      filter.edge(active, atUs);
      if (queue.length > MAX_QUEUE) settle(Number.NEGATIVE_INFINITY);
    },
    end() {
      if (watching) settle(Number.NEGATIVE_INFINITY);
      watching = false;
    },
    samples() {
      if (watching) settle(agoUs());
      const told = waiting;
      waiting = [];
      return told;
    },
    settle() {
      if (watching) settle(agoUs());
    },
    watched: () => watching && filter.sureFromUs() !== null,
    waiting: () => filter.waitingUs() !== null,
    report() {
      const sureUs = filter.sureFromUs();
      const since = watching && sureUs !== null ? instant(Math.ceil(wallMs(sureUs))) : null;
      return { pulses, edges, lost: filter.lost(), watchedSinceMs: since };
    },
  };
}
