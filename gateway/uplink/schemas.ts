/**
 * The messages of the outside contract as zod schemas, from which the JSON Schemas and the AsyncAPI document are
 * generated. Each `satisfies` holds a schema to its type in gateway/domain/messages.ts.
 *
 * Later versions of the gateway may add fields to a message without raising `v`, so unknown fields are allowed;
 * every field named here is always there, and null says that the value is not known.
 */
import { z } from 'zod';
import { ALARM_CAUSES } from '../domain/alarm.ts';
import { CLOCK_STATES } from '../domain/clock-health.ts';
import type {
  EventMessage,
  HourMessage,
  LiveMessage,
  MetaMessage,
  StatusMessage,
} from '../domain/messages.ts';
import { CHANNEL_NAMES, GAUGE_NAMES } from '../domain/meters.ts';
import { QUALITIES } from '../domain/quality.ts';
import { STORAGE_STATES } from '../domain/storage.ts';
import { GAS_STATES } from '../domain/thermo/gas.ts';
import { coefficientsMessage, signalMessage, signalStateMessage } from './ahead-schemas.ts';
import { demandMessage } from './demand-schema.ts';
import {
  channel,
  channelSchema,
  coefficient,
  decimal,
  decimalOrNull,
  decimalSchema,
  decimalText,
  fractionSchema,
  fractionText,
  generation,
  id,
  idOrNull,
  instant,
  instantOrNull,
  producedAt,
  role,
  seq,
  unit,
  version,
} from './schema-parts.ts';

export const hourMessage = z
  .object({
    v: version,
    site: id('site'),
    gateway: id('gateway'),
    meter: id('meter'),
    channel,
    role,
    start: instant('Start of the hour, included.'),
    end: instant('End of the hour, excluded.'),
    generation,
    revision: z
      .int()
      .min(1)
      .describe(
        'Rises with every change of this hour. Of one (site, gateway, meter, channel, start) the highest (generation, revision) is true.',
      ),
    seq,
    quality: z
      .enum(QUALITIES)
      .describe(
        'measured; interpolated (read less often than the boundary asks for); estimated (spread over an outage); missing (no later reading yet); withdrawn (published, then found impossible).',
      ),
    coverage: decimalSchema.min(0).max(1).describe(decimalText('Part of the hour that was watched, 0 to 1.')),
    kwh: decimalOrNull('Energy of the hour, kWh; null when missing, or when no factor to kWh is known.'),
    quantity: decimalOrNull('What the register rose in this hour, in `unit`; null when missing.'),
    unit,
    demand: z
      .tuple([decimalOrNull('First half-hour.'), decimalOrNull('Second half-hour.')])
      .describe('Mean demand of the two half-hours in `demandUnit`; null where it was not measured.'),
    demandUnit: z
      .string()
      .min(1)
      .max(16)
      .describe('kW for electricity, otherwise the unit per hour, e.g. m3/h.'),
    register: z
      .object({
        start: decimalOrNull('At the start of the hour.'),
        end: decimalOrNull('At the end of the hour.'),
        unit,
      })
      .describe('What the register showed, scaled to its unit; null where not known.'),
    coefficient,
    mj: decimalOrNull('Weighted primary energy, MJ: kwh × mjPerKwh; for grid-import only, otherwise null.'),
    mjAllocated: decimalOrNull(
      'Of a sub-meter of bought electricity: kwh × the coefficient of the hour, MJ. Part of no total: the meter above it has it already. Otherwise null.',
    ),
    producedAt,
  })
  .meta({
    title: 'hour',
    description:
      'One hour of one channel. Sent again, with a higher revision, whenever something changes it.',
  }) satisfies z.ZodType<HourMessage>;

const liveUnit = z.string().min(1).max(16);

export const liveMessage = z
  .object({
    v: version,
    meter: id('meter'),
    readAt: instant('When the newest of the values was read.'),
    health: z
      .enum(['ok', 'waiting', 'failing', 'offline'])
      .describe('ok; waiting: not asked yet; failing: some polls fail; offline: no answer for a while.'),
    hints: z
      .array(
        z.object({
          code: z.string().min(1).describe('Which hint, e.g. ct-reversed, register-frozen.'),
          since: instant('Since when it is seen.'),
          text: z.string().min(1).describe('A plain English sentence.'),
        }),
      )
      .describe(
        'What the figures of the meter say about its wiring and its health; empty when nothing is to be said.',
      ),
    gauges: z
      .partialRecord(
        z.enum(GAUGE_NAMES),
        z.object({
          value: z.number().describe('For display only.'),
          unit: liveUnit.describe('W, V, A, 1, Hz, m3/h, kPa, °C or s.'),
        }),
      )
      .describe('Momentary values. A gauge the meter does not have, or that is not known, is left out.'),
    registers: z
      .partialRecord(
        z.enum(CHANNEL_NAMES),
        z.object({ value: decimal('What the register shows, in `unit`.'), unit }),
      )
      .describe('Registers as read. Do not account with these: use the hour messages.'),
  })
  .meta({
    title: 'live',
    description: 'The latest values of one meter. Retained; expires where the broker speaks MQTT 5.',
  }) satisfies z.ZodType<LiveMessage>;

const kwhFactor = z.object({
  from: z.iso
    .date()
    .nullable()
    .describe('First date of the site on which it holds; null: without beginning.'),
  to: z.iso.date().nullable().describe('Last date of the site on which it holds; null: without end.'),
  kwhPerUnit: fractionSchema
    .nullable()
    .describe(fractionText('kWh per unit; null where each half-hour has its own, by what `gauges` showed.')),
  gauges: z
    .array(
      z.object({
        condition: z.enum(['temperature', 'gaugePressure', 'feedWater']),
        meter: id('meter'),
        gauge: z.enum(['pressure', 'pressure-absolute', 'temperature']),
        fallback: decimalOrNull(
          '°C, or kPa above the atmosphere, in half-hours in which it was not watched enough; null: they have no kWh.',
        ),
      }),
    )
    .describe(
      'What the factor of each half-hour follows from, by its mean over the half-hour; empty where a date has one factor.',
    ),
  factor: z
    .string()
    .min(1)
    .nullable()
    .describe('Which factor that is, with its source; null for electricity.'),
  counts: z.enum(GAS_STATES).nullable().describe('State in which m³ of gas are counted; null for all else.'),
  normalPerUnit: fractionSchema
    .nullable()
    .describe(fractionText('Nm³ (0 °C, 101.325 kPa) per m³ as counted; null where that is not known.')),
  satpPerUnit: fractionSchema
    .nullable()
    .describe(fractionText('m³ at 25 °C and 100 kPa per m³ as counted; null where that is not known.')),
});

const metaChannel = z.object({
  channel,
  unit,
  keptBy: z
    .enum(['meter', 'gateway'])
    .describe(
      'meter: its register survives an outage of the gateway; gateway: pulses that nobody counted are not in the total.',
    ),
  unitsPerCount: fractionSchema.describe(
    fractionText(
      'Units of the channel per count of the register, with CT, VT, multiplier and pulse weight in it.',
    ),
  ),
  kwhFactors: z.array(kwhFactor).describe('kWh per unit, by date; empty when no factor is known.'),
  since: instantOrNull('When this gateway first knew the channel.'),
});

export const metaMessage = z
  .object({
    v: version,
    site: z.object({
      id: id('site'),
      name: z.string().describe('Name for people.'),
      timezone: z.string().min(1).describe('IANA time zone, e.g. Asia/Tokyo.'),
      gridArea: z.string().min(1).describe('Area of the grid (供給区域), e.g. kyushu.'),
    }),
    gateway: z.object({ id: id('gateway'), version: z.string().min(1).describe('Version of hakaru.') }),
    generation,
    meters: z
      .array(
        z.object({
          id: id('meter'),
          name: z.string().describe('Name for people.'),
          type: z.string().min(1).describe('Meter type, e.g. eastron-sdm630.'),
          role,
          parent: idOrNull('meter that this one is part of'),
          channels: z.array(metaChannel),
        }),
      )
      .describe('Every meter of the site file.'),
    producedAt,
  })
  .meta({
    title: 'meta',
    description: 'What a consumer needs to read the rest. Retained; sent again whenever it changes.',
  }) satisfies z.ZodType<MetaMessage>;

export const statusMessage = z
  .object({
    v: version,
    state: z
      .enum(['online', 'offline'])
      .describe('offline is also what the broker publishes when the gateway dies.'),
    version: z.string().min(1).describe('Version of hakaru.'),
    since: instantOrNull('Since when this state holds; null in the message the broker publishes.'),
    clockTrust: z
      .enum(['ntp', 'rtc', 'manual', 'untrusted'])
      .nullable()
      .describe('How far the gateway’s clock may be believed; hours are held back while it is untrusted.'),
    backlog: z.int().min(0).nullable().describe('Hour and event messages not yet acknowledged.'),
    oldestUnsent: instantOrNull('When the oldest of them was produced.'),
    outageBudgetDays: z
      .number()
      .nonnegative()
      .nullable()
      .describe(
        'Days of broker outage that the disk can still hold at today’s rate, at most 3650; null while too little is known.',
      ),
    clock: z
      .object({
        state: z
          .enum(CLOCK_STATES)
          .describe(
            'ok; stepped (it was set not long ago); behind (it stands before the newest reading and is not known to be right); untrusted (it was never set). While behind or untrusted hours are held back.',
          ),
        since: instantOrNull('Since when; null while it has been ok since the start.'),
      })
      .nullable()
      .describe(
        'How far the gateway’s clock can be used for hours; null in the message the broker publishes.',
      ),
    storage: z
      .object({
        state: z
          .enum(STORAGE_STATES)
          .describe(
            'ok; full; io-error; read-only; slow (a write took longer than it may); corrupt (the database is damaged, a new generation is about to begin); unusable (another reason). But for ok and slow nothing is written: hours come when the disk takes data again.',
          ),
        since: instantOrNull('Since when; null while it has been ok since the start.'),
      })
      .nullable()
      .describe('How the gateway’s disk takes data; null in the message the broker publishes.'),
    alarm: z
      .object({
        state: z.enum(['on', 'off']).nullable().describe('null: it is not held, and so it is off.'),
        since: instant('Since when; null while the time is not known.').nullable(),
        causes: z.array(z.enum(ALARM_CAUSES)).describe('Why it is, or should be, on.'),
      })
      .nullable()
      .describe('The alarm contact; null where there is none and in the message the broker publishes.'),
    coefficients: z
      .object({
        state: z
          .enum(['confirmed', 'stale', 'none'])
          .describe(
            'confirmed; stale (hours are unconfirmed that should not be: today, or tomorrow in the evening); none (nothing ever confirmed an hour).',
          ),
        confirmedUntil: instantOrNull('From then on hours are unconfirmed; null with none.'),
      })
      .nullable()
      .describe(
        'How far ahead coefficients are confirmed; null in the message the broker publishes and while it is not known.',
      ),
    attention: z
      .object({
        questions: z.int().min(0).describe('Open questions of the ledger: `hakaru questions`.'),
        hints: z.int().min(0).describe('Hints about meters: see their live messages.'),
      })
      .nullable()
      .describe(
        'What waits for a person; null in the message the broker publishes and while it is not known.',
      ),
  })
  .meta({
    title: 'status',
    description: 'Whether the gateway is there. Retained, and the will of its connection.',
  }) satisfies z.ZodType<StatusMessage>;

export const eventMessage = z
  .object({
    v: version,
    site: id('site'),
    gateway: id('gateway'),
    generation,
    seq,
    kind: z
      .enum([
        'era-opened',
        'step-unresolved',
        'transient-reading',
        'above-rating',
        'register-frozen',
        'values-frozen',
        'wiring-hint',
        'sub-meters-exceed',
        'dial-recorded',
        'factor-changed',
        'correction-applied',
        'correction-refused',
        'gap',
        'meter-offline',
        'meter-online',
        'meter-setting',
        'coefficients-applied',
        'coefficients-refused',
        'coefficients-stale',
        'coefficients-confirmed',
        'classes-changed',
        'clock-step',
        'tombstone',
        'generation',
        'ledger-salvaged',
        'demand-alarm',
        'demand-over',
        'alarm-on',
        'alarm-off',
      ])
      .describe(
        'What happened. tombstone: the message with this seq could not be delivered and this one takes its place.',
      ),
    meter: idOrNull('meter'),
    channel: channelSchema.nullable().describe('The register of the meter that it is about.'),
    at: instant('When it happened.'),
    text: z.string().min(1).describe('A plain English sentence.'),
    detail: z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .describe('Particulars, by name.'),
    producedAt,
  })
  .meta({
    title: 'event',
    description: 'Something a person may want to know: resets, gaps, exchanges, alarms.',
  }) satisfies z.ZodType<EventMessage>;

/** Every message by the name of its topic. */
export const MESSAGES = {
  hour: hourMessage,
  live: liveMessage,
  meta: metaMessage,
  status: statusMessage,
  event: eventMessage,
  demand: demandMessage,
  coefficients: coefficientsMessage,
  signal: signalMessage,
  'signal-state': signalStateMessage,
} as const;

export type MessageName = keyof typeof MESSAGES;
export const MESSAGE_NAMES = [
  'hour',
  'live',
  'meta',
  'status',
  'event',
  'demand',
  'coefficients',
  'signal',
  'signal-state',
] as const satisfies readonly MessageName[];
