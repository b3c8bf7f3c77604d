/** How often meters are asked, and from when on that is too rarely for what the hours promise. */

export const DEFAULT_INTERVAL_MS = 5_000;
/**
 * 1 % of a half-hour. With new values further apart, the bound of a boundary is wider than a `measured` half-hour
 * allows, unless it is within two counts of the register (docs/ledger.md).
 */
export const MEASURED_WITHIN_MS = 18_000;
/** Hours are written so long after their end: a value that is newer than the boundary should have come by then. */
export const HOURS_AFTER_MS = 90_000;
