/** The messages about the hours ahead; a group of {@link MESSAGES}. */
import { z } from 'zod';
import type { CoefficientsMessage, SignalMessage } from '../domain/ahead/messages.ts';
import { SIGNAL_CLASSES, SIGNAL_STATES, type SignalState } from '../domain/ahead/signals.ts';
import { coefficient, decimalOrNull, id, instant, instantOrNull, version } from './schema-parts.ts';

const aheadDay = z.object({
  date: z.iso.date().describe('Date of the site.'),
  confirmed: z.boolean().describe('Announcements that claim to be complete cover all of its hours.'),
  hours: z
    .array(
      coefficient.extend({
        start: instant('Start of the hour, included.'),
        end: instant('End of the hour, excluded.'),
      }),
    )
    .describe('Its hours in order: 24, or 23 and 25 where the clocks change.'),
});

const producedAtOrNull = instantOrNull(
  'When the gateway wrote this message; null while the time is not known.',
);

export const coefficientsMessage = z
  .object({
    v: version,
    site: id('site'),
    gateway: id('gateway'),
    gridArea: z.string().min(1).describe('Area of the grid (供給区域), e.g. kyushu.'),
    today: aheadDay.nullable().describe('null while the time is not known.'),
    tomorrow: aheadDay.nullable().describe('null while the time is not known.'),
    producedAt: producedAtOrNull,
  })
  .meta({
    title: 'coefficients',
    description:
      'What applies in each hour of today and tomorrow. Retained; sent again when it changes and at midnight.',
  }) satisfies z.ZodType<CoefficientsMessage>;

const signalState = z
  .enum(SIGNAL_STATES)
  .describe('on; off; unknown: take it as off. The time or the announcements are not known.');

export const signalMessage = z
  .object({
    v: version,
    class: z.enum(SIGNAL_CLASSES).describe('Which kind of hour switches it on.'),
    state: signalState,
    confirmed: z
      .boolean()
      .describe(
        'An announcement stands for the present hour. curtailment and tight are never on without one.',
      ),
    mjPerKwh: decimalOrNull('What the present hour weighs, MJ/kWh.'),
    until: instantOrNull(
      'The state holds until then, as far as is known; null: nothing announced, or unknown.',
    ),
    nextFrom: instantOrNull('It is on next from here, after the present stretch; null: nothing announced.'),
    nextTo: instantOrNull('… to here.'),
    confirmedUntil: instantOrNull(
      'Announcements are complete from now to then; null where the present hour is not confirmed.',
    ),
    producedAt: producedAtOrNull,
  })
  .meta({
    title: 'signal',
    description:
      'A switch per class of hour. Retained; sent at each change and every minute; expires after 180 s where the broker speaks MQTT 5.',
  }) satisfies z.ZodType<SignalMessage>;

export const signalStateMessage = signalState.meta({
  title: 'signal-state',
  description:
    'The state of a signal as a bare word, for devices that read no JSON. Retained, as the signal is.',
}) satisfies z.ZodType<SignalState>;
