/** Coefficient documents and their sources, as JSON. Instants are ISO 8601 with the site's offset, dates are JST. */
import type { CoefficientClass } from '../domain/messages.ts';
import type { FaultView } from './views.ts';

export interface SourceView {
  readonly name: string;
  readonly kind: string;
  /** Null while it was never asked. */
  readonly askedAt: string | null;
  readonly outcome: string | null;
  /** When it last gave something, or said that nothing is new. */
  readonly goodAt: string | null;
  readonly fault: FaultView | null;
}

export interface ReceivedView {
  readonly at: string;
  readonly source: string;
  readonly item: string;
  readonly outcome: string;
  /** What it said, e.g. `kyushu/kyushu-2026-11 revision 2`. */
  readonly says: string | null;
  readonly sha256: string;
  readonly bytes: number;
  /** How often the same bytes came. */
  readonly times: number;
  readonly fault: FaultView | null;
}

export interface MarginView {
  readonly date: string;
  /** The lowest 広域予備率 of the day, %; null where none is known. */
  readonly lowestPercent: string | null;
  /** The end of that half-hour, `18:30`. */
  readonly halfHourUntil: string | null;
  readonly receivedAt: string;
}

/** GET /api/v1/documents */
export interface SourcesView {
  readonly state: 'confirmed' | 'stale' | 'none' | null;
  /** From then on hours are unconfirmed. */
  readonly confirmedUntil: string | null;
  readonly sources: readonly SourceView[];
  readonly received: readonly ReceivedView[];
  /** Shown only: nothing follows from a margin unless the site file says so. */
  readonly margins: readonly MarginView[];
}

export interface HourSaysView {
  readonly class: CoefficientClass;
  readonly mjPerKwh: number | null;
  readonly confirmed: boolean;
}

export interface DayChangeView {
  readonly date: string;
  /** JST hours [from, to). */
  readonly changes: readonly {
    readonly from: number;
    readonly to: number;
    readonly before: HourSaysView;
    readonly after: HourSaysView;
  }[];
}

/** POST /api/v1/documents/preview */
export type PreviewView = { readonly sha256: string } & (
  | {
      readonly kind: 'document';
      readonly document: string;
      readonly revision: number;
      readonly area: string;
      readonly issuedAt: string;
      readonly source: string;
      readonly arrival: 'new' | 'replaces' | 'same';
      /** False: it is for another grid area. */
      readonly applies: boolean;
      /** False: a CSV without its `end` record. */
      readonly isWhole: boolean;
      /** The first 400 days that change. */
      readonly days: readonly DayChangeView[];
      readonly daysThatChange: number;
    }
  | { readonly kind: 'margins'; readonly days: readonly Omit<MarginView, 'receivedAt'>[] }
);

/** POST /api/v1/documents */
export interface BroughtView {
  readonly outcome: string;
  readonly hours: number;
}
