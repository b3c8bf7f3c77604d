/** The small state that delivery.ts keeps, one piece each: reading on, gathering acknowledgements, refusals, suspects. */
import type { OutboxRow, OutboxRows } from './outbox-rows.ts';

export type Cancel = () => void;
/** Runs `task` once after `ms`; returns how to call it off. */
export type Schedule = (task: () => void, ms: number) => Cancel;

/** Acknowledgements written at once at the most. */
const ACK_GROUP = 500;
/** Refusals in a row after which messages are not replaced any more. */
export const BARREN_AFTER = 10;
/** Rows tried per pause while the broker refuses everything. */
const BARREN_TRIES = 10;
/** Tombstones set aside at the most; then sending pauses. */
const MAX_ASIDE = 1000;

/** Reads the unsent rows page by page, in rising order; holds one page at a time. */
export function createReader(outbox: Pick<OutboxRows, 'unsent'>, pageSize: number) {
  let page: readonly OutboxRow[] = [];
  let next = 0;
  let readUpTo = 0;
  let exhausted = false;
  const read = (): void => {
    page = outbox.unsent(readUpTo, pageSize);
    next = 0;
    readUpTo = page.at(-1)?.seq ?? readUpTo;
    exhausted = page.length === 0;
  };
  return {
    /** The next row that is not to be skipped, without taking it; null when there is none. */
    peek(skip: (seq: number) => boolean): OutboxRow | null {
      for (;;) {
        const row = page[next];
        if (row === undefined) {
          if (exhausted) return null;
          read();
        } else if (skip(row.seq)) next += 1;
        else return row;
      }
    },
    take: () => void (next += 1),
    /** There may be rows behind the last one read. */
    more: () => void (exhausted = false),
    fromTheStart() {
      page = [];
      next = 0;
      readUpTo = 0;
      exhausted = false;
    },
    isAtEnd: () => exhausted && next >= page.length,
  };
}

/**
 * The rows in flight. They are answered in the order they were sent, as good as always, so a short list serves; it
 * leaves less behind for the garbage collector than a Set whose members come and go.
 */
export function createInFlight() {
  const seqs: number[] = [];
  let highest = 0;
  return {
    size: () => seqs.length,
    has: (seq: number): boolean => seq <= highest && seqs.includes(seq),
    add(seq: number): void {
      highest = seqs.length === 0 ? seq : Math.max(highest, seq);
      seqs.push(seq);
    },
    remove(seq: number): void {
      const at = seqs.indexOf(seq);
      if (at === 0) seqs.shift();
      else if (at > 0) seqs.splice(at, 1);
    },
  };
}

/** Gathers acknowledgements so that many share one transaction. */
export function createAckGroup(
  outbox: Pick<OutboxRows, 'acknowledged'>,
  delayMs: number,
  schedule: Schedule,
) {
  let seqs: number[] = [];
  let timer: Cancel | null = null;
  const write = (): void => {
    timer?.();
    timer = null;
    if (seqs.length === 0) return;
    const group = seqs.toSorted((a, b) => a - b);
    seqs = [];
    outbox.acknowledged(group);
  };
  return {
    write,
    add(seq: number) {
      seqs.push(seq);
      if (seqs.length >= ACK_GROUP) write();
      else timer ??= schedule(write, delayMs);
    },
  };
}

/** Which refused rows are to be replaced and which only set aside for a while. */
export function createRefusals() {
  /** Rows that we had replaced, until acknowledged. */
  const tombstones = new Set<number>();
  const aside = new Set<number>();
  let inARow = 0;
  let triesLeft = BARREN_TRIES;
  const isBarren = (): boolean => inARow >= BARREN_AFTER;
  return {
    isBarren,
    isAside: (seq: number) => aside.has(seq),
    noneAside: () => aside.size === 0,
    isTombstone: (seq: number) => tombstones.has(seq),
    replaced: (seq: number) => void tombstones.add(seq),
    /** The verdict on a row that the broker has just refused. */
    judge(seq: number): 'replace' | 'set-aside' {
      inARow += 1;
      return tombstones.has(seq) || inARow > BARREN_AFTER ? 'set-aside' : 'replace';
    },
    /** False when no more can be set aside. */
    setAside: (seq: number): boolean => aside.add(seq).size < MAX_ASIDE,
    /** Whether one more row may be tried while everything is refused. */
    mayTry: (): boolean => !isBarren() || triesLeft-- > 0,
    /** Everything set aside may be tried again. */
    again() {
      aside.clear();
      triesLeft = BARREN_TRIES;
    },
    /** True when this was the first one accepted after a barren time. */
    accepted(seq: number): boolean {
      const wasBarren = isBarren();
      tombstones.delete(seq);
      inARow = 0;
      return wasBarren;
    },
  };
}

/** Counts the disconnects of the one row that may be the reason for them. */
export function createSuspicion(maxDisconnects: number) {
  let suspect: { readonly seq: number; readonly disconnects: number } | null = null;
  return {
    isOn: (seq: number) => suspect?.seq === seq,
    clear(seq: number) {
      if (suspect?.seq === seq) suspect = null;
    },
    /** The row was alone in flight when the connection ended. True when that was once too often. */
    accuse(seq: number): boolean {
      suspect = { seq, disconnects: suspect?.seq === seq ? suspect.disconnects + 1 : 1 };
      return suspect.disconnects >= maxDisconnects;
    },
  };
}
