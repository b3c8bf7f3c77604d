/** `hakaru --help`, as an installer sees it whose machine speaks Japanese. */
import { expect, test } from 'vitest';
import { hakaru } from '../support/cli.ts';

const JAPANESE = /[\u3040-\u30ff\u4e00-\u9fff]/;
/** What follows two spaces or more behind the name of an option, argument or command. */
const DESCRIBED = /^ {2}\S.*? {2,}(\S.*)$/;

function described(help: string): string[] {
  return help.split('\n').flatMap((line) => DESCRIBED.exec(line)?.[1] ?? []);
}

function commandsIn(help: string): string[] {
  return (help.split(/^(?:Commands|コマンド):$/m)[1] ?? '')
    .split('\n')
    .flatMap((line) => /^ {2}([a-z]+)/.exec(line)?.[1] ?? [])
    .filter((name) => name !== 'help');
}

async function helpsBelow(...path: string[]): Promise<string[]> {
  const { code, stdout } = await hakaru(...path, '--help', '--lang', 'ja');
  expect(code).toBe(0);
  const below = await Promise.all(commandsIn(stdout).map((name) => helpsBelow(...path, name)));
  return [stdout, ...below.flat()];
}

test('every command describes itself in Japanese', async () => {
  const helps = await helpsBelow();
  expect(helps.length).toBeGreaterThan(15);
  const said = helps.flatMap(described).filter((text) => !/^\(choices: [^)]*\)$/.test(text));
  expect(said.filter((text) => !JAPANESE.test(text))).toEqual([]);
  for (const help of helps) expect(help).toMatch(/^使い方: hakaru/);
});

test('in English nothing changes', async () => {
  const { stdout } = await hakaru('check', '--help');
  expect(stdout).toMatch(/^Usage: hakaru check/);
  expect(stdout).toContain('judge a site file');
});
