/** What became of a damaged database; kept as a fact until it has been told and worked off. */

export interface TableSalvage {
  readonly kept: number;
  /** Rows that could be read and make no sense. */
  readonly refused: number;
  /** Stretches that could not be read. */
  readonly gaps: number;
}

/** Sequence numbers from the first to the last, both included. */
export interface Run {
  readonly first: number;
  readonly last: number;
}

export interface SalvageReport {
  /** What was wrong with it, and under which name it is kept. */
  readonly reason: string;
  readonly aside: string;
  /** Null: it could not be read. */
  readonly generationBefore: number | null;
  /** Null: it waits until the time is known. */
  readonly generation: number | null;
  /** The last sequence number of the damaged database that is known; the new one goes on after it. */
  readonly lastSeq: number;
  /** Messages that may not have been delivered and cannot be sent any more. */
  readonly lostSeqs: readonly Run[];
  readonly tables: Readonly<Record<string, TableSalvage>>;
}
