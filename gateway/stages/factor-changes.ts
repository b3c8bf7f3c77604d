/**
 * The site file says which factor holds on which date. Where it says so otherwise than at the last start, every hour of
 * the channel is looked at again: those that come out with other kWh are sent again.
 */
import type { ChannelSpec } from '../domain/meters.ts';
import { formatFraction } from '../domain/rational.ts';
import type { KwhFactor } from '../domain/thermo/kwh-factor.ts';
import { recipeText } from '../domain/thermo/live-factor.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Store } from '../store/store.ts';
import type { EventSink } from './ledger-events.ts';
import { recallSite } from './site-facts.ts';

/** What decides kWh: neither the words for it nor what it was made of. */
function essence(factors: readonly KwhFactor[]): string {
  return factors
    .map(({ from, to, kwhPerUnit, live }) => {
      const value = kwhPerUnit ? formatFraction(kwhPerUnit) : live ? recipeText(live) : '';
      return `${from ?? ''}…${to ?? ''} ${value}`;
    })
    .join('; ');
}

/** Inside of the transaction that writes the site down anew, and before that. */
export function deriveAgainIfFactorsChanged(
  store: Store,
  specs: readonly ChannelSpec[],
  events: Pick<EventSink, 'emit'>,
  nowMs: EpochMs,
): void {
  const known = new Map(
    (recallSite(store)?.specs ?? []).map((spec) => [`${spec.meter}/${spec.channel}`, spec]),
  );
  const changed = specs.flatMap((spec) => {
    const before = known.get(`${spec.meter}/${spec.channel}`);
    const row = store.channels.find(spec.meter, spec.channel);
    if (!before || !row) return [];
    const [was, is] = [essence(before.kwhFactors), essence(spec.kwhFactors)];
    return was === is ? [] : [{ spec, id: row.id, was, is }];
  });
  for (const { spec, id, was, is } of changed) {
    store.work.addAllOf('close', id);
    events.emit({
      kind: 'factor-changed',
      meter: spec.meter,
      channel: spec.channel,
      atMs: nowMs,
      text: `The factors of ${spec.meter}/${spec.channel} to kWh were changed in the site file; the hours that they touch are derived and sent again.`,
      detail: { before: was === '' ? null : was, now: is === '' ? null : is, unit: spec.unit },
    });
  }
}
