/** Rules between a meter's channels and the keys that turn them into kWh. */
import type { ChannelName } from '../gateway/domain/meters.ts';
import { kwhFactorsOf } from './factors-site.ts';
import { type CheckContext, channelsOf, type LooseMeter } from './meter-checks.ts';

const BLOCKS = { gas: 'gas-volume', steam: 'steam-mass' } as const satisfies Readonly<
  Record<string, ChannelName>
>;

/** @param given the keys that are written, readable or not */
export function checkEnergy(meter: LooseMeter, given: ReadonlySet<string>, context: CheckContext): void {
  const at = ['meters', meter.id];
  const { gas, steam, energyFactor } = meter.fields;
  const channels = channelsOf(meter);
  const [first] = channels;
  if (!first) return;
  let whole = true;
  for (const [field, wanted] of Object.entries(BLOCKS)) {
    if (!given.has(field)) continue;
    if (!channels.includes(wanted)) {
      context.report([...at, field], 'block-channel', { field, wanted, meter: meter.id, channel: first });
      whole = false;
    }
  }
  const factor = energyFactor === undefined ? null : (context.factors.get(energyFactor) ?? null);
  // What cannot be read or is not there was told of already.
  const unread = (given.has('gas') && !gas) || (given.has('steam') && !steam);
  if (!whole || unread || (given.has('energyFactor') && !factor)) return;
  if (factor && steam) {
    context.report([...at, 'steam'], 'factor-twice', { field: 'steam' });
    return;
  }
  for (const channel of channels) {
    if (factor?.state && channel === 'water-volume')
      context.report([...at, 'energyFactor'], 'factor-carrier', {
        found: factor.id,
        meter: meter.id,
        channel,
      });
    kwhFactorsOf({ channel, gas, steam, factor }, (path, text, values) =>
      context.report([...at, ...path], text, values),
    );
  }
}
