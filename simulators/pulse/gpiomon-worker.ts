/**
 * Stands in for the program gpiomon of libgpiod 1 (as 1.6.3) and 2 (as 2.2.4): takes the same arguments and writes the
 * same text. The edges come from a {@link ./board.ts | pulse board} over the socket FAKE_GPIO_BOARD; FAKE_GPIO_MAJOR
 * says which of the two it is. Like the real one it holds its lines until it ends, and writes only what it watches.
 */
import { connect } from 'node:net';
import { parseArgs } from 'node:util';
import { type FromBoard, type Marked, onLines, type Request } from './wire.ts';

const major = process.env['FAKE_GPIO_MAJOR'] === '1' ? 1 : 2;
const VERSION =
  process.env['FAKE_GPIO_VERSION'] ??
  (major === 1 ? 'gpiomon (libgpiod) v1.6.3' : 'gpiomon (libgpiod) v2.2.4');

function die(text: string): never {
  process.stderr.write(`gpiomon: ${text}\n`);
  process.exit(1);
}

const OPTIONS_1 = {
  version: { type: 'boolean' },
  'active-low': { type: 'boolean' },
  bias: { type: 'string' },
  'rising-edge': { type: 'boolean' },
  'falling-edge': { type: 'boolean' },
  'line-buffered': { type: 'boolean' },
  format: { type: 'string' },
} as const;

const OPTIONS_2 = {
  version: { type: 'boolean' },
  'active-low': { type: 'boolean' },
  banner: { type: 'boolean' },
  bias: { type: 'string' },
  chip: { type: 'string' },
  consumer: { type: 'string' },
  edges: { type: 'string' },
  'event-clock': { type: 'string' },
  format: { type: 'string' },
} as const;

interface Wanted extends Omit<Request, 'pid'> {
  readonly format: string;
  readonly banner: boolean;
}

function parse1(): Wanted {
  const { values, positionals } = parseArgs({ options: OPTIONS_1, allowPositionals: true });
  if (values.version) versionAndOut();
  const [chip, ...inputs] = positionals;
  if (chip === undefined) return die('gpiochip must be specified');
  if (inputs.length === 0) return die('at least one GPIO line offset must be specified');
  for (const input of inputs) if (!/^\d+$/.test(input)) die(`invalid GPIO offset: ${input}`);
  // Without it the real one writes by blocks of 4 KB into a pipe.
  if (!values['line-buffered']) return die('this stand-in does not play a full buffer');
  const { 'rising-edge': rising = false, 'falling-edge': falling = false, bias = 'as-is' } = values;
  if (!['as-is', 'disable', 'pull-up', 'pull-down'].includes(bias)) return die(`invalid bias: ${bias}`);
  const edges = rising && !falling ? 'rising' : falling && !rising ? 'falling' : 'both';
  const format = values.format ?? 'event: %e offset: %o timestamp: [%s.%n]';
  return {
    major,
    chip,
    inputs,
    edges,
    activeLow: values['active-low'] ?? false,
    bias,
    format,
    banner: false,
  };
}

function parse2(): Wanted {
  const { values, positionals: inputs } = parseArgs({ options: OPTIONS_2, allowPositionals: true });
  if (values.version) versionAndOut();
  if (inputs.length === 0) return die('at least one GPIO line must be specified');
  const { chip = '', edges = 'both', bias = 'as-is', format = '%S %E %c %o', banner = false } = values;
  if (edges !== 'both' && edges !== 'rising' && edges !== 'falling') return die(`invalid edges: ${edges}`);
  if (!['as-is', 'disabled', 'pull-up', 'pull-down'].includes(bias)) return die(`invalid bias: ${bias}`);
  return { major, chip, inputs, edges, activeLow: values['active-low'] ?? false, bias, format, banner };
}

function versionAndOut(): never {
  process.stdout.write(`${VERSION}\nCopyright (C) 2017-2023 the authors\n`);
  process.exit(0);
}

const { format, banner, ...wanted } = major === 1 ? parse1() : parse2();

function printed(offset: number, rising: boolean, stampNs: bigint, name: string | null): string {
  const seconds = stampNs / 1_000_000_000n;
  const nanos = stampNs % 1_000_000_000n;
  const words: Readonly<Record<string, string>> = {
    o: String(offset),
    e: major === 1 ? (rising ? '1' : '0') : rising ? '1' : '2',
    E: rising ? 'rising' : 'falling',
    c: wanted.chip,
    l: name ?? 'unnamed',
    s: String(seconds),
    n: String(nanos),
    S: `${seconds}.${String(nanos).padStart(9, '0')}`,
  };
  return `${format.replaceAll(/%(.)/g, (whole, letter: string) => words[letter] ?? whole)}\n`;
}

const board = connect(process.env['FAKE_GPIO_BOARD'] ?? die('no board'));
board.on('error', () => die('the board is gone'));
board.on('close', () => process.exit(0));
board.write(`${JSON.stringify({ ...wanted, pid: process.pid } satisfies Request)}\n`);
process.stdout.on('error', () => process.exit(1));

let names: ReadonlyMap<number, string | null> = new Map();
onLines(board, (line) => {
  const message = JSON.parse(line) as FromBoard;
  if (message.kind === 'refused') {
    die(
      major === 1
        ? `error waiting for events: ${message.reason}`
        : `unable to request lines on chip /dev/${wanted.chip}: ${message.reason}`,
    );
  } else if (message.kind === 'mark') {
    // Pipes are written to synchronously: what came before has left.
    board.write(`${JSON.stringify({ mark: message.mark } satisfies Marked)}\n`);
  } else if (message.kind === 'text') process.stdout.write(message.text);
  else if (message.kind === 'granted') {
    names = new Map(message.offsets.map((offset, i) => [offset, message.names[i] ?? null]));
    const quoted = wanted.inputs.map((input) => `'${input}'`);
    const last = quoted.pop() ?? '';
    const list = quoted.length === 0 ? `line ${last}` : `lines ${quoted.join(', ')}, and ${last}`;
    if (banner) process.stdout.write(`Monitoring ${list.replace(/, and (?=[^,]*$)/, ' and ')}...\n`);
  } else {
    let text = '';
    for (const [offset, high, stampNs] of message.list) {
      const rising = (high === 1) !== wanted.activeLow;
      if (wanted.edges !== 'both' && (wanted.edges === 'rising') !== rising) continue;
      text += printed(offset, rising, BigInt(stampNs), names.get(offset) ?? null);
    }
    if (text !== '') process.stdout.write(text);
  }
});
