/**
 * Looks for units on a wire. One read of one register per unit tells whether anybody is there: a meter answers with
 * data or with an exception, and both say "here". A unit that stays silent is not asked twice; an answer that came
 * damaged is, because a scan is often made on a wire that is not in order yet.
 */
import type { ModbusLineConfig } from '../../config/types.ts';
import type { Fault, FaultCode } from '../../gateway/domain/faults.ts';
import type { Clock } from '../../gateway/domain/time.ts';
import { MAX_WORDS, type ReadFunction } from './frame.ts';
import { createLineBus } from './line-bus.ts';

/** What came back. `words`: data; `exception`: a refusal, so somebody is there; `trouble`: see the fault. */
export type Heard =
  | { readonly kind: 'words'; readonly words: readonly number[] }
  | { readonly kind: 'exception'; readonly fault: Fault }
  | { readonly kind: 'silent'; readonly fault: Fault }
  | { readonly kind: 'trouble'; readonly fault: Fault };

export interface ScanRead {
  readonly unit: number;
  readonly fn: ReadFunction;
  readonly address: number;
  readonly words: number;
}

export interface Scanner {
  /** Never rejects for trouble on the wire. */
  ask(read: ScanRead): Promise<Heard>;
  close(): Promise<void>;
}

/** The port itself cannot be used: no unit can be found behind it. */
const PORT_FAULTS: ReadonlySet<FaultCode> = new Set<FaultCode>([
  'port-missing',
  'port-denied',
  'port-busy',
  'port-failed',
  'connection-refused',
  'connection-lost',
]);

export function isPortFault({ code }: Fault): boolean {
  return PORT_FAULTS.has(code);
}

function heardOf(fault: Fault): Heard {
  if (fault.code === 'modbus-exception') return { kind: 'exception', fault };
  // A gateway that answers for its units says that this one is silent.
  const isSilent = fault.code === 'no-answer' || fault.code === 'gateway-no-answer';
  return { kind: isSilent ? 'silent' : 'trouble', fault };
}

/** @param responseMs the longest time a meter is given to begin its answer */
export function openScanner(line: ModbusLineConfig, clock: Clock, responseMs: number): Scanner {
  const bus = createLineBus(line, { clock });
  const once = (read: ScanRead, maxWords: number): Promise<Heard> =>
    bus.use(async () => {
      const answer = await bus.read({ ...read, maxWords, responseMs, retries: 0 });
      return answer.kind === 'words' ? { kind: 'words', words: answer.words } : heardOf(answer.fault);
    });
  return {
    async ask(read) {
      const maxWords = Math.min(MAX_WORDS, read.words + 4);
      const heard = await once(read, maxWords);
      return heard.kind === 'trouble' && !isPortFault(heard.fault) ? await once(read, maxWords) : heard;
    },
    close: () => bus.close(),
  };
}
