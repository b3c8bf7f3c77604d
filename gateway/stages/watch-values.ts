/**
 * Looks at each poll for wiring mistakes, registers that are stuck and values that are frozen. What it finds is a hint:
 * an event when it begins and when it is over, shown on the page and in `live`; no reading is touched.
 */
import { registerMicro, resolutionMicro } from '../domain/ledger/register.ts';
import type { ChannelName, ChannelSpec } from '../domain/meters.ts';
import type { MeterPoll, RegisterSample } from '../domain/ports.ts';
import { formatMicro } from '../domain/rational.ts';
import type { EpochMs, HourGrid } from '../domain/time.ts';
import { gaugePerHour, type Motion, moveOn, type Standing, standStill } from '../domain/validation/frozen.ts';
import type { Hint, HintCode } from '../domain/validation/hints.ts';
import { movesOn, type Pace, type PaceInput } from '../domain/validation/refresh.ts';
import { judgeWiring, onlyTakesIn, type WiredMeter } from '../domain/validation/wiring.ts';
import type { HintBook } from './hint-book.ts';

/** A wiring mistake must be seen so long without a break, ms: a crane that brakes gives power back for a while … */
export const SEEN_MS = 300_000;
/** … and in so many polls. */
const SEEN_POLLS = 3;
/** Exported energy rises step by step: it is over when none has come for so long, ms. */
const EXPORT_OVER_MS = 86_400_000;

export interface ValuesOf extends WiredMeter {
  readonly id: string;
  readonly parent: string | null;
}

/** What the last polls say without a break. */
interface Opinion {
  readonly wrong: boolean;
  readonly sinceMs: EpochMs;
  polls: number;
}

interface Known {
  readonly opinions: Map<HintCode, Opinion>;
  readonly standing: Map<ChannelName, Standing>;
  readonly paces: Map<ChannelName, Pace>;
  /** What the sub-meters have counted since the last poll, micro-units. */
  readonly below: Map<ChannelName, bigint>;
  motion: Motion | null;
  /** When the export register rose last. */
  exportMs: EpochMs | null;
}

export interface ValueWatch {
  note(poll: MeterPoll): void;
}

export function createValueWatch(deps: {
  readonly meters: readonly ValuesOf[];
  readonly specs: readonly ChannelSpec[];
  readonly grid: HourGrid;
  readonly hints: HintBook;
}): ValueWatch {
  const { grid, hints } = deps;
  const meters = new Map(deps.meters.map((meter) => [meter.id, meter]));
  const specs = new Map(deps.specs.map((spec) => [`${spec.meter}/${spec.channel}`, spec]));
  const known = new Map<string, Known>();
  const minuteOf = (atMs: EpochMs): string => grid.iso(atMs).slice(0, 16).replace('T', ' ');

  function knownOf(meter: string): Known {
    const found = known.get(meter);
    if (found) return found;
    const fresh: Known = {
      opinions: new Map(),
      standing: new Map(),
      paces: new Map(),
      below: new Map(),
      motion: null,
      exportMs: null,
    };
    known.set(meter, fresh);
    return fresh;
  }

  /** Says it once it was seen for long enough; unsays it the same way. */
  function hear(meter: string, code: HintCode, hint: Hint | null, atMs: EpochMs): void {
    const { opinions } = knownOf(meter);
    const wrong = hint !== null;
    const before = opinions.get(code);
    const opinion = before?.wrong === wrong ? before : { wrong, sinceMs: atMs, polls: 0 };
    opinion.polls += 1;
    opinions.set(code, opinion);
    if (opinion.polls < SEEN_POLLS || atMs - opinion.sinceMs < SEEN_MS) return;
    if (hint) hints.begin(meter, hint, opinion.sinceMs, atMs);
    else hints.end(meter, code, null, atMs);
  }

  function tellBelow(meter: ValuesOf, channel: ChannelName, riseMicro: bigint): void {
    if (meter.parent === null || riseMicro <= 0n) return;
    const { below } = knownOf(meter.parent);
    below.set(channel, (below.get(channel) ?? 0n) + riseMicro);
  }

  /** The step of a register, and what it shows. */
  function watchRegister(meter: ValuesOf, poll: MeterPoll, { channel, raw }: RegisterSample): void {
    const spec = specs.get(`${meter.id}/${channel}`);
    if (!spec || spec.keptBy === 'gateway') return;
    const mine = knownOf(meter.id);
    const micro = registerMicro(raw, spec.scale);
    const before = mine.standing.get(channel) ?? null;
    const belowMicro = mine.below.get(channel) ?? 0n;
    mine.below.delete(channel);
    const { standing, frozen } = standStill(
      before,
      { registerMicro: micro, atMs: poll.atMs, perHour: gaugePerHour(channel, poll.gauges), belowMicro },
      {
        ratedPerHour: Number(spec.ratedPerHour.num) / Number(spec.ratedPerHour.den),
        stepMicro: resolutionMicro(raw, spec.scale),
        updateMs: spec.scale.updateMs,
      },
    );
    mine.standing.set(channel, standing);
    const rise = before ? micro - before.registerMicro : 0n;
    tellBelow(meter, channel, rise);
    const said = hints.find(meter.id, 'register-frozen', channel);
    const shown = formatMicro(micro);
    if (said && said.about['register'] !== shown) hints.end(meter.id, 'register-frozen', channel, poll.atMs);
    if (frozen) {
      const expected = formatMicro(standing.expectedMicro).replace(/(\.\d{2})\d+$/, '$1');
      const about = { register: shown, unit: spec.unit, since: minuteOf(standing.sinceMs), expected };
      hints.begin(meter.id, { code: 'register-frozen', channel, about }, standing.sinceMs, poll.atMs);
    }
    watchPace(
      spec,
      { registerMicro: micro, atMs: poll.atMs, perHour: gaugePerHour(channel, poll.gauges) },
      raw,
    );
    const isOut = channel === 'energy-export' && onlyTakesIn(meter) && !meter.siteGenerates;
    if (isOut) watchExport(meter.id, rise > 0n, poll.atMs);
  }

  /** How often the meter refreshes the register, whatever its type says. */
  function watchPace(
    { meter, channel, scale }: ChannelSpec,
    now: PaceInput,
    raw: RegisterSample['raw'],
  ): void {
    const { paces } = knownOf(meter);
    const rules = { stepMicro: resolutionMicro(raw, scale), updateMs: scale.updateMs };
    const { pace, slowMs, isPrompt } = movesOn(paces.get(channel) ?? null, now, rules);
    paces.set(channel, pace);
    if (isPrompt) hints.end(meter, 'refresh-slow', channel, now.atMs);
    if (slowMs === null) return;
    const about = { seconds: Math.ceil(slowMs / 1_000), declared: scale.updateMs / 1_000 };
    hints.begin(meter, { code: 'refresh-slow', channel, about }, now.atMs, now.atMs);
  }

  function watchExport(meter: string, rises: boolean, atMs: EpochMs): void {
    const mine = knownOf(meter);
    if (rises) hear(meter, 'export-rises', { code: 'export-rises', channel: null, about: {} }, atMs);
    if (rises || mine.exportMs === null) mine.exportMs = atMs;
    else if (atMs - mine.exportMs >= EXPORT_OVER_MS) {
      mine.opinions.delete('export-rises');
      hints.end(meter, 'export-rises', null, atMs);
    }
  }

  function watchMotion(meter: string, poll: MeterPoll): void {
    const mine = knownOf(meter);
    const { motion, frozen } = moveOn(mine.motion, poll);
    if (motion.changes > 0 && motion !== mine.motion) hints.end(meter, 'values-frozen', null, poll.atMs);
    mine.motion = motion;
    if (!frozen) return;
    const about = { since: minuteOf(motion.sinceMs) };
    hints.begin(meter, { code: 'values-frozen', channel: null, about }, motion.sinceMs, poll.atMs);
  }

  return {
    note(poll) {
      const meter = meters.get(poll.meter);
      // Half a poll says nothing of what stands still.
      if (!meter || poll.fault !== null || poll.registers.length + poll.gauges.length === 0) return;
      for (const [code, hint] of judgeWiring(poll.gauges, meter)) hear(meter.id, code, hint, poll.atMs);
      for (const sample of poll.registers) watchRegister(meter, poll, sample);
      watchMotion(meter.id, poll);
    },
  };
}
