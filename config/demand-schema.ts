/** `demand:` and `notify:` of the site file as people write them. */
import * as z from 'zod';
import { DEMAND_LEVELS, DEMAND_METHODS } from '../gateway/domain/demand/plan.ts';
import { duration, filePath, id, port, quantity, secret, strict, text } from './fields.ts';

const period = duration(1_800_000, 3_600_000).refine((ms) => ms === 1_800_000 || ms === 3_600_000, {
  error: 'wrong-form',
  params: { text: 'wrong-form', values: {} },
});
const dayOfMonth = z.int().min(1).max(31);
const month = z.string().regex(/^20\d{2}-(0[1-9]|1[0-2])$/);

export const demandSchema = strict({
  id: id.optional().describe('`grid` when left out; needed where there are several'),
  name: text.optional(),
  meters: z
    .array(z.string())
    .min(1)
    .max(20)
    .optional()
    .describe('Their sum is watched; all meters of role grid-import when left out'),
  period: period.optional().describe('30 min or 60 min; 30 min when left out'),
  target: quantity.describe('What a period should stay below (目標デマンド), e.g. 450 kW'),
  contract: quantity.optional().describe('Contract power (契約電力), e.g. 500 kW'),
  levels: strict({
    caution: quantity.optional().describe('注意; 95 % of the target when left out'),
    warning: quantity.optional().describe('警報; 100 % of the target when left out'),
    limit: quantity
      .optional()
      .describe('限界; the contract power when left out, 110 % of the target without one'),
  })
    .optional()
    .describe('Of the predicted demand: a power, or % of the target'),
  hysteresis: quantity.optional().describe('An alarm ends so far below its level; 2 % of the target'),
  hold: duration(1_000, 600_000).optional().describe('A level must be passed so long; 1 min'),
  quiet: duration(1_000, 1_800_000)
    .optional()
    .describe('From the beginning of a period, nothing but what is urgent raises an alarm; 5 min'),
  method: z.enum(DEMAND_METHODS).optional().describe('How the end of the period is predicted'),
  meteringDay: dayOfMonth
    .optional()
    .describe('計量日: the month of the contract begins at 0:00 of this day; 1 when left out'),
  closingDay: dayOfMonth.optional().describe('締め日: the month of the contract ends with this day'),
  billed: z
    .record(month, quantity)
    .optional()
    .describe("Maxima of earlier months from the supplier's bills: 2026-04: 430 kW"),
});

const mailAddress = z.string().regex(/^[^\s@<>,;"]{1,64}@[A-Za-z0-9.-]{1,190}$/);
const level = z.enum(DEMAND_LEVELS).optional().describe('From which level on; warning when left out');

export const notifySchema = strict({
  language: z.enum(['ja', 'en']).optional().describe('Of the sentences; ja when left out'),
  webhook: strict({
    url: z.string().min(1).max(500),
    secret: secret.optional().describe('Signs each message (HMAC-SHA256)'),
    caFile: filePath.optional(),
    timeout: duration(1_000, 60_000).optional().describe('10 s when left out'),
    level,
  })
    .optional()
    .describe('HTTPS POST of JSON'),
  mail: strict({
    host: z
      .string()
      .min(1)
      .max(253)
      .regex(/^[A-Za-z0-9][A-Za-z0-9.:-]*$/),
    port: port.optional().describe('465 with tls, 587 with starttls, 25 with none'),
    security: z
      .enum(['starttls', 'tls', 'none'])
      .optional()
      .describe('starttls when left out; none to private addresses only, and without a password'),
    caFile: filePath.optional(),
    username: text.optional(),
    password: secret.optional(),
    from: mailAddress,
    to: z.array(mailAddress).min(1).max(20),
    level,
  }).optional(),
});

export type DemandFile = z.output<typeof demandSchema>;
export type NotifyFile = z.output<typeof notifySchema>;
