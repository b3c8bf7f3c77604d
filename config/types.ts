/**
 * The configuration as the gateway uses it, after the loader has checked it: exact, complete, every default
 * filled in. Ids are the keys of the site file and match [a-z0-9][a-z0-9-]{0,31}.
 */
import type { FactoryCalendar } from '../gateway/domain/ahead/day-types.ts';
import type { AlarmCause } from '../gateway/domain/alarm.ts';
import type { MethodFrom } from '../gateway/domain/coefficients/types.ts';
import type { DemandPlan } from '../gateway/domain/demand/plan.ts';
import type { ChannelName, GaugeName, Role } from '../gateway/domain/meters.ts';
import type { SettingName } from '../gateway/domain/quantities.ts';
import type { Rational } from '../gateway/domain/rational.ts';
import type { ReportSettings } from '../gateway/domain/report/settings.ts';
import type { KwhFactor } from '../gateway/domain/thermo/kwh-factor.ts';
import type {
  CoefficientDownload,
  CoefficientSourcesConfig,
  OcctoConfig,
} from './coefficient-source-types.ts';
import type { NotifyConfig, Secret } from './notify-types.ts';

export type { MailConfig, NotifyConfig, Secret, WebhookConfig } from './notify-types.ts';

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

/** A wire or network on which meters are asked. */
export type ModbusLineConfig =
  | ({ readonly id: string; readonly kind: 'modbus-rtu'; readonly port: string } & SerialSettings)
  | ({
      readonly id: string;
      readonly kind: 'modbus-rtu-over-tcp';
      readonly host: string;
      readonly port: number;
    } & SerialSettings)
  | { readonly id: string; readonly kind: 'modbus-tcp'; readonly host: string; readonly port: number };

/** The pulse inputs of one GPIO chip, watched by the program gpiomon. */
export interface GpioLineConfig {
  readonly id: string;
  readonly kind: 'gpio';
  /** As gpiomon takes it: `gpiochip0`, or a path. */
  readonly chip: string;
  /** The program: a name that is looked for in the PATH, or a path. */
  readonly gpiomon: string;
  /** Major version of libgpiod; null: the program is asked. */
  readonly major: 1 | 2 | null;
}

export type LineConfig = ModbusLineConfig | GpioLineConfig;

export type RegisterTable = 'input' | 'holding';
/**
 * `u` and `s`: integers. `f`: IEEE 754. `bcd`: four decimal digits a word, one in each half byte. `dec4x2`: two words
 * that hold a number of up to four decimal digits each. `ascii8`: a number as eight characters of text.
 */
export type RegisterType =
  | `${'u' | 's'}${16 | 32 | 48 | 64}`
  | `f${32 | 64}`
  | `bcd${16 | 32 | 48 | 64}`
  | `dec${'3x2' | '4x2' | '4x3' | '4x4'}`
  | `ascii${4 | 6 | 8 | 10 | 12 | 14 | 16}`;
/** `msw`: most significant word first. */
export type WordOrder = 'msw' | 'lsw';
/** `msb`: most significant byte first in each word, as Modbus has it; `lsb`: the two bytes swapped. */
export type ByteOrder = 'msb' | 'lsb';

/** How the words of one value are to be read. */
export interface Coding {
  readonly type: RegisterType;
  readonly wordOrder: WordOrder;
  /** `msb` when left out. */
  readonly byteOrder?: ByteOrder;
  /** Of `ascii` types: digits after the point in one count; 0 when left out. */
  readonly decimals?: number;
}

/** Where some words stand, and how they are to be read. */
export interface RegisterPlace extends Coding {
  readonly table: RegisterTable;
  /** 0-based wire address of the first word. */
  readonly address: number;
}

/** A register by which another one is multiplied (乗率): a power of ten, given as its exponent or as itself. */
export interface MultiplierRegister extends RegisterPlace {
  readonly as: 'exponent' | 'factor';
}

/** A further register that is added to the first one. */
export interface AddedRegister {
  readonly address: number;
  /**
   * Counts of the first register in one of this one. 1: both are totals of their own (tariffs) and may be read one
   * after the other; else they are the high and low part of one value and are read together.
   */
  readonly times: bigint;
}

/** Where one quantity stands in a meter. */
export interface RegisterMap extends RegisterPlace {
  /** Units per count, exact, before CT, VT and the multiplier register. */
  readonly scale: Rational;
  readonly unit: string;
  /** `primary`: CT and VT are already in the value. `secondary`: the site file's ratios apply. */
  readonly ratio: 'primary' | 'secondary';
  /** `given`: no register is known that says it, so the site file must. */
  readonly multiplier?: MultiplierRegister | 'given';
  readonly plus?: readonly AddedRegister[];
}

export interface SettingMap extends RegisterPlace {
  /** Value of one count. */
  readonly scale: Rational;
}

export interface CumulativeMap extends RegisterMap {
  /** Step of the register in counts: 1 for integers; for floats the last digit the meter keeps. */
  readonly step: Rational;
  /** Counts at which the register starts again at 0, null when the maker does not say. */
  readonly wrapsAt: Rational | null;
}

/** A register by which a meter tells its type: one of the texts begins there, or one of the values stands there. */
export interface Identification {
  readonly table: RegisterTable;
  /** 0-based wire address of the first word. */
  readonly address: number;
  /** Beginnings of the text, two characters a word; capitals and small letters are the same. */
  readonly text?: readonly string[];
  /** Values of the word. */
  readonly value?: readonly number[];
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
    /** The meter misses requests that come sooner than this after its last answer, ms; 0 when left out. */
    readonly pauseMs?: number;
  };
  /** All that the wire of this type can be set to, where the maker says so. What is left out is not known. */
  readonly lineChoices?: {
    readonly baudRate?: readonly number[];
    readonly parity?: readonly Parity[];
    readonly stopBits?: readonly (1 | 2)[];
  };
  /** What the meter says of itself, for `hakaru scan`; left out where the maker names no such register. */
  readonly identify?: Identification;
  /** Registers that show the meter's own CT and VT setting. */
  readonly settings?: Readonly<Partial<Record<SettingName, SettingMap>>>;
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

/** How the pulses of a meter on a gpio line are told. */
export interface PulseInput {
  /** Offset of the GPIO line in its chip, or its name (libgpiod 2). */
  readonly input: number | string;
  readonly filter: { readonly kind: 'edge' | 'pulse'; readonly ms: number };
  /** The contact pulls the line low when it closes. */
  readonly activeLow: boolean;
  readonly bias: 'as-is' | 'disabled' | 'pull-up' | 'pull-down';
  /** Input of the utility's timing pulse (時限パルス), null without one. */
  readonly timingInput: number | string | null;
}

export interface MeterConfig {
  readonly id: string;
  readonly name: string;
  readonly line: string;
  /** Modbus unit (局番), 1…247; 0…255 on TCP; 0 on a gpio line, which has none. */
  readonly unit: number;
  readonly type: MeterType;
  readonly role: Role;
  readonly parent: string | null;
  readonly ct: Rational;
  readonly vt: Rational;
  /** 乗率: an extra factor printed on the meter's face, 1 when there is none. */
  readonly multiplier: Rational;
  /** What the multiplier register of the meter shows, a power of ten; null when the site file does not say. */
  readonly registerMultiplier?: Rational | null;
  /** CT and VT ratio that should be set in the meter itself, for types that show it; null: anything. */
  readonly ownRatios?: { readonly ct: Rational | null; readonly vt: Rational | null };
  /** Input number (1-based) of a pulse-counter module, null for meters. */
  readonly input: number | null;
  /** The pulse input of a meter on a gpio line; not there for any other. */
  readonly pulse?: PulseInput;
  /** Native units per pulse, null for meters. Required with `input`. */
  readonly pulseWeight: Rational | null;
  /** The channels this meter gives, e.g. ['energy-import'] or, for a gas pulse, ['gas-volume']; none of a transmitter. */
  readonly channels: readonly ChannelName[];
  /** The most its first channel can measure, native units per hour (kW, m³/h); 0 of a meter that counts nothing. */
  readonly ratedPerHour: Rational;
  /** The same of each channel, where a meter counts in several units (kWh and GJ). */
  readonly ratedOf?: Readonly<Partial<Record<ChannelName, Rational>>>;
  readonly intervalMs: number;
  /** kWh per native unit of each channel, by date; a channel without a factor is not there. */
  readonly kwhFactors: Readonly<Partial<Record<ChannelName, readonly KwhFactor[]>>>;
}

/** The one thing that the gateway ever switches. */
export interface AlarmConfig {
  readonly chip: string;
  /** Offset of the GPIO line in its chip, or its name (libgpiod 2). */
  readonly output: number | string;
  /** The contact is on while the line is low. */
  readonly activeLow: boolean;
  readonly on: readonly AlarmCause[];
  /** The program: a name that is looked for in the PATH, or a path. */
  readonly gpioset: string;
  /** Major version of libgpiod; null: the program is asked. */
  readonly major: 1 | 2 | null;
}

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

export type { CoefficientDownload, CoefficientSourcesConfig, OcctoConfig };

export interface CoefficientsConfig extends CoefficientSourcesConfig {
  /** A rule set's id, or null: the one in force on the date. */
  readonly ruleSet: string | null;
  /** How electricity is weighed, by fiscal year, rising; hourly before the first and where there is none. */
  readonly methods: readonly MethodFrom[];
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
  /** The alarm contact; null without one. */
  readonly alarm: AlarmConfig | null;
  readonly lines: readonly LineConfig[];
  readonly meters: readonly MeterConfig[];
  readonly mqtt: MqttConfig | null;
  readonly coefficients: CoefficientsConfig;
  /** What is watched; empty without `demand:`. */
  readonly demand: readonly DemandPlan[];
  readonly notify: NotifyConfig;
  /** The factory's own holidays and working days. */
  readonly calendar: FactoryCalendar;
  readonly retention: RetentionConfig;
  /** Left out: reports know the meters only. */
  readonly report?: ReportSettings;
  readonly dashboard: DashboardConfig;
}

/** How long one wire is expected to be busy with its meters, before anything was asked. */
export interface LineBudget {
  readonly line: string;
  readonly meters: number;
  /** Requests of one round over all its meters. */
  readonly requests: number;
  /** One round with usual answer times, ms. */
  readonly roundMs: number;
  /** One round in which every meter takes as long as its type allows, ms. */
  readonly longestMs: number;
  /** Share of the wire's time that the intervals of the site file ask for; above 1 they can't be kept. */
  readonly share: number;
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
