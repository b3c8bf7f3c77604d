/** The outbox as its sender sees it. */
export interface OutboxRow {
  readonly seq: number;
  readonly topic: string;
  readonly payload: string;
  /** How often it was in flight when a connection ended. */
  readonly attempts: number;
}

/** The outbox as the sender sees it. Calls are synchronous; each is one transaction. */
export interface OutboxRows {
  /** Rows without acknowledgement and `seq` > afterSeq, in rising order. */
  unsent(afterSeq: number, limit: number): readonly OutboxRow[];
  acknowledged(seqs: readonly number[]): void;
  /** Replaces the row by a tombstone event with the same `seq`, unsent and with no attempts. */
  refused(seq: number, reason: string): void;
  /** Adds one to the attempts of each. */
  disconnectedWhileSending(seqs: readonly number[]): void;
}
