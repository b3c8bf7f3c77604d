/**
 * The retained messages that tell a consumer how to read the rest: `meta`, `status` and, not retained for long,
 * `live`. They are rebuilt from what is known now and never queued.
 */

import type { AlarmHealth } from '../domain/alarm.ts';
import type { ClockHealth } from '../domain/clock-health.ts';
import { registerMicro } from '../domain/ledger/register.ts';
import type { MeterLive } from '../domain/live.ts';
import type { LiveMessage, MetaMessage, StatusMessage } from '../domain/messages.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import type { OutgoingMessage } from '../domain/ports.ts';
import { type Rational, reduced, toMicro } from '../domain/rational.ts';
import { decimal } from '../domain/render-json.ts';
import type { Cover } from '../domain/sources/cover.ts';
import type { StorageHealth } from '../domain/storage.ts';
import { type GasState, volumeRatio } from '../domain/thermo/gas.ts';
import type { KwhFactor } from '../domain/thermo/kwh-factor.ts';
import { gaugesOf } from '../domain/thermo/live-factor.ts';
import { type Clock, type EpochMs, type HourGrid, instant } from '../domain/time.ts';
import { hintText, type StandingHint } from '../domain/validation/hints.ts';
import type { Store } from '../store/store.ts';

export interface MeterFacts {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly role: MetaMessage['meters'][number]['role'];
  readonly parent: string | null;
}

export interface AnnounceDeps {
  readonly store: Store;
  readonly grid: HourGrid;
  readonly clock: Clock;
  readonly site: MetaMessage['site'];
  readonly gateway: MetaMessage['gateway'];
  readonly generation: number;
  readonly meters: readonly MeterFacts[];
  readonly specs: readonly ChannelSpec[];
  readonly startedMs: EpochMs;
  readonly topics: { readonly meta: string; readonly status: string; live(meter: string): string };
  readonly clockHealth: () => ClockHealth;
  /** Whether `startedMs` is the time at which the gateway was started. */
  readonly knowsTime: () => boolean;
  readonly storage: () => StorageHealth;
  /** Reads what the disk may not let be read; `instead` then. What is announced must not depend on it. */
  readonly read: <T>(work: () => T, instead: T) => T;
  /** What the figures of a meter say about it. */
  readonly hintsOf: (meter: string) => readonly StandingHint[];
  /** What waits for a person; null where that is not known. */
  /** null: there is no alarm contact. */
  readonly alarm: () => AlarmHealth | null;
  /** How far ahead hours are confirmed; null where that is not known. */
  readonly cover: () => Cover | null;
  readonly attention: () => StatusMessage['attention'];
  /** Bytes that messages may still fill on the disk; null when that is not known. */
  readonly freeBytes: () => number | null;
}

const DAY_MS = 86_400_000;
/** A backlog must cover at least this much time before a daily rate is read out of it. */
const RATE_SPAN_MS = 3_600_000;
/** Ten years: no larger figure means anything to anybody. */
const MAX_BUDGET_DAYS = 3_650;
const LIVE_EXPIRY_S = 300;

/** Always with its denominator, so that a consumer needs one way to read it: "1/1", "2/5". */
function fraction(value: Rational): string {
  const { num, den } = reduced(value);
  return `${num}/${den}`;
}

type ChannelFacts = MetaMessage['meters'][number]['channels'][number];

function gaugeFacts({ name, from, fallback }: ReturnType<typeof gaugesOf>[number]) {
  return { condition: name, ...from, fallback: fallback && decimal(toMicro(fallback)) };
}

function kwhFactorFacts({
  from,
  to,
  kwhPerUnit,
  label,
  basis,
  live,
}: KwhFactor): ChannelFacts['kwhFactors'][number] {
  const per = (state: GasState): string | null => {
    const ratio = basis?.kind === 'gas' ? volumeRatio(basis.counts, state, basis.line) : null;
    return ratio && fraction(ratio);
  };
  return {
    from,
    to,
    kwhPerUnit: kwhPerUnit && fraction(kwhPerUnit),
    gauges: live ? gaugesOf(live).map(gaugeFacts) : [],
    factor: label,
    counts: basis?.kind === 'gas' ? basis.counts : live?.kind === 'gas' ? live.counts : null,
    normalPerUnit: per('normal'),
    satpPerUnit: per('satp'),
  };
}

function retained(topic: string, body: object, qos: 0 | 1): OutgoingMessage {
  return { topic, payload: JSON.stringify(body), qos, retain: true };
}

export function offlineStatus(topic: string, version: string): OutgoingMessage {
  const body: StatusMessage = {
    v: 1,
    state: 'offline',
    version,
    since: null,
    clockTrust: null,
    backlog: null,
    oldestUnsent: null,
    outageBudgetDays: null,
    clock: null,
    storage: null,
    alarm: null,
    coefficients: null,
    attention: null,
  };
  return retained(topic, body, 1);
}

export function createAnnouncer(deps: AnnounceDeps) {
  const { store, grid, clock, topics } = deps;
  const specOf = new Map(deps.specs.map((spec) => [`${spec.meter}/${spec.channel}`, spec]));

  /** Days of outage that fit the disk, from the bytes that the last day of messages took. */
  function outageBudgetDays(nowMs: EpochMs): number | null {
    const free = deps.freeBytes();
    const rate = deps.read(() => store.outbox.bytesSince(nowMs - DAY_MS), { bytes: 0, spanMs: 0 });
    if (free === null || rate.bytes === 0 || rate.spanMs < RATE_SPAN_MS) return null;
    return Math.min(MAX_BUDGET_DAYS, Math.floor((free * rate.spanMs) / rate.bytes / DAY_MS));
  }

  function channelFacts(spec: ChannelSpec): ChannelFacts {
    const row = deps.read(() => store.channels.find(spec.meter, spec.channel), null);
    return {
      channel: spec.channel,
      unit: spec.unit,
      keptBy: spec.keptBy,
      unitsPerCount: fraction(spec.scale.unitsPerCount),
      kwhFactors: spec.kwhFactors.map(kwhFactorFacts),
      since: row ? grid.iso(row.sinceMs) : null,
    };
  }

  function clockFacts(): StatusMessage['clock'] {
    const { state, sinceMs } = deps.clockHealth();
    return { state, since: sinceMs === null ? null : grid.iso(instant(sinceMs)) };
  }

  function alarmFacts(): StatusMessage['alarm'] {
    const health = deps.alarm();
    if (!health) return null;
    const { state, sinceMs, causes } = health;
    return { state, since: deps.knowsTime() ? grid.iso(instant(sinceMs)) : null, causes };
  }

  function coverFacts(): StatusMessage['coefficients'] {
    const cover = deps.cover();
    if (!cover) return null;
    const { state, endsMs } = cover;
    return { state, confirmedUntil: endsMs === null ? null : grid.iso(endsMs) };
  }

  return {
    /** null while a new database waits for the time: its generation is not known. */
    meta(): OutgoingMessage | null {
      if (deps.generation === 0) return null;
      const body: MetaMessage = {
        v: 1,
        site: deps.site,
        gateway: deps.gateway,
        generation: deps.generation,
        meters: deps.meters.map((meter) => ({
          ...meter,
          channels: deps.specs.filter((spec) => spec.meter === meter.id).map(channelFacts),
        })),
        producedAt: grid.iso(clock.now()),
      };
      return retained(topics.meta, body, 1);
    },

    status(): OutgoingMessage {
      const backlog = deps.read(() => store.outbox.backlog(), null);
      const oldestMs = backlog?.oldestMs ?? null;
      const { state, sinceMs } = deps.storage();
      const body: StatusMessage = {
        v: 1,
        state: 'online',
        version: deps.gateway.version,
        since: deps.knowsTime() ? grid.iso(deps.startedMs) : null,
        clockTrust: clock.trust(),
        backlog: backlog?.waiting ?? null,
        oldestUnsent: oldestMs === null ? null : grid.iso(oldestMs),
        outageBudgetDays: outageBudgetDays(clock.now()),
        clock: clockFacts(),
        storage: { state, since: sinceMs === null ? null : grid.iso(instant(sinceMs)) },
        alarm: alarmFacts(),
        coefficients: coverFacts(),
        attention: deps.attention(),
      };
      return retained(topics.status, body, 1);
    },

    live(meter: MeterLive): OutgoingMessage | null {
      if (meter.lastAnswerMs === null) return null;
      const gauges: Record<string, { value: number; unit: string }> = {};
      for (const { gauge, value, unit } of meter.gauges.values()) gauges[gauge] = { value, unit };
      const registers: Record<string, LiveMessage['registers'][keyof LiveMessage['registers']]> = {};
      for (const { channel, raw } of meter.registers.values()) {
        const spec = specOf.get(`${meter.meter}/${channel}`);
        if (spec) registers[channel] = { value: decimal(registerMicro(raw, spec.scale)), unit: spec.unit };
      }
      const body: LiveMessage = {
        v: 1,
        meter: meter.meter,
        readAt: grid.iso(meter.lastAnswerMs),
        health: meter.health,
        hints: deps.hintsOf(meter.meter).map((hint) => ({
          code: hint.code,
          since: grid.iso(hint.sinceMs),
          text: hintText(hint),
        })),
        gauges,
        registers,
      };
      return { ...retained(topics.live(meter.meter), body, 0), expirySeconds: LIVE_EXPIRY_S };
    },
  };
}
