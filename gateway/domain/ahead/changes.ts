/** When people are told that a day is not, or no longer, an ordinary one. */
import type { EventDraft } from '../render.ts';
import type { EpochMs, HourGrid } from '../time.ts';
import { type AheadDay, isSpecial, spansOf } from './classes.ts';

/** What is said of an ordinary day. */
const ORDINARY = 'nothing special';

/** "08:00–16:00 curtailment, 16:00–24:00 tight": what of a day is announced and stands; the same text, the same classes. */
export function specialText(day: AheadDay, grid: HourGrid): string {
  const parts = spansOf(day.hours)
    .filter((span) => span.confirmed && isSpecial(span.class))
    .map((span) => `${localTime(span.fromMs, grid)}–${endTime(span.toMs, day, grid)} ${span.class}`);
  return parts.length === 0 ? ORDINARY : parts.join(', ');
}

function localTime(at: EpochMs, grid: HourGrid): string {
  return grid.iso(at).slice(11, 16);
}

function endTime(at: EpochMs, day: AheadDay, grid: HourGrid): string {
  return at === day.toMs ? '24:00' : localTime(at, grid);
}

/** date → {@link specialText} as it was told last; a date that is not there was never special. */
export type Told = Readonly<Record<string, string>>;

/** Dates that are remembered: a clock that runs ahead and is set back must not make old news new. */
const MAX_TOLD = 60;

export interface DayChange {
  readonly day: 'today' | 'tomorrow';
  readonly date: string;
  readonly before: string;
  readonly after: string;
}

/**
 * What is news about today and tomorrow. A day enters as an ordinary one, so that an announcement is told on the day
 * it comes into view, and a quiet day never.
 */
export function changesOf(
  days: { readonly today: AheadDay; readonly tomorrow: AheadDay },
  told: Told,
  grid: HourGrid,
): { readonly changes: readonly DayChange[]; readonly told: Told } {
  const changes = (['today', 'tomorrow'] as const).flatMap((day): DayChange[] => {
    const { date } = days[day];
    const before = told[date] ?? ORDINARY;
    const after = specialText(days[day], grid);
    return before === after ? [] : [{ day, date, before, after }];
  });
  const merged = { ...told, ...Object.fromEntries(changes.map(({ date, after }) => [date, after])) };
  const kept = Object.entries(merged).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { changes, told: Object.fromEntries(kept.slice(-MAX_TOLD)) };
}

export function changeEvent({ day, date, before, after }: DayChange, atMs: EpochMs): EventDraft {
  const which = day === 'today' ? 'Today' : 'Tomorrow';
  const was = before === ORDINARY ? '' : ` It was announced as: ${before}.`;
  return {
    kind: 'classes-changed',
    meter: null,
    channel: null,
    atMs,
    text:
      after === ORDINARY
        ? `${which} (${date}) nothing special is announced any more.${was}`
        : `${which} (${date}) is announced as: ${after}.${was}`,
    detail: { day, date, before, after },
  };
}
