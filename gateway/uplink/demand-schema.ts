/** The message about the demand of the running period. */
import { z } from 'zod';
import { DEMAND_FOOTINGS, DEMAND_REASONS } from '../domain/demand/period.ts';
import { DEMAND_LEVELS, DEMAND_METHODS } from '../domain/demand/plan.ts';
import type { DemandMessage } from '../domain/demand/report.ts';
import { decimal, decimalOrNull, id, idOrNull, instant, instantOrNull, version } from './schema-parts.ts';

const byMethod = z
  .object({
    'two-point': decimalOrNull('Two-point method (二点法).'),
    'moving-average': decimalOrNull('Moving average (移動平均).'),
    'least-squares': decimalOrNull('Least squares (最小二乗法).'),
  })
  .describe('At the end of the period, by each method.');

const month = z.object({
  month: z
    .string()
    .regex(/^\d{4}-\d{2}$/)
    .describe('Year and month of its first day.'),
  from: z.iso.date().describe('First date of the month of the contract.'),
  to: z.iso.date().describe('First date after it.'),
  maximum: decimalOrNull('Largest demand of a measured period, in `unit`; null where none was measured.'),
  at: instantOrNull('Its period began then.'),
  measured: z.int().min(0).describe('Periods that were measured.'),
  leftOut: z.int().min(0).describe('Periods that were not: no maximum rests on them.'),
  billed: z.boolean().describe("From the supplier's bill, as the site file has it."),
});

const entry = z.object({
  id: id('demand'),
  name: z.string().min(1).describe('Name for people.'),
  meters: z.array(id('meter')).min(1).describe('Their sum is meant.'),
  unit: z.string().min(1).max(16).describe('Unit of all demands here: kW, m3/h …'),
  energyUnit: z.enum(['kWh', 'm3', 't', 'GJ']).describe('Unit of `energy`.'),
  period: z
    .object({
      start: instant('Beginning of the running period.'),
      end: instant('Its end.'),
      minutes: z.int().min(1).describe('How long it is.'),
    })
    .describe('The running period (デマンド時限).'),
  asOf: instantOrNull('When the oldest of the newest readings was taken.'),
  reason: z
    .enum(DEMAND_REASONS)
    .nullable()
    .describe(
      'Why nothing is known: clock (the time is not known); waiting (a meter was not read yet); meter-silent; period-begins (no reading of this period yet); gateway-off. null: it is known.',
    ),
  reasonMeter: idOrNull('meter that the reason is about'),
  footing: z
    .enum(DEMAND_FOOTINGS)
    .describe(
      'measured: within the resolution of the registers; loose: a gap leaves open what belongs to this period; at-least: some of it was not counted, the truth is higher.',
    ),
  because: z
    .enum(['register-changed', 'unwatched', 'began', 'gap'])
    .nullable()
    .describe('Why the footing is not measured.'),
  step: decimalOrNull('Smallest step that this demand can show.'),
  coarse: z.boolean().describe('That step is more than 2 % of the target: no maximum rests on it.'),
  energy: decimalOrNull('What has passed in this period, in `energyUnit`.'),
  now: decimalOrNull('The same over the whole period (現在デマンド).'),
  nowLow: decimalOrNull('The truth is not below this …'),
  nowHigh: decimalOrNull('… and not above this.'),
  power: decimalOrNull('Mean power lately.'),
  predicted: decimalOrNull('At the end of the period (予測デマンド), by `method`.'),
  predictedLow: decimalOrNull('With the resolution of the registers against it …'),
  predictedHigh: decimalOrNull('… and for it.'),
  method: z.enum(DEMAND_METHODS).describe('How it is predicted.'),
  byMethod,
  target: decimal('What the period should stay below (目標デマンド).'),
  contract: decimalOrNull('Contract power (契約電力); null where none is written.'),
  levels: z
    .object({
      caution: decimal('注意'),
      warning: decimal('警報'),
      limit: decimal('限界'),
    })
    .describe('Predicted demand from which each alarm is raised.'),
  shed: decimalOrNull(
    'To be switched off from now on so that the target holds (調整電力); 0 where it holds.',
  ),
  holdable: z.boolean().nullable().describe('Whether switching off can still keep the target.'),
  level: z.enum(DEMAND_LEVELS).nullable().describe('Alarm in force.'),
  levelSince: instantOrNull('Since when.'),
  timing: z
    .object({
      meter: id('meter that sees the timing pulse'),
      offsetSeconds: z.number().describe("Our clock minus the utility's, s."),
      at: instant('When the pulse came.'),
    })
    .nullable()
    .describe('The timing pulse (時限パルス) of the utility; nothing is shifted by it.'),
  month: month.nullable().describe('The largest demand of the running month of the contract.'),
  basis: z
    .object({
      maximum: decimal('Contract power by 実量制.'),
      month: z.string().describe('In which month.'),
      at: instantOrNull('Its period began then; null for a figure of a bill.'),
    })
    .nullable()
    .describe('The largest of this month and the eleven before, as far as this gateway knows them.'),
});

export const demandMessage = z
  .object({
    v: version,
    site: id('site'),
    gateway: id('gateway'),
    demands: z.array(entry).min(1).describe('In the order of the site file.'),
    producedAt: instantOrNull('When the gateway wrote this message; null while the time is not known.'),
  })
  .meta({
    title: 'demand',
    description:
      'Demand of the running period. At least every 10 s, and at once on a change of 1 % of the target. Retained.',
  }) satisfies z.ZodType<DemandMessage>;
