#!/usr/bin/env node
/** argv → command. Exit codes: 0 done; 1 a fault it names; 2 wrong use or invalid config; 130 interrupted. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { languageOf, systemConsole } from './commands/console.ts';
import { report, WRONG_USE } from './commands/report.ts';
import { CodedError, fault } from './domain/faults.ts';
import { VERSION } from './platform/version.ts';

const DONE = 0;
/** A command that is done may take this long to let go of everything, ms. */
const LINGER_MS = 2_000;

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** Each command loads its own modules, so that `check` does not wait for the drivers. */
function program(done: (code: number) => void): Command {
  const root = new Command('hakaru')
    .description(
      'Edge gateway for factory meters: registers to trusted hours, weighed and delivered. 測る・計る',
    )
    .version(VERSION)
    .option('--lang <language>', 'language of messages: ja or en (default: from LANG)')
    .exitOverride();
  const console = () => systemConsole(languageOf(root.opts<{ lang?: string }>().lang));
  const config = new Option('--config <file>', 'site file').default('site.yaml');
  const data = new Option('--data <dir>', 'folder of the database').default('data');

  root
    .command('run')
    .description('the gateway: poll, ledger, coefficients, MQTT, dashboard')
    .addOption(config)
    .addOption(data)
    .action(async (options) => done(await (await import('./commands/run.ts')).run(console(), options)));
  root
    .command('demo')
    .description('the gateway against a simulated factory')
    .option(
      '--port <n>',
      'port of the dashboard, 0 for a free one (default: 8080, or a free one)',
      whole(0, 65_535),
    )
    .option('--speed <n>', 'how many times as fast as real time', whole(1, 3_600), 1)
    .option('--data <dir>', 'keep the database there')
    .option('--seed <n>', 'seed of the factory', whole(0, 4_294_967_295), 20_260_701)
    .action(async (options) => done(await (await import('./commands/demo.ts')).demo(console(), options)));
  root
    .command('check')
    .description('judge a site file; opens no connection')
    .argument('<file>')
    .option('--json', 'one JSON document on stdout')
    .action(async (file, options) =>
      done((await import('./commands/check.ts')).check(console(), file, options)),
    );
  root
    .command('hours')
    .description('hour buckets out of the database')
    .addOption(data)
    .option('--from <time>', 'first hour')
    .option('--to <time>', 'up to this time')
    .option('--meter <id>', 'one meter only')
    .addOption(new Option('--format <format>').choices(['table', 'csv', 'json']).default('table'))
    .action(async (options) => done((await import('./commands/hours.ts')).hours(console(), options)));
  root
    .command('explain')
    .description('how one hour came about: readings, arithmetic, coefficient, message')
    .argument('<meter>')
    .argument('<hour>', 'like 2026-07-01T13:00')
    .addOption(data)
    .option('--channel <name>', 'which channel of the meter')
    .action(async (meter, hour, options) =>
      done((await import('./commands/explain.ts')).explain(console(), meter, hour, options)),
    );
  root
    .command('read')
    .description('one live reading of a meter')
    .argument('<meter>')
    .addOption(config)
    .option('--raw', 'show the frames in hex')
    .option('--watch', 'go on until Ctrl-C')
    .option('--json', 'one JSON document on stdout')
    .action(async (meter, options) =>
      done(await (await import('./commands/read.ts')).read(console(), meter, options)),
    );
  root
    .command('catalog')
    .description('the meter types this gateway knows')
    .option('--json', 'one JSON document on stdout')
    .action(async (options) => done((await import('./commands/catalog.ts')).catalog(console(), options)));
  root
    .command('simulate')
    .description('the simulators alone')
    .argument('<plant>', 'demo or noisy-bus')
    .option('--seed <n>', 'replays a run', whole(0, 4_294_967_295), 20_260_701)
    .action(async (plant, options) =>
      done(await (await import('./commands/simulate.ts')).simulate(console(), plant, options)),
    );

  const coefficients = root
    .command('coefficients')
    .description('demand-optimization coefficients (電気需要最適化係数)');
  coefficients
    .command('show')
    .description('what applies when, and why')
    .addOption(data)
    .option('--from <time>', 'first hour (default: today)')
    .option('--hours <n>', 'how many hours', whole(1, 9_000), 48)
    .action(async (options) => done((await import('./commands/coefficients.ts')).show(console(), options)));
  coefficients
    .command('import')
    .description('apply a document by hand, also while the gateway runs')
    .argument('<file>')
    .addOption(config)
    .addOption(data)
    .action(async (file, options) =>
      done(await (await import('./commands/coefficients.ts')).importDocument(console(), file, options)),
    );
  coefficients
    .command('fetch')
    .description('download and apply now')
    .addOption(config)
    .addOption(data)
    .action(async (options) =>
      done(await (await import('./commands/coefficients.ts')).fetchDocument(console(), options)),
    );
  return root;
}

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
    await program((result) => (code = result)).parseAsync([...argv], { from: 'user' });
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
