/** What can be wrong between the parts of the section `report:` of a site file. */
import type { Language } from '../gateway/domain/faults.ts';
import { type CheckContext, channelsOf, type LooseMeter } from './meter-checks.ts';
import { nearest } from './nearest.ts';
import { suggestionText } from './problem-texts.ts';
import { fuelIds } from './report-factors.ts';

type Block = Readonly<Record<string, unknown>>;
const blockOf = (value: unknown): Block =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Block) : {};

interface Checking {
  readonly meters: readonly LooseMeter[];
  readonly language: Language;
  readonly report: CheckContext['report'];
}

function unknownMeter(found: string, { meters, language }: Checking) {
  const ids = meters.map(({ id: meter }) => meter);
  const what = language === 'ja' ? '計器' : 'meter';
  return { what, found, suggestion: suggestionText(nearest(found, ids), ids, language) };
}

function checkProduction(production: Block, context: Checking): void {
  const { meter: name, channel } = production;
  const at = ['report', 'production'];
  if (typeof name !== 'string') {
    if (channel !== undefined) context.report([...at, 'channel'], 'report-channel-alone');
    return;
  }
  const meter = context.meters.find((each) => each.id === name);
  if (!meter) return context.report([...at, 'meter'], 'unknown-reference', unknownMeter(name, context));
  const known: readonly string[] = channelsOf(meter);
  if (channel === undefined ? known.length > 1 : typeof channel === 'string' && !known.includes(channel))
    context.report([...at, channel === undefined ? 'meter' : 'channel'], 'report-channel', {
      meter: name,
      known: known.join(', '),
    });
}

function checkMeters(meters: Block, context: Checking): void {
  const fuels = Object.keys(meters).length > 0 ? fuelIds() : [];
  for (const [name, written] of Object.entries(meters)) {
    const at = ['report', 'meters', name];
    const meter = context.meters.find((each) => each.id === name);
    if (!meter) {
      context.report(at, 'unknown-reference', unknownMeter(name, context));
      continue;
    }
    const { fuel, counts, selfInvested } = blockOf(written);
    const { role } = meter.fields;
    if (typeof fuel === 'string' && !fuels.includes(fuel)) {
      const what = context.language === 'ja' ? '燃料' : 'fuel';
      const suggestion = suggestionText(nearest(fuel, fuels), fuels, context.language);
      context.report([...at, 'fuel'], 'unknown-reference', { what, found: fuel, suggestion });
    }
    const wrong = (key: string, wanted: string) =>
      context.report([...at, key], 'report-role', { key, wanted, meter: name, role: role ?? '?' });
    if (fuel !== undefined && role !== undefined && role !== 'gas') wrong('fuel', 'gas');
    const isHeat = counts === 'industrial-steam' || counts === 'other-heat';
    if (isHeat && role !== undefined && role !== 'steam' && role !== 'heat') wrong('counts', 'steam, heat');
    if (selfInvested !== undefined && role !== undefined && role !== 'generation-pv')
      wrong('selfInvested', 'generation-pv');
  }
}

/** @param section as written; unreadable parts are reported by the schema */
export function checkReport(section: Block, context: Checking): void {
  checkProduction(blockOf(section.production), context);
  checkMeters(blockOf(section.meters), context);
  const contracts = Array.isArray(section.contracts) ? section.contracts.map(blockOf) : [];
  let before = '';
  for (const [n, { from }] of contracts.entries()) {
    if (typeof from !== 'string') continue;
    if (from <= before) context.report(['report', 'contracts', n, 'from'], 'change-order', { from });
    before = from;
  }
}
