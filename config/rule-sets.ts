/** Rule sets of the demand-optimization coefficient: each edition of the rules is one file of config/rule-sets. */
import { join } from 'node:path';
import * as z from 'zod';
import { isDate } from '../gateway/domain/coefficients/jst.ts';
import { RULE_CLASSES, type RuleSet } from '../gateway/domain/coefficients/types.ts';
import type { Language } from '../gateway/domain/faults.ts';
import { type DataFile, loadFolder, openFolder, readDataText } from './data-files.ts';
import { positive, strict } from './fields.ts';

export const RULE_SETS_FOLDER = join(import.meta.dirname, 'rule-sets');

const words = z.string().trim().min(1).max(2000);
const date = z
  .string()
  .refine(isDate, { error: 'date', params: { text: 'wrong-form', values: { hint: '`2023-04-01`' } } });
const hour = z.int().min(0).max(24);
const window = strict({ fromHour: hour, toHour: hour }).refine((value) => value.fromHour < value.toHour, {
  error: 'window',
  params: { text: 'wrong-form', values: { hint: '`{ fromHour: 8, toHour: 16 }`' } },
});
const confidence = z.enum(['H', 'M', 'L']);
const value = strict({ mjPerKwh: positive, source: words, confidence });
/** Every class once, `normal` last: it holds always, so what stood behind it could never decide. */
const precedence = z
  .array(z.enum(RULE_CLASSES))
  .refine(
    (list) =>
      list.length === RULE_CLASSES.length && new Set(list).size === list.length && list.at(-1) === 'normal',
    {
      error: 'precedence',
      params: { text: 'wrong-form', values: { hint: '`[curtailment, tight, normal]`' } },
    },
  );

export const ruleSetSchema = strict({
  title: words,
  source: words,
  confidence,
  validFrom: date,
  validTo: date.nullable(),
  values: strict({ normal: value, curtailment: value, tight: value.nullable() }),
  curtailment: z.discriminatedUnion('announcedBy', [
    strict({ announcedBy: z.literal('days'), window }),
    strict({ announcedBy: z.literal('hours') }),
  ]),
  tightWindow: window,
  precedence,
  precedenceSource: strict({ source: words, confidence }),
  monthly: strict({
    tables: z.enum(['area', 'nation']),
    least: positive,
    greatest: positive,
    source: words,
    confidence,
  })
    .refine(({ least, greatest }) => least.num * greatest.den <= greatest.num * least.den, {
      error: 'bounds',
      params: { text: 'wrong-form', values: { hint: '`least: 3.6`, `greatest: 12.2`' } },
    })
    .nullable(),
  // A tight factor may be missing, and an unconfirmed hour must weigh something.
  unconfirmed: z.enum(['normal', 'curtailment']),
  unverified: z.array(strict({ en: words, ja: words })),
});

/** Reads the text of one rule set file. */
export function readRuleSet(source: string, id: string, language: Language = 'en'): DataFile<RuleSet> {
  return readDataText(source, ruleSetSchema, (file) => ({ id, ...file }), language);
}

/**
 * All rule sets by id (the file name without `.yaml`).
 * @throws ConfigError `data-file-invalid`
 */
export function loadRuleSets(folder = RULE_SETS_FOLDER): ReadonlyMap<string, RuleSet> {
  return loadFolder(folder, readRuleSet);
}

export function ruleSetIds(): readonly string[] {
  return [...openFolder(RULE_SETS_FOLDER, readRuleSet).keys()];
}
