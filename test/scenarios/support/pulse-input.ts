/**
 * One pulse input in one life of the gateway: the driver's own counter, given the edges of the plan. gpiomon dies and
 * comes back, and what is in its pipe when the gateway dies is lost.
 */
import { createCounter, TELLING_MS } from '../../../drivers/pulse/counter.ts';
import type { MeterPoll } from '../../../gateway/domain/ports.ts';
import { instant } from '../../../gateway/domain/time.ts';
import type { PulsePlan } from './plan-pulse.ts';

/** From the contact to the gateway, ms. */
const PIPE_MS = 3;
/** From the start of the gateway to the first edge that is seen, ms. */
const BEGIN_MS = 40;

export interface PulseInput {
  readonly plan: PulsePlan;
  /** Everything up to here has happened. */
  run(toMs: number): void;
  /** The next instant at which something should be kept at once, up to `toMs`; null when there is none. */
  news(toMs: number): number | null;
  poll(nowMs: number): MeterPoll;
  /** Pulses that its driver has counted. */
  counted(): number;
}

/**
 * @param life names this life
 * @param wallAt what the clock shows at a true instant, ms
 */
export function startPulseInput(
  plan: PulsePlan,
  life: string,
  fromMs: number,
  wallAt: (trueMs: number) => number,
): PulseInput {
  const { edges, filter, isRare, deaf, spec } = plan;
  let nowMs = fromMs;
  let offsetMs = wallAt(fromMs) - fromMs;
  let nextEdge = edges.findIndex(({ atMs }) => atMs >= fromMs + BEGIN_MS);
  if (nextEdge < 0) nextEdge = edges.length;
  let nextDeaf = deaf.findIndex(({ toMs }) => toMs > fromMs + BEGIN_MS);
  if (nextDeaf < 0) nextDeaf = deaf.length;
  let isWatching = false;
  let begunOnce = false;
  let lastPulseMs = Number.NEGATIVE_INFINITY;
  const untold: number[] = [];
  const us = (ms: number): number => ms * 1_000;
  const counter = createCounter({
    channel: spec.channel,
    filter,
    run: life,
    wallMs: (at) => at / 1_000 + offsetMs,
    nowUs: () => us(nowMs),
    onPulse(atUs) {
      const atMs = atUs / 1_000;
      if (isRare && atMs - lastPulseMs >= 10_000) untold.push(nowMs);
      lastPulseMs = atMs;
    },
  });
  const look = (): void => void (offsetMs = wallAt(nowMs) - nowMs);

  function begin(atMs: number): void {
    nowMs = atMs;
    look();
    counter.begin(us(atMs));
    isWatching = true;
    begunOnce = true;
  }

  /** Edges up to an instant, as they come out of the pipe. */
  function feed(toMs: number, pipeMs: number): void {
    for (let edge = edges[nextEdge]; edge && edge.atMs + pipeMs <= toMs; edge = edges[++nextEdge]) {
      nowMs = Math.max(nowMs, edge.atMs + pipeMs);
      if (isWatching) counter.edge(edge.active, us(edge.atMs));
      // A level that is to hold is looked at again when it has.
      const next = edges[nextEdge + 1]?.atMs ?? Number.POSITIVE_INFINITY;
      const settledMs = edge.atMs + filter.ms + TELLING_MS + 1;
      if (isWatching && counter.waiting() && settledMs < next && settledMs <= toMs) {
        nowMs = settledMs;
        counter.settle();
      }
    }
  }

  /** Nobody sees what happens before an instant. */
  function miss(beforeMs: number): void {
    while ((edges[nextEdge]?.atMs ?? Number.POSITIVE_INFINITY) < beforeMs) nextEdge += 1;
  }

  function run(toMs: number): void {
    for (;;) {
      const span = deaf[nextDeaf];
      if (!isWatching) {
        const inside = span && span.fromMs <= Math.max(nowMs, fromMs + BEGIN_MS) ? span : null;
        const atMs = inside ? inside.toMs : begunOnce ? nowMs : fromMs + BEGIN_MS;
        if (atMs > toMs) break;
        if (inside) nextDeaf += 1;
        miss(atMs);
        begin(atMs);
        continue;
      }
      if (!span || span.fromMs > toMs) break;
      // What it wrote before it died is still read.
      feed(span.fromMs, 0);
      nowMs = Math.max(nowMs, span.fromMs);
      counter.end();
      isWatching = false;
    }
    if (isWatching) feed(toMs, PIPE_MS);
    nowMs = Math.max(nowMs, toMs);
    if (!isWatching) miss(nowMs);
  }

  return {
    plan,
    run,
    counted: () => counter.report().pulses,
    news(toMs) {
      if (!isRare) return null;
      for (;;) {
        const told = untold.shift();
        if (told !== undefined) return Math.max(told, Math.floor(nowMs));
        const edge = edges[nextEdge];
        if (!edge) return null;
        const stopMs = Math.ceil(edge.atMs + filter.ms + TELLING_MS + 2);
        if (stopMs > toMs) return null;
        run(Math.max(stopMs, nowMs));
      }
    },
    poll(atMs) {
      run(atMs);
      look();
      const registers = counter.samples();
      return {
        meter: plan.id,
        atMs: registers.at(-1)?.atMs ?? instant(Math.floor(nowMs + offsetMs)),
        registers,
        gauges: [],
        fault: null,
      };
    },
  };
}
