/** Taking back what was stamped by a clock that ran ahead; see stages/rewind.ts for what it means. */
import type { EpochMs } from '../domain/time.ts';
import type { Db } from './database.ts';

export function rewindRows(db: Db) {
  const boundaries = db.prepare(
    'DELETE FROM boundary WHERE channel_id = ? AND (upper_at_ms > ? OR slot > ?)',
  );
  const unwatched = db.prepare('DELETE FROM unwatched WHERE channel_id = ? AND to_ms > ?');
  const unsentHours = db.prepare(
    `DELETE FROM hour WHERE channel_id = ? AND start_ms >= ? AND NOT EXISTS (
       SELECT 1 FROM hour_sent AS sent WHERE sent.start_ms = hour.start_ms AND sent.channel_id = hour.channel_id)`,
  );
  const closeWork = db.prepare("DELETE FROM work WHERE stage = 'close' AND channel_id = ? AND start_ms >= ?");
  const nextHour = db.prepare('UPDATE channel SET next_hour_ms = ? WHERE id = ? AND next_hour_ms > ?');
  const begin = db.prepare('UPDATE channel SET since_ms = ?, next_hour_ms = ? WHERE id = ?');
  const eras = db.prepare(
    `UPDATE era SET since_ms = ?, at_ms = ?, after_at_ms = CASE WHEN after_at_ms IS NULL THEN NULL ELSE ? END
     WHERE channel_id = ? AND at_ms > ?`,
  );
  const all = ['era', 'head', 'reading', 'boundary', 'unwatched', 'step_fill', 'step_answer'].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE channel_id = ?`),
  );
  return {
    /** Boundaries after the instant, and those whose bracket ends after it. `slot`: the one the instant lies in. */
    boundariesAfter: (channelId: number, atMs: EpochMs, slot: number): void =>
      void boundaries.run(channelId, atMs, slot),
    unwatchedAfter: (channelId: number, atMs: EpochMs): void => void unwatched.run(channelId, atMs),
    /** Hours from this one on come due again; those never sent are gone, with what was still to do on them. */
    hoursFrom(channelId: number, hourMs: EpochMs): void {
      unsentHours.run(channelId, hourMs);
      closeWork.run(channelId, hourMs);
      nextHour.run(hourMs, channelId, hourMs);
    },
    /** Eras that opened after the instant opened at it; their step lies between `lastMs` and it. */
    stampEras: (channelId: number, atMs: EpochMs, lastMs: EpochMs): void =>
      void eras.run(atMs, atMs, lastMs, channelId, atMs),
    /** The channel begins anew with its next reading. */
    forget(channelId: number, sinceMs: EpochMs, firstHourMs: EpochMs): void {
      for (const table of all) table.run(channelId);
      begin.run(sinceMs, firstHourMs, channelId);
    },
  };
}
