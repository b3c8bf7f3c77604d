import pino from 'pino';

export type Log = pino.Logger;

/** JSON lines on stdout for journald; `silent` for commands that talk to a person instead. */
export function createLog(level: 'info' | 'warn' | 'silent' = 'info'): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
}
