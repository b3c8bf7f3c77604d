import { demandsView } from '../demand-render.ts';
import type { CoefficientsRead, DashboardReads } from '../reads.ts';
import { statusView } from '../render.ts';
import { localDate, shiftDate, siteDay } from '../site-day.ts';
import type { StatusView } from '../views.ts';

/** The status with what applies today and tomorrow: three reads, one answer. */
export function readStatus(reads: DashboardReads): StatusView {
  const site = reads.site();
  const status = reads.status();
  const today = localDate(status.nowMs, site.timezone);
  const coefficientsOf = (date: string): CoefficientsRead => {
    const { startMs, endMs } = siteDay(date, site.timezone);
    return reads.coefficients(startMs, endMs);
  };
  const coefficients = { today: coefficientsOf(today), tomorrow: coefficientsOf(shiftDate(today, 1)) };
  return statusView(site, status, coefficients, demandsView(reads.demand(), site.timezone));
}
