/** What every command shares: its streams, its language, and reading times that a person wrote. */
import stringWidth from 'string-width';
import { Temporal } from 'temporal-polyfill';
import { CodedError, fault, type Language } from '../domain/faults.ts';
import { type EpochMs, instant } from '../domain/time.ts';

export interface Console {
  readonly language: Language;
  /** Results: stdout. */
  readonly out: (text: string) => void;
  /** Words for a person: stderr. */
  readonly say: (text: string) => void;
}

/** `--lang` first, then the environment as programs usually read it; English for all others. */
export function languageOf(flag: string | undefined, env: NodeJS.ProcessEnv = process.env): Language {
  const wanted = flag ?? env['LC_ALL'] ?? env['LC_MESSAGES'] ?? env['LANG'] ?? 'en';
  return wanted.toLowerCase().startsWith('ja') ? 'ja' : 'en';
}

export function systemConsole(language: Language): Console {
  return {
    language,
    out: (text) => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    say: (text) => void process.stderr.write(text.endsWith('\n') ? text : `${text}\n`),
  };
}

/** One sentence in two languages; `{name}` is filled in. */
export type Words = Readonly<Record<Language, string>>;

export function words(
  console: Console,
  text: Words,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return text[console.language].replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? '?'));
}

function parsed(text: string, timezone: string): number | null {
  try {
    if (/^\d{4}-\d\d-\d\d$/.test(text))
      return Temporal.PlainDate.from(text).toZonedDateTime(timezone).epochMilliseconds;
    if (/(?:Z|[+-]\d\d:?\d\d)$/.test(text)) return Temporal.Instant.from(text).epochMilliseconds;
    return Temporal.PlainDateTime.from(text).toZonedDateTime(timezone).epochMilliseconds;
  } catch {
    return null;
  }
}

/**
 * A date, a local time or an instant with its offset. @param timezone reads what has no offset
 * @throws CodedError time-unreadable
 */
export function readTime(text: string, timezone: string): EpochMs {
  const ms = parsed(text, timezone);
  if (ms === null) throw new CodedError(fault('time-unreadable', { text }));
  return instant(ms);
}

/** Pads to a column width as a terminal shows it: kana and kanji take two columns. */
function padded(text: string, width: number, side: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return side === 'right' ? text + space : space + text;
}

/** Rows with aligned columns; the columns numbered in `right` are aligned to the right. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: ReadonlySet<number> = new Set(),
): string {
  const widths = header.map((title, column) =>
    Math.max(...[title, ...rows.map((row) => row[column] ?? '')].map((cell) => stringWidth(cell))),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => padded(cell, widths[column] ?? 0, right.has(column) ? 'left' : 'right'))
      .join('  ')
      .trimEnd();
  return [line(header), ...rows.map(line)].join('\n');
}
