/** The outbox as the delivery sees it: rows in order, each call one transaction. */
import { type Fault, fault } from '../domain/faults.ts';
import { eventMessage, type Sender } from '../domain/render.ts';
import type { EpochMs, HourGrid } from '../domain/time.ts';
import type { Store } from '../store/store.ts';

export function createOutboxPort(deps: {
  readonly store: Store;
  readonly sender: Sender;
  readonly grid: HourGrid;
  readonly now: () => EpochMs;
  readonly eventTopic: string;
  /** Runs what writes; a disk that takes nothing only means that a row is sent again. */
  readonly guard: (work: () => void) => void;
  /** Told of each message that the broker will never take. */
  readonly onRefused: (problem: Fault) => void;
}) {
  const { store, sender, grid, now, eventTopic, guard } = deps;
  const write = (work: () => void): void => guard(() => store.write(work));
  return {
    unsent: (afterSeq: number, limit: number) => store.outbox.waiting(afterSeq, limit),
    acknowledged(seqs: readonly number[]): void {
      const atMs = now();
      write(() => {
        for (const seq of seqs) store.outbox.acknowledge(seq, atMs);
      });
    },
    /** A message that the broker will never take is replaced by a tombstone with its seq, so that the count has no hole. */
    refused(seq: number, reason: string): void {
      const nowMs = now();
      write(() => {
        const row = store.outbox.find(seq);
        if (!row) return;
        const draft = {
          kind: 'tombstone',
          meter: null,
          channel: null,
          atMs: nowMs,
          text: `Message ${seq} could not be delivered (${reason}); this event stands in its place.`,
          detail: { topic: row.topic, reason, revision: row.revision },
        } as const;
        deps.onRefused(fault('message-refused', { seq, topic: row.topic, reason }));
        store.outbox.entomb(
          seq,
          eventTopic,
          JSON.stringify(eventMessage(draft, sender, seq, nowMs, grid)),
          reason,
        );
      });
    },
    disconnectedWhileSending(seqs: readonly number[]): void {
      write(() => {
        for (const seq of seqs) store.outbox.countAttempt(seq);
      });
    },
  };
}
