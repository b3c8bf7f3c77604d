/** One channel's ledger with all stages up to the outbox, on simulated time, as the gateway wires them. */
import type { Era } from '../../../gateway/domain/ledger/era.ts';
import type { Reading } from '../../../gateway/domain/ledger/register.ts';
import type { HourMessage } from '../../../gateway/domain/messages.ts';
import type { ChannelSpec, RawRegister, RegisterScale } from '../../../gateway/domain/meters.ts';
import { parseDecimal, type Rational } from '../../../gateway/domain/rational.ts';
import { plainFactor } from '../../../gateway/domain/thermo/kwh-factor.ts';
import { type EpochMs, instant, slotOf } from '../../../gateway/domain/time.ts';
import { hourGrid } from '../../../gateway/platform/hour-grid.ts';
import { createAcceptor } from '../../../gateway/stages/accept-readings.ts';
import { createHourCloser, slotsOf } from '../../../gateway/stages/close-hours.ts';
import { createOutboxFiller } from '../../../gateway/stages/fill-outbox.ts';
import { createEventSink } from '../../../gateway/stages/ledger-events.ts';
import { createDialRecorder } from '../../../gateway/stages/record-dial.ts';
import { createRewinder } from '../../../gateway/stages/rewind.ts';
import { createWeigher } from '../../../gateway/stages/weigh-hours.ts';
import { openStoreInMemory, type Store } from '../../../gateway/store/store.ts';

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;

export function at(text: string): EpochMs {
  return instant(Date.parse(text));
}

export function decimal(text: string): Rational {
  const value = parseDecimal(text);
  if (!value) throw new RangeError(`not a decimal: ${text}`);
  return value;
}

/** Micro-units of a decimal with at most six digits. */
export function micro(text: string): bigint {
  const { num, den } = decimal(text);
  if ((num * 1_000_000n) % den !== 0n) throw new RangeError(`more than six digits: ${text}`);
  return (num * 1_000_000n) / den;
}

/** A double as its exact mantissa and exponent. */
export function rawOf(value: number): RawRegister {
  let exp2 = 0;
  let mantissa = value;
  for (; !Number.isInteger(mantissa); exp2--) mantissa *= 2;
  return { count: BigInt(mantissa), exp2 };
}

/** A reading of an integer register, by default sampled and answered at one instant. */
export function reading(atMs: number, count: number | bigint, tookMs = 0): Reading {
  return { sinceMs: instant(atMs - tookMs), atMs: instant(atMs), raw: { count: BigInt(count), exp2: 0 } };
}

export function floatReading(atMs: number, value: number): Reading {
  return { sinceMs: instant(atMs), atMs: instant(atMs), raw: rawOf(value) };
}

export type SpecChange = Partial<Omit<ChannelSpec, 'scale'>> & {
  readonly scale?: Partial<RegisterScale>;
  /** One factor of all times. */
  readonly kwhPerUnit?: Rational | null;
  readonly kwhFactor?: string;
};

/** An electricity register of 0.1 kWh steps behind 600 kW unless told otherwise. */
export function specWith(specChange: SpecChange = {}): ChannelSpec {
  const { kwhPerUnit = decimal('1'), kwhFactor = null, ...change } = specChange;
  return {
    meter: 'm1',
    channel: 'energy-import',
    unit: 'kWh',
    role: 'sub',
    keptBy: 'meter',
    ratedPerHour: decimal('600'),
    watchGapMs: 10 * MINUTE,
    kwhFactors: kwhPerUnit === null ? [] : [{ ...plainFactor(kwhPerUnit), label: kwhFactor }],
    ...change,
    scale: {
      unitsPerCount: decimal('0.1'),
      stepCounts: decimal('1'),
      encoding: 'integer',
      wrapsAt: null,
      updateMs: 0,
      ...change.scale,
    },
  };
}

export interface LedgerOptions {
  readonly spec?: ChannelSpec;
  readonly startMs: EpochMs;
  readonly timezone?: string;
  readonly store?: Store;
  /** 1 keeps every reading as a row; the gateway's own setting unless given. */
  readonly evidenceMs?: number;
}

const SENDER = { site: 'test', gateway: 'g1', generation: 1 };

export function openLedger({ startMs, timezone = 'Asia/Tokyo', ...options }: LedgerOptions) {
  const store = options.store ?? openStoreInMemory();
  const grid = hourGrid(timezone);
  const { evidenceMs = MINUTE } = options;
  let spec = options.spec ?? specWith();
  const channelId = store.write(
    () => store.channels.ensure(spec.meter, spec.channel, startMs, grid.hourOf(startMs)).id,
  );

  function build() {
    const specs = new Map([[channelId, spec]]);
    const events = createEventSink({ store, grid, sender: SENDER, topic: 'event' });
    const rules = { area: 'kyushu', ruleSets: new Map(), ruleSetChoice: null } as const;
    const topicOf = (meter: string, channel: string) => `hour/${meter}/${channel}`;
    return {
      events,
      rewinder: createRewinder({ store, grid, events, specs }),
      acceptor: createAcceptor({ store, grid, events, evidenceMs }),
      steps: [
        createHourCloser({ store, grid, specs, active: new Set(specs.keys()) }),
        createWeigher({ store, rules, specs }),
        createOutboxFiller({ store, grid, sender: SENDER, specs, topicOf }),
      ],
      dials: createDialRecorder({ store, grid, specs, events }),
    };
  }
  let stages = build();

  const eras = (): Era[] => store.eras.of(channelId);
  const messages = () =>
    store.outbox.waiting(0, 1_000_000).map((row) => ({ ...row, body: JSON.parse(row.payload) }));
  return {
    store,
    grid,
    channelId,
    spec: () => spec,
    /** What a pipeline is made of. */
    stages: () => stages,
    /** @returns how many readings were accepted */
    feed(readings: readonly Reading[], nowMs: number = readings.at(-1)?.atMs ?? startMs): number {
      return stages.acceptor.accept(
        readings.map((each) => ({ spec, reading: each })),
        instant(nowMs),
      );
    },
    /** Runs every stage after the ledger until nothing is left to do. */
    close(nowMs: number): void {
      for (const step of stages.steps) while (step.run(instant(nowMs)));
    },
    dial: (dialMicro: bigint, atMs: number, nowMs = atMs) =>
      stages.dials.record(channelId, dialMicro, instant(atMs), instant(nowMs)),
    /** Drops the stages with all they remember and builds them again, perhaps with another site file. */
    restart(change?: ChannelSpec): void {
      spec = change ?? spec;
      stages = build();
    },
    eras,
    slots: (fromMs: number, count: number) => slotsOf(store, channelId, spec, slotOf(instant(fromMs)), count),
    slot(fromMs: number) {
      const [slot] = slotsOf(store, channelId, spec, slotOf(instant(fromMs)), 1);
      if (!slot) throw new Error('no slot');
      return slot;
    },
    boundary(atMs: number) {
      const slot = slotOf(instant(atMs));
      return store.boundaries.within(channelId, slot, slot, eras())[0] ?? null;
    },
    hour: (hourMs: number) => store.hours.find(channelId, instant(hourMs)),
    hours: (fromMs: number, toMs: number) => store.hours.within(channelId, instant(fromMs), instant(toMs)),
    messages,
    hourMessages: (): HourMessage[] =>
      messages()
        .filter(({ kind }) => kind === 'hour')
        .map(({ body }) => body as HourMessage),
    events: (kind?: string) =>
      messages()
        .filter((row) => row.kind === 'event' && (kind === undefined || row.body.kind === kind))
        .map(({ body }) => body),
  };
}

export type Ledger = ReturnType<typeof openLedger>;
