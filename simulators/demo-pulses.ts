/**
 * The pulse contacts of the demo factory on one board: the utility's service pulse and timing pulse, a gas and a steam
 * meter. They close in simulated time, and the board stamps them with a steady clock that follows it, so that a day
 * that is played at speed is counted as it would have been.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { FINE_PER_KWH, FINE_PER_ML, type Plant } from './plant.ts';
import { type PulseBoard, startPulseBoard } from './pulse/board.ts';
import { type Contact, type Edge, pulseEdges } from './pulse/contact.ts';
import { createPulseSource, type PulseSource } from './pulse/pulses-of-load.ts';

export type DemoContact = 'service' | 'heat-gas' | 'steam';

/** Offsets of the chip. */
export const DEMO_PINS = { 'heat-gas': 17, service: 22, timing: 27, steam: 5 } as const;

/** 50,000 pulses a kWh behind 200/5 A and 6600/110 V. */
const SERVICE_PULSE = (FINE_PER_KWH * 40n * 60n) / 50_000n;
/** 0.1 m³. */
const GAS_PULSE = 100_000n * FINE_PER_ML;
/** 1 kg; a g counts as fine as a mL. */
const STEAM_PULSE = 1_000n * FINE_PER_ML;

const ELECTRONIC: Contact = { closedUs: 20_000, bounceUs: 0, openBounceUs: 0 };
const REED: Contact = { closedUs: 200_000, bounceUs: 4_000, openBounceUs: 3_000 };
const RELAY: Contact = { closedUs: 500_000, bounceUs: 8_000, openBounceUs: 8_000 };

const HALF_HOUR_MS = 1_800_000;
/** The utility's clock is behind ours by so much. */
const UTILITY_BEHIND_MS = 400;
/** In the present contacts are looked at so often, real ms. */
const LOOK_MS = 20;
/** Played contacts are up to date when they are so close to now, ms. */
const CLOSE_MS = 50;
/** A machine that never comes so close plays on all the same. */
const MOST_ROUNDS = 20;
/** The processes that watch start within this time, or the past is played without them. */
const WATCHED_WITHIN_MS = 10_000;

export interface DemoPulses {
  readonly board: PulseBoard;
  /** To be run as gpiomon of libgpiod 2. */
  readonly gpiomon: string;
  /**
   * The time that whoever watches lives in: while contacts are played it stands where all before was told, for a clock
   * that has been stepped is ahead of them.
   */
  nowMs(): number;
  /** The board's steady clock at that time, µs. */
  steadyUs(): number;
  /** Pulses that began before an instant, since the plant's start. */
  before(contact: DemoContact, atMs: number): bigint;
  /** Closes the contacts up to now and resolves when who watches has written it. */
  play(): Promise<void>;
  /** Resolves when so many processes watch. */
  watched(processes: number): Promise<void>;
  /** From now on contacts close by themselves. */
  live(): void;
  close(): Promise<void>;
}

export interface DemoPulsesOptions {
  readonly plant: Plant;
  /** Simulated time. */
  readonly now: () => number;
  /** The steady clock of the board at the plant's start, ns; the machine's own when left out. */
  readonly steadyStartNs?: bigint;
}

export async function startDemoPulses({ plant, now, ...options }: DemoPulsesOptions): Promise<DemoPulses> {
  const steadyStartNs =
    options.steadyStartNs ?? process.hrtime.bigint() - BigInt(now() - plant.startMs) * 1_000_000n;
  const steadyNs = (us: bigint): bigint => steadyStartNs + (us - BigInt(plant.startMs) * 1_000n) * 1_000n;
  const source = (load: string, finePerPulse: bigint, contact: Contact): PulseSource =>
    createPulseSource({ plant, load, finePerPulse, contact, steadyNs });
  const sources: Readonly<Record<DemoContact, PulseSource>> = {
    service: source('main', SERVICE_PULSE, ELECTRONIC),
    'heat-gas': source('heat-gas', GAS_PULSE, REED),
    steam: source('steam', STEAM_PULSE, REED),
  };
  const board = await startPulseBoard();
  let timer: NodeJS.Timeout | undefined;
  let fedMs = plant.startMs;
  /** Everything before it was told. */
  let toldMs = plant.startMs;
  let pendingMarks: Edge[] = [];

  function timingEdges(untilMs: number): Edge[] {
    const last = Math.floor((untilMs - 1 - UTILITY_BEHIND_MS) / HALF_HOUR_MS);
    for (let n = Math.floor((fedMs - 1 - UTILITY_BEHIND_MS) / HALF_HOUR_MS) + 1; n <= last; n++) {
      const atUs = BigInt(n * HALF_HOUR_MS + UTILITY_BEHIND_MS) * 1_000n;
      pendingMarks.push(...pulseEdges(RELAY, plant.seed, n, steadyNs(atUs)));
    }
    const untilNs = steadyNs(BigInt(untilMs) * 1_000n);
    const due = pendingMarks.filter(({ ns }) => ns < untilNs);
    pendingMarks = pendingMarks.filter(({ ns }) => ns >= untilNs);
    return due;
  }

  function feed(untilMs: number): void {
    if (untilMs <= fedMs) return;
    const give = (offset: number, edges: readonly Edge[]): void => {
      if (edges.length > 0) board.edges(offset, edges);
    };
    give(DEMO_PINS.timing, timingEdges(untilMs));
    for (const contact of ['service', 'heat-gas', 'steam'] as const)
      give(DEMO_PINS[contact], sources[contact].take(untilMs));
    fedMs = untilMs;
  }

  const nowMs = (): number => (timer ? now() : toldMs);

  return {
    board,
    nowMs,
    steadyUs: () => Number(steadyNs(BigInt(nowMs()) * 1_000n) / 1_000n),
    gpiomon: board.program(2),
    before: (contact, atMs) => sources[contact].before(atMs),
    async play() {
      for (let round = 0; round < MOST_ROUNDS; round++) {
        feed(now());
        await board.told();
        // What was written lies in the pipes; one turn of the loop reads it.
        await turn();
        toldMs = fedMs;
        if (now() - fedMs <= CLOSE_MS) break;
      }
    },
    async watched(processes) {
      const deadline = performance.now() + WATCHED_WITHIN_MS;
      while (board.watchers().length < processes && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
      await board.told();
      await turn();
    },
    live() {
      timer ??= setInterval(() => feed(now()), LOOK_MS);
      timer.unref();
    },
    async close() {
      clearInterval(timer);
      await board.close();
    },
  };
}
