/**
 * A line with its meters: the driver the gateway sees. Opening a line touches no hardware: the first poll opens the
 * wire, and later polls open it again after it was lost. Whatever goes wrong is a fault in the poll.
 *
 * Per meter: a read plan (stepped back when the meter refuses joined reads) and its health. A poll reads the blocks
 * with channels first and stops at the first silence, so a dead meter costs one time-out and a dying one little.
 * Two polls of one meter at a time are one poll, so the queue of a line never holds more than two jobs a meter.
 */
import type { LineConfig, MeterConfig } from '../../config/types.ts';
import { type Fault, type FaultCode, fault } from '../../gateway/domain/faults.ts';
import type { ChannelName, GaugeName } from '../../gateway/domain/meters.ts';
import type {
  GaugeSample,
  LineDriver,
  MeterDriver,
  MeterPoll,
  RegisterSample,
  WireExchange,
} from '../../gateway/domain/ports.ts';
import { multiply, ONE, type Rational } from '../../gateway/domain/rational.ts';
import { ROOM_FOR_WIDER } from './answer-order.ts';
import { type Bus, type BusAnswer, RETRIES } from './bus.ts';
import { decodeRegister, gaugeValue } from './decode.ts';
import { createHealth, type MeterHealth } from './health.ts';
import { createLineBus, type LineDeps } from './line-bus.ts';
import {
  type Grouping,
  lessBold,
  type PlannedRead,
  planReads,
  type Quantity,
  type ReadLimits,
} from './read-plan.ts';
import { holeWords } from './timing.ts';

/** Nothing usable came from the meter itself; other faults are of the port, or answers. */
const MISSED: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'gateway-no-answer',
  'no-answer',
  'short-answer',
  'crc-error',
  'wrong-unit',
  'unexpected-answer',
  'line-echo',
  'line-noise',
]);
/** Exceptions by which a meter refuses how a read was cut: illegal address, illegal count. */
const CUT_EXCEPTIONS: ReadonlySet<unknown> = new Set([2, 3]);

export type { LineDeps, LineEvent } from './line-bus.ts';

/**
 * Opens a line of kind modbus-rtu, modbus-rtu-over-tcp or modbus-tcp. Never fails because of hardware.
 * @throws RangeError when a meter names a channel or an input that its type does not have (the loader checks that)
 */
export function openLine(line: LineConfig, meters: readonly MeterConfig[], deps: LineDeps): LineDriver {
  const nowMs = deps.nowMs ?? (() => performance.now());
  const health = new Map(meters.map(({ id }) => [id, createHealth()]));
  const bus = createLineBus(line, deps, () => {
    for (const one of health.values()) one.wake();
  });
  return {
    line: line.id,
    meters: meters.map((meter) =>
      createMeterDriver(meter, {
        bus,
        deps,
        nowMs,
        health: health.get(meter.id) ?? createHealth(),
        limits: readLimits(line, meter),
      }),
    ),
    close: () => bus.close(),
  };
}

/** On a network a round trip costs more than any number of words; a serial wire leaves room for wider reads. */
function readLimits(line: LineConfig, { type }: MeterConfig): ReadLimits {
  const { maxRegisters } = type.limits;
  if (line.kind === 'modbus-tcp') return { maxWords: maxRegisters, holeWords: maxRegisters };
  return { maxWords: Math.max(maxRegisters - ROOM_FOR_WIDER, 1), holeWords: holeWords(line.baudRate) };
}

/** The quantities a meter of the site file gives: its channels and gauges, or one counter of a pulse module. */
function quantitiesOf(meter: MeterConfig): readonly Quantity[] {
  const { type } = meter;
  const channels = meter.channels.map((name): Quantity => {
    const map = meter.input === null ? type.channels[name] : type.pulseInputs?.[meter.input];
    if (!map)
      throw new RangeError(`${type.id} has no ${meter.input === null ? name : `input ${meter.input}`}`);
    return { name, kind: 'channel', map };
  });
  const gauges = Object.entries(type.gauges).map(([name, map]): Quantity => ({ name, kind: 'gauge', map }));
  return [...channels, ...gauges];
}

interface MeterDeps {
  readonly bus: Bus;
  readonly deps: LineDeps;
  readonly nowMs: () => number;
  readonly health: MeterHealth;
  readonly limits: ReadLimits;
}

function createMeterDriver(meter: MeterConfig, { bus, deps, nowMs, health, limits }: MeterDeps): MeterDriver {
  const quantities = quantitiesOf(meter);
  const cut: Cut = { quantities, limits, grouping: 'holes' };
  const underWay = new Map<boolean, Promise<MeterPoll>>();

  const poll = async (raw: boolean): Promise<MeterPoll> => {
    const startedMs = performance.now();
    const exchanges: WireExchange[] | null = raw ? [] : null;
    const advice = health.advice(nowMs());
    const wasResting = health.isResting();
    const result = emptyResult();
    if (advice === 'rest') result.fault = fault('meter-resting', { meter: meter.id });
    else {
      Object.assign(result, await readAll(meter, bus, cut, advice === 'ask' ? RETRIES : 0, exchanges));
      if (result.answered) {
        health.answered();
        if (wasResting) deps.log?.({ kind: 'answering-again', line: meter.line, meter: meter.id });
      } else if (result.fault && !result.held && isMiss(result.fault) && health.missed(nowMs()))
        deps.log?.({ kind: 'resting', line: meter.line, meter: meter.id });
    }
    return {
      meter: meter.id,
      atMs: result.registers.at(-1)?.atMs ?? deps.clock.now(),
      registers: result.registers,
      gauges: result.gauges,
      fault: result.fault,
      tookMs: performance.now() - startedMs,
      ...(exchanges ? { exchanges } : {}),
    };
  };

  return {
    meter: meter.id,
    poll(options) {
      const raw = options?.raw ?? false;
      const same = underWay.get(raw);
      if (same) return same;
      const started = bus.use(() => poll(raw)).finally(() => underWay.delete(raw));
      underWay.set(raw, started);
      return started;
    },
  };
}

/** How a meter's quantities are cut into reads; stepped back when it refuses. */
interface Cut {
  readonly quantities: readonly Quantity[];
  readonly limits: ReadLimits;
  grouping: Grouping;
}

/** All reads of a meter, from the beginning again with smaller ones when it refused how they were cut. */
async function readAll(
  meter: MeterConfig,
  bus: Bus,
  cut: Cut,
  retries: number,
  exchanges: WireExchange[] | null,
): Promise<PlanResult> {
  const { maxRegisters, responseMs } = meter.type.limits;
  for (;;) {
    const result = emptyResult();
    let refusedJoin = false;
    for (const read of planReads(cut.quantities, cut.limits, cut.grouping)) {
      const { fn, address, words } = read;
      const answer = await bus.read(
        { unit: meter.unit, fn, address, words, maxWords: maxRegisters, responseMs, retries },
        exchanges ? (exchange) => exchanges.push(exchange) : undefined,
      );
      if (answer.kind === 'words') {
        takeWords(meter, read, answer, result);
        continue;
      }
      result.fault ??= answer.fault;
      result.held ||= answer.kind === 'held';
      if (answer.fault.code !== 'modbus-exception') break;
      const { exception } = answer.fault.about;
      result.answered = true;
      refusedJoin ||= read.quantities.length > 1 && CUT_EXCEPTIONS.has(exception);
    }
    const next = refusedJoin ? lessBold(cut.grouping) : null;
    if (!next) return result;
    cut.grouping = next;
  }
}

interface PlanResult {
  readonly registers: RegisterSample[];
  readonly gauges: GaugeSample[];
  /** The meter is alive: it gave words, or refused. */
  answered: boolean;
  /** It was not asked everything, so silence says nothing. */
  held: boolean;
  /** The first fault. */
  fault: Fault | null;
}

function emptyResult(): PlanResult {
  return { registers: [], gauges: [], answered: false, held: false, fault: null };
}

function isMiss({ code }: Fault): boolean {
  return MISSED.has(code);
}

/** What CT and VT make of a secondary value: power both, current the CT, voltage the VT. */
function gaugeRatio({ ct, vt }: MeterConfig, ratio: 'primary' | 'secondary', gauge: GaugeName): Rational {
  if (ratio === 'primary') return ONE;
  if (gauge === 'power') return multiply(ct, vt);
  if (gauge.startsWith('current')) return ct;
  return gauge.startsWith('voltage') ? vt : ONE;
}

function takeWords(
  meter: MeterConfig,
  read: PlannedRead,
  { words, sinceMs, atMs }: Extract<BusAnswer, { kind: 'words' }>,
  result: PlanResult,
): void {
  result.answered = true;
  for (const { name, kind, map, offset, words: size } of read.quantities) {
    const own = words.slice(offset, offset + size);
    const raw = decodeRegister(own, map.type, map.wordOrder, meter.type.invalid);
    // A gauge without a value is no trouble: a phase that is not wired shows none for ever.
    if (!raw && kind === 'gauge') continue;
    if (!raw) {
      const shown = own.map((word) => word.toString(16).padStart(4, '0')).join(' ');
      result.fault ??= fault('invalid-value', { meter: meter.id, quantity: name, raw: shown });
    } else if (kind === 'channel')
      result.registers.push({ channel: name as ChannelName, raw, sinceMs, atMs });
    else {
      const gauge = name as GaugeName;
      const value = gaugeValue(raw, multiply(map.scale, gaugeRatio(meter, map.ratio, gauge)));
      result.gauges.push({ gauge, value, unit: map.unit, atMs });
    }
  }
}
