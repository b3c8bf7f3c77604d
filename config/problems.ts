import { CodedError, type Fault, type FaultCode, fault, type Language } from '../gateway/domain/faults.ts';
import { wording } from './problem-texts.ts';
import type { ConfigProblem } from './types.ts';
import type { RawProblem } from './yaml-source.ts';

/** A file that cannot be used, with everything that is wrong in it and its text for showing the lines. */
export class ConfigError extends CodedError {
  readonly path: string;
  readonly source: string;
  readonly problems: readonly ConfigProblem[];

  constructor(code: FaultCode, path: string, source: string, problems: readonly ConfigProblem[]) {
    const first = problems[0];
    super(
      problemFault(code, path, problems),
      first && { cause: `${path}:${first.line}:${first.column}: ${first.reason}` },
    );
    this.name = 'ConfigError';
    this.path = path;
    this.source = source;
    this.problems = problems;
  }
}

function problemFault(code: FaultCode, path: string, problems: readonly ConfigProblem[]): Fault {
  const first = problems[0];
  const where = first ? `${first.line}:${first.column}` : '1:1';
  return fault(code, { path, count: problems.length, where, reason: first?.reason ?? '' });
}

/** In words, in the order of the file, each once. */
export function worded(problems: readonly RawProblem[], language: Language): ConfigProblem[] {
  const seen = new Set<string>();
  const result: ConfigProblem[] = [];
  for (const { path, place, text, values } of problems) {
    const { reason, advice } = wording(text, values, language);
    const key = `${place.line}:${place.column} ${reason}`;
    if (seen.has(key)) continue;
    seen.add(key);
    result.push({ line: place.line, column: place.column, path: path.join('.'), reason, advice });
  }
  return result.sort((a, b) => a.line - b.line || a.column - b.column);
}
