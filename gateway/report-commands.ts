/** `hakaru report`: the reports, and what people enter for them. */
import { Argument, type Command, Option } from 'commander';
import type { Console } from './commands/console.ts';
import { ENTRY_KINDS } from './domain/report/entries.ts';

export function reporting(
  root: Command,
  console: () => Console,
  done: (code: number) => void,
  data: Option,
): void {
  const by = new Option('--by <name>', 'who says it (default: the user of the operating system)');
  const report = root
    .command('report')
    .description('daily, monthly and annual figures (日報・月報・年報)')
    .addOption(data)
    .option('--fiscal-year <year>', 'April to March, like 2026')
    .option('--month <month>', 'like 2026-07')
    .option('--day <date>', 'like 2026-07-15')
    .addOption(new Option('--format <format>').choices(['html', 'csv', 'json']).default('html'))
    .addOption(new Option('--encoding <encoding>', 'of CSV').choices(['utf-8', 'shift_jis']).default('utf-8'))
    .option('--output <file>', 'a file instead of stdout')
    .action(async (options) =>
      done(await (await import('./commands/report-show.ts')).showReport(console(), options)),
    );
  report
    .command('enter')
    .description(
      'one figure: production, a fuel without a meter, CO2 factors, demand response, an earlier year',
    )
    .addArgument(new Argument('<kind>', 'what it is').choices(ENTRY_KINDS))
    .argument('<fields...>', 'like 2026-07 1234.5; `-` takes a figure back')
    .addOption(by)
    .action(async (kind, fields, _options, command: Command) =>
      done(
        await (await import('./commands/report-enter.ts')).enterReport(
          console(),
          [kind, ...fields],
          command.optsWithGlobals(),
        ),
      ),
    );
  report
    .command('import')
    .description('a CSV file of such figures: all of it or nothing')
    .argument('<file>')
    .addOption(by)
    .action(async (file, _options, command: Command) =>
      done(
        await (await import('./commands/report-enter.ts')).importEntries(
          console(),
          file,
          command.optsWithGlobals(),
        ),
      ),
    );
  report
    .command('entries')
    .description('what was entered, by whom and when')
    .option('--json', 'one JSON document on stdout')
    .action(async (_options, command: Command) =>
      done((await import('./commands/report-enter.ts')).listEntries(console(), command.optsWithGlobals())),
    );
}
