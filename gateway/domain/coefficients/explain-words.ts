/** The labels and short sentences of an explained coefficient, in both languages. `{name}` is filled in. */
import type { Language } from '../faults.ts';
import type { PassedOverReason, StepReason } from './explain-types.ts';
import type { CoefficientClass } from './types.ts';

const EN = {
  method: 'method',
  hourly: 'hourly',
  monthly: 'monthly',
  byDefault: 'the site file names none',
  everyYear: 'the site file says so for every fiscal year',
  sinceYear: 'the site file says so from fiscal year {year} on',
  fiscalYear: 'fiscal year {year}',
  ruleSet: 'rule set',
  chosen: 'the site file names it',
  inForce: 'in force on this date',
  validOpen: 'for dates from {from}',
  valid: 'for dates from {from} to {to}',
  unknownRuleSet: '{ruleSet}: nobody knows it',
  noRuleSet: 'none',
  rules: 'rules',
  decides: 'decides',
  hours: '{from}–{to}',
  order: 'order',
  contested: 'more than one rule holds, and the order above decided',
  confidence: 'confidence {mark}',
  document: 'document',
  revision: 'revision {revision}',
  issued: 'issued {at}',
  says: 'says it is from: {source}',
  received: 'received {at} from {from}',
  notKept: 'the file as received is not kept',
  printed: 'printed',
  printedBound: 'the figure is printed with {decimals} decimals: MJ are exact to ± {half} MJ/kWh × use',
  passedOver: 'not used',
  unverified: 'unverified',
  none: 'none',
  confirmed: 'confirmed',
  notConfirmed: 'not confirmed',
  stored: 'stored',
  storedOtherwise: 'the hour was weighed with {value}; it will be weighed again',
  notWeighed: 'not weighed',
} as const;

const JA: Readonly<Record<keyof typeof EN, string>> = {
  method: '方式',
  hourly: '時間別',
  monthly: '月別',
  byDefault: '設定ファイルに指定なし',
  everyYear: '設定ファイルで全年度に指定',
  sinceYear: '設定ファイルで {year} 年度から指定',
  fiscalYear: '{year} 年度',
  ruleSet: '規則',
  chosen: '設定ファイルで指定',
  inForce: 'この日に有効',
  validOpen: '{from} 以降の日付に適用',
  valid: '{from} から {to} までの日付に適用',
  unknownRuleSet: '{ruleSet}: 該当する規則がない',
  noRuleSet: 'なし',
  rules: '判定',
  decides: '決定',
  hours: '{from}〜{to}',
  order: '順序',
  contested: '複数の規則が当てはまり、上の順序で決定',
  confidence: '信頼度 {mark}',
  document: '文書',
  revision: '第 {revision} 版',
  issued: '{at} 発行',
  says: '文書に記載の出所: {source}',
  received: '{at} に {from} から受信',
  notKept: '受信したファイルは残っていない',
  printed: '表示桁',
  printedBound: '係数は小数 {decimals} 桁で公表: MJ の幅は ± {half} MJ/kWh × 使用量',
  passedOver: '不採用',
  unverified: '未確認',
  none: 'なし',
  confirmed: '確定',
  notConfirmed: '未確定',
  stored: '保存値',
  storedOtherwise: '保存されている値は {value}。これから掛け直す',
  notWeighed: '係数なし',
};

const REASONS: Readonly<Record<Language, Readonly<Record<StepReason, string>>>> = {
  en: {
    announced: 'announced for this hour',
    'not-announced': 'not announced for this hour',
    'other-hours': 'announced for this date, but the rules give it other hours',
    'comes-later': 'holds too, but a rule above decides',
    'no-factor': 'these rules never fixed a factor for it',
    otherwise: 'no rule above holds, and a document speaks for the date',
    'nobody-speaks': 'no document speaks for the date yet',
    table: 'the figure of the month',
    'no-table': 'no table with this month is known yet; nothing is guessed',
    'no-monthly-method': 'these rules know no monthly method',
    'no-rule-set': 'no rules hold on this date',
  },
  ja: {
    announced: 'この時間に発表あり',
    'not-announced': 'この時間の発表なし',
    'other-hours': 'この日に発表はあるが、規則の定める時間帯の外',
    'comes-later': '当てはまるが、上の規則が優先',
    'no-factor': 'この規則では係数が定められなかった',
    otherwise: '上の規則はどれも当てはまらず、この日の文書がある',
    'nobody-speaks': 'この日の文書がまだない',
    table: 'この月の公表値',
    'no-table': 'この月を含む表がまだない。推定はしない',
    'no-monthly-method': 'この規則に月別方式の定めがない',
    'no-rule-set': 'この日に有効な規則がない',
  },
};

const PASSED_OVER: Readonly<Record<Language, Readonly<Record<PassedOverReason, string>>>> = {
  en: {
    superseded: 'replaced by {by}',
    'issued-earlier': 'speaks for this date too, but {by} was issued later',
    'other-area': 'is for {area}',
    'other-rule-set': 'is written under {ruleSet}',
    'breaks-rules': 'breaks its rules: {fault}',
    'other-method': 'has nothing for the method that the site has chosen',
  },
  ja: {
    superseded: '{by} に置き換え済み',
    'issued-earlier': '同じ日付を扱うが、{by} の発行が後',
    'other-area': '{area} の文書',
    'other-rule-set': '{ruleSet} の文書',
    'breaks-rules': '規則に反する: {fault}',
    'other-method': '選択した方式に関する内容がない',
  },
};

const CLASSES: Readonly<Record<Language, Readonly<Record<CoefficientClass, string>>>> = {
  en: { normal: 'normal', curtailment: 'curtailment', tight: 'tight', monthly: 'monthly', none: 'none' },
  ja: {
    normal: 'normal (通常)',
    curtailment: 'curtailment (再エネ出力制御)',
    tight: 'tight (需給ひっ迫)',
    monthly: 'monthly (月別)',
    none: 'none (なし)',
  },
};

export type ExplainWord = keyof typeof EN;
type Values = Readonly<Record<string, string | number>>;

function filled(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? '?'));
}

export function coefficientWords(language: Language) {
  const labels = language === 'ja' ? JA : EN;
  return {
    /** `kyushu-2026-11, revision 2` */
    revisionOf: ({ document, revision }: { readonly document: string; readonly revision: number }): string =>
      `${document}, ${filled(labels.revision, { revision })}`,
    say: (word: ExplainWord, values: Values = {}): string => filled(labels[word], values),
    stepReason: (reason: StepReason): string => REASONS[language][reason],
    passedOver: (reason: PassedOverReason, values: Values): string =>
      filled(PASSED_OVER[language][reason], values),
    className: (name: CoefficientClass): string => CLASSES[language][name],
  };
}
