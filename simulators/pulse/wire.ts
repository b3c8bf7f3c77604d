/** What goes over the control socket between the pulse board and the stand-in for gpiomon: one JSON object a line. */
import type { Socket } from 'node:net';

/** How one process watches. */
export interface Request {
  readonly pid: number;
  readonly major: 1 | 2;
  readonly chip: string;
  readonly inputs: readonly string[];
  readonly edges: 'rising' | 'falling' | 'both';
  readonly activeLow: boolean;
  readonly bias: string;
}

/** What a watching process says after a mark: everything before it was written. */
export interface Marked {
  readonly mark: number;
}

/** The board's answers and news. */
export type FromBoard =
  | {
      readonly kind: 'granted';
      readonly names: readonly (string | null)[];
      readonly offsets: readonly number[];
    }
  | { readonly kind: 'refused'; readonly reason: string }
  /** Edges in the electrical sense; the one who prints knows about active-low. */
  | {
      readonly kind: 'edges';
      readonly list: readonly (readonly [offset: number, high: 0 | 1, stampNs: string])[];
    }
  /** Asks for an answer as soon as everything before was written. */
  | { readonly kind: 'mark'; readonly mark: number }
  /** Writes this as it is. */
  | { readonly kind: 'text'; readonly text: string };

/** Calls the listener with each whole line. */
export function onLines(socket: Socket, listener: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) listener(line);
  });
}
