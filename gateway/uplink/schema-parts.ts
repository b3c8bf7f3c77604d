/** What the schemas of messages are made of: ids, instants, decimals, fractions, and the coefficient of an hour. */
import { z } from 'zod';
import { CHANNEL_NAMES, ROLES } from '../domain/meters.ts';

/** Digits after the point of every decimal. */
export const DECIMAL_DIGITS = 6;

/** The description belongs to the outermost schema, where a reader of the JSON Schema looks for it. */
const idSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/);
export const id = (what: string) => idSchema.describe(idText(what));
export const idOrNull = (what: string) => idSchema.nullable().describe(idText(what));
const idText = (what: string): string => `Id of the ${what}: a-z, 0-9 and -, at most 32 characters.`;

const instantSchema = z.iso.datetime({ offset: true });
export const instant = (text: string) => instantSchema.describe(instantText(text));
export const instantOrNull = (text: string) => instantSchema.nullable().describe(instantText(text));
const instantText = (text: string): string => `${text} ISO 8601 with the site's offset.`;

/** The nearest double of a text with at most six digits is printed with at most six digits again. */
const hasSixDigits = (value: number): boolean => Number(value.toFixed(DECIMAL_DIGITS)) === value;

export const decimalSchema = z
  .number()
  .refine(hasSixDigits, { error: `at most ${DECIMAL_DIGITS} digits after the point` });
export const decimal = (text: string) => decimalSchema.describe(decimalText(text));
export const decimalOrNull = (text: string) => decimalSchema.nullable().describe(decimalText(text));
export const decimalText = (text: string): string =>
  `${text} At most ${DECIMAL_DIGITS} digits after the point.`;

export const fractionSchema = z.string().regex(/^-?\d+\/[1-9]\d*$/);
export const fractionText = (text: string): string => `${text} An exact fraction, numerator/denominator.`;

export const version = z.literal(1).describe('Version of the message format.');
export const generation = z
  .int()
  .min(1)
  .describe('Rises when the gateway’s database is restored or replaced.');
export const seq = z
  .int()
  .min(1)
  .describe(
    'Counts the hour and event messages of this gateway without holes. The same seq may arrive more than once.',
  );
export const channelSchema = z.enum(CHANNEL_NAMES);
export const channel = channelSchema.describe('A register of the meter that only rises.');
export const role = z
  .enum(ROLES)
  .describe('What the meter measures for the site. Totals of bought electricity are those of grid-import.');
export const unit = z.enum(['kWh', 'm3', 't', 'GJ']).describe('Unit of the channel: kWh, m³, t or GJ.');
export const producedAt = instant('When the gateway wrote this message.');

export const coefficient = z
  .object({
    mjPerKwh: decimalSchema
      .nonnegative()
      .nullable()
      .describe(
        decimalText('Primary energy per kWh in this hour, MJ/kWh; null where no coefficient applies.'),
      ),
    class: z
      .enum(['normal', 'curtailment', 'tight', 'monthly', 'none'])
      .describe(
        'Kind of hour: normal; curtailment of renewables (再エネ出力制御時); tight supply (需給逼迫時); monthly mean; none where no coefficient applies.',
      ),
    ruleSet: z.string().min(1).nullable().describe('Rule set that gave the coefficient, e.g. fy2023.'),
    document: z.string().min(1).nullable().describe('Announcement that decided the class.'),
    revision: z.int().min(1).nullable().describe('Revision of that document.'),
    confirmed: z
      .boolean()
      .describe(
        'Whether an announcement that claims to be complete covers this hour; false: it may still change.',
      ),
  })
  .describe('The coefficient of demand optimization (電気需要最適化) of this hour.');
