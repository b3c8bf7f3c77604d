/** The commands and their options. Each loads its own modules, so that `check` does not wait for the drivers. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { languageOf, systemConsole } from './commands/console.ts';
import { VERSION } from './platform/version.ts';
import { reporting } from './report-commands.ts';

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`Write a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

function listed(one: (text: string) => number): (text: string, known?: number[]) => number[] {
  return (text, known = []) => [...known, ...text.split(',').map(one)];
}

function unitRange(text: string): readonly [number, number] {
  const [from, to] = text.split('-').map(whole(0, 255));
  const last = to ?? from;
  if (from === undefined || last === undefined || from > last)
    throw new InvalidArgumentError('Write units like 1-32, or one like 7.');
  return [from, last];
}

type Options = { readonly config: Option; readonly data: Option };

/** What a person tells the ledger. */
function correcting(
  root: Command,
  console: () => ReturnType<typeof systemConsole>,
  done: (code: number) => void,
  { config, data }: Options,
): void {
  const saying = (command: Command): Command =>
    command
      .addOption(config)
      .addOption(data)
      .option('--by <name>', 'who says it (default: the user of the operating system)')
      .option('--sure', 'the figures were looked at twice: do not ask the rating');
  saying(root.command('exchange'))
    .description('a meter was replaced (計器交換); also while the gateway runs')
    .argument('<meter>')
    .requiredOption('--at <time>', 'when, like 2026-07-01T13:00')
    .requiredOption('--old-final <reading>', 'what the old meter showed last (取外し指針), e.g. 12345.6')
    .requiredOption('--new-start <reading>', 'what the new meter showed first (取付け指針), e.g. 0')
    .option('--serial <number>', 'serial number of the new meter')
    .option('--channel <name>', 'which channel of the meter')
    .action(async (meter, options) =>
      done(await (await import('./commands/exchange.ts')).exchange(console(), meter, options)),
    );
  saying(root.command('dial'))
    .description('a dial reading (指針値) of a meter whose pulses the gateway counts')
    .argument('<meter>')
    .requiredOption('--at <time>', 'when it was read')
    .requiredOption('--reading <reading>', 'what the dial showed, e.g. 4711.5')
    .option('--channel <name>', 'which channel of the meter')
    .action(async (meter, options) =>
      done(await (await import('./commands/dial.ts')).dial(console(), meter, options)),
    );
  root
    .command('questions')
    .description('what the ledger asks of people')
    .addOption(data)
    .option('--all', 'also what is settled')
    .option('--trail', 'who said what, and when')
    .option('--json', 'one JSON document on stdout')
    .action(async (options) => done((await import('./commands/questions.ts')).questions(console(), options)));
  saying(root.command('answer'))
    .description('settles a question; a later answer replaces an earlier one')
    .argument('<id>', 'of `hakaru questions`')
    .addArgument(
      new Argument('<what>', 'what happened').choices(['exchange', 'reset', 'wrap', 'real', 'ignore']),
    )
    .option('--at <time>', 'exchange: when')
    .option('--old-final <reading>', 'exchange, reset: the last figure of the old register')
    .option('--new-start <reading>', 'exchange, reset: the first figure of the new one')
    .option('--serial <number>', 'exchange: serial number of the new meter')
    .option('--end <reading>', 'wrap: where the register starts again at 0')
    .action(async (id, what, options) =>
      done(await (await import('./commands/answer.ts')).answer(console(), id, what, options)),
    );
}

/** @param done is told the exit code */
export function program(done: (code: number) => void): Command {
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
    .command('demand')
    .description('demand (デマンド) of the running period, and the maxima of twelve months')
    .addOption(data)
    .option('--json', 'one JSON document on stdout')
    .action(async (options) => done((await import('./commands/demand.ts')).demand(console(), options)));
  root
    .command('explain')
    .description(
      'how one hour came about: readings, arithmetic, coefficient, message; or one cell of a report',
    )
    .argument('<meter>', 'a meter; with --report a cell, like purchased.2026-07.kwh')
    .argument('[hour]', 'like 2026-07-01T13:00')
    .addOption(data)
    .option('--channel <name>', 'which channel of the meter')
    .option('--report <period>', 'a report, like 2026, 2026-07 or 2026-07-15')
    .action(async (meter, hour, { report: period, ...options }) => {
      if (period !== undefined)
        done(
          await (await import('./commands/report-show.ts')).explainReport(
            console(),
            options.data,
            period,
            meter,
          ),
        );
      else if (hour === undefined)
        root.error("error: missing required argument 'hour', like 2026-07-01T13:00");
      else done((await import('./commands/explain.ts')).explain(console(), meter, hour, options));
    });
  reporting(root, console, done, data);
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
    .command('scan')
    .description('finds units on a wire and tells what they are')
    .argument('[line]', 'a line of the site file')
    .addOption(config)
    .option('--port <path>', 'a serial port instead of a line, like /dev/ttyUSB0')
    .option('--tcp <host:port>', 'a Modbus TCP device instead of a line')
    .addOption(
      new Option('--baud <n...>', 'baud rates (default: those of the line, or the usual ones)').argParser(
        listed(whole(300, 921_600)),
      ),
    )
    .addOption(new Option('--parity <p...>').choices(['none', 'even', 'odd']))
    .option('--stop-bits <n>', '1 or 2', whole(1, 2))
    .option('--units <a-b>', 'first and last unit', unitRange, [1, 247])
    .option('--response <ms>', 'how long a meter may think', whole(20, 10_000), 300)
    .option('--json', 'one JSON document on stdout')
    .action(async (line, options) =>
      done(await (await import('./commands/scan.ts')).scan(console(), line, options)),
    );
  correcting(root, console, done, { config, data });
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

  root
    .command('ahead')
    .description('today and tomorrow: classes, expected use, what moving load would save')
    .addOption(data)
    .option('--json', 'one JSON document on stdout')
    .action(async (options) => done((await import('./commands/ahead.ts')).ahead(console(), options)));

  const coefficients = root
    .command('coefficients')
    .description('demand-optimization coefficients (電気需要最適化係数)');
  coefficients
    .command('show')
    .description('what applies when, and why')
    .addOption(data)
    .option('--from <time>', 'first hour (default: today)')
    .option('--to <time>', 'up to this time, instead of --hours')
    .option('--hours <n>', 'how many hours', whole(1, 9_000), 48)
    .option('--hour <time>', 'one hour alone')
    .option('--explain', 'which document, file and rule decided, and what was passed over')
    .option('--json', 'one JSON document on stdout, with all that --explain tells')
    .action(async (options) =>
      done((await import('./commands/coefficients-show.ts')).show(console(), options)),
    );
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
    .description('ask every source now and apply what it gives')
    .addOption(config)
    .addOption(data)
    .action(async (options) =>
      done(await (await import('./commands/coefficient-sources.ts')).fetchDocuments(console(), options)),
    );
  coefficients
    .command('sources')
    .description('what each source said last, and what came')
    .addOption(data)
    .option('--last <n>', 'how many of what came', whole(1, 1_000), 20)
    .option('--json', 'one JSON document on stdout')
    .action(async (options) =>
      done((await import('./commands/coefficient-sources.ts')).showSources(console(), options)),
    );
  return root;
}
