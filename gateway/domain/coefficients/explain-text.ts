/** An explained coefficient for people: plain text in English or Japanese. */

import { field } from '../explain-words.ts';
import { faultText, type Language } from '../faults.ts';
import { formatMicro, toMicro } from '../rational.ts';
import type { EpochMs } from '../time.ts';
import type { CoefficientExplanation, NamedDocument, PassedOver, RuleStep } from './explain-types.ts';
import { coefficientWords } from './explain-words.ts';
import { printedMj } from './sentences.ts';
import type { Coefficient } from './types.ts';

/** What the print needs beside the explanation. */
export interface ExplainPrint {
  readonly language: Language;
  /** An instant in the zone of the site. */
  readonly iso: (at: EpochMs) => string;
}

type Words = ReturnType<typeof coefficientWords>;

function clock(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}

function valueText({ mjPerKwh, class: name, confirmed }: Coefficient, words: Words): string {
  if (mjPerKwh === null) return words.say('notWeighed');
  const state = words.say(confirmed ? 'confirmed' : 'notConfirmed');
  return `${printedMj(mjPerKwh)} MJ/kWh, ${words.className(name)}, ${state}`;
}

function methodLine({ method, fiscalYear }: CoefficientExplanation, { say }: Words): string {
  const { name, since } = method;
  const from =
    since === 'left-out'
      ? say('byDefault')
      : since === null
        ? say('everyYear')
        : say('sinceYear', { year: since });
  return `${say(name)}; ${say('fiscalYear', { year: fiscalYear })}; ${from}`;
}

function ruleSetLines({ ruleSet, unknownRuleSet }: CoefficientExplanation, { say }: Words): string[] {
  if (!ruleSet)
    return [unknownRuleSet === null ? say('noRuleSet') : say('unknownRuleSet', { ruleSet: unknownRuleSet })];
  const { id, title, source, confidence, validFrom: from, validTo: to, isChosen } = ruleSet;
  const dates = to === null ? say('validOpen', { from }) : say('valid', { from, to });
  return [
    `${id}: ${title}`,
    `${say(isChosen ? 'chosen' : 'inForce')}; ${dates}`,
    `${source}; ${say('confidence', { mark: confidence })}`,
  ];
}

function stepLine(step: RuleStep, index: number, words: Words): string {
  const { say } = words;
  const hours =
    step.window && say('hours', { from: clock(step.window.fromHour), to: clock(step.window.toHour) });
  const figure = step.mjPerKwh && `${printedMj(step.mjPerKwh)} MJ/kWh`;
  const mark = step.confidence && say('confidence', { mark: step.confidence });
  const about = [figure, hours, mark].filter((part) => part !== null).join(', ');
  const outcome = step.decides ? `${say('decides')}: ` : '';
  return `${index + 1}. ${words.className(step.class)}${about ? ` (${about})` : ''}: ${outcome}${words.stepReason(step.reason)}`;
}

function documentLines(
  { document, revision, issuedAtMs, source, received }: NamedDocument,
  { say }: Words,
  { iso }: ExplainPrint,
): string[] {
  return [
    `${document}, ${say('revision', { revision })}, ${say('issued', { at: iso(issuedAtMs) })}`,
    say('says', { source }),
    ...(received
      ? [
          say('received', { at: iso(received.receivedAtMs), from: received.from }),
          `sha256 ${received.sha256}`,
        ]
      : [say('notKept')]),
  ];
}

function passedOverLines(
  { document, reason, by, fault }: PassedOver,
  words: Words,
  { iso, language }: ExplainPrint,
): string[] {
  const { area, ruleSet, received } = document;
  const why = words.passedOver(reason, {
    area,
    ruleSet,
    by: by ? words.revisionOf(by) : '',
    fault: fault ? faultText(fault, language) : '',
  });
  return [
    `${document.document}, ${words.say('revision', { revision: document.revision })}: ${why}`,
    ...(received
      ? [
          `  ${words.say('received', { at: iso(received.receivedAtMs), from: received.from })}, sha256 ${received.sha256}`,
        ]
      : []),
  ];
}

/** Method, rules in their order, and what was passed over. Labels and sentences without a heading. */
export function ruleLines(explanation: CoefficientExplanation, print: ExplainPrint): string[] {
  const words = coefficientWords(print.language);
  const { say } = words;
  const { steps, contested, printedDecimals: decimals, passedOver } = explanation;
  return [
    ...field(say('method'), methodLine(explanation, words)),
    ...field(say('rules'), ...steps.map((step, index) => stepLine(step, index, words))),
    ...(contested
      ? field(
          say('order'),
          say('contested'),
          `${contested.source}; ${say('confidence', { mark: contested.confidence })}`,
        )
      : []),
    ...(decimals === null
      ? []
      : field(say('printed'), say('printedBound', { decimals, half: halfDigit(decimals) }))),
    ...(passedOver.length === 0
      ? []
      : field(say('passedOver'), ...passedOver.flatMap((each) => passedOverLines(each, words, print)))),
  ];
}

/** {@link ruleLines}, with the rule set and the document as it was received. */
function explainedLines(explanation: CoefficientExplanation, print: ExplainPrint): string[] {
  const words = coefficientWords(print.language);
  const { say } = words;
  const { document, ruleSet } = explanation;
  return [
    ...field(say('ruleSet'), ...ruleSetLines(explanation, words)),
    ...ruleLines(explanation, print),
    ...field(say('document'), ...(document ? documentLines(document, words, print) : [say('none')])),
    ...(ruleSet && ruleSet.unverified.length > 0
      ? field(say('unverified'), ...ruleSet.unverified.map((text) => text[print.language]))
      : []),
  ];
}

/** `0.005` for two decimals. */
function halfDigit(decimals: number): string {
  return formatMicro(toMicro({ num: 1n, den: 2n * 10n ** BigInt(decimals) }));
}

/**
 * Hours that are explained alike, under one heading.
 * @param toHour JST hour at which the last of them ends; all are of one date
 */
export function explanationText(
  explanation: CoefficientExplanation,
  toHour: number,
  print: ExplainPrint,
): string {
  const words = coefficientWords(print.language);
  const { date, hour, area, coefficient } = explanation;
  const head = `${date} ${clock(hour)}–${clock(toHour)} JST, ${area}: ${valueText(coefficient, words)}`;
  return [head, ...explainedLines(explanation, print)].join('\n');
}

/** What makes two hours of one date alike: everything but the hour. */
export function likeness(explanation: CoefficientExplanation): string {
  return JSON.stringify({ ...explanation, hour: null, hourStartMs: null }, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value,
  );
}
