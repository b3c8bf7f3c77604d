/** The rules of one hour, step by step in their order. They come from the same data as the decision. */
import { holds } from './decide.ts';
import type { RuleStep, StepReason } from './explain-types.ts';
import type { Speakers } from './speakers.ts';
import type { CoefficientDocument, RuleClass, RuleSet } from './types.ts';

/** The JST date, hour and month that are explained. */
export interface Ground {
  readonly date: string;
  readonly hour: number;
  readonly month: string;
}

function step(
  name: RuleStep['class'],
  reason: StepReason,
  ruleSet: RuleSet | null,
  rest: Partial<RuleStep> = {},
): RuleStep {
  const value = ruleSet && name !== 'monthly' && name !== 'none' ? ruleSet.values[name] : null;
  return {
    class: name,
    decides: false,
    reason,
    window: null,
    mjPerKwh: value?.mjPerKwh ?? null,
    source: value?.source ?? null,
    confidence: value?.confidence ?? null,
    ...rest,
  };
}

function windowOf(name: RuleClass, ruleSet: RuleSet): RuleStep['window'] {
  if (name === 'tight') return ruleSet.tightWindow;
  if (name === 'curtailment' && ruleSet.curtailment.announcedBy === 'days') return ruleSet.curtailment.window;
  return null;
}

function isAnnouncedOn(
  name: RuleClass,
  document: CoefficientDocument,
  ruleSet: RuleSet,
  date: string,
): boolean {
  if (name === 'tight') return document.tightDays.includes(date);
  if (ruleSet.curtailment.announcedBy === 'days') return document.curtailmentDays.includes(date);
  return document.curtailmentHours.some((entry) => entry.date === date);
}

export function hourlySteps(ruleSet: RuleSet, document: CoefficientDocument | null, at: Ground): RuleStep[] {
  if (!document) {
    return [step(ruleSet.unconfirmed, 'nobody-speaks', ruleSet, { decides: true })];
  }
  let decided = false;
  return ruleSet.precedence.map((name) => {
    const held = holds(name, document, ruleSet, at.date, at.hour);
    const decides = held && !decided;
    const window = windowOf(name, ruleSet);
    const reason = (): StepReason => {
      if (name === 'normal') return decided ? 'comes-later' : 'otherwise';
      if (ruleSet.values[name] === null) return 'no-factor';
      if (held) return decided ? 'comes-later' : 'announced';
      return isAnnouncedOn(name, document, ruleSet, at.date) ? 'other-hours' : 'not-announced';
    };
    const each = step(name, reason(), ruleSet, { decides, window });
    decided ||= held;
    return each;
  });
}

export function monthlySteps(ruleSet: RuleSet, speakers: Speakers, { month }: Ground): RuleStep[] {
  if (ruleSet.monthly === null) return [step('none', 'no-monthly-method', null, { decides: true })];
  const speaker = speakers.byMonth.get(month);
  if (!speaker) return [step('none', 'no-table', null, { decides: true })];
  const { mjPerKwh, document } = speaker;
  return [
    step('monthly', 'table', null, {
      decides: true,
      mjPerKwh,
      source: document.source,
      confidence: ruleSet.monthly.confidence,
    }),
  ];
}

/** No rules hold on the date. */
export function noSteps(): RuleStep[] {
  return [step('none', 'no-rule-set', null, { decides: true })];
}
