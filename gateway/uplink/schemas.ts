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
import { CHANNEL_NAMES, GAUGE_NAMES, ROLES } from '../domain/meters.ts';
import { QUALITIES } from '../domain/quality.ts';
import { STORAGE_STATES } from '../domain/storage.ts';
import { GAS_STATES } from '../domain/thermo/gas.ts';

/** Digits after the point of every decimal. */
export const DECIMAL_DIGITS = 6;

/** The description belongs to the outermost schema, where a reader of the JSON Schema looks for it. */
const idSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/);
const id = (what: string) => idSchema.describe(idText(what));
const idOrNull = (what: string) => idSchema.nullable().describe(idText(what));
const idText = (what: string): string => `Id of the ${what}: a-z, 0-9 and -, at most 32 characters.`;

const instantSchema = z.iso.datetime({ offset: true });
const instant = (text: string) => instantSchema.describe(instantText(text));
const instantOrNull = (text: string) => instantSchema.nullable().describe(instantText(text));
const instantText = (text: string): string => `${text} ISO 8601 with the site's offset.`;

/** The nearest double of a text with at most six digits is printed with at most six digits again. */
const hasSixDigits = (value: number): boolean => Number(value.toFixed(DECIMAL_DIGITS)) === value;

const decimalSchema = z
  .number()
  .refine(hasSixDigits, { error: `at most ${DECIMAL_DIGITS} digits after the point` });
const decimal = (text: string) => decimalSchema.describe(decimalText(text));
const decimalOrNull = (text: string) => decimalSchema.nullable().describe(decimalText(text));
const decimalText = (text: string): string => `${text} At most ${DECIMAL_DIGITS} digits after the point.`;

const fractionSchema = z.string().regex(/^-?\d+\/[1-9]\d*$/);
const fractionText = (text: string): string => `${text} An exact fraction, numerator/denominator.`;

const version = z.literal(1).describe('Version of the message format.');
const generation = z.int().min(1).describe('Rises when the gateway’s database is restored or replaced.');
const seq = z
  .int()
  .min(1)
  .describe(
    'Counts the hour and event messages of this gateway without holes. The same seq may arrive more than once.',
  );
const channelSchema = z.enum(CHANNEL_NAMES);
const channel = channelSchema.describe('A register of the meter that only rises.');
const role = z
  .enum(ROLES)
  .describe('What the meter measures for the site. Totals of bought electricity are those of grid-import.');
const unit = z.enum(['kWh', 'm3', 't', 'GJ']).describe('Unit of the channel: kWh, m³, t or GJ.');
const producedAt = instant('When the gateway wrote this message.');

const coefficient = z
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
          unit: liveUnit.describe('W, V, A, 1, Hz, m3/h or s.'),
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
  kwhPerUnit: fractionSchema.describe(fractionText('kWh per unit.')),
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
        'clock-step',
        'tombstone',
        'generation',
        'ledger-salvaged',
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
} as const;

export type MessageName = keyof typeof MESSAGES;
export const MESSAGE_NAMES = [
  'hour',
  'live',
  'meta',
  'status',
  'event',
] as const satisfies readonly MessageName[];
