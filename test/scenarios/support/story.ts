/** A scenario told in order, for whoever has to find out what went wrong. */
import { formatFraction } from '../../../gateway/domain/rational.ts';
import type { ScenarioPlan } from './plan.ts';
import type { MeterPlan } from './plan-meter.ts';

const MOST_LINES = 40;

function ofMeter({
  id,
  described,
  nature,
  lostPermille,
  latePermille,
  doubledPermille,
  oddPermille,
}: MeterPlan) {
  const spec = described[0]?.spec;
  const { unitsPerCount, stepCounts, updateMs, wrapsAt } = spec?.scale ?? {};
  const scale =
    unitsPerCount && stepCounts
      ? `${formatFraction(unitsPerCount)} kWh a count in steps of ${formatFraction(stepCounts)}`
      : '';
  const rated = spec ? `rated ${formatFraction(spec.ratedPerHour)} kW` : '';
  const troubles = `of 1,000 readings ${lostPermille} lost, ${latePermille} late, ${doubledPermille} twice, ${oddPermille} spoiled`;
  return `${id}: ${nature.encoding}, ${scale}, ${rated}, goes round at ${nature.width}${wrapsAt ? '' : ' (its type does not say)'}, refreshes each ${nature.refreshMs} ms (said: ${updateMs}); ${troubles}`;
}

export function storyOf(plan: ScenarioPlan): string {
  const lines: { readonly atMs: number; readonly text: string }[] = [];
  const say = (atMs: number, text: string) => void lines.push({ atMs, text });
  const until = (ms: number) => `until ${iso(ms)}`;
  for (const { fromMs, toMs } of plan.gaps) say(fromMs, `nobody can be asked ${until(toMs)}`);
  for (const { fromMs, toMs } of plan.untrusted)
    say(fromMs, `the clock is not to be believed ${until(toMs)}`);
  for (const { kind, atMs, downMs } of plan.process)
    say(atMs, `the process: ${kind}, down for ${downMs / 1_000} s`);
  for (const { atMs, offsetMs, duringRequest } of plan.clock)
    say(
      atMs,
      `the clock is wrong by ${offsetMs / 1_000} s from here on${duringRequest ? ', set during a request' : ''}`,
    );
  for (const { atMs, what } of plan.sayings) say(atMs, `somebody answers: ${what}`);
  for (const { id, deaf, dials } of plan.pulses) {
    for (const { fromMs, toMs } of deaf) say(fromMs, `${id}: gpiomon is away ${until(toMs)}`);
    for (const { atMs, saidAfterMs, next } of dials)
      say(
        atMs,
        `${id}: the dial is ${next === null ? 'read' : 'replaced'}, typed in ${saidAfterMs / 1_000} s later`,
      );
  }
  for (const meter of plan.meters) {
    for (const { atMs, kind } of meter.exchanges) say(atMs, `${meter.id}: ${kind}`);
    for (const { fromMs, toMs } of meter.nature.freezes) say(fromMs, `${meter.id}: frozen ${until(toMs)}`);
    for (const { fromMs, toMs } of meter.misread)
      say(fromMs, `${meter.id}: CT changed, not in the site file ${until(toMs)}`);
    for (const { fromMs } of meter.described.slice(1))
      say(fromMs, `${meter.id}: another ratio in the site file`);
  }
  const shown = lines.toSorted((a, b) => a.atMs - b.atMs).slice(0, MOST_LINES);
  return [
    `${iso(plan.startMs)} … ${iso(plan.endMs)}, read each ${plan.pollMs / 1_000} s, clock ${plan.trust}`,
    ...plan.meters.map(ofMeter),
    ...plan.pulses.map(
      ({ id, filter, pulses, isRare, lostPermille }) =>
        `${id}: ${pulses.length} ${isRare ? 'rare ' : ''}pulses, filter ${filter.kind} ${filter.ms} ms; of 1,000 hand-overs ${lostPermille} lost`,
    ),
    ...shown.map(({ atMs, text }) => `${iso(atMs)} ${text}`),
  ]
    .map((line) => `    ${line}`)
    .join('\n');
}

const iso = (ms: number): string => new Date(ms).toISOString().slice(5, 19);
