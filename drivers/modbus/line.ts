/**
 * A line with its meters: the driver the gateway sees. Opening a line touches no hardware: the first poll opens the
 * wire, and later polls open it again after it was lost. Whatever goes wrong is a fault in the poll.
 *
 * Per meter: a read plan (a read that the meter refuses is split, and stays so) and its health. A poll reads the blocks
 * with channels first and stops at the first silence, so a dead meter costs one time-out and a dying one little.
 * Two polls of one meter at a time are one poll, so the queue of a line never holds more than two jobs a meter.
 */
import type { MeterConfig, ModbusLineConfig } from '../../config/types.ts';
import { type Fault, type FaultCode, fault } from '../../gateway/domain/faults.ts';
import type {
  GaugeSample,
  LineDriver,
  MeterDriver,
  MeterPoll,
  RegisterSample,
  SettingSample,
  WireExchange,
} from '../../gateway/domain/ports.ts';
import { type Bus, RETRIES } from './bus.ts';
import { createHealth, type MeterHealth } from './health.ts';
import { createLineBus, type LineDeps } from './line-bus.ts';
import { createOwnSettings, type OwnSettings } from './own-settings.ts';
import {
  type GotPieces,
  keyOf,
  piecesOf,
  type Quantity,
  quantitiesOf,
  settingPieces,
  tell,
  tellSettings,
} from './quantities.ts';
import { readLimits } from './read-limits.ts';
import { cutsBetween, cutsFor, type Piece, planReads, type ReadLimits } from './read-plan.ts';

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
export function openLine(line: ModbusLineConfig, meters: readonly MeterConfig[], deps: LineDeps): LineDriver {
  const nowMs = deps.nowMs ?? (() => performance.now());
  const health = new Map(meters.map(({ id }) => [id, createHealth()]));
  const settings = new Map(meters.map((meter) => [meter.id, createOwnSettings(meter)]));
  const bus = createLineBus(line, deps, () => {
    for (const one of health.values()) one.wake();
    for (const one of settings.values()) one.forget();
  });
  return {
    line: line.id,
    meters: meters.map((meter) =>
      createMeterDriver(meter, {
        bus,
        deps,
        nowMs,
        health: health.get(meter.id) ?? createHealth(),
        settings: settings.get(meter.id) ?? createOwnSettings(meter),
        limits: readLimits(line, meter),
      }),
    ),
    close: () => bus.close(),
  };
}

interface MeterDeps {
  readonly bus: Bus;
  readonly deps: LineDeps;
  readonly nowMs: () => number;
  readonly health: MeterHealth;
  readonly settings: OwnSettings;
  readonly limits: ReadLimits;
}

function createMeterDriver(meter: MeterConfig, meterDeps: MeterDeps): MeterDriver {
  const { bus, deps, nowMs, health, settings, limits } = meterDeps;
  const quantities = quantitiesOf(meter);
  const reader: Reader = { meter, bus, quantities, pieces: piecesOf(quantities), limits, cuts: new Set() };
  const underWay = new Map<boolean, Promise<MeterPoll>>();

  const poll = async (raw: boolean): Promise<MeterPoll> => {
    const startedMs = performance.now();
    const exchanges: WireExchange[] | null = raw ? [] : null;
    const advice = health.advice(nowMs());
    const wasResting = health.isResting();
    const result = emptyResult();
    if (advice === 'rest') result.fault = fault('meter-resting', { meter: meter.id });
    else {
      const retries = advice === 'ask' ? RETRIES : 0;
      Object.assign(result, await readAll(reader, { retries, exchanges }, settings, nowMs));
      if (result.answered) {
        health.answered();
        if (advice === 'probe') settings.forget();
        if (wasResting) deps.log?.({ kind: 'answering-again', line: meter.line, meter: meter.id });
      } else if (result.fault && !result.held && isMiss(result.fault) && health.missed(nowMs()))
        deps.log?.({ kind: 'resting', line: meter.line, meter: meter.id });
    }
    return {
      meter: meter.id,
      atMs: result.registers.at(-1)?.atMs ?? deps.clock.now(),
      registers: result.registers,
      gauges: result.gauges,
      fault: result.fault ?? settings.fault(),
      ...(result.settings.length > 0 ? { settings: result.settings } : {}),
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

interface Reader {
  readonly meter: MeterConfig;
  readonly bus: Bus;
  readonly quantities: readonly Quantity[];
  readonly pieces: readonly Piece[];
  readonly limits: ReadLimits;
  /** Where the meter refused joined reads. */
  readonly cuts: Set<string>;
}

interface How {
  readonly retries: number;
  readonly exchanges: WireExchange[] | null;
}

/** All reads of a meter; its own settings too when they are due. */
async function readAll(
  reader: Reader,
  how: How,
  settings: OwnSettings,
  nowMs: () => number,
): Promise<PlanResult> {
  const { meter, quantities } = reader;
  const result = emptyResult();
  const got: GotPieces = new Map();
  const isWhole = await readPieces(reader, reader.pieces, how, got, result);
  const told = tell(meter, quantities, got);
  result.registers.push(...told.registers);
  result.gauges.push(...told.gauges);
  result.fault ??= told.fault;
  if (isWhole && settings.isDue(nowMs())) {
    const own: GotPieces = new Map();
    const wasRead = await readPieces(reader, settingPieces(meter), how, own, result);
    result.settings = tellSettings(meter, own);
    settings.read(result.settings, wasRead, nowMs());
  }
  return result;
}

/** @returns whether the meter went on answering to the end, if only to refuse */
async function readPieces(
  { meter, bus, limits, cuts }: Reader,
  pieces: readonly Piece[],
  { retries, exchanges }: How,
  got: GotPieces,
  result: PlanResult,
): Promise<boolean> {
  const { maxRegisters: maxWords, responseMs, pauseMs = 0 } = meter.type.limits;
  const plan = planReads(pieces, limits, cuts);
  const waiting = [...plan];
  for (let read = waiting.shift(); read; read = waiting.shift()) {
    const { fn, address, words } = read;
    const answer = await bus.read(
      { unit: meter.unit, fn, address, words, maxWords, responseMs, pauseMs, retries },
      exchanges ? (exchange) => exchanges.push(exchange) : undefined,
    );
    if (answer.kind === 'words') {
      result.answered = true;
      const { sinceMs, atMs } = answer;
      for (const piece of read.pieces)
        got.set(keyOf(piece), {
          words: answer.words.slice(piece.offset, piece.offset + piece.words),
          sinceMs,
          atMs,
        });
      continue;
    }
    const isRefusal = answer.fault.code === 'modbus-exception';
    if (isRefusal) result.answered = true;
    const smaller = isRefusal && CUT_EXCEPTIONS.has(answer.fault.about['exception']) ? cutsFor(read) : [];
    if (smaller.length > 0) {
      for (const cut of [...smaller, ...cutsBetween(plan)]) cuts.add(cut);
      waiting.unshift(...planReads(read.pieces, limits, cuts));
      continue;
    }
    result.fault ??= answer.fault;
    result.held ||= answer.kind === 'held';
    if (!isRefusal) return false;
  }
  return true;
}

interface PlanResult {
  readonly registers: RegisterSample[];
  readonly gauges: GaugeSample[];
  settings: readonly SettingSample[];
  /** The meter is alive: it gave words, or refused. */
  answered: boolean;
  /** It was not asked everything, so silence says nothing. */
  held: boolean;
  /** The first fault. */
  fault: Fault | null;
}

function emptyResult(): PlanResult {
  return { registers: [], gauges: [], settings: [], answered: false, held: false, fault: null };
}

function isMiss({ code }: Fault): boolean {
  return MISSED.has(code);
}
