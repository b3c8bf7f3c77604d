/** Figures that a person read off a meter: as its face shows them, or with their unit as the amount they stand for. */
import { cumulativeMap } from '../../config/channel-specs.ts';
import { AMOUNT_UNITS } from '../../config/exact.ts';
import { loadSite } from '../../config/load-site.ts';
import { CodedError, fault, type Language } from '../domain/faults.ts';
import { LARGEST_MICRO } from '../domain/ledger/register.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { multiply, ONE, parseDecimal, type Rational, reduced, toMicro } from '../domain/rational.ts';
import type { Store } from '../store/store.ts';

/** 12345.6, 12,345.6, １２３４５, 493824kWh, 49.4 MWh */
const WRITTEN = /^(\d[\d,]*(?:\.\d+)?)\s*([A-Za-z][A-Za-z0-9]*)?$/;

export interface Face {
  /** Native units for one unit of the face: CT, VT and 乗率, where the register does not hold them yet. */
  readonly ratio: Rational;
  /** Whether the same ratio has held since before the last change of the register. */
  readonly alwaysSo: boolean;
}

function ratioOf(spec: ChannelSpec, config: string, language: Language): Rational | null {
  const { site } = loadSite(config, { language });
  const meter = site.meters.find(({ id }) => id === spec.meter);
  if (!meter?.channels.includes(spec.channel)) return null;
  // The dial of a meter that gives pulses shows units; how many a pulse is worth is no matter of its dial.
  if (meter.pulseWeight !== null) return meter.multiplier;
  const transformers =
    cumulativeMap(meter, spec.channel).ratio === 'secondary' ? multiply(meter.ct, meter.vt) : ONE;
  return reduced(multiply(transformers, meter.multiplier));
}

const same = (a: Rational, b: Rational): boolean => a.num * b.den === b.num * a.den;

/** How the face of a channel's meter is to be read; null for a meter that has left the site file. */
export function faceOf(
  store: Store,
  channelId: number,
  spec: ChannelSpec,
  options: { readonly config: string; readonly language: Language },
): Face | null {
  const ratio = ratioOf(spec, options.config, options.language);
  const eras = store.eras.of(channelId).slice(-2);
  const alwaysSo = eras.every(({ scale }) => same(scale.unitsPerCount, spec.scale.unitsPerCount));
  return ratio && { ratio, alwaysSo };
}

/**
 * @param face how the meter shows it; asked for only where no unit is written
 * @returns micro-units of the channel's native unit
 * @throws CodedError amount-unreadable, amount-needs-unit
 */
export function readAmount(text: string, spec: ChannelSpec, face: () => Rational | null): bigint {
  const unreadable = new CodedError(fault('amount-unreadable', { text }));
  // NFKC: figures and signs as Japanese keyboards write them.
  const [, digits = '', unit] = WRITTEN.exec(text.normalize('NFKC').trim()) ?? [];
  const value = parseDecimal(digits.replaceAll(',', ''));
  if (!value) throw unreadable;
  let factor: Rational | null;
  if (unit === undefined) {
    factor = face();
    if (!factor) {
      const { meter, channel } = spec;
      throw new CodedError(fault('amount-needs-unit', { meter, channel, text, unit: spec.unit }));
    }
  } else {
    factor = AMOUNT_UNITS[spec.unit][unit] ?? null;
    if (!factor) throw unreadable;
  }
  const micro = toMicro(multiply(value, factor));
  if (micro > LARGEST_MICRO) throw unreadable;
  return micro;
}
