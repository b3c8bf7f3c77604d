/** One site-local day of every channel: its hours in order, known or not, and the totals. Pure. */
import type { ChannelName } from '../domain/meters.ts';
import { rational, roundHalfAway } from '../domain/rational.ts';
import { type EpochMs, HOUR_MS, plus } from '../domain/time.ts';
import type { CoefficientsRead, HourRead, SiteFacts } from './reads.ts';
import { coefficientsView, decimalOrNull, hourView } from './render.ts';
import { localDate, localIso, type SiteDay } from './site-day.ts';
import { unmeteredOf } from './unmetered.ts';
import type { ChannelDayView, DayView, FrameState, TotalsView } from './views.ts';

/** An hour is closed 90 s after its end; until this long after it, "no bucket yet" is not "missing". */
const CLOSING_MS = 300_000;
const MICRO = 1_000_000n;

interface Moments {
  readonly nowMs: EpochMs;
  /** The channel was first known then; null: never. */
  readonly sinceMs: EpochMs | null;
}

function stateOf(startMs: EpochMs, { nowMs, sinceMs }: Moments, hour: HourRead | undefined): FrameState {
  if (hour) return 'closed';
  if (startMs > nowMs) return 'future';
  if (startMs + HOUR_MS + CLOSING_MS > nowMs) return 'open';
  return sinceMs === null || startMs + HOUR_MS <= sinceMs ? 'before' : 'absent';
}

/** Null when no hour has a value: nothing measured is not zero. */
function sum(values: readonly (bigint | null)[]): bigint | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0n);
}

/** The day's totals, from integers; the mean and the flat figure are each rounded once, to the millionth. */
export function totalsOf(
  hours: readonly HourRead[],
  hoursAbsent: number,
  flatMicro: bigint | null,
): TotalsView {
  const weighed = hours.filter((hour) => hour.energyMicroMj !== null && hour.energyMicroKwh !== null);
  const weighedKwh = sum(weighed.map((hour) => hour.energyMicroKwh));
  const mj = sum(weighed.map((hour) => hour.energyMicroMj));
  const withValue = hours.filter((hour) => hour.quantityMicro !== null);
  const mean = mj !== null && weighedKwh ? roundHalfAway(rational(mj * MICRO, weighedKwh)) : null;
  const flat =
    weighedKwh !== null && flatMicro !== null ? roundHalfAway(rational(weighedKwh * flatMicro, MICRO)) : null;
  return {
    quantity: decimalOrNull(sum(hours.map((hour) => hour.quantityMicro))),
    kwh: decimalOrNull(sum(hours.map((hour) => hour.energyMicroKwh))),
    mj: decimalOrNull(mj),
    meanMjPerKwh: decimalOrNull(mean),
    flatMj: decimalOrNull(flat),
    hoursWithValue: withValue.length,
    hoursMissing: hoursAbsent + hours.length - withValue.length,
    hoursNotMeasured: withValue.filter((hour) => hour.quality !== 'measured').length,
    hoursUnconfirmed: weighed.filter((hour) => !hour.coefficient.confirmed).length,
  };
}

export interface DayInput {
  readonly site: SiteFacts;
  readonly date: string;
  readonly day: SiteDay;
  readonly nowMs: EpochMs;
  readonly hours: readonly HourRead[];
  /** When a channel was first known; null: never. */
  readonly sinceOf: (meter: string, channel: ChannelName) => EpochMs | null;
  readonly coefficients: CoefficientsRead;
}

/** Every channel of every meter gets a row, also one without a single hour. */
export function dayView({ site, date, day, nowMs, hours, sinceOf, coefficients }: DayInput): DayView {
  const zone = site.timezone;
  const known = new Map(hours.map((hour) => [`${hour.meter}/${hour.channel}/${hour.startMs}`, hour]));
  const channels = site.meters.flatMap((meter) =>
    meter.channels.map(({ channel, unit }): ChannelDayView => {
      const moments = { nowMs, sinceMs: sinceOf(meter.id, channel) };
      const rows = day.hourStarts.map((startMs) => {
        const hour = known.get(`${meter.id}/${channel}/${startMs}`);
        return { startMs, hour, state: stateOf(startMs, moments, hour) };
      });
      const present = rows.flatMap((row) => row.hour ?? []);
      const absent = rows.filter((row) => row.state === 'absent').length;
      return {
        meter: meter.id,
        name: meter.name,
        role: meter.role,
        channel,
        unit,
        frames: rows.map(({ startMs, hour, state }) => {
          const start = localIso(startMs, zone);
          return {
            start,
            end: localIso(plus(startMs, HOUR_MS), zone),
            label: String(Number(start.slice(11, 13))),
            state,
            hour: hour ? hourView(hour, unit, zone) : null,
          };
        }),
        unmetered: unmeteredOf(site, { meter: meter.id, channel }, day.hourStarts, (id, startMs) =>
          known.get(`${id}/${channel}/${startMs}`),
        ),
        totals: totalsOf(present, absent, coefficients.normalMjPerKwhMicro),
      };
    }),
  );
  return {
    date,
    today: localDate(nowMs, zone),
    timezone: zone,
    now: localIso(nowMs, zone),
    coefficients: coefficientsView(coefficients, zone),
    channels,
  };
}
