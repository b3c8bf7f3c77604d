/** Rules between a meter's channels and the keys that turn them into kWh. */
import type { ChannelName } from '../gateway/domain/meters.ts';
import type { ConditionName } from '../gateway/domain/thermo/live-factor.ts';
import { gaugeUnits } from './exact.ts';
import type { Measured } from './factors-fields.ts';
import { CONDITION_GAUGES } from './factors-live.ts';
import { kwhFactorsOf } from './factors-site.ts';
import { type CheckContext, channelsOf, type LooseMeter } from './meter-checks.ts';
import { nearest } from './nearest.ts';
import type { Path } from './places.ts';
import { suggestionText } from './problem-texts.ts';

const BLOCKS = { gas: 'gas-volume', steam: 'steam-mass' } as const satisfies Readonly<
  Record<string, ChannelName>
>;

/** What is read: the meter is one of the site, its type has the gauge, and the gauge is of that kind. */
function checkGauge(
  field: ConditionName,
  measured: Measured | undefined,
  at: Path,
  meters: readonly LooseMeter[],
  { report, language }: CheckContext,
): void {
  if (!measured || !('from' in measured)) return;
  const { meter, gauge } = measured.from;
  const source = meters.find(({ id }) => id === meter);
  if (!source) {
    const known = meters.map(({ id }) => id);
    const what = language === 'ja' ? 'メーター' : 'meter';
    const suggestion = suggestionText(nearest(meter, known), known, language);
    report([...at, field, 'meter'], 'unknown-reference', { what, found: meter, suggestion });
    return;
  }
  const wanted = CONDITION_GAUGES[field];
  if (!wanted.includes(gauge)) {
    const hint = wanted.map((name) => `\`${name}\``).join(' / ');
    const unit = gaugeUnits(gauge).native;
    report([...at, field, 'gauge'], 'live-gauge-unit', {
      gauge,
      unit,
      field,
      hint,
    });
    return;
  }
  const { resolved } = source;
  if (resolved && !resolved.gauges[gauge]) {
    const known = Object.keys(resolved.gauges).join(', ') || '–';
    const about = { source: meter, gauge, type: resolved.id, known };
    report([...at, field, 'gauge'], 'live-gauge-missing', about);
  }
}

function checkGauges(
  { id, fields: { gas, steam } }: LooseMeter,
  meters: readonly LooseMeter[],
  context: CheckContext,
): void {
  for (const [i, conditions] of [gas, ...(gas?.changes ?? [])].entries()) {
    const at = ['meters', id, 'gas', ...(i === 0 ? [] : ['changes', i - 1])];
    checkGauge('temperature', conditions?.temperature, at, meters, context);
    checkGauge('gaugePressure', conditions?.gaugePressure, at, meters, context);
  }
  for (const [i, conditions] of [steam, ...(steam?.changes ?? [])].entries()) {
    const at = ['meters', id, 'steam', ...(i === 0 ? [] : ['changes', i - 1])];
    checkGauge('gaugePressure', conditions?.gaugePressure, at, meters, context);
    checkGauge('feedWater', conditions?.feedWater, at, meters, context);
  }
}

/**
 * @param given the keys that are written, readable or not
 * @param meters all of the site: pressures and temperatures may be theirs
 */
export function checkEnergy(
  meter: LooseMeter,
  given: ReadonlySet<string>,
  context: CheckContext,
  meters: readonly LooseMeter[],
): void {
  checkGauges(meter, meters, context);
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
