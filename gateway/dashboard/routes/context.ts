import type { CoefficientsRead, DashboardReads } from '../reads.ts';
import { statusView } from '../render.ts';
import { localDate, shiftDate, siteDay } from '../site-day.ts';
import type { StatusView } from '../views.ts';

/** The status with what applies today and tomorrow: three reads, one answer. */
export async function readStatus(reads: DashboardReads): Promise<StatusView> {
  const site = reads.site();
  const status = await reads.status();
  const today = localDate(status.nowMs, site.timezone);
  const coefficientsOf = async (date: string): Promise<CoefficientsRead> => {
    const { startMs, endMs } = siteDay(date, site.timezone);
    return reads.coefficients(startMs, endMs);
  };
  const [first, second] = await Promise.all([coefficientsOf(today), coefficientsOf(shiftDate(today, 1))]);
  return statusView(site, status, { today: first, tomorrow: second });
}
