import type { Mutant } from './mutant.ts';

const EVIDENCE = 'test/thermo/gauge-evidence.property.test.ts';

/** Live gauges, meters below a meter, ratings, and what a salvage and a clock set back leave behind. */
export const OF_GAUGES_AND_METERS: readonly Mutant[] = [
  {
    name: 'a gauge that is silent goes on showing what it showed',
    file: 'gateway/domain/thermo/gauge-slot.ts',
    find: 'Math.min(points[i + 1]?.atMs ?? Math.max(nowMs, atMs), atMs + holdMs, endMs);',
    replace: 'Math.min(points[i + 1]?.atMs ?? Math.max(nowMs, atMs), endMs);',
    test: EVIDENCE,
    story: 'kWh are what the rows say, for any order, repetition and crash',
  },
  {
    name: 'a value that comes a little late finds its half-hour gone',
    file: 'gateway/stages/gauge-evidence.ts',
    find: 'const windowMs = boundaryAt(slotOf(nowMs) - 1);',
    replace: 'const windowMs = boundaryAt(slotOf(nowMs));',
    test: EVIDENCE,
    story: 'kWh are what the rows say, for any order, repetition and crash',
  },
  {
    name: 'a transmitter that is out of order above is believed',
    file: 'gateway/domain/thermo/live-factor.ts',
    find: 'if (compare(of(evidence.minMicro), low) < 0 || compare(of(evidence.maxMicro), high) > 0)',
    replace: 'if (compare(of(evidence.minMicro), low) < 0)',
    test: 'test/thermo/live-factor.test.ts',
    story: 'does not count when the gauge showed what cannot be, however short',
  },
  {
    name: 'a meter below that has no value counts as nothing',
    file: 'gateway/dashboard/unmetered.ts',
    find: 'if (own === undefined || own === null || parts.some((part) => part === null)) {',
    replace: 'if (own === undefined || own === null) {',
    test: 'test/dashboard/what-no-meter-below-counts.test.ts',
    story: 'leaves out the hours in which one of them has no value, and says how many',
  },
  {
    name: 'what a withdrawn hour said is still compared',
    file: 'gateway/dashboard/unmetered.ts',
    find: "return hour === undefined || hour.quality === 'withdrawn' ? null : hour.quantityMicro;",
    replace: 'return hour === undefined ? null : hour.quantityMicro;',
    test: 'test/dashboard/what-no-meter-below-counts.test.ts',
    story: 'leaves out the hours in which one of them has no value, and says how many',
  },
  {
    name: 'all channels of a meter have the rating of its first',
    file: 'config/channel-specs.ts',
    find: 'return meter.ratedOf?.[channel] ?? meter.ratedPerHour;',
    replace: 'return meter.ratedPerHour;',
    test: 'test/config/each-channel-of-a-meter.test.ts',
    story: 'energy-import,heat: 100 kW are 100 kWh, and 0.36 GJ, an hour',
    template: '%s: 100 kW are 100 kWh, and 0.36 GJ, an hour',
  },
  {
    name: 'a salvage asks a clock that is wrong how high its generation must be',
    file: 'gateway/store/salvage-repair.ts',
    find: 'const seconds = [nowMs, stampedMs].flatMap((ms) =>',
    replace: 'const seconds = [nowMs].flatMap((ms) =>',
    test: 'test/stories/salvaged-without-the-time.test.ts',
    story: 'the new generation is above the old one, of which nothing is left but its stamps',
  },
  {
    name: 'a salvage repeats the generation that was sent',
    file: 'gateway/store/salvage-repair.ts',
    find: 'const known = before === null ? seconds : [...seconds, before];',
    replace: 'const known = seconds;',
    test: 'test/stories/salvaged-without-the-time.test.ts',
    story: 'a generation that was ahead of every stamp is passed all the same',
  },
  {
    name: 'a clock set back too far stamps a reading before the one before it',
    file: 'gateway/stages/rewind.ts',
    find: 'if (takenMs > nowMs || takenMs <= last.atMs)',
    replace: 'if (takenMs > nowMs)',
    test: 'test/stories/a-clock-set-back.test.ts',
    story: 'a step that would put the newest reading before the one before it leaves open when that was',
  },
];
