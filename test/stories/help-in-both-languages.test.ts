/** `hakaru --help`, as an installer sees it whose machine speaks Japanese. */
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { inJapanese } from '../../gateway/help-ja.ts';
import { program } from '../../gateway/program.ts';
import { hakaru } from '../support/cli.ts';

const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/;
/** Everything that the help of a command and of those below it says in words. */
function wordsOf(command: Command): string[] {
  const own = [
    command.description(),
    ...command.options.map(({ description }) => description),
    ...command.registeredArguments.map(({ description }) => description),
  ];
  return [...own.filter((text) => text !== ''), ...command.commands.flatMap(wordsOf)];
}

const helpsOf = (command: Command): string[] => [
  command.helpInformation(),
  ...command.commands.flatMap(helpsOf),
];

test('every command describes itself in Japanese', () => {
  const root = program(() => undefined);
  inJapanese(root);
  const said = wordsOf(root);
  expect(said.length).toBeGreaterThan(60);
  expect(said.filter((text) => !JAPANESE.test(text) && !text.startsWith('例 '))).toEqual([]);
  for (const help of helpsOf(root)) {
    expect(help).toMatch(/^使い方: hakaru/);
    expect(help).not.toMatch(/^(?:Usage|Options|Arguments|Commands):|display help/m);
  }
});

test('a machine that speaks Japanese is answered so, all others in English', async () => {
  expect((await hakaru('check', '--help', '--lang', 'ja')).stdout).toMatch(
    /^使い方: hakaru check .*\n\nサイト/,
  );
  expect((await hakaru('check', '--help')).stdout).toMatch(/^Usage: hakaru check .*\n\njudge a site file/);
});
