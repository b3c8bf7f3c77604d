/**
 * Which coefficient each hour has. The forecast fixes the coefficient, actual use fixes the kWh: a decision depends
 * on documents and rules alone, and so can be taken again at any time with the same result.
 */
import type { EpochMs } from '../time.ts';
import { methodOn, ruleSetOn } from './choices.ts';
import { currentDocuments } from './documents.ts';
import { dateOf, jstDay, jstHour, monthOf } from './jst.ts';
import { decisionText } from './sentences.ts';
import { type MonthSpeaker, type Speakers, speakersOf } from './speakers.ts';
import {
  type Coefficient,
  type CoefficientDecision,
  type CoefficientDocument,
  type CoefficientRules,
  type RuleClass,
  type RuleSet,
  UNWEIGHED,
} from './types.ts';

export interface DecidingInput extends CoefficientRules {
  /** All that are stored, of any area, rule set and revision, in any order. */
  readonly documents: readonly CoefficientDocument[];
}

export interface DecisionInput extends DecidingInput {
  /** Any instant of the hour; the JST hour it falls in decides. */
  readonly hourStart: EpochMs;
}

/** Documents and rules made ready for many hours. It keeps up to {@link MAX_DAYS} days. */
export interface Decider {
  /** Curtailment, else tight supply, else normal, in the order the rule set gives. Never throws. */
  coefficientOf(hourStart: EpochMs): Coefficient;
  /** The same with its reason. */
  decide(hourStart: EpochMs): CoefficientDecision;
}

/** Days whose decisions are kept: more than eleven years, some 2 MB. */
const MAX_DAYS = 4_096;
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);

/** Whether a class is announced for an hour, and the rules give it that hour. */
export function holds(
  name: RuleClass,
  document: CoefficientDocument,
  ruleSet: RuleSet,
  date: string,
  hour: number,
): boolean {
  if (name === 'normal') return true;
  if (name === 'tight') {
    const { fromHour, toHour } = ruleSet.tightWindow;
    return (
      ruleSet.values.tight !== null && document.tightDays.includes(date) && fromHour <= hour && hour < toHour
    );
  }
  if (ruleSet.curtailment.announcedBy === 'days') {
    const { fromHour, toHour } = ruleSet.curtailment.window;
    return document.curtailmentDays.includes(date) && fromHour <= hour && hour < toHour;
  }
  return document.curtailmentHours.some(
    (entry) => entry.date === date && entry.fromHour <= hour && hour < entry.toHour,
  );
}

function classOf(ruleSet: RuleSet, document: CoefficientDocument, date: string, hour: number): RuleClass {
  return ruleSet.precedence.find((candidate) => holds(candidate, document, ruleSet, date, hour)) ?? 'normal';
}

function coefficientAs(name: RuleClass, ruleSet: RuleSet, document: CoefficientDocument | null): Coefficient {
  // A factor that was never fixed cannot be the unconfirmed default either: the loader of rule sets refuses that.
  const { mjPerKwh } = ruleSet.values[name] ?? ruleSet.values.normal;
  return {
    mjPerKwh,
    class: name,
    ruleSet: ruleSet.id,
    document: document?.document ?? null,
    documentRevision: document?.revision ?? null,
    confirmed: document !== null,
  };
}

/** The figure of the month; without a table the hour is not weighed, because nobody may guess one. */
function monthly(ruleSet: RuleSet, speaker: MonthSpeaker | null): Coefficient {
  if (speaker === null) return { ...UNWEIGHED, ruleSet: ruleSet.id };
  const { document, mjPerKwh } = speaker;
  return {
    mjPerKwh,
    class: 'monthly',
    ruleSet: ruleSet.id,
    document: document.document,
    documentRevision: document.revision,
    confirmed: true,
  };
}

/** Checks and sorts the documents once. Give the same decider to as many hours as live under the same documents. */
export function prepare(input: DecidingInput): Decider {
  const { area, ruleSets, ruleSetChoice } = input;
  const current = currentDocuments(input.documents);
  const byRuleSet = new Map<RuleSet, Speakers>();
  const days = new Map<number, readonly Coefficient[]>();

  function decideDay(day: number): readonly Coefficient[] {
    const date = dateOf(day);
    const ruleSet = ruleSetOn(date, ruleSets, ruleSetChoice);
    if (ruleSet === null) return HOURS.map(() => UNWEIGHED);
    const speaking = byRuleSet.get(ruleSet) ?? speakersOf(current, area, ruleSet);
    byRuleSet.set(ruleSet, speaking);
    if (methodOn(date, input.methods) === 'monthly') {
      const coefficient = monthly(ruleSet, speaking.byMonth.get(monthOf(date)) ?? null);
      return HOURS.map(() => coefficient);
    }
    const document = speaking.byDay.get(day) ?? null;
    const shared = new Map<RuleClass, Coefficient>();
    return HOURS.map((hour) => {
      const name = document ? classOf(ruleSet, document, date, hour) : ruleSet.unconfirmed;
      const coefficient = shared.get(name) ?? coefficientAs(name, ruleSet, document);
      shared.set(name, coefficient);
      return coefficient;
    });
  }

  function coefficientOf(hourStart: EpochMs): Coefficient {
    const day = jstDay(hourStart);
    let hours = days.get(day);
    if (!hours) {
      if (days.size >= MAX_DAYS) days.clear();
      hours = decideDay(day);
      days.set(day, hours);
    }
    return hours[jstHour(hourStart)] ?? UNWEIGHED;
  }

  return {
    coefficientOf,
    decide(hourStart) {
      const coefficient = coefficientOf(hourStart);
      return { ...coefficient, why: decisionText(coefficient, { ...input, hourStart }, 'en') };
    },
  };
}

/** One hour, with its reason. For many hours under the same documents see {@link prepare}. */
export function decide(input: DecisionInput): CoefficientDecision {
  return prepare(input).decide(input.hourStart);
}

/** Whether two coefficients say the same in everything. */
export function sameCoefficient(a: Coefficient, b: Coefficient): boolean {
  const [x, y] = [a.mjPerKwh, b.mjPerKwh];
  return (
    (x === null || y === null ? x === y : x.num * y.den === y.num * x.den) &&
    a.class === b.class &&
    a.ruleSet === b.ruleSet &&
    a.document === b.document &&
    a.documentRevision === b.documentRevision &&
    a.confirmed === b.confirmed
  );
}
