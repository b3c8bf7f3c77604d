/** What gauges made of the half-hours of an hour of gas or steam, for the page and the API. Pure. */
import { formatMicro, rational, toMicro } from '../domain/rational.ts';
import { meanMicro } from '../domain/thermo/gauge-slot.ts';
import type { SlotCondition } from '../domain/thermo/live-factor.ts';
import { slotFactorLines } from '../domain/thermo/live-lines.ts';
import { SLOT_MS } from '../domain/time.ts';
import type { HalfRead } from './reads.ts';
import { localIso } from './site-day.ts';
import type { ConditionView, HalfView } from './views.ts';

const decimalOrNull = (micro: bigint | null): number | null =>
  micro === null ? null : Number(formatMicro(micro));

function conditionView({ name, from, evidence, used, value }: SlotCondition): ConditionView {
  return {
    condition: name,
    ...from,
    unit: name === 'gaugePressure' ? 'kPa' : '°C',
    used,
    value: decimalOrNull(value && toMicro(value)),
    mean: decimalOrNull(evidence && meanMicro(evidence)),
    min: decimalOrNull(evidence && evidence.minMicro),
    max: decimalOrNull(evidence && evidence.maxMicro),
    watched: decimalOrNull(toMicro(rational(BigInt(evidence?.watchedMs ?? 0), BigInt(SLOT_MS)))) ?? 0,
  };
}

export function halfView({ startMs, factor, live }: HalfRead, timezone: string): HalfView {
  return {
    start: localIso(startMs, timezone),
    kwhPerUnit: decimalOrNull(factor.kwhPerUnit && toMicro(factor.kwhPerUnit)),
    conditions: factor.conditions.map(conditionView),
    working: { ja: slotFactorLines(factor, live, 'ja'), en: slotFactorLines(factor, live, 'en') },
  };
}
