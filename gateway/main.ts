#!/usr/bin/env node
/** argv → command. Exit codes: 0 done; 1 a fault it names; 2 wrong use or invalid config; 130 interrupted. */
import { CommanderError } from 'commander';
import { languageOf, systemConsole } from './commands/console.ts';
import { report, WRONG_USE } from './commands/report.ts';
import { CodedError, fault } from './domain/faults.ts';
import { program } from './program.ts';

const DONE = 0;
/** A command that is done may take this long to let go of everything, ms. */
const LINGER_MS = 2_000;

/** `--lang ja` or `--lang=ja`, wherever it stands: also when the rest of the line could not be understood. */
function langFlag(argv: readonly string[]): string | undefined {
  const at = argv.indexOf('--lang');
  return at >= 0 ? argv[at + 1] : argv.find((word) => word.startsWith('--lang='))?.slice('--lang='.length);
}

async function main(argv: readonly string[]): Promise<number> {
  const console = systemConsole(languageOf(langFlag(argv)));
  if (Number(process.versions.node.split('.')[0]) < 24) {
    return report(new CodedError(fault('node-too-old', { found: process.versions.node })), console);
  }
  let code = DONE;
  try {
    const root = program((result) => (code = result));
    if (console.language === 'ja') (await import('./help-ja.ts')).inJapanese(root);
    await root.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    // It has said so itself.
    if (error instanceof CommanderError) return error.exitCode === 0 ? DONE : WRONG_USE;
    return report(error, console);
  }
}

process.exitCode = await main(process.argv.slice(2));
// What is done ends, also where a library still holds a handle. The timer itself holds nothing.
setTimeout(() => process.exit(), LINGER_MS).unref();
