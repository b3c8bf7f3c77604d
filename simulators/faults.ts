/**
 * Faults by name, drawn for each request from the seed, the unit and the number of the request: a run with the same
 * seed and the same requests has the same faults. Rates may be changed while running; at most one fault a request.
 */
import { hash32, type RandomStream, randomStream } from './seeded.ts';

/**
 * On every wire: `late` the answer comes after the master gave up; `doubled` it comes twice; `echo` the request
 * comes back before the answer; `wrong-unit` another unit answers; `short` the answer breaks off; `silent` none;
 * `exception` code 4 or 6.
 */
export type WireFault = 'late' | 'doubled' | 'echo' | 'wrong-unit' | 'short' | 'silent' | 'exception';
/** `noise`: random bytes before, after or instead of the answer; `bad-crc`: one bit turned over. */
export type RtuFault = WireFault | 'noise' | 'bad-crc';
/**
 * `wrong-transaction`: the answer carries another transaction id; `junk`: random bytes before the answer; `cut`: the
 * connection ends in the middle of the answer.
 */
export type TcpFault = WireFault | 'wrong-transaction' | 'junk' | 'cut';
/** Acts on the device's registers before it answers; `freeze` lasts settings.freezeMs of simulated time. */
export type RegisterFault = 'transient-zero' | 'reset' | 'freeze';
export type FaultName = RtuFault | TcpFault | RegisterFault;

const RTU_FAULTS = [
  'late',
  'doubled',
  'echo',
  'wrong-unit',
  'short',
  'silent',
  'exception',
  'noise',
  'bad-crc',
] as const satisfies readonly RtuFault[];
const TCP_FAULTS = [
  'late',
  'doubled',
  'echo',
  'wrong-unit',
  'short',
  'silent',
  'exception',
  'wrong-transaction',
  'junk',
  'cut',
] as const satisfies readonly TcpFault[];
const REGISTER_FAULTS = ['transient-zero', 'reset', 'freeze'] as const satisfies readonly RegisterFault[];

const ALL_FAULTS = [...new Set<FaultName>([...RTU_FAULTS, ...TCP_FAULTS, ...REGISTER_FAULTS])];

/** Share of requests, 0…1; the sum over all names is at most 1. */
export type FaultRates = Readonly<Partial<Record<FaultName, number>>>;

export interface FaultSettings {
  /** How long a `late` answer takes, real ms: longer than the master's time-out. */
  lateMs: number;
  /** Real ms between the two answers of `doubled`. */
  doubledAfterMs: number;
  /** Most random bytes of `noise` and `junk`. */
  noiseBytes: number;
  /** Simulated ms a `freeze` lasts. */
  freezeMs: number;
}

export interface DrawnFault {
  readonly name: FaultName;
  /** For the fault's own choices: where to cut, which bytes. */
  readonly random: RandomStream;
}

export interface InjectedFault {
  readonly unit: number;
  /** 1 for the unit's first request. */
  readonly request: number;
  readonly name: FaultName;
}

export interface FaultPlan {
  readonly seed: number;
  readonly settings: FaultSettings;
  /** Replaces the unit's rates. @throws RangeError for a name this wire does not have, or rates beyond 1 */
  set(unit: number, rates: FaultRates): void;
  /** The unit's next requests (after those already asked for) get this fault. */
  once(unit: number, name: FaultName, times?: number): void;
  /** No more faults for this unit, or for all. */
  clear(unit?: number): void;
  /** Called by a wire for each request to a unit. */
  draw(unit: number): DrawnFault | null;
  /** How often each fault was injected. */
  counts(): Readonly<Partial<Record<FaultName, number>>>;
  /** The last 10,000 injected faults. */
  readonly injected: readonly InjectedFault[];
}

const MAX_INJECTED = 10_000;

export function createFaults(options: {
  readonly seed: number;
  readonly wire: 'rtu' | 'tcp';
  readonly settings?: Partial<FaultSettings>;
}): FaultPlan {
  const { seed, wire } = options;
  const known: readonly FaultName[] = [...(wire === 'rtu' ? RTU_FAULTS : TCP_FAULTS), ...REGISTER_FAULTS];
  const rates = new Map<number, FaultRates>();
  const queued = new Map<number, FaultName[]>();
  const requests = new Map<number, number>();
  const counts: Partial<Record<FaultName, number>> = {};
  const injected: InjectedFault[] = [];

  const check = (name: FaultName): void => {
    if (!known.includes(name)) throw new RangeError(`${wire} has no fault ${name}`);
  };
  const byRate = (unit: number, request: number): FaultName | null => {
    const wanted = rates.get(unit);
    if (!wanted) return null;
    const point = hash32(seed, `fault of unit ${unit}`, request) / 0x1_0000_0000;
    let edge = 0;
    for (const name of known) {
      edge += wanted[name] ?? 0;
      if (point < edge) return name;
    }
    return null;
  };

  return {
    seed,
    settings: { lateMs: 1_500, doubledAfterMs: 3, noiseBytes: 12, freezeMs: 600_000, ...options.settings },
    set(unit, wanted) {
      let sum = 0;
      for (const name of ALL_FAULTS) {
        const rate = wanted[name];
        if (rate === undefined) continue;
        check(name);
        if (!(rate >= 0)) throw new RangeError(`rate ${rate} of ${name}`);
        sum += rate;
      }
      if (sum > 1 + 1e-9) throw new RangeError(`rates add up to ${sum}`);
      rates.set(unit, { ...wanted });
    },
    once(unit, name, times = 1) {
      check(name);
      queued.set(unit, [...(queued.get(unit) ?? []), ...Array.from({ length: times }, () => name)]);
    },
    clear(unit) {
      if (unit === undefined) {
        rates.clear();
        queued.clear();
        return;
      }
      rates.delete(unit);
      queued.delete(unit);
    },
    draw(unit) {
      const request = (requests.get(unit) ?? 0) + 1;
      requests.set(unit, request);
      const name = queued.get(unit)?.shift() ?? byRate(unit, request);
      if (name === null) return null;
      counts[name] = (counts[name] ?? 0) + 1;
      injected.push({ unit, request, name });
      if (injected.length > MAX_INJECTED) injected.shift();
      return { name, random: randomStream(hash32(seed, `choices of unit ${unit}`, request)) };
    },
    counts: () => ({ ...counts }),
    injected,
  };
}

export function randomBytes(random: RandomStream, atMost: number): Uint8Array {
  const length = 1 + Math.floor(random() * atMost);
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}
