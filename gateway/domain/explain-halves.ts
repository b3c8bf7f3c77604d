/** The kWh of an hour whose half-hours have factors of their own, as plain text. */
import { exact, field, type Print } from './explain-words.ts';
import type { Language } from './faults.ts';
import { halfEnergy } from './hour.ts';
import type { Slot } from './ledger/slot.ts';
import type { ChannelUnit } from './meters.ts';
import { formatMicro } from './rational.ts';
import type { KwhFactor } from './thermo/kwh-factor.ts';
import type { LiveRecipe, SlotFactor } from './thermo/live-factor.ts';
import { liveLines, slotFactorLines } from './thermo/live-lines.ts';
import { boundaryAt } from './time.ts';

/** What the half-hours of an hour were made of. */
export interface Halves {
  readonly factor: KwhFactor;
  readonly live: LiveRecipe;
  readonly of: readonly [SlotFactor, SlotFactor];
}

/**
 * The sum, then each half-hour with what its gauges showed.
 * @param written kWh of the bucket @param follows whether they follow from the rows as they are now
 */
export function halvesLines(
  { factor, live, of }: Halves,
  slots: readonly [Slot, Slot],
  written: bigint | null,
  follows: boolean,
  print: Print & { readonly unit: ChannelUnit },
  language: Language,
): string[] {
  const { say, unit, grid } = print;
  const show = (micro: bigint | null, text: string) =>
    micro === null ? say('notKnown') : `${formatMicro(micro)} ${text}`.trimEnd();
  const energies = slots.map(({ quantityMicro }, i) => halfEnergy(quantityMicro, of[i]?.kwhPerUnit ?? null));
  const sum = energies.map((energy) => show(energy, '')).join(' + ');
  const halves = slots.flatMap(({ slot, quantityMicro }, i) => {
    const half = of[i];
    if (!half) return [];
    const times = half.kwhPerUnit
      ? exact(half.kwhPerUnit)
      : say(quantityMicro === 0n ? 'whatever' : 'noFactorHere');
    return field(
      grid.iso(boundaryAt(slot)).slice(11, 16),
      `${show(quantityMicro, unit)} × ${times} = ${show(energies[i] ?? null, 'kWh')}`,
      ...slotFactorLines(half, live, language, quantityMicro !== 0n),
    );
  });
  return [
    ...field(
      'kWh',
      ...(follows ? [`${sum} = ${show(written, 'kWh')}`] : [show(written, 'kWh'), say('evidenceChanged')]),
    ),
    ...halves,
    ...field(say('factor'), ...liveLines(factor, live, unit, language)),
  ];
}
