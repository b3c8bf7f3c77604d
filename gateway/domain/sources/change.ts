/** What a document would change: the hours whose coefficient would be another one, by JST day. */
import { type DecidingInput, prepare } from '../coefficients/decide.ts';
import { affectedDays } from '../coefficients/documents.ts';
import { jstHourStart } from '../coefficients/jst.ts';
import type { Coefficient, CoefficientDocument } from '../coefficients/types.ts';
import type { MarginDay } from '../margins/types.ts';

/** What a person sees of an hour. */
export interface HourSays {
  readonly class: Coefficient['class'];
  readonly mjPerKwh: Coefficient['mjPerKwh'];
  readonly confirmed: boolean;
}

/** JST hours [fromHour, toHour) that change alike. */
export interface HourChange {
  readonly fromHour: number;
  readonly toHour: number;
  readonly before: HourSays;
  readonly after: HourSays;
}

export interface DayChange {
  /** JST */
  readonly date: string;
  readonly changes: readonly HourChange[];
}

/** What a document would do, before anybody decides. */
export type Preview = { readonly sha256: string } & (
  | {
      readonly kind: 'document';
      readonly document: CoefficientDocument;
      /** `same`: it is in force already. */
      readonly arrival: 'new' | 'replaces' | 'same';
      /** False: it is for another grid area, kept, and changes nothing. */
      readonly applies: boolean;
      readonly days: readonly DayChange[];
      /** False for a CSV that does not say where it ends: lines may be missing. */
      readonly isWhole: boolean;
    }
  | { readonly kind: 'margins'; readonly days: readonly MarginDay[] }
);

function saysOf({ class: name, mjPerKwh, confirmed }: Coefficient): HourSays {
  return { class: name, mjPerKwh, confirmed };
}

function same(a: HourSays, b: HourSays): boolean {
  const [x, y] = [a.mjPerKwh, b.mjPerKwh];
  const equal = x === null || y === null ? x === y : x.num * y.den === y.num * x.den;
  return equal && a.class === b.class && a.confirmed === b.confirmed;
}

/**
 * Compares every hour of every day that either document speaks for; days on which nothing changes are left out.
 * @param rules with the documents in force
 * @param held the one that `next` would take the place of
 */
export function changesOf(
  rules: DecidingInput,
  held: CoefficientDocument | null,
  next: CoefficientDocument,
): readonly DayChange[] {
  const before = prepare(rules);
  // Of one document the higher revision counts.
  const after = prepare({ ...rules, documents: [...rules.documents, next] });
  return affectedDays(held, next).flatMap((date): DayChange[] => {
    const changes: HourChange[] = [];
    for (let hour = 0; hour < 24; hour += 1) {
      const at = jstHourStart(date, hour);
      const change = { before: saysOf(before.coefficientOf(at)), after: saysOf(after.coefficientOf(at)) };
      if (same(change.before, change.after)) continue;
      const last = changes.at(-1);
      const joins =
        last?.toHour === hour && same(last.before, change.before) && same(last.after, change.after);
      if (last && joins) changes[changes.length - 1] = { ...last, toHour: hour + 1 };
      else changes.push({ fromHour: hour, toHour: hour + 1, ...change });
    }
    return changes.length > 0 ? [{ date, changes }] : [];
  });
}
