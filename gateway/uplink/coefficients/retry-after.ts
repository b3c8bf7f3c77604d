/** Retry-After (RFC 9110, 10.2.3): seconds, or a date. */
import type { IncomingHttpHeaders } from 'node:http';

/** @returns the least time to wait, ms; null where the server names none that can be read */
export function retryAfterMsOf(headers: IncomingHttpHeaders, nowMs: number): number | null {
  const text = headers['retry-after'];
  if (text === undefined) return null;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const atMs = /^[A-Za-z]{3}, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
