/** Tells listeners (the dashboard's live page) that something changed; it carries no data. */

export type Change = 'live' | 'hours';

export function createChangeFeed() {
  const listeners = new Set<(change: Change) => void>();
  let lastSeq = -1;
  const tell = (change: Change): void => listeners.forEach((listener) => listener(change));
  return {
    subscribe(listener: (change: Change) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    live: () => tell('live'),
    /** A bucket was written or revised exactly when the outbox has grown. */
    hoursIfNew(seq: number): void {
      if (seq !== lastSeq) tell('hours');
      lastSeq = seq;
    },
  };
}
