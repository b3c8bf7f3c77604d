import type { Decimal } from './messages.ts';
import { formatMicro } from './rational.ts';

interface JsonWithRaw {
  rawJSON(text: string): unknown;
}

/**
 * A JSON number printed from whole micro-units, digit for digit: it never passes through a double, which holds only
 * 15 digits for sure. Typed as the number it will be for whoever parses it; do not calculate with it.
 */
export function decimal(micro: bigint): Decimal {
  return (JSON as unknown as JsonWithRaw).rawJSON(formatMicro(micro)) as Decimal;
}

export function decimalOrNull(micro: bigint | null): Decimal | null {
  return micro === null ? null : decimal(micro);
}
