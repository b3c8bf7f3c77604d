/** `hakaru check FILE`: judges a site file and opens no connection. */

import { formatProblems } from '../../config/format-problems.ts';
import { checkSite } from '../../config/load-site.ts';
import { type Console, words } from './console.ts';

/** @returns 0 when the file is good, 2 when it is not */
export function check(console: Console, file: string, options: { readonly json?: boolean }): number {
  const { site, problems, source } = checkSite(file, { language: console.language });
  if (options.json) {
    console.out(JSON.stringify({ file, ok: site !== null, problems }, null, 2));
  } else if (site === null) {
    console.say(formatProblems(file, source, problems, console.language));
  } else {
    const facts = { file, meters: site.meters.length, lines: site.lines.length };
    console.out(
      words(
        console,
        {
          en: '{file}: good ({meters} meters on {lines} lines).',
          ja: '{file}: 正常です (メーター {meters} 台、回線 {lines} 本)。',
        },
        facts,
      ),
    );
  }
  return site === null ? 2 : 0;
}
