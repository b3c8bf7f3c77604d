/**
 * The site file as people write it: lines and meters are maps keyed by id, quantities carry their unit. The checks
 * between fields are in site-checks.ts and meter-checks.ts.
 */
import * as z from 'zod';
import { ALARM_CAUSES } from '../gateway/domain/alarm.ts';
import { GRID_AREAS } from '../gateway/domain/coefficients/types.ts';
import { CHANNEL_NAMES, ROLES } from '../gateway/domain/meters.ts';
import { sourceFields } from './coefficient-sources.ts';
import { demandSchema, notifySchema } from './demand-schema.ts';
import { gasSchema, steamSchema } from './factors-fields.ts';
import {
  days,
  duration,
  filePath,
  id,
  port,
  powerOfTen,
  quantity,
  ratio,
  secret,
  strict,
  text,
} from './fields.ts';
import { genericMap } from './map-schema.ts';
import { methodSchema } from './method-schema.ts';
import { reportSchema } from './report-site.ts';

export const BAUD_RATES = [1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200] as const;

const serial = {
  baudRate: z
    .literal([...BAUD_RATES])
    .optional()
    .describe('Left out: the factory setting of the meter types on the line'),
  parity: z.enum(['none', 'even', 'odd']).optional(),
  stopBits: z.literal([1, 2]).optional(),
};
const host = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[A-Za-z0-9][A-Za-z0-9.:-]*$/);

const gpioChip = z.string().regex(/^[A-Za-z0-9/][A-Za-z0-9/._:-]{0,99}$/);

export const lineSchema = z.discriminatedUnion('kind', [
  strict({ kind: z.literal('modbus-rtu'), port: filePath, ...serial }),
  strict({ kind: z.literal('modbus-rtu-over-tcp'), host, port, ...serial }),
  strict({ kind: z.literal('modbus-tcp'), host, port: port.optional().describe('502 when left out') }),
  strict({
    kind: z.literal('gpio'),
    chip: gpioChip.describe('GPIO chip as gpiomon takes it, e.g. gpiochip0'),
    gpiomon: filePath.optional().describe('The program gpiomon; looked for in the PATH when left out'),
    major: z
      .literal([1, 2])
      .optional()
      .describe('Major version of libgpiod; the program is asked when left out'),
  }),
]);

/** Offset of a GPIO line, or its name; names begin with a letter so that `17` is never one. */
const gpioName = z.string().regex(/^[A-Za-z_][\x21-\x7e]{0,30}$/);
const input = z.union([z.int().min(0).max(1023), gpioName]);

export const meterSchema = strict({
  name: text.optional(),
  line: z.string(),
  unit: z.int().min(0).max(255).optional().describe('Modbus unit (局番): 1…247, on TCP 0…255'),
  type: z.string().describe('A meter type of the catalog, or `generic` with a `map`'),
  role: z.enum(ROLES),
  parent: z.string().optional(),
  ct: ratio.optional().describe('Current transformer, e.g. 200/5'),
  vt: ratio.optional().describe('Voltage transformer, e.g. 6600/110'),
  multiplier: ratio.optional().describe('乗率 printed on the face of the meter'),
  registerMultiplier: powerOfTen
    .optional()
    .describe(
      'What the multiplier register (乗率) of the meter shows, for types that have one: 0.01, 1, 10 …',
    ),
  input: input.optional().describe('Terminal of a pulse-counter module; offset or name of a GPIO line'),
  filter: strict({ kind: z.enum(['edge', 'pulse']), ms: z.int().min(1).max(1_000) })
    .optional()
    .describe('Of a GPIO input: what is bounce and what is a pulse'),
  activeLow: z.boolean().optional().describe('The contact pulls the GPIO line low when it closes'),
  bias: z.enum(['as-is', 'disabled', 'pull-up', 'pull-down']).optional().describe('Pull of the GPIO line'),
  timingInput: input.optional().describe("GPIO input of the utility's timing pulse (時限パルス)"),
  pulseWeight: quantity.optional().describe('One pulse, e.g. 0.1 m3, 100 L, 50000 pulse/kWh'),
  rated: quantity
    .optional()
    .describe(
      'The most the meter can measure, e.g. 600 kW or 60 m3/h; left out only where it counts nothing',
    ),
  pause: duration(1, 2_000)
    .optional()
    .describe('Least time between two requests to this meter; of its type when left out'),
  interval: duration(200, 300_000).optional().describe('How often it is read; 5 s when left out'),
  refresh: duration(100, 900_000)
    .optional()
    .describe('How often the meter refreshes its registers; of its type when left out'),
  channels: z.array(z.enum(CHANNEL_NAMES)).min(1).max(CHANNEL_NAMES.length).optional(),
  energyFactor: z
    .string()
    .optional()
    .describe('A factor of config/factors, kWh per unit of gas, steam or heat'),
  gas: gasSchema.optional().describe('The state of the gas that is counted, and its calorific value'),
  steam: steamSchema.optional().describe('The steam and its feed water: kWh by IAPWS-IF97'),
  map: genericMap.optional(),
});

export const mqttSchema = strict({
  url: z.string().min(1).max(500),
  clientId: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/)
    .optional(),
  username: text.optional(),
  password: secret.optional(),
  caFile: filePath.optional(),
  certFile: filePath.optional(),
  keyFile: filePath.optional(),
  window: z.int().min(1).max(1000).optional(),
  publishTimeout: duration(1000, 300_000).optional(),
  liveInterval: duration(200, 3_600_000).optional(),
});

export const coefficientsSchema = strict({
  ruleSet: z.string().optional().describe('Left out: the rule set in force on the date'),
  method: methodSchema.optional(),
  ...sourceFields,
});

/** `2026-08-12`, or `12-29` for each year. */
const calendarDate = z.string().regex(/^(20\d\d-)?(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/);
const calendarDays = z
  .array(z.union([calendarDate, strict({ from: calendarDate, to: calendarDate })]))
  .max(400);

export const calendarSchema = strict({
  holidays: calendarDays.optional().describe('Days on which the factory is closed: obon, new year'),
  workdays: calendarDays.optional().describe('Days on which it works all the same: working Saturdays'),
  publicHolidays: z
    .boolean()
    .optional()
    .describe('Whether the factory keeps public holidays; true when left out'),
});

export const retentionSchema = strict({
  evidence: duration(200, 3_600_000)
    .optional()
    .describe('One reading in this time is kept beside those around the boundaries; 1 min'),
  readings: days(1, 3_650)
    .optional()
    .describe('How long those are kept; the readings around the boundaries stay for ever; 35 d'),
  messages: days(1, 3_650).optional().describe('How long messages are kept after the broker took them; 35 d'),
});

export const alarmSchema = strict({
  chip: gpioChip.describe('GPIO chip as gpioset takes it, e.g. gpiochip0'),
  output: input.describe('Offset or name of the GPIO line that switches the contact'),
  activeLow: z.boolean().optional().describe('The contact is on while the GPIO line is low'),
  on: z.array(z.enum(ALARM_CAUSES)).min(1).max(ALARM_CAUSES.length).describe('What switches it on'),
  gpioset: filePath.optional().describe('The program gpioset; looked for in the PATH when left out'),
  major: z
    .literal([1, 2])
    .optional()
    .describe('Major version of libgpiod; the program is asked when left out'),
});

export const siteSchema = strict({
  site: strict({
    id,
    name: text.optional(),
    timezone: z.string().min(1).max(60).optional().describe('Asia/Tokyo when left out'),
    gridArea: z.enum(GRID_AREAS),
  }),
  gateway: strict({ id }),
  clock: strict({ trust: z.enum(['auto', 'manual']).optional() }).optional(),
  alarm: alarmSchema.optional().describe('The alarm contact: off unless it is written'),
  lines: z.record(id, lineSchema).refine((lines) => Object.keys(lines).length > 0, {
    error: 'nothing-there',
    params: { text: 'nothing-there', values: {} },
  }),
  meters: z.record(id, meterSchema).refine((meters) => Object.keys(meters).length > 0, {
    error: 'nothing-there',
    params: { text: 'nothing-there', values: {} },
  }),
  mqtt: mqttSchema.optional(),
  coefficients: coefficientsSchema.optional(),
  demand: z
    .union([demandSchema, z.array(demandSchema).min(1).max(8)])
    .optional()
    .describe('Demand (デマンド) that is watched; several as a list'),
  notify: notifySchema.optional().describe('Who hears of demand alarms, beside MQTT'),
  calendar: calendarSchema.optional().describe('The factory’s own holidays and working days'),
  retention: retentionSchema.optional(),
  report: reportSchema.optional().describe('What reports must know beside the meters'),
  dashboard: strict({ host: host.optional(), port: z.int().min(0).max(65_535).optional() }).optional(),
});

export type SiteFile = z.output<typeof siteSchema>;
export type LineFile = z.output<typeof lineSchema>;
export type MeterFile = z.output<typeof meterSchema>;
