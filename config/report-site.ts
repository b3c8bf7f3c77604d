/** The section `report:` of a site file: its schema, and what it becomes. */
import * as z from 'zod';
import { isMonth } from '../gateway/domain/coefficients/jst.ts';
import { CHANNEL_NAMES, type ChannelName } from '../gateway/domain/meters.ts';
import { formatFraction } from '../gateway/domain/rational.ts';
import { COUNTS_AS, type ReportSettings } from '../gateway/domain/report/settings.ts';
import { id, positive, strict, text } from './fields.ts';
import type { MeterConfig } from './types.ts';

const month = z
  .string()
  .refine(isMonth, { error: 'month', params: { text: 'wrong-form', values: { hint: '`2026-04`' } } });

export const reportSchema = strict({
  production: strict({
    name: text.describe('What is produced, or the floor area, for people'),
    unit: z.string().trim().min(1).max(20),
    meter: z.string().optional().describe('A meter that counts it; entered by hand when left out'),
    channel: z.enum(CHANNEL_NAMES).optional(),
    times: positive.optional().describe('Units of production in one native unit of the channel; 1'),
  }).optional(),
  contracts: z
    .array(strict({ from: month, retailer: text, menu: text }))
    .min(1)
    .max(50)
    .optional()
    .describe('Retailer and menu by month, for the CO2 of electricity'),
  otherGateways: z.array(id).max(100).optional().describe('Gateways of the site that are not this one'),
  meters: z
    .record(
      id,
      strict({
        fuel: z.string().optional().describe('A fuel of config/report-factors; of the role when left out'),
        counts: z.enum(COUNTS_AS).optional().describe('Bought steam or heat, or nothing'),
        selfInvested: z.boolean().optional().describe('Own photovoltaic generation: true when left out'),
      }),
    )
    .optional(),
});

export type ReportFile = z.output<typeof reportSchema>;

export function buildReportSettings(
  file: ReportFile | undefined,
  meters: readonly Pick<MeterConfig, 'id' | 'name' | 'channels'>[],
): ReportSettings {
  const { production, contracts = [], otherGateways = [], meters: own = {} } = file ?? {};
  const counter = meters.find(({ id: meter }) => meter === production?.meter);
  const channel: ChannelName | null = production?.channel ?? counter?.channels[0] ?? null;
  return {
    production: production
      ? {
          name: production.name,
          unit: production.unit,
          meter: production.meter ?? null,
          channel,
          times: production.times ? formatFraction(production.times) : '1',
        }
      : null,
    contracts,
    otherGateways,
    meters: meters.map(({ id: meter, name }) => ({
      id: meter,
      name,
      fuel: own[meter]?.fuel ?? null,
      counts: own[meter]?.counts ?? null,
      selfInvested: own[meter]?.selfInvested ?? true,
    })),
  };
}
