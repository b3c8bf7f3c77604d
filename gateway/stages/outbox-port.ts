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
  /** Runs what reads; `instead` where the disk does not let it be read. */
  readonly read?: <T>(work: () => T, instead: T) => T;
  /** Told of each message that the broker will never take. */
  readonly onRefused: (problem: Fault) => void;
}) {
  const { store, sender, grid, now, eventTopic, guard, read = (work) => work() } = deps;
  const write = (work: () => void): void => guard(() => store.write(work));
  /** Acknowledged, and not yet written because the disk took nothing: few, as they come in order. */
  let owed: readonly Run[] = [];
  function writeOwed(): void {
    const atMs = now();
    guard(() => {
      store.writeSoon(() => {
        for (const { first, last } of owed) store.outbox.acknowledge(first, last, atMs);
      });
      owed = [];
    });
  }
  return {
    /** None while the disk does not let them be read: they are asked for again after the next turn. */
    unsent(afterSeq: number, limit: number) {
      if (owed.length > 0) writeOwed();
      return read(() => store.outbox.unsent(afterSeq, limit), []);
    },
    /** `seqs` in rising order. A power cut may take the last of it, and then those messages are only sent again. */
    acknowledged(seqs: readonly number[]): void {
      owed = joined([...owed, ...runsOf(seqs)]);
      writeOwed();
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

interface Run {
  readonly first: number;
  readonly last: number;
}

/** `1 2 3 7 8` are 1…3 and 7…8. */
function runsOf(seqs: readonly number[]): Run[] {
  return joined(seqs.map((seq) => ({ first: seq, last: seq })));
}

/** As few runs as there can be, in rising order. */
function joined(runs: readonly Run[]): Run[] {
  const found: { first: number; last: number }[] = [];
  for (const { first, last } of runs.toSorted((a, b) => a.first - b.first)) {
    const before = found.at(-1);
    if (before !== undefined && first <= before.last + 1) before.last = Math.max(before.last, last);
    else found.push({ first, last });
  }
  return found;
}
