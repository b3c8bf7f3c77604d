/**
 * Which version of MQTT to ask for.
 *
 * MQTT 5 comes first, because only there a broker can say that it refuses one message. A broker that names the
 * version as its reason is asked with 3.1.1 at once, and that is remembered. A broker that closes without a word
 * twice is tried with the other version as well, unless MQTT 5 has worked before; that guess is not remembered,
 * for a broker that is only starting up looks the same.
 */
import { type ConnectionEnd, REASON } from './connection.ts';

/** Closes without a word before the other version is tried. */
const SILENT_CLOSES = 2;

export interface VersionChoice {
  /** 5, or 4 for MQTT 3.1.1. */
  next(): 5 | 4;
  worked(): void;
  ended(end: ConnectionEnd, wasUp: boolean): 'again-at-once' | 'after-back-off';
}

export function createVersionChoice(): VersionChoice {
  let version: 5 | 4 = 5;
  let wasTold = false;
  let fiveWorked = false;
  let silentCloses = 0;
  const other = (): 5 | 4 => (version === 5 ? 4 : 5);
  return {
    next: () => version,
    worked() {
      silentCloses = 0;
      if (version === 5) fiveWorked = true;
    },
    ended(end, wasUp) {
      if (wasUp) {
        if (version === 4 && !wasTold) {
          version = 5;
          silentCloses = SILENT_CLOSES - 1;
        }
        return 'after-back-off';
      }
      if (end.kind === 'refused' && (end.reasonCode === REASON.unsupportedVersion || end.reasonCode === 1)) {
        const first = version === 5 && !wasTold;
        version = other();
        wasTold = version === 4;
        return first ? 'again-at-once' : 'after-back-off';
      }
      // A CONNACK that cannot be read is how a 3.1.1 broker's refusal may look to an MQTT 5 client.
      const wordless = end.kind === 'closed' || (end.kind === 'failed' && end.code === '');
      silentCloses = wordless ? silentCloses + 1 : 0;
      if (silentCloses >= SILENT_CLOSES && !fiveWorked && !wasTold) {
        version = other();
        silentCloses = 0;
      }
      return 'after-back-off';
    },
  };
}
