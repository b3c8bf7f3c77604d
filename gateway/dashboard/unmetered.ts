/**
 * What a meter counts and no meter below it (未計測分): its own hour minus those of the meters whose `parent` it is. Pure.
 * An hour in which any of them has no value is left out and counted; a figure below 0 is shown as it is and named.
 */
import type { ChannelName } from '../domain/meters.ts';
import type { EpochMs } from '../domain/time.ts';
import type { HourRead, SiteFacts } from './reads.ts';
import { decimalOrNull } from './render.ts';
import type { UnmeteredView } from './views.ts';

/** Meters of class 1 with CTs of class 1 may show together so much more than the one above them: 1/50. */
const ACCURACY = 50n;

type HourOf = (meter: string, startMs: EpochMs) => HourRead | undefined;

function quantityOf(hour: HourRead | undefined): bigint | null {
  return hour === undefined || hour.quality === 'withdrawn' ? null : hour.quantityMicro;
}

/** @returns null for a channel that nothing hangs below */
export function unmeteredOf(
  { meters }: Pick<SiteFacts, 'meters'>,
  { meter, channel }: { readonly meter: string; readonly channel: ChannelName },
  hourStarts: readonly EpochMs[],
  hourOf: HourOf,
): UnmeteredView | null {
  // What flows back is not shared out among those below.
  if (channel === 'energy-export') return null;
  const below = meters.filter(
    ({ parent, channels }) => parent === meter && channels.some((one) => one.channel === channel),
  );
  if (below.length === 0) return null;
  let [ownMicro, restMicro, hoursCompared, hoursLeftOut] = [0n, 0n, 0, 0];
  let isMeasured = true;
  const hours = hourStarts.map((startMs) => {
    const all = [meter, ...below.map(({ id }) => id)].map((id) => hourOf(id, startMs));
    const [own, ...parts] = all.map(quantityOf);
    if (own === undefined || own === null || parts.some((part) => part === null)) {
      if (all[0] !== undefined) hoursLeftOut += 1;
      return null;
    }
    const rest = parts.reduce<bigint>((left, part) => left - (part ?? 0n), own);
    ownMicro += own;
    restMicro += rest;
    hoursCompared += 1;
    isMeasured &&= all.every((hour) => hour?.quality === 'measured');
    return decimalOrNull(rest);
  });
  return {
    meters: below.map(({ id }) => id),
    quantity: hoursCompared === 0 ? null : decimalOrNull(restMicro),
    own: hoursCompared === 0 ? null : decimalOrNull(ownMicro),
    hours,
    hoursCompared,
    hoursLeftOut,
    isMeasured,
    exceeds: restMicro < 0n && -restMicro > ownMicro / ACCURACY,
  };
}
