import pino from 'pino';
import type { Language } from '../domain/faults.ts';
import { terminalLine } from './terminal-line.ts';

export type Log = pino.Logger;

/** Somebody who watches. */
interface Reader {
  readonly language: Language;
  readonly out: (line: string) => void;
}

interface LogOptions {
  readonly level?: 'info' | 'warn' | 'silent';
  /** Who reads the lines; null: they are JSON. */
  readonly reader?: Reader | null;
}

/** JSON lines on stdout for journald, or a person's; `silent` for commands that talk to a person instead. */
export function createLog({ level = 'info', reader = null }: LogOptions = {}): Log {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (reader === null) return pino(options);
  return pino(options, { write: (line) => reader.out(terminalLine(line, reader.language)) });
}
