/** From what is known of demands to what the API says. Pure. */
import { type DemandsRead, demandEntry, monthEntry } from '../domain/demand/report.ts';
import type { EpochMs } from '../domain/time.ts';
import { decimal, faultView } from './render.ts';
import { localIso } from './site-day.ts';
import type { DemandsView } from './views.ts';

const MINUTE_MS = 60_000;

export function demandsView({ demands, notify }: DemandsRead, timezone: string): DemandsView {
  const print = { iso: (at: EpochMs) => localIso(at, timezone), decimal };
  return {
    demands: demands.map((read) => ({
      ...demandEntry(read, print),
      picture: read.picture.map(({ afterMs, demandMicro }) => ({
        minutes: Math.round((afterMs / MINUTE_MS) * 100) / 100,
        demand: decimal(demandMicro),
      })),
      months: read.months.map((month) => monthEntry(month, print)),
    })),
    notify: notify.map(({ way, waiting, fault }) => ({ way, waiting, fault: faultView(fault) })),
  };
}
