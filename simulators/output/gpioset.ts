/**
 * Stands in for the program gpioset of libgpiod 1 (as 1.6.3) and 2 (as 2.2.4): takes the same arguments, and holds its
 * output until it is ended. What the pin does goes into the file FAKE_GPIO_PIN, one line each: `+ PID LEVEL` when it is
 * taken, `- PID` when it is let go by a signal that can be caught. FAKE_GPIO_MAJOR says which of the two it is.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const major = process.env['FAKE_GPIO_MAJOR'] === '1' ? 1 : 2;
const pin = process.env['FAKE_GPIO_PIN'] ?? die('no pin');

function die(text: string): never {
  process.stderr.write(`gpioset: ${text}\n`);
  process.exit(1);
}

const OPTIONS_1 = {
  version: { type: 'boolean' },
  'active-low': { type: 'boolean' },
  mode: { type: 'string' },
} as const;

const OPTIONS_2 = {
  version: { type: 'boolean' },
  'active-low': { type: 'boolean' },
  banner: { type: 'boolean' },
  chip: { type: 'string' },
  consumer: { type: 'string' },
  toggle: { type: 'string' },
} as const;

interface Wanted {
  readonly setting: string;
  readonly activeLow: boolean;
  readonly holds: boolean;
  readonly banner: boolean;
}

function versionAndOut(): never {
  process.stdout.write(major === 1 ? 'gpioset (libgpiod) v1.6.3\n' : 'gpioset (libgpiod) v2.2.4\n');
  process.exit(0);
}

function parse1(): Wanted {
  const { values, positionals } = parseArgs({ options: OPTIONS_1, allowPositionals: true });
  if (values.version) versionAndOut();
  const [chip, setting] = positionals;
  if (chip === undefined) return die('gpiochip must be specified');
  if (setting === undefined || !/^\d+=[01]$/.test(setting)) return die('invalid offset<->value mapping');
  const { mode = 'exit' } = values;
  return { setting, activeLow: values['active-low'] ?? false, holds: mode === 'signal', banner: false };
}

function parse2(): Wanted {
  const { values, positionals } = parseArgs({ options: OPTIONS_2, allowPositionals: true });
  if (values.version) versionAndOut();
  const [setting = ''] = positionals;
  if (!/^[^=]+=[01]$/.test(setting)) return die(`invalid line value: '${setting}'`);
  const { banner = false, toggle } = values;
  return { setting, activeLow: values['active-low'] ?? false, holds: toggle !== '0', banner };
}

const { setting, activeLow, holds, banner } = major === 1 ? parse1() : parse2();
const [name = '', value = ''] = setting.split('=');

function holderNow(): number | null {
  const lines = existsSync(pin) ? readFileSync(pin, 'utf8').trim().split('\n') : [];
  let pid: number | null = null;
  for (const line of lines) {
    const [sign, who] = line.split(' ');
    if (sign === '+') pid = Number(who);
    else if (Number(who) === pid) pid = null;
  }
  if (pid === null || !existsSync(`/proc/${pid}`)) return null;
  return pid;
}

if (holderNow() !== null) die(`error setting the GPIO line values: Device or resource busy`);
const level = (value === '1') !== activeLow ? 'high' : 'low';
appendFileSync(pin, `+ ${process.pid} ${level}\n`);
const letGo = (): void => {
  appendFileSync(pin, `- ${process.pid}\n`);
  process.exit(0);
};
if (!holds) letGo();
else {
  if (banner) process.stdout.write(`Setting line '${name}'...\n`);
  process.on('SIGTERM', letGo);
  process.on('SIGINT', letGo);
  setInterval(() => {}, 60_000);
}
