import { formatProblems } from '../../config/format-problems.ts';
import { ConfigError } from '../../config/problems.ts';
import { CodedError, faultText } from '../domain/faults.ts';
import type { Console } from './console.ts';

/** Exit codes: a fault that has a name; wrong use or invalid config. */
export const FAULT = 1;
export const WRONG_USE = 2;

/**
 * One fault, one sentence, one exit code. Anything that carries no fault is a bug and keeps its stack.
 * @returns the exit code
 */
export function report(error: unknown, { say, language }: Console): number {
  if (error instanceof ConfigError) {
    say(formatProblems(error.path, error.source, error.problems, language));
    return WRONG_USE;
  }
  if (error instanceof CodedError) {
    say(`${error.fault.code}: ${faultText(error.fault, language)}`);
    return FAULT;
  }
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return FAULT;
}
