/**
 * Plays a plan: meters are asked, their answers lost, spoiled, delayed and doubled, the process ends and starts, its
 * clock is set, and whatever is left goes through the gateway's own stages over a database in memory. No sockets and no
 * real time: the clock is that of the plan.
 */
import type { Reading } from '../../../gateway/domain/ledger/register.ts';
import type { ChannelSpec, RawRegister } from '../../../gateway/domain/meters.ts';
import type { MeterPoll } from '../../../gateway/domain/ports.ts';
import { type Clock, instant } from '../../../gateway/domain/time.ts';
import { openStoreInMemory } from '../../../gateway/store/store.ts';
import { HOUR, MINUTE } from '../../ledger/support/ledger.ts';
import { hearContacts, noteBases, noteKill, pollContacts, speakUp, startInputs } from './contacts.ts';
import { createDesk } from './desk.ts';
import { GRID, startProcess } from './gateway-process.ts';
import { DAY, type ProcessTrouble, type ScenarioPlan } from './plan.ts';
import type { OddKind } from './plan-meter.ts';
import {
  type Given,
  isIn,
  isUntrusted,
  offsetAt,
  type PlayedScenario,
  type Playing,
  type PlayingMeter,
  watchClock,
} from './playing.ts';
import { createRandom } from './random.ts';
import { createMeterTruth } from './truth.ts';

/** While nobody can be asked, the gateway goes on looking at its clock and its hours. */
const IDLE_TICK_MS = 10 * MINUTE;
/** Late answers wait for so many ticks at most. */
const MOST_LATE_TICKS = 6;
const ODD_KINDS: readonly OddKind[] = ['zero', 'huge', 'spike', 'swapped', 'bit'];

function valueOf({ count, exp2 }: RawRegister): bigint {
  return exp2 >= 0 ? count << BigInt(exp2) : count >> BigInt(-exp2);
}

/** A value that the register did not show: what wires, converters and hasty firmware make of it. */
function spoiled(kind: OddKind, raw: RawRegister, width: bigint): RawRegister {
  const shown = valueOf(raw);
  const swapped = (((shown & 0xffn) << 8n) | ((shown >> 8n) & 0xffn) | (shown & ~0xffffn)) % width;
  const values: Readonly<Record<OddKind, bigint>> = {
    zero: 0n,
    huge: width - 1n,
    spike: shown + 1_000n,
    swapped,
    bit: shown ^ 0x4000n,
  };
  return { count: values[kind], exp2: 0 };
}

/** What the site file says at that instant. */
function specsAt({ meters, pulses }: ScenarioPlan, ms: number): ChannelSpec[] {
  const registers = meters.map(({ described }) => {
    const now = described.findLast(({ fromMs }) => fromMs <= ms) ?? described[0];
    if (!now) throw new Error('a meter that nobody describes');
    return now.spec;
  });
  return [...registers, ...pulses.map(({ spec }) => spec)];
}

function begin(plan: ScenarioPlan): Playing {
  const power = { isFailing: false };
  const store = openStoreInMemory({
    probe: (point) => {
      if (power.isFailing && point === 'inside-transaction') throw new PowerCut();
    },
  });
  const time = { plan, trueMs: plan.startMs, beforeMs: plan.startMs, heardMs: plan.startMs };
  const clock: Clock = {
    now: () => instant(time.trueMs + offsetAt(plan, time.trueMs)),
    monotonicMs: () => time.trueMs - plan.startMs,
    trust: () => (isUntrusted(time) ? 'untrusted' : plan.trust),
  };
  const desk = createDesk();
  const process = startProcess(store, specsAt(plan, plan.startMs), clock, desk);
  const meters = plan.meters.map((meter) => ({
    plan: meter,
    truth: createMeterTruth(meter.nature),
    given: [],
    settingsDueMs: 0,
  }));
  return Object.assign(time, {
    random: createRandom(plan.seed ^ 0x5ca1_ab1e),
    second: createRandom(plan.seed ^ 0x0dd_ba11),
    store,
    clock,
    meters,
    desk,
    said: new Set<object>(),
    inputs: startInputs(plan, plan.startMs, 1),
    lives: 1,
    basesOfLife: new Map<string, bigint>(),
    lostAtKills: [],
    seenSteps: [],
    process,
    waiting: [],
    power,
    wasKnown: true,
    watchedOffset: null,
  });
}

class PowerCut extends Error {}

/** Hands over what a poll brought. @param settings the meter was also asked what CT is set in it */
function hand({ process, clock, trueMs }: Playing, meter: PlayingMeter, reading: Reading, settings: boolean) {
  const spec = process.specs.find((one) => one.meter === meter.plan.id);
  const turn = meter.plan.nature.turns.findLast(({ atMs }) => atMs <= trueMs);
  if (!spec || !turn) throw new Error('a meter that nobody describes');
  const setting = { setting: 'ct-ratio' as const, value: turn.unitsPerCount, atMs: clock.now() };
  const poll: MeterPoll = {
    meter: spec.meter,
    atMs: reading.atMs,
    registers: [{ channel: spec.channel, ...reading }],
    gauges: [],
    fault: null,
    ...(settings ? { settings: [setting] } : {}),
  };
  if (settings) process.settings.note(poll);
  process.pipeline.take(poll);
}

function ask(playing: Playing, played: PlayingMeter): void {
  const { plan, random, trueMs, process } = playing;
  const { plan: meter, truth } = played;
  if (random.chance(meter.lostPermille)) return;
  const tookMs = random.int(5, meter.tookMs);
  const trueSinceMs = trueMs - tookMs;
  const { raw, turn, wraps } = truth.show(trueSinceMs + random.int(0, tookMs));
  const odd = random.chance(meter.oddPermille) ? random.pick(ODD_KINDS) : null;
  const reading: Reading = {
    sinceMs: instant(trueSinceMs + offsetAt(plan, trueSinceMs)),
    atMs: instant(trueMs + offsetAt(plan, trueMs)),
    raw: odd ? spoiled(odd, raw, meter.nature.width) : raw,
  };
  const given: Given = { reading, odd, trueSinceMs, trueAtMs: trueMs, turn, wraps, heard: false };
  played.given.push(given);
  if (random.chance(meter.latePermille)) {
    playing.waiting.push({ meter: played, reading, ticks: random.int(1, MOST_LATE_TICKS) });
    return;
  }
  const settings = trueMs >= played.settingsDueMs;
  if (settings) played.settingsDueMs = trueMs + DAY;
  hand(playing, played, reading, settings);
  given.heard = !isUntrusted(playing) && process.pipeline.clockHealth().state !== 'behind';
  if (random.chance(meter.doubledPermille)) hand(playing, played, reading, false);
}

function deliverLate(playing: Playing): void {
  const due = playing.waiting.filter(({ ticks }) => ticks <= 0);
  playing.waiting = playing.waiting
    .filter(({ ticks }) => ticks > 0)
    .map((one) => ({ ...one, ticks: one.ticks - 1 }));
  for (const { meter, reading } of due) hand(playing, meter, reading, false);
}

function restart(playing: Playing): void {
  const { store, plan, trueMs, clock } = playing;
  playing.process = startProcess(store, specsAt(plan, trueMs), clock, playing.desk);
  playing.lives += 1;
  playing.inputs = startInputs(plan, trueMs, playing.lives);
  noteBases(playing);
  playing.waiting = [];
  playing.watchedOffset = null;
  for (const meter of playing.meters) meter.settingsDueMs = 0;
}

function end(playing: Playing, kind: ProcessTrouble['kind']): void {
  const { process, meters, plan, trueMs, power, inputs, second } = playing;
  if (kind === 'restart') {
    // What was counted is asked for once more.
    for (const input of inputs) process.hear(input.poll(trueMs));
    process.pipeline.finish();
  } else {
    // It may end after it has asked its drivers, and after it has written what they said.
    const last = second.pick(['unasked', 'asked', 'kept'] as const);
    const polls = last === 'unasked' ? [] : inputs.map((input) => input.poll(trueMs));
    if (last === 'kept') {
      for (const poll of polls) process.hear(poll);
      if (polls.length > 0) process.pipeline.keep();
    }
    noteKill(playing);
    for (const { given } of meters)
      for (const one of given) if (trueMs - one.trueAtMs < 2 * plan.pollMs) one.heard = false;
  }
  playing.inputs = [];
  if (kind !== 'crash-inside') return;
  power.isFailing = true;
  try {
    process.pipeline.drain();
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
  } finally {
    power.isFailing = false;
  }
}

/** Two hours in which nothing is read, and as long as a clock that is behind has to wait. */
function quiet(playing: Playing): void {
  const { pipeline } = playing.process;
  const behindMs = () => (pipeline.clockHealth().fault === null ? 0 : DAY + 8 * HOUR);
  for (const waitMs of [() => 2 * HOUR, behindMs]) {
    playing.beforeMs = playing.trueMs;
    playing.trueMs += waitMs();
    hearContacts(playing, playing.trueMs);
    pollContacts(playing);
    speakUp(playing, Number.POSITIVE_INFINITY);
    watchClock(playing);
    pipeline.turn();
    pipeline.drain();
  }
}

/** Ends and starts that are due. @returns whether the gateway is up */
function keepProcess(playing: Playing, troubles: ProcessTrouble[], rewritten: number[]): boolean {
  const [trouble] = troubles;
  const nowMs = playing.trueMs;
  if (trouble && trouble.atMs <= nowMs) {
    hearContacts(playing, Math.max(playing.beforeMs, trouble.atMs));
    end(playing, trouble.kind);
    playing.trueMs = nowMs;
    // While it is down, the next tick looks again, with nothing left to end.
    troubles[0] = { ...trouble, kind: 'crash' };
    if (playing.trueMs < trouble.atMs + trouble.downMs) return false;
    troubles.shift();
    restart(playing);
  }
  if ((rewritten[0] ?? Number.POSITIVE_INFINITY) <= playing.trueMs) {
    while ((rewritten[0] ?? Number.POSITIVE_INFINITY) <= playing.trueMs) rewritten.shift();
    hearContacts(playing, nowMs);
    end(playing, 'restart');
    restart(playing);
  }
  return true;
}

/** Plays the plan from its start to its end, and two hours of quiet behind it. */
export function play(plan: ScenarioPlan): PlayedScenario {
  const playing = begin(plan);
  playing.desk.forgets = playing.second.chance(300);
  const troubles = [...plan.process];
  // Another site file means another start.
  const rewritten = plan.meters
    .flatMap(({ described }) => described.slice(1).map(({ fromMs }) => fromMs))
    .toSorted((a, b) => a - b);
  let polls = 0;
  for (const tick of ticksOf(plan)) {
    playing.beforeMs = playing.trueMs;
    playing.trueMs = tick;
    if (!keepProcess(playing, troubles, rewritten)) continue;
    hearContacts(playing, tick);
    deliverLate(playing);
    if (!isIn(plan.gaps, tick)) for (const meter of playing.meters) ask(playing, meter);
    pollContacts(playing);
    speakUp(playing, tick);
    const isSet = watchClock(playing);
    if (polls++ % plan.turnEvery === 0 || isSet) playing.process.pipeline.turn();
  }
  playing.process.pipeline.finish();
  quiet(playing);
  const { store, meters, seenSteps, process, desk, lostAtKills } = playing;
  const specOf = (id: string): ChannelSpec => {
    const spec = process.specs.find(({ meter }) => meter === id);
    if (!spec) throw new Error(`no meter ${id}`);
    return spec;
  };
  return { plan, store, meters, desk, lostAtKills, seenSteps, grid: GRID, specOf };
}

/** Instants at which the meters are asked; rarely while nobody can be, and beside the clock's steps. */
function ticksOf(plan: ScenarioPlan): number[] {
  const ticks: number[] = [];
  for (let ms = plan.startMs + 1_000; ms <= plan.endMs; ) {
    ticks.push(ms);
    const gap = plan.gaps.find(({ fromMs, toMs }) => fromMs < ms && ms + IDLE_TICK_MS < toMs);
    const next = ms + (gap ? IDLE_TICK_MS : plan.pollMs);
    // An answer that came right after the clock was set was asked for before.
    const step = plan.clock.find(({ atMs, duringRequest }) => duringRequest && atMs > ms && atMs < next);
    ms = step ? step.atMs + 1 : next;
  }
  return ticks;
}
