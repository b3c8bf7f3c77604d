/** Prints problems the way a good compiler does: place, line, caret, reason, what to write instead. */
import type { Language } from '../gateway/domain/faults.ts';
import type { ConfigProblem } from './types.ts';

const LABELS = {
  en: {
    instead: 'help',
    none: 'no problems',
    problem: { one: '1 problem', many: (count: number) => `${count} problems` },
    warning: { one: '1 warning', many: (count: number) => `${count} warnings` },
  },
  ja: {
    instead: '対処',
    none: '誤りはありません',
    problem: { one: '誤り 1 件', many: (count: number) => `誤り ${count} 件` },
    warning: { one: '注意 1 件', many: (count: number) => `注意 ${count} 件` },
  },
} as const;

/** Longest piece of a line that is shown, in columns of a terminal. */
const SHOWN = 100;

/** Whether a terminal draws the character two columns wide (kana, kanji, Hangul, full-width forms, emoji). */
function wide(code: number): boolean {
  return (
    (code >= 0x11_00 && code <= 0x11_5f) ||
    (code >= 0x2e_80 && code <= 0xa4_cf) ||
    (code >= 0xac_00 && code <= 0xd7_a3) ||
    (code >= 0xf9_00 && code <= 0xfa_ff) ||
    (code >= 0xfe_30 && code <= 0xfe_6f) ||
    (code >= 0xff_00 && code <= 0xff_60) ||
    (code >= 0xff_e0 && code <= 0xff_e6) ||
    (code >= 0x1_f3_00 && code <= 0x1_f9_ff)
  );
}

function width(text: string): number {
  let columns = 0;
  for (const letter of text) columns += wide(letter.codePointAt(0) ?? 0) ? 2 : 1;
  return columns;
}

const stars = (found: string): string => '*'.repeat(found.length);

/** A secret that stands in the line by mistake is never printed. Lengths stay, so that the caret still fits. */
function masked(line: string): string {
  return line
    .replace(
      /(["']?(?:password|secret)["']?\s*:\s*)(?![{\s])("[^"]*"?|'[^']*'?|[^,}#]+)/gi,
      (_, key: string, value: string) => key + stars(value),
    )
    .replace(/(\/\/)([^/\s"'@]+)(?=@)/g, (_, slashes: string, value: string) => slashes + stars(value));
}

/** How much of the line the mark covers: a quoted text, a bracket, or up to the end of the value or key. */
function markLength(rest: string): number {
  const quoted = /^("(?:[^"\\]|\\.)*"|'[^']*')/.exec(rest)?.[0];
  if (quoted) return width(quoted);
  if (/^[{[]/.test(rest)) return 1;
  const word = /^.+?(?=:(?:\s|$)|\s*[,}\]]|\s+#|\s*$)/.exec(rest)?.[0] ?? '';
  return Math.max(1, width(word));
}

/** The piece of the line around the column, and where the mark begins in it. */
function window(
  line: string,
  column: number,
): { readonly shown: string; readonly before: string; readonly rest: string } {
  const clean = masked(line.replaceAll('\t', ' ').replace(/\r$/, ''));
  const at = Math.min(column - 1, clean.length);
  const start = at > SHOWN - 30 ? at - (SHOWN - 30) : 0;
  const lead = start > 0 ? '…' : '';
  const end = start + SHOWN < clean.length ? start + SHOWN : clean.length;
  const tail = end < clean.length ? '…' : '';
  return {
    shown: lead + clean.slice(start, end) + tail,
    before: lead + clean.slice(start, at),
    rest: clean.slice(at, end),
  };
}

function one(path: string, lines: readonly string[], problem: ConfigProblem, language: Language): string {
  const { shown, before, rest } = window(lines[problem.line - 1] ?? '', problem.column);
  const number = String(problem.line);
  const gutter = ' '.repeat(number.length);
  return [
    `${path}:${problem.line}:${problem.column}: ${problem.reason}`,
    `${gutter} │`,
    `${number} │ ${shown}`,
    `${gutter} │ ${' '.repeat(width(before))}${'^'.repeat(markLength(rest))}`,
    `${gutter} └ ${LABELS[language].instead}: ${problem.advice}`,
  ].join('\n');
}

/**
 * All problems of one file for a terminal, each with its line, and their count.
 * @param path as the person gave it
 * @param source the text of the file; passwords in it are masked
 */
export function formatProblems(
  path: string,
  source: string,
  problems: readonly ConfigProblem[],
  language: Language = 'en',
  kind: 'problem' | 'warning' = 'problem',
): string {
  const labels = LABELS[language];
  if (problems.length === 0) return `${path}: ${labels.none}`;
  const lines = source.replace(/^\uFEFF/, '').split('\n');
  const count = problems.length === 1 ? labels[kind].one : labels[kind].many(problems.length);
  return [...problems.map((problem) => one(path, lines, problem, language)), `${path}: ${count}`].join(
    '\n\n',
  );
}
