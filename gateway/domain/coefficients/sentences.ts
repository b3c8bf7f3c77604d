/** One sentence on why an hour weighs what it weighs, in English and Japanese. */
import type { Language } from '../faults.ts';
import { formatMicro, type Rational, toMicro } from '../rational.ts';
import type { EpochMs } from '../time.ts';
import { methodOn } from './choices.ts';
import { dateOf, fiscalYearOf, jstDay, jstHour, monthOf } from './jst.ts';
import type { Coefficient, CoefficientRules } from './types.ts';

/** What was decided on. */
export interface DecidedOn extends CoefficientRules {
  readonly hourStart: EpochMs;
}

interface Facts {
  readonly value: string;
  readonly month: string;
  readonly year: number;
  readonly area: string;
}

interface Words {
  readonly end: string;
  readonly gap: string;
  noRules(choice: string | null): string;
  noTable(about: Facts): string;
  noMonthly(ruleSet: string): string;
  announced(name: Coefficient['class'], document: string, revision: number | null, about: Facts): string;
  readonly unconfirmed: string;
  weighs(ruleSet: string, name: Coefficient['class'], about: Facts): string;
}

const EN_CLASS: Readonly<Record<Coefficient['class'], string>> = {
  normal: 'nothing is announced for this hour',
  curtailment: 'curtailment of renewables is announced for this hour',
  tight: 'tight supply is announced for this day',
  monthly: 'the monthly table gives a figure for this month',
  none: '',
};
const JA_CLASS: Readonly<Record<Coefficient['class'], string>> = {
  normal: 'この時間の発表なし',
  curtailment: 'この時間に再エネ出力制御の発表あり',
  tight: 'この日に需給ひっ迫の発表あり',
  monthly: 'この月の月別係数あり',
  none: '',
};

const WORDS: Readonly<Record<Language, Words>> = {
  en: {
    gap: '; ',
    end: '.',
    noRules: (choice) =>
      choice === null
        ? 'no rule set is in force on this date, so the hour is not weighed'
        : `the rule set ${choice} is not known, so the hour is not weighed`,
    noTable: ({ month, year, area }) =>
      `the site counts by the month, and no table of fiscal year ${year} for ${area} with ${month} is known yet, so the hour is not weighed`,
    noMonthly: (ruleSet) =>
      `the site counts by the month, and ${ruleSet} knows no monthly method, so the hour is not weighed`,
    announced: (name, document, revision) => `${EN_CLASS[name]} in ${document} revision ${revision}`,
    unconfirmed: 'no document speaks for this date yet, so the figure is not confirmed',
    weighs: (ruleSet, name, { value }) => `${ruleSet} weighs it with ${value} MJ/kWh (${name})`,
  },
  ja: {
    gap: '。',
    end: '。',
    noRules: (choice) =>
      `${choice === null ? 'この日に有効な規則がない' : `規則 ${choice} がない`}ため、係数を掛けない`,
    noTable: ({ month, year, area }) =>
      `月別方式だが、${area} の ${year} 年度 ${month} の月別係数表がまだないため、係数を掛けない`,
    noMonthly: (ruleSet) => `月別方式だが、${ruleSet} に月別方式の定めがないため、係数を掛けない`,
    announced: (name, document, revision) => `${document} 第 ${revision} 版では${JA_CLASS[name]}`,
    unconfirmed: 'この日の文書がまだないため未確定',
    weighs: (ruleSet, name, { value }) => `${ruleSet} により ${value} MJ/kWh (${name})`,
  },
};

/** Rounded for reading only; the arithmetic uses the exact value. */
export function printedMj(mjPerKwh: Rational): string {
  return formatMicro(toMicro(mjPerKwh));
}

function clock(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}

/** `2026-11-03 08:00–09:00 JST, kyushu` */
function whenText({ area, hourStart }: DecidedOn): string {
  const hour = jstHour(hourStart);
  return `${dateOf(jstDay(hourStart))} ${clock(hour)}–${clock(hour + 1)} JST, ${area}`;
}

export function decisionText(coefficient: Coefficient, on: DecidedOn, language: Language): string {
  const words = WORDS[language];
  const date = dateOf(jstDay(on.hourStart));
  const { mjPerKwh, ruleSet, document, documentRevision } = coefficient;
  const value = mjPerKwh === null ? '' : printedMj(mjPerKwh);
  const about: Facts = { value, month: monthOf(date), year: fiscalYearOf(date), area: on.area };
  const when = `${whenText(on)}: `;
  if (mjPerKwh === null || ruleSet === null) {
    const isMonthly = ruleSet !== null && methodOn(date, on.methods) === 'monthly';
    if (!isMonthly) return when + words.noRules(on.ruleSetChoice) + words.end;
    const knows = on.ruleSets.get(ruleSet)?.monthly ?? null;
    return when + (knows ? words.noTable(about) : words.noMonthly(ruleSet)) + words.end;
  }
  const reason =
    document === null
      ? words.unconfirmed
      : words.announced(coefficient.class, document, documentRevision, about);
  return when + reason + words.gap + words.weighs(ruleSet, coefficient.class, about) + words.end;
}
