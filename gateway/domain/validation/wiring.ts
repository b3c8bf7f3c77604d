/**
 * Wiring mistakes that show in the gauges of one poll. Each rule says `wrong` (a hint), `right`, or nothing: with no load
 * neither can be told, so an idle meter is never suspected, and what was found stands until the contrary is seen.
 */
import type { ChannelName, GaugeName, Role } from '../meters.ts';
import type { GaugeSample } from '../ports.ts';
import type { Rational } from '../rational.ts';
import type { Hint, HintCode } from './hints.ts';

export interface WiredMeter {
  readonly role: Role;
  readonly channels: readonly ChannelName[];
  /** kW for electricity. */
  readonly ratedPerHour: Rational;
  /** Some meter of the site counts what is generated or sold: power may flow out through the point of supply. */
  readonly siteGenerates: boolean;
}

/** By code: the hint, or null where the figures show that it is right. What is not in it can't be told. */
export type WiringVerdicts = ReadonlyMap<HintCode, Hint | null>;

/** Below this share of the rating the sign of power may be noise … */
const SIGN_SHARE = 0.01;
/** … and below this one a poor power factor may be that of idle transformers and motors. */
const LOAD_SHARE = 0.1;
/** No load of a factory is so poor: an idle motor has 0.2, but little of the rating flows then. */
const LOW_POWER_FACTOR = 0.35;
/** A voltage below this share of the highest is missing … */
const MISSING_SHARE = 0.1;
/** … and below this one unequal. */
const UNEQUAL_SHARE = 0.75;
/** Voltages this near to each other are equal. */
const NEAR_SHARE = 0.05;
/** A net whose voltage is less than this is off. */
const LIVE_V = 40;
const OVERLOAD = 1.2;

const PHASES = ['L1', 'L2', 'L3'] as const;

interface Figures {
  readonly powerW: number | null;
  readonly powersW: readonly (number | null)[];
  readonly volts: readonly (number | null)[];
  readonly amperes: readonly (number | null)[];
  readonly powerFactor: number | null;
  readonly ratedW: number;
}

function figuresOf(gauges: readonly GaugeSample[], meter: WiredMeter): Figures {
  const values = new Map(gauges.map(({ gauge, value }) => [gauge, value]));
  const of = (gauge: GaugeName): number | null => values.get(gauge) ?? null;
  return {
    powerW: of('power'),
    powersW: [of('power-l1'), of('power-l2'), of('power-l3')],
    volts: [of('voltage-l1'), of('voltage-l2'), of('voltage-l3')],
    amperes: [of('current-l1'), of('current-l2'), of('current-l3')],
    powerFactor: of('power-factor'),
    ratedW: (1_000 * Number(meter.ratedPerHour.num)) / Number(meter.ratedPerHour.den),
  };
}

const whole = (values: readonly (number | null)[]): readonly number[] | null =>
  values.every((value) => value !== null) ? values : null;
const shown = (value: number, digits: number): string => value.toFixed(digits);

type Put = (code: HintCode, about: Hint['about'] | null) => void;

/** Two equal halves and their sum: a single-phase three-wire supply (単相三線, 100/100/200 V). */
function isThreeWire(volts: readonly number[]): boolean {
  const [a = 0, b = 0, sum] = volts.toSorted((one, other) => one - other);
  if (sum === undefined) return false;
  return Math.abs(b - a) <= NEAR_SHARE * sum && Math.abs(a + b - sum) <= NEAR_SHARE * sum;
}

function judgeVoltages({ volts, amperes }: Figures, put: Put): void {
  const present = volts.filter((volt) => volt !== null);
  const highest = Math.max(...present);
  if (present.length < 2 || highest < LIVE_V) return;
  const most = Math.max(...amperes.map((ampere) => ampere ?? 0));
  const knowsCurrents = amperes.some((ampere) => ampere !== null);
  const low = volts.flatMap((volt, n) => (volt !== null && volt < MISSING_SHARE * highest ? [n] : []));
  // A phase that is not wired at all carries no current either.
  const missing = low.filter((n) => {
    const ampere = amperes[n] ?? null;
    return knowsCurrents ? ampere !== null && ampere > Math.max(0.05, 0.02 * most) : low.length === 1;
  });
  const [first] = missing;
  if (first !== undefined) {
    const phase = missing.map((n) => PHASES[n]).join(', ');
    put('phase-voltage-missing', { phase, voltage: shown(volts[first] ?? 0, 1) });
  } else if (low.length === 0) put('phase-voltage-missing', null);
  const unequal = present.some((volt) => {
    const share = volt / highest;
    return share >= MISSING_SHARE && share < UNEQUAL_SHARE;
  });
  put(
    'voltages-unequal',
    unequal && !isThreeWire(present) ? { voltages: present.map((volt) => shown(volt, 1)).join(' / ') } : null,
  );
}

/** Power by phase against volt-amperes by phase: the same everywhere, but for a CT that is turned round. */
function judgePhases({ powersW, volts, amperes, ratedW }: Figures, put: Put): boolean {
  const powers = whole(powersW);
  const voltages = whole(volts);
  const currents = whole(amperes);
  if (!powers || !voltages || !currents) return false;
  const apparent = voltages.map((volt, n) => volt * (currents[n] ?? 0));
  const sum = apparent.reduce((total, each) => total + each, 0);
  const loaded = apparent.every((each) => each > 0.05 * sum) && sum >= LOAD_SHARE * ratedW;
  const even = Math.min(...voltages) >= UNEQUAL_SHARE * Math.max(...voltages);
  if (!loaded || !even) return false;
  const ratios = powers.map((power, n) => power / (apparent[n] ?? 1));
  const sizes = ratios.map(Math.abs);
  const spread = Math.max(...sizes) - Math.min(...sizes);
  const negative = ratios.flatMap((ratio, n) => (ratio < -0.05 ? [n] : []));
  const mixed = spread > 0.4;
  put('phases-mixed', mixed ? { ratios: ratios.map((ratio) => shown(ratio, 2)).join(' / ') } : null);
  const turned = !mixed && negative.length > 0 && negative.length < ratios.length;
  put('phase-reversed', turned ? { phase: negative.map((n) => PHASES[n]).join(', ') } : null);
  return true;
}

function judgePowerFactor({ powerW, volts, amperes, powerFactor, ratedW }: Figures, put: Put): void {
  const currents = amperes.filter((ampere) => ampere !== null);
  if (powerW === null || currents.length < 2 || currents.some((ampere) => ampere <= 0)) return;
  const most = Math.max(...currents);
  if (currents.some((ampere) => ampere < 0.1 * most)) return;
  const known = volts.every((volt, n) => volt !== null || amperes[n] === null);
  const apparent = known
    ? amperes.reduce<number>((total, ampere, n) => total + (ampere ?? 0) * (volts[n] ?? 0), 0)
    : powerFactor
      ? Math.abs(powerW / powerFactor)
      : 0;
  if (apparent < LOAD_SHARE * ratedW) return;
  const factor = Math.abs(powerFactor ?? powerW / apparent);
  put('power-factor-low', factor < LOW_POWER_FACTOR ? { powerFactor: shown(factor, 2) } : null);
}

/** Whether power that flows out of the meter is a mistake. */
export function onlyTakesIn({ role, siteGenerates }: WiredMeter): boolean {
  return role === 'sub' || role === 'other' || (role === 'grid-import' && !siteGenerates);
}

/** What the gauges of one poll say. */
export function judgeWiring(gauges: readonly GaugeSample[], meter: WiredMeter): WiringVerdicts {
  const verdicts = new Map<HintCode, Hint | null>();
  const put: Put = (code, about) => void verdicts.set(code, about && { code, channel: null, about });
  if (!meter.channels.some((channel) => channel.startsWith('energy-'))) return verdicts;
  const figures = figuresOf(gauges, meter);
  const { powerW, ratedW } = figures;
  judgeVoltages(figures, put);
  if (powerW !== null) {
    const power = shown(powerW / 1_000, 1);
    const isOver = Math.abs(powerW) > OVERLOAD * ratedW;
    const rated = Number((ratedW / 1_000).toPrecision(6));
    if (isOver) put('above-rated-power', { power, rated });
    else if (Math.abs(powerW) > SIGN_SHARE * ratedW) put('above-rated-power', null);
    const oneWay = onlyTakesIn(meter) && !meter.channels.includes('energy-export');
    if (oneWay && Math.abs(powerW) > SIGN_SHARE * ratedW) put('ct-reversed', powerW < 0 ? { power } : null);
  }
  if (onlyTakesIn(meter) && !judgePhases(figures, put)) judgePowerFactor(figures, put);
  return verdicts;
}
