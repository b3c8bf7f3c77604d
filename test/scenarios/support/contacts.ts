/** What reaches the gateway beside its polls: contacts that it counts itself, and what people say. */

import { readDial, speak } from './desk.ts';
import type { ScenarioPlan } from './plan.ts';
import { offsetAt, type Playing, watchClock } from './playing.ts';
import { type PulseInput, startPulseInput } from './pulse-input.ts';

export function startInputs(plan: ScenarioPlan, fromMs: number, life: number): PulseInput[] {
  const wallAt = (ms: number) => ms + offsetAt(plan, ms);
  return plan.pulses.map((pulse) => startPulseInput(pulse, `life-${life}`, fromMs, wallAt));
}

/** Contacts from the last tick to an instant: rare pulses are told and kept at once. */
export function hearContacts(playing: Playing, toMs: number): void {
  const { inputs, process } = playing;
  if (inputs.length === 0) return;
  playing.trueMs = Math.min(playing.trueMs, Math.max(playing.beforeMs, playing.heardMs));
  for (const input of inputs) {
    for (let at = input.news(toMs); at !== null && at <= toMs; at = input.news(toMs)) {
      playing.trueMs = Math.max(playing.trueMs, at);
      process.hear(input.poll(playing.trueMs));
      if (watchClock(playing)) process.pipeline.turn();
    }
    input.run(toMs);
  }
  playing.trueMs = Math.max(playing.trueMs, toMs);
  playing.heardMs = playing.trueMs;
}

export function pollContacts({ inputs, process, second, trueMs }: Playing): void {
  for (const input of inputs) {
    const poll = input.poll(trueMs);
    if (!second.chance(input.plan.lostPermille)) process.hear(poll);
  }
}

/** What people say up to that instant. */
export function speakUp(playing: Playing, toMs: number): void {
  const { plan, desk, store, process, second, meters, clock, said } = playing;
  const wallAt = (ms: number) => ms + offsetAt(plan, ms);
  const office = { desk, store, process, random: second, meters, wallAt, nowMs: clock.now() };
  const dials = plan.pulses.flatMap((pulse) => pulse.dials.map((dial, index) => ({ pulse, dial, index })));
  for (const { pulse, dial, index } of dials) {
    if (said.has(dial) || dial.atMs + dial.saidAfterMs > toMs) continue;
    said.add(dial);
    readDial(office, pulse, index);
  }
  for (const saying of plan.sayings) {
    if (said.has(saying) || saying.atMs > toMs) continue;
    said.add(saying);
    speak(office, saying);
  }
}

/** What is durable of a count. */
function keptOf({ store }: Playing, { plan: { spec } }: PulseInput): bigint {
  const row = store.channels.find(spec.meter, spec.channel);
  return (row && store.readings.head(row.id)?.reading.raw.count) ?? 0n;
}

/** What each rare contact had counted by then and has not kept: gone with the process. */
export function noteKill(playing: Playing): void {
  const { inputs, basesOfLife, lostAtKills, plan } = playing;
  if (plan.clock.length > 0 || plan.untrusted.length > 0) return;
  for (const input of inputs) {
    if (!input.plan.isRare || input.plan.lostPermille > 0) continue;
    const live = (basesOfLife.get(input.plan.id) ?? 0n) + BigInt(input.counted());
    lostAtKills.push({ meter: input.plan.id, pulses: Number(live - keptOf(playing, input)) });
  }
}

/** What the next life counts from. */
export function noteBases(playing: Playing): void {
  for (const input of playing.inputs) playing.basesOfLife.set(input.plan.id, keptOf(playing, input));
}
