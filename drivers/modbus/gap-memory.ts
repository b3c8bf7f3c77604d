/** The memory that the gap timer and its worker share. Due times are `process.hrtime` in ns, one clock for all threads. */
export interface GapMemory {
  /** One counter; rung when a slot was set. */
  readonly bell: Int32Array<SharedArrayBuffer>;
  /** Per slot: {@link WAITING} or 0. */
  readonly states: Int32Array<SharedArrayBuffer>;
  readonly dueNs: BigInt64Array<SharedArrayBuffer>;
}

export const BELL = 0;
export const WAITING = 1;

export function createGapMemory(slots: number): GapMemory {
  return {
    bell: new Int32Array(new SharedArrayBuffer(4)),
    states: new Int32Array(new SharedArrayBuffer(4 * slots)),
    dueNs: new BigInt64Array(new SharedArrayBuffer(8 * slots)),
  };
}
