/** What the bus needs of a port object beyond what modbus-serial asks of it. RtuPort and TcpPort implement it. */
import type { EventEmitter } from 'node:events';
import type { Fault } from '../../gateway/domain/faults.ts';

/** The frames of one transaction, as they went over the wire. */
export interface Frames {
  readonly request: Uint8Array | null;
  /** What came in for it, right or wrong; null when nothing did. */
  readonly reply: Uint8Array | null;
}

/**
 * States: idle, armed (the next write begins a transaction), waiting. A transaction ends in exactly one way: either
 * the frame that answers it is emitted as `data`, for modbus-serial to decode, or the promise of `arm` gives the
 * fault or the doubt. Never both. `isOpen`, `open`, `close`, `write` and the events are what modbus-serial expects of a port.
 */
export interface GuardedPort extends EventEmitter {
  readonly isOpen: boolean;
  open(callback: (error?: Error | null) => void): void;
  close(callback?: (error?: Error | null) => void): void;
  /** A whole RTU frame with CRC. Throws when it is anything but a register read: nothing else may leave. */
  write(frame: Uint8Array): void;

  /** Bytes from the wire. */
  receive(bytes: Uint8Array): void;
  /**
   * Prepares the next write. Resolves with the fault if the transaction fails, with `doubtful` if all that came may be
   * a copy of an earlier answer, else never.
   * @param use `sync`: any answer of the right shape will do, because its contents are not used
   */
  arm(timeoutMs: number, use: 'value' | 'sync'): Promise<Fault | 'doubtful'>;
  /** Ends a transaction under way, and forgets half-received bytes: the wire was lost or is being closed. */
  abort(reason: Fault): void;
  readonly frames: Frames;
  /** When the last byte came in or the last request had left, `performance.now()`. */
  readonly busyUntilMs: number;
  /** Bytes came that belong to no transaction, or a transaction failed: wait until the wire is quiet. */
  readonly needsQuiet: boolean;
  quietKept(): void;
}
