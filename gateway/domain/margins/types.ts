/**
 * Reserve margins (予備率) as OCCTO publishes them: what was forecast for a half-hour of an area, in one publication.
 * They move from publication to publication, so a margin without the instant at which it came says little.
 */
import type { GridArea } from '../coefficients/types.ts';
import type { EpochMs } from '../time.ts';

/** One half-hour of one area in one publication. */
export interface MarginSlot {
  readonly area: GridArea;
  /** JST date. */
  readonly date: string;
  /** The end of the half-hour, minutes after midnight: 30…1440. */
  readonly endMinute: number;
  /** 広域予備率 in 10⁻⁴ %; null where the field is empty. */
  readonly wideTenThousandths: number | null;
}

/** One day of one area in one publication, as it is kept. */
export interface MarginDay {
  readonly area: GridArea;
  readonly date: string;
  /** Half-hours with a figure, at most 48. */
  readonly slots: number;
  /** The lowest 広域予備率 of the day, 10⁻⁴ %; null when no half-hour has a figure. */
  readonly lowestTenThousandths: number | null;
  /** The end of that half-hour, minutes after midnight. */
  readonly lowestEndMinute: number | null;
}

/** The same with when and in what it came. */
export interface PublishedMargin extends MarginDay {
  readonly receivedId: number;
  readonly receivedAtMs: EpochMs;
}

/** Each day of each area, in the order in which they come first. */
export function marginDays(slots: readonly MarginSlot[]): readonly MarginDay[] {
  const days = Map.groupBy(slots, ({ area, date }) => `${area}/${date}`);
  return [...days.values()].flatMap((ofDay) => {
    const [first] = ofDay;
    if (!first) return [];
    let lowest: MarginSlot | null = null;
    let count = 0;
    for (const slot of ofDay) {
      if (slot.wideTenThousandths === null) continue;
      count += 1;
      if (lowest === null || slot.wideTenThousandths < (lowest.wideTenThousandths ?? 0)) lowest = slot;
    }
    return [
      {
        area: first.area,
        date: first.date,
        slots: count,
        lowestTenThousandths: lowest?.wideTenThousandths ?? null,
        lowestEndMinute: lowest?.endMinute ?? null,
      },
    ];
  });
}

/** `18:30`; the end of the day is `24:00`. */
export function clockOf(minute: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** `4.82` of 48200; the digits that are there, no more. */
export function percentText(tenThousandths: number): string {
  const sign = tenThousandths < 0 ? '-' : '';
  const digits = String(Math.abs(tenThousandths)).padStart(5, '0');
  return `${sign}${digits.slice(0, -4)}.${digits.slice(-4)}`.replace(/\.?0+$/, '');
}

/** 48200 of `4.82` or `4.82%`; null for anything else. */
export function tenThousandthsOf(text: string): number | null {
  const match = /^(-?)(\d{1,4})(?:\.(\d{1,4}))?%?$/.exec(text.trim());
  if (!match) return null;
  const value = Number(match[2]) * 10_000 + Number((match[3] ?? '').padEnd(4, '0'));
  return match[1] === '-' ? -value : value;
}
