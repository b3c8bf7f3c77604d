/** How corrections reach the one process that writes: files in DATA/inbox/corrections, put there by the commands. */
import { readCorrection } from '../config/correction-file.ts';
import { CodedError, faultText } from './domain/faults.ts';
import type { EpochMs } from './domain/time.ts';
import { openInbox } from './platform/inbox.ts';
import type { Log } from './platform/log.ts';
import type { Corrector } from './stages/apply-correction.ts';
import type { EventSink } from './stages/ledger-events.ts';

/** Below DATA/inbox. */
export const CORRECTIONS = 'corrections';

export interface CorrectionIntake {
  /** Applies what waits. @returns whether anything was changed: copies of rows must be made anew */
  drain(nowMs: EpochMs): boolean;
}

export function createCorrectionIntake(deps: {
  readonly dataDir: string;
  readonly corrector: Corrector;
  readonly events: Pick<EventSink, 'tell'>;
  readonly log: Log;
}): CorrectionIntake {
  const { dataDir, corrector, events, log } = deps;
  const inbox = openInbox(dataDir, CORRECTIONS);

  function refuse(error: CodedError, source: string, atMs: EpochMs): void {
    log.warn({ fault: error.fault, source }, 'correction refused');
    events.tell({
      kind: 'correction-refused',
      meter: null,
      channel: null,
      atMs,
      text: faultText(error.fault),
      detail: { fault: error.fault.code, source },
    });
  }

  return {
    drain(nowMs) {
      let changed = false;
      inbox.drain(
        ({ bytes, source }) => {
          try {
            const { kind, row, hours } = corrector.apply(readCorrection(bytes, source), nowMs);
            changed ||= kind === 'applied';
            log.info({ correction: row.no, by: row.by, what: row.kind, outcome: kind, hours }, 'corrected');
            return 'taken';
          } catch (error) {
            if (error instanceof CodedError && error.fault.code === 'correction-too-early') return 'later';
            throw error;
          }
        },
        (error, name) => refuse(error, name, nowMs),
      );
      return changed;
    },
  };
}
