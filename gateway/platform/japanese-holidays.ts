/** Public holidays of Japan (国民の祝日と振替休日, and 国民の休日 between two of them). The one file that knows the package. */
import holidayJp from '@holiday-jp/holiday_jp';

/** By its table of dates: the package's own `isHoliday` asks the time zone of this machine. */
const { holidays } = holidayJp;

/** @param date `YYYY-MM-DD`; years beyond the table (1970–2050) have none */
export function isJapaneseHoliday(date: string): boolean {
  return Object.hasOwn(holidays, date);
}
