/** From the plan of today and tomorrow, and from moved load, to what the API says. Pure. */
import type { Advice, Window } from '../domain/ahead/advice.ts';
import { type ClassSpan, spansOf } from '../domain/ahead/classes.ts';
import { MIN_DAYS } from '../domain/ahead/expected.ts';
import type { AheadPlan, PlannedDay } from '../domain/ahead/plan.ts';
import type { WhatIf } from '../domain/ahead/what-if.ts';
import { adviceText } from '../domain/ahead/words.ts';
import { type Rational, toMicro } from '../domain/rational.ts';
import type { EpochMs } from '../domain/time.ts';
import type {
  AdviceView,
  AheadDayView,
  AheadSpanView,
  AheadView,
  WhatIfView,
  WindowView,
} from './ahead-views.ts';
import { decimalOrNull } from './render.ts';
import { localIso } from './site-day.ts';

const MICRO = 1_000_000n;

const weight = (value: Rational | null): number | null => decimalOrNull(value && toMicro(value));

/** A figure that is there. */
const decimal = (micro: bigint): number => decimalOrNull(micro) ?? 0;

function spanView(span: ClassSpan, zone: string): AheadSpanView {
  return {
    start: localIso(span.fromMs, zone),
    end: localIso(span.toMs, zone),
    class: span.class,
    mjPerKwh: weight(span.mjPerKwh),
    confirmed: span.confirmed,
  };
}

function dayView(day: PlannedDay, zone: string): AheadDayView {
  const expected = day.hours.map((hour) => hour.expectedMicroKwh);
  const isWhole = !expected.includes(null);
  return {
    date: day.date,
    type: day.type,
    confirmed: day.hours.every((hour) => hour.confirmed),
    days: day.days,
    expectedKwh: isWhole ? decimal(expected.reduce<bigint>((sum, value) => sum + (value ?? 0n), 0n)) : null,
    spans: spansOf(day.hours).map((span) => spanView(span, zone)),
    hours: day.hours.map((hour) => ({
      ...spanView({ ...hour, fromMs: hour.startMs, toMs: hour.endMs }, zone),
      ruleSet: hour.ruleSet,
      document: hour.document,
      revision: hour.documentRevision,
      expectedKwh: decimalOrNull(hour.expectedMicroKwh),
      days: hour.days,
    })),
  };
}

function windowView(window: Window, zone: string): WindowView {
  const { day, fromMs, toMs, class: name, mjPerKwh } = window;
  return {
    day,
    start: localIso(fromMs, zone),
    end: localIso(toMs, zone),
    class: name,
    mjPerKwh: weight(mjPerKwh),
  };
}

function adviceView(advice: Advice, zone: string): AdviceView {
  const clockface = { iso: (at: EpochMs) => localIso(at, zone) };
  const moves = advice.kind === 'move' || advice.kind === 'gain' ? advice : null;
  const saves = moves ?? (advice.kind === 'avoid' ? advice : null);
  const sure = advice.kind === 'move' ? advice : null;
  return {
    kind: advice.kind,
    ja: adviceText(advice, 'ja', clockface),
    en: adviceText(advice, 'en', clockface),
    to: moves && windowView(moves.to, zone),
    from: saves && windowView(saves.from, zone),
    kwh: saves && decimal(sure?.movedMicroKwh ?? MICRO),
    savedMj: saves && decimal(saves.savedMicroMj),
    savedCrudeOilL: saves && decimal(saves.savedMicroL),
    atMostKwh: sure && decimal(sure.atMostMicroKwh),
    days: moves && moves.days,
  };
}

/** @param plan null while the time is not known */
export function aheadView(plan: AheadPlan | null, nowMs: EpochMs, zone: string): AheadView {
  return {
    now: localIso(nowMs, zone),
    timezone: zone,
    leastDays: MIN_DAYS,
    today: plan && dayView(plan.today, zone),
    tomorrow: plan && dayView(plan.tomorrow, zone),
    advice: (plan?.advice ?? []).map((one) => adviceView(one, zone)),
  };
}

export function whatIfView(found: WhatIf, zone: string): WhatIfView {
  return {
    hours: found.hours.map((hour) => ({
      ...spanView({ ...hour, fromMs: hour.startMs, toMs: hour.endMs }, zone),
      basis: hour.basis,
      days: hour.days,
      kwhBefore: decimalOrNull(hour.microKwh),
      kwhAfter: decimalOrNull(hour.afterMicroKwh),
      mjBefore: decimalOrNull(hour.beforeMicroMj),
      mjAfter: decimalOrNull(hour.afterMicroMj),
    })),
    movedKwh: decimal(found.movedMicroKwh),
    mjBefore: decimalOrNull(found.beforeMicroMj),
    mjAfter: decimalOrNull(found.afterMicroMj),
    savedMj: decimal(found.savedMicroMj),
    savedCrudeOilL: decimal(found.savedMicroL),
    confirmed: found.confirmed,
  };
}
