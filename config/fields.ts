/** Building blocks of the schemas: what a person may write in one field, and the exact value it becomes. */
import * as z from 'zod';
import { parseRatio, type Rational } from '../gateway/domain/rational.ts';
import { parseDays, parseDurationMs, parsePositive, parseQuantity, type Quantity } from './exact.ts';
import type { TextKey, TextValues } from './problem-texts.ts';

/** Carried by an issue of ours; see zod-problems.ts. */
export interface IssueParams {
  readonly text: TextKey;
  readonly values: TextValues;
}

/** The message of a field that must be a constant: a block of keys there is refused by name. */
export const LIVE_CONDITION = 'condition-live';
/** The message of a field that is a constant or a block of keys: what is wrong in the block is told key by key. */
export const MEASURED_CONDITION = 'measured';

/** The message of an unknown key carries what is known there, for the suggestion. */
export const KNOWN_KEYS = 'known keys: ';

/** An object whose unknown keys are errors. */
export function strict<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  const known = `${KNOWN_KEYS}${Object.keys(shape).join(',')}`;
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? known : undefined),
  });
}

/** A number or text whose source text is read by `parse`; null from it is a problem. */
function written<Value>(parse: (text: string) => Value | null) {
  return z.union([z.string(), z.number()]).transform((value, context): Value => {
    const parsed = parse(String(value));
    if (parsed !== null) return parsed;
    const params: IssueParams = { text: 'wrong-form', values: { found: String(value).slice(0, 40) } };
    context.addIssue({ code: 'custom', message: 'wrong-form', params: { ...params } });
    return z.NEVER;
  });
}

const boundedRatio = (text: string): Rational | null => (text.length > 40 ? null : parseRatio(text));
/** A decimal above zero, exact. */
export const positive = written<Rational>(parsePositive);
/** `200/5`, `6600/110` or `40`. */
export const ratio = written<Rational>(boundedRatio);
/** 0.001, 0.1, 1, 100: exact. */
export const powerOfTen = written<Rational>((text) => {
  const value = parsePositive(text);
  return value && /^(10*\/1|1\/10*)$/.test(`${value.num}/${value.den}`) ? value : null;
});
/** `600 kW`, `0.1 m3`; a bare number says too little. */
export const quantity = written<Quantity>(parseQuantity).refine(({ unit }) => unit !== '', {
  error: 'needs-unit',
  params: { text: 'needs-unit', values: {} },
});
/** Kept as written, for fields whose meaning depends on others. */
export const exactText = written<string>((text) => text);

/** A duration such as `5 s`, in milliseconds, both bounds included. */
export function duration(lowMs: number, highMs: number) {
  return written<number>((text) => {
    const ms = parseDurationMs(text);
    return ms !== null && ms >= lowMs && ms <= highMs ? ms : null;
  });
}

/** Whole days such as `35 d`, both bounds included. */
export function days(low: number, high: number) {
  return written<number>((text) => {
    const count = parseDays(text);
    return count !== null && count >= low && count <= high ? count : null;
  });
}

const ID_PATTERN = /^[a-z0-9][a-z0-9-]{0,31}$/;
export const id = z.string().regex(ID_PATTERN, { error: 'bad-id' });
export const text = z.string().trim().min(1).max(200);
/** A path as written; relative ones begin at the folder of the file. */
export const filePath = z.string().min(1).max(1000);
export const port = z.int().min(1).max(65_535);

export const secret = strict({
  file: filePath.optional(),
  env: z
    .string()
    .regex(/^[A-Za-z_]\w*$/)
    .optional(),
})
  .refine((value) => (value.file === undefined) !== (value.env === undefined), {
    error: 'one',
    params: { text: 'wrong-form', values: {} },
  })
  .describe('Kept outside this file: one of file and env');
