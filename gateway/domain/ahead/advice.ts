/**
 * What moving load would save, in exact figures. Advice is given for hours only whose class is confirmed on both
 * sides; the amount is bounded by what is expected to be used in the hours from which it is moved.
 */
import { type Rational, rational, roundHalfAway } from '../rational.ts';
import type { EpochMs } from '../time.ts';
import { type AheadHour, type HourClass, sameWeight } from './classes.ts';
import { crudeOilMicroL } from './crude-oil.ts';
import type { DayType } from './day-types.ts';

/** An hour ahead with what is expected to be used in it. */
export interface LoadHour extends AheadHour {
  readonly day: 'today' | 'tomorrow';
  /** 10⁻⁶ kWh of the site; null while too few days are known. */
  readonly expectedMicroKwh: bigint | null;
  /** The expectation stands, or would stand, on so many days of its type. */
  readonly days: number;
}

/** Hours of one day that weigh the same. */
export interface Window {
  readonly day: 'today' | 'tomorrow';
  readonly fromMs: EpochMs;
  readonly toMs: EpochMs;
  readonly class: HourClass;
  readonly mjPerKwh: Rational;
}

export type Advice =
  /** Move load into a window that weighs less. */
  | {
      readonly kind: 'move';
      readonly to: Window;
      readonly from: Window;
      readonly movedMicroKwh: bigint;
      readonly savedMicroMj: bigint;
      readonly savedMicroL: bigint;
      /** All that is expected in `from`. */
      readonly atMostMicroKwh: bigint;
      /** The expectation stands on so many days of this type. */
      readonly days: number;
      readonly type: DayType;
    }
  /** The same while nobody knows how much there is to move: what each kWh saves. */
  | {
      readonly kind: 'gain';
      readonly to: Window;
      readonly from: Window;
      /** For one kWh. */
      readonly savedMicroMj: bigint;
      readonly savedMicroL: bigint;
      /** The most that any hour is known by; below {@link MIN_DAYS}. */
      readonly days: number;
      readonly type: DayType;
    }
  /** Nothing lighter is known: what each kWh that is not used saves. */
  | {
      readonly kind: 'avoid';
      readonly from: Window;
      readonly savedMicroMj: bigint;
      readonly savedMicroL: bigint;
    }
  /** Nobody has said yet what this day is. */
  | { readonly kind: 'unannounced'; readonly at: Window }
  /** Curtailment and tight supply on one day: the order of the two is not sourced. */
  | { readonly kind: 'both'; readonly day: 'today' | 'tomorrow' };

/** Load is taken out of this many hours in a row: what one machine or one batch may be. */
const SOURCE_HOURS = 2;
const MICRO = 1_000_000n;

/** MJ of a number of kWh at a difference of coefficients, 10⁻⁶, rounded once. */
function savedMicroMj(microKwh: bigint, from: Rational, to: Rational): bigint {
  const num = from.num * to.den - to.num * from.den;
  return roundHalfAway(rational(microKwh * num, from.den * to.den));
}

function lighter(a: Rational, b: Rational): boolean {
  return a.num * b.den < b.num * a.den;
}

type SureHour = LoadHour & { readonly mjPerKwh: Rational };

function isSure(hour: LoadHour): hour is SureHour {
  return hour.confirmed && hour.mjPerKwh !== null;
}

/** Neighbouring sure hours of one day with one class. */
function stretchesOf(hours: readonly LoadHour[]): SureHour[][] {
  const stretches: SureHour[][] = [];
  for (const hour of hours) {
    if (!isSure(hour)) continue;
    const open = stretches.at(-1);
    const last = open?.at(-1);
    const goesOn =
      last &&
      last.endMs === hour.startMs &&
      last.day === hour.day &&
      last.class === hour.class &&
      sameWeight(last, hour);
    if (goesOn) open?.push(hour);
    else stretches.push([hour]);
  }
  return stretches;
}

function windowOf(hours: readonly SureHour[]): Window {
  const [first, last] = [hours[0] as SureHour, hours.at(-1) as SureHour];
  const { day, startMs, class: name, mjPerKwh } = first;
  return { day, fromMs: startMs, toMs: last.endMs, class: name, mjPerKwh };
}

/** 1, 10, 100 … kWh: the largest that there is; null where there is not even one. */
function roundAmount(atMostMicroKwh: bigint): bigint | null {
  if (atMostMicroKwh < MICRO) return null;
  let amount = MICRO;
  while (amount * 10n <= atMostMicroKwh) amount *= 10n;
  return amount;
}

interface Source {
  readonly hours: readonly SureHour[];
  readonly microKwh: bigint;
  readonly savedMicroMj: bigint;
}

/** The hours in a row with the most to save, of a stretch; those whose use is not known are passed over. */
function sourcesIn(stretch: readonly SureHour[], to: Rational): Source[] {
  const length = Math.min(SOURCE_HOURS, stretch.length);
  return stretch.flatMap((_, start): Source[] => {
    const hours = stretch.slice(start, start + length);
    const used = hours.flatMap(({ expectedMicroKwh }) => expectedMicroKwh ?? []);
    const [first] = hours;
    if (hours.length < length || used.length < length || !first) return [];
    const microKwh = used.reduce((sum, value) => sum + value, 0n);
    return [{ hours, microKwh, savedMicroMj: savedMicroMj(microKwh, first.mjPerKwh, to) }];
  });
}

export interface AdviceInput {
  /** The rest of today from the running hour on, and tomorrow, in order. */
  readonly hours: readonly LoadHour[];
  readonly types: Readonly<Record<'today' | 'tomorrow', DayType>>;
  /** Of crude oil. */
  readonly litresPerMj: Rational;
}

type Site = Omit<AdviceInput, 'hours'>;

/** Advice about moving into one window. @param heavier stretches that weigh more */
function moveInto(
  target: readonly SureHour[],
  heavier: readonly (readonly SureHour[])[],
  site: Site,
): Advice | null {
  const to = windowOf(target);
  // Work of the same day is easier to move than work of another one.
  const near = heavier.filter((stretch) => stretch[0]?.day === to.day);
  const stretches = near.length > 0 ? near : heavier;
  const [first] = stretches;
  if (!first) return null;
  let best: Source | null = null;
  for (const source of stretches.flatMap((stretch) => sourcesIn(stretch, to.mjPerKwh)))
    if (best === null || source.savedMicroMj > best.savedMicroMj) best = source;
  const movedMicroKwh = best && roundAmount(best.microKwh);
  if (best === null || movedMicroKwh === null) {
    const from = windowOf(first);
    const saved = savedMicroMj(MICRO, from.mjPerKwh, to.mjPerKwh);
    const days = Math.max(...stretches.flat().map((hour) => hour.days));
    const known = {
      savedMicroMj: saved,
      savedMicroL: crudeOilMicroL(saved, site.litresPerMj),
      days,
      type: site.types[from.day],
    };
    return { kind: 'gain', to, from, ...known };
  }
  const from = windowOf(best.hours);
  const saved = savedMicroMj(movedMicroKwh, from.mjPerKwh, to.mjPerKwh);
  return {
    kind: 'move',
    to,
    from,
    movedMicroKwh,
    savedMicroMj: saved,
    savedMicroL: crudeOilMicroL(saved, site.litresPerMj),
    atMostMicroKwh: best.microKwh,
    days: Math.min(...best.hours.map((hour) => hour.days)),
    type: site.types[from.day],
  };
}

/** Where the load of a tight stretch may go: the longest of the lightest stretches. */
function targetFor(tight: readonly SureHour[], stretches: readonly SureHour[][]): SureHour[] | null {
  const weight = (tight[0] as SureHour).mjPerKwh;
  let best: SureHour[] | null = null;
  for (const stretch of stretches) {
    const own = (stretch[0] as SureHour).mjPerKwh;
    if (!lighter(own, weight)) continue;
    const known = best && (best[0] as SureHour).mjPerKwh;
    if (!best || !known || lighter(own, known) || (!lighter(known, own) && stretch.length > best.length))
      best = stretch;
  }
  return best;
}

function aboutTight(tight: SureHour[], stretches: readonly SureHour[][], site: Site): Advice {
  const target = targetFor(tight, stretches);
  const advice = target && moveInto(target, [tight], site);
  if (advice) return advice;
  const from = windowOf(tight);
  const saved = savedMicroMj(MICRO, from.mjPerKwh, { num: 0n, den: 1n });
  return { kind: 'avoid', from, savedMicroMj: saved, savedMicroL: crudeOilMicroL(saved, site.litresPerMj) };
}

function doubts(hours: readonly LoadHour[]): Advice[] {
  return (['today', 'tomorrow'] as const).flatMap((day): Advice[] => {
    const own = hours.filter((hour) => hour.day === day);
    const [first] = own;
    const last = own.at(-1);
    const classes = new Set(own.filter((hour) => hour.confirmed).map((hour) => hour.class));
    const both: Advice[] = classes.has('curtailment') && classes.has('tight') ? [{ kind: 'both', day }] : [];
    if (!first || !last || own.some((hour) => hour.confirmed)) return both;
    const { mjPerKwh, startMs: fromMs, class: name } = first;
    if (mjPerKwh === null) return both;
    return [{ kind: 'unannounced', at: { day, fromMs, toMs: last.endMs, class: name, mjPerKwh } }];
  });
}

/** In the order of the hours that it is about. Empty where all hours weigh the same and that is sure. */
export function adviceFor({ hours, ...site }: AdviceInput): Advice[] {
  const stretches = stretchesOf(hours);
  // The running hour is under way: nothing is taken out of it any more.
  const running = hours[0]?.startMs;
  const sources = stretchesOf(hours.filter((hour) => hour.startMs !== running));
  const advice: Advice[] = [];
  for (const stretch of stretches) {
    const { class: name, mjPerKwh } = stretch[0] as SureHour;
    if (name === 'curtailment') {
      const heavier = sources.filter((other) => lighter(mjPerKwh, (other[0] as SureHour).mjPerKwh));
      const found = moveInto(stretch, heavier, site);
      if (found) advice.push(found);
    }
  }
  const helped = new Set(
    advice.flatMap((one) => (one.kind === 'move' || one.kind === 'gain' ? one.from.day : [])),
  );
  for (const day of ['today', 'tomorrow'] as const) {
    const tight = sources.filter(([first]) => first?.day === day && first.class === 'tight');
    const longest = tight.toSorted((a, b) => b.length - a.length)[0];
    if (longest && !helped.has(day)) advice.push(aboutTight(longest, stretches, site));
  }
  return [...advice, ...doubts(hours)];
}
