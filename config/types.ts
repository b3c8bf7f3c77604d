/**
 * The configuration as the gateway uses it, after the loader has checked it: exact, complete, every default
 * filled in. Ids are the keys of the site file and match [a-z0-9][a-z0-9-]{0,31}.
 */
import type { ChannelName, GaugeName, Role } from '../gateway/domain/meters.ts';
import type { Rational } from '../gateway/domain/rational.ts';

export type GridArea =
  | 'hokkaido'
  | 'tohoku'
  | 'tokyo'
  | 'chubu'
  | 'hokuriku'
  | 'kansai'
  | 'chugoku'
  | 'shikoku'
  | 'kyushu'
  | 'okinawa';

export type Parity = 'none' | 'even' | 'odd';

/** How a serial wire is set: every meter on it speaks the same. */
export interface SerialSettings {
  readonly baudRate: number;
  readonly parity: Parity;
  readonly stopBits: 1 | 2;
}

export type LineConfig =
  | ({ readonly id: string; readonly kind: 'modbus-rtu'; readonly port: string } & SerialSettings)
  | ({
      readonly id: string;
      readonly kind: 'modbus-rtu-over-tcp';
      readonly host: string;
      readonly port: number;
    } & SerialSettings)
  | { readonly id: string; readonly kind: 'modbus-tcp'; readonly host: string; readonly port: number };

export type RegisterTable = 'input' | 'holding';
export type RegisterType = 'u16' | 's16' | 'u32' | 's32' | 'u64' | 's64' | 'f32' | 'f64';
/** `msw`: most significant word first. Bytes inside a word are always big-endian. */
export type WordOrder = 'msw' | 'lsw';

/** Where one quantity stands in a meter. */
export interface RegisterMap {
  readonly table: RegisterTable;
  /** 0-based wire address of the first word. */
  readonly address: number;
  readonly type: RegisterType;
  readonly wordOrder: WordOrder;
  /** Units per count, exact, before CT and VT. */
  readonly scale: Rational;
  readonly unit: string;
  /** `primary`: CT and VT are already in the value. `secondary`: the site file's ratios apply. */
  readonly ratio: 'primary' | 'secondary';
}

export interface CumulativeMap extends RegisterMap {
  /** Step of the register in counts: 1 for integers; for floats the last digit the meter keeps. */
  readonly step: Rational;
  /** Counts at which the register starts again at 0, null when the maker does not say. */
  readonly wrapsAt: Rational | null;
}

/** One file of config/meter-types: a meter type is data. */
export interface MeterType {
  /** File name without `.yaml`, e.g. `eastron-sdm630`; `generic` for a map in the site file. */
  readonly id: string;
  readonly maker: string;
  readonly model: string;
  readonly manual: string;
  readonly source: string;
  readonly status: 'verified' | 'unverified';
  readonly notes: string | null;
  /** Factory setting of the wire; null for meters that speak TCP only. */
  readonly line: SerialSettings | null;
  readonly limits: {
    /** Most registers in one read, 1…125. */
    readonly maxRegisters: number;
    /** Longest time the meter takes before its answer begins, ms. */
    readonly responseMs: number;
  };
  /** The meter refreshes its registers this often, ms; 0 when at once. */
  readonly updateMs: number;
  /** Register values that mean "no value", as counts, per register type; NaN is always one. */
  readonly invalid: Readonly<Partial<Record<RegisterType, readonly bigint[]>>>;
  readonly channels: Readonly<Partial<Record<ChannelName, CumulativeMap>>>;
  /**
   * Pulse-counter modules: counter registers by input number (1-based). A meter of the site file names its
   * `input` and `pulseWeight`; the counter then is that meter's channel. Null for meters.
   */
  readonly pulseInputs: Readonly<Record<number, CumulativeMap>> | null;
  readonly gauges: Readonly<Partial<Record<GaugeName, RegisterMap>>>;
}

export interface MeterConfig {
  readonly id: string;
  readonly name: string;
  readonly line: string;
  /** Modbus unit (局番), 1…247; 0…255 on TCP. */
  readonly unit: number;
  readonly type: MeterType;
  readonly role: Role;
  readonly parent: string | null;
  readonly ct: Rational;
  readonly vt: Rational;
  /** 乗率: an extra factor printed on the meter's face, 1 when there is none. */
  readonly multiplier: Rational;
  /** Input number (1-based) of a pulse-counter module, null for meters. */
  readonly input: number | null;
  /** Native units per pulse, null for meters. Required with `input`. */
  readonly pulseWeight: Rational | null;
  /** The channels this meter gives, e.g. ['energy-import'] or, for a gas pulse, ['gas-volume']. */
  readonly channels: readonly ChannelName[];
  /** The most it can measure, native units per hour (kW, m³/h). */
  readonly ratedPerHour: Rational;
  readonly intervalMs: number;
  /** kWh per native unit by a dated factor of config/factors, null when there is none. 1 for electricity. */
  readonly kwhPerUnit: Rational | null;
  /** `city-gas-13a (45 GJ/1000 m³, 省エネ法)`; null for electricity. */
  readonly kwhFactor: string | null;
}

/** A value kept outside the site file; read when used, never printed. */
export type Secret = { readonly file: string } | { readonly env: string };

export interface MqttConfig {
  /** mqtt://host:1883 or mqtts://host:8883 */
  readonly url: string;
  readonly clientId: string;
  readonly username: string | null;
  readonly password: Secret | null;
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  /** Publishes in flight at once, 1…1000. */
  readonly window: number;
  /** A publish without PUBACK for this long is taken as lost, ms. */
  readonly publishTimeoutMs: number;
  /** `live` at most this often, ms. */
  readonly liveIntervalMs: number;
}

export interface CoefficientDownload {
  readonly url: string;
  /** node-cron expression, in the site's time zone. */
  readonly schedule: string;
  readonly caFile: string | null;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

export interface CoefficientsConfig {
  /** A rule set's id, or null: the one in force on the date. */
  readonly ruleSet: string | null;
  readonly download: CoefficientDownload | null;
}

export interface DashboardConfig {
  readonly host: string;
  readonly port: number;
}

export interface RetentionConfig {
  /** One reading in this time is kept beside the boundaries' brackets, ms. */
  readonly evidenceMs: number;
  /** How long those are kept, days. */
  readonly readingsDays: number;
  /** Acknowledged messages, days. */
  readonly messagesDays: number;
}

export interface SiteConfig {
  readonly site: {
    readonly id: string;
    readonly name: string;
    readonly timezone: string;
    readonly gridArea: GridArea;
  };
  readonly gateway: { readonly id: string };
  readonly clock: { readonly trust: 'auto' | 'manual' };
  readonly lines: readonly LineConfig[];
  readonly meters: readonly MeterConfig[];
  readonly mqtt: MqttConfig | null;
  readonly coefficients: CoefficientsConfig;
  readonly retention: RetentionConfig;
  readonly dashboard: DashboardConfig;
}

/** One problem in a file a person wrote: `file:line:column`, the reason, what to write instead. */
export interface ConfigProblem {
  readonly line: number;
  readonly column: number;
  /** Dotted path of the field, e.g. `meters.press.type`. */
  readonly path: string;
  readonly reason: string;
  readonly advice: string;
}
