/**
 * When notices go out. Each is delivered at least once as long as its way works again within {@link GIVE_UP_MS};
 * a receiver may get one twice and knows it by its id.
 */
import type { DemandLevel } from './plan.ts';

export type NoticeWay = 'webhook' | 'mail';

/** What could not be delivered for this long is given up: an alarm of yesterday warns nobody. */
export const GIVE_UP_MS = 86_400_000;
/** Notices that wait for one way; older ones are given up beyond that. */
export const MAX_WAITING = 500;
/** One digest holds no more than this; the rest follows in the next. */
export const MAX_IN_DIGEST = 50;
const FIRST_RETRY_MS = 15_000;
const MAX_RETRY_MS = 900_000;
/** In any hour so many mails at the most … */
export const MAILS_PER_HOUR = 4;
/** … and so many with one about the limit in it. */
export const LIMIT_MAILS_PER_HOUR = 8;
const HOUR = 3_600_000;

/** Wait before the next try, ms: 15 s, doubled up to 15 min. @param random 0 ≤ x < 1 */
export function retryMs(attempts: number, random: number): number {
  const bound = Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempts, 20), MAX_RETRY_MS);
  return Math.round(bound / 2 + (bound / 2) * random);
}

export interface WaitingMail {
  readonly id: number;
  readonly level: DemandLevel | null;
}

/**
 * Which of those that wait go into the next mail: one by one while the hour has room for all of them, else together.
 * @param sentMs when the mails of the last hour went
 * @returns their ids; empty: not yet
 */
export function nextMail(
  waiting: readonly WaitingMail[],
  sentMs: readonly number[],
  nowMs: number,
): number[] {
  const [first] = waiting;
  if (!first) return [];
  const sent = sentMs.filter((at) => nowMs - at < HOUR && at <= nowMs).length;
  const room = MAILS_PER_HOUR - sent;
  if (room >= waiting.length) return [first.id];
  const isGrave = waiting.some(({ level }) => level === 'limit');
  if (room <= 0 && !(isGrave && sent < LIMIT_MAILS_PER_HOUR)) return [];
  return room > 1 ? [first.id] : waiting.slice(0, MAX_IN_DIGEST).map(({ id }) => id);
}
