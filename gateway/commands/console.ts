/** What every command shares: its streams and its language. It costs next to nothing to load. */
import type { Language, Said } from '../domain/faults.ts';

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

/** A file on stdout, byte by byte. */
export function writeBytes(bytes: Uint8Array): void {
  process.stdout.write(bytes);
}

/** Whether results go to a terminal, not into a file or the journal. */
export function isWatched(): boolean {
  return process.stdout.isTTY;
}

/** One sentence in two languages; `{name}` is filled in. */
export type Words = Said;

export function words(
  console: Console,
  text: Words,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return text[console.language].replace(/\{(\w+)\}/g, (_, key: string) => String(values[key] ?? '?'));
}
