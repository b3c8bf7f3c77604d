/**
 * `npm run bench [name…]`: every figure of test/bench/*.bench.ts, or of those whose name begins with one of the given.
 * Each file runs in a process of its own, one after the other. One JSON line per figure on stdout; words for people,
 * and at the end a table, on stderr. Exits 1 when a bench failed; a figure that misses its target is no failure.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type { FigureLine } from './harness.ts';

/** No bench takes longer; one that does hangs, ms. */
const LIMIT_MS = 600_000;
const SUFFIX = '.bench.ts';

/** What a file of figures exports: one of the two. */
interface BenchModule {
  readonly figures?: readonly FigureLine[];
  readonly bench?: (report: (line: FigureLine) => void) => Promise<void>;
}

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** In the child: the figures of one file, a line each. */
async function runOne(path: string): Promise<void> {
  const { figures, bench } = (await import(pathToFileURL(path).href)) as BenchModule;
  const report = (line: FigureLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
  for (const line of figures ?? []) report(line);
  await bench?.(report);
}

function isFigure(value: unknown): value is FigureLine {
  const line = value as FigureLine;
  return (
    typeof line === 'object' &&
    line !== null &&
    typeof line.name === 'string' &&
    Number.isFinite(line.value) &&
    Number.isInteger(line.runs)
  );
}

/** @returns the figures; null when the bench failed */
async function runApart(name: string): Promise<FigureLine[] | null> {
  const file = new URL(`${name}${SUFFIX}`, import.meta.url).pathname;
  const child = spawn(process.execPath, [import.meta.filename, '--file', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: LIMIT_MS,
  });
  const end = (): void => void child.kill();
  process.once('exit', end);
  const lines: FigureLine[] = [];
  let broken: string | null = null;
  createInterface({ input: child.stdout }).on('line', (text) => {
    try {
      const line: unknown = JSON.parse(text);
      if (!isFigure(line)) throw new TypeError('not a figure');
      lines.push(line);
      process.stdout.write(`${text}\n`);
    } catch {
      broken ??= text;
    }
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  process.off('exit', end);
  if (code === 0 && broken === null && lines.length > 0) return lines;
  say(
    `${name}: FAILED (exit ${code}${broken === null ? '' : `, not a figure: ${String(broken).slice(0, 200)}`})`,
  );
  return null;
}

function table(lines: readonly FigureLine[]): string {
  const rows = lines.map((line) => [
    line.name,
    `${line.value} ${line.unit}`,
    line.limit === null ? '-' : String(line.limit),
    line.ratio === null ? '-' : String(line.ratio),
    `${line.spread[0]} … ${line.spread[1]}`,
    String(line.runs),
  ]);
  const all = [['figure', 'value', 'limit', 'ratio', 'spread', 'runs'], ...rows];
  const widths = (all[0] ?? []).map((_, n) => Math.max(...all.map((row) => row[n]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((text, n) => text.padEnd(widths[n] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

async function main(wanted: readonly string[]): Promise<number> {
  const known = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => name.slice(0, -SUFFIX.length))
    .sort();
  const chosen = known.filter(
    (name) => wanted.length === 0 || wanted.some((start) => name.startsWith(start)),
  );
  const strangers = wanted.filter((start) => !known.some((name) => name.startsWith(start)));
  if (strangers.length > 0) {
    say(`No bench is called ${strangers.join(', ')}. There are: ${known.join(', ')}`);
    return 2;
  }
  say(`${availableParallelism()} × ${cpus()[0]?.model ?? '?'}, Node ${process.version}`);
  const lines: FigureLine[] = [];
  const failed: string[] = [];
  for (const name of chosen) {
    say(`${name} …`);
    const figures = await runApart(name);
    if (figures) lines.push(...figures);
    else failed.push(name);
  }
  say(`\n${table(lines)}`);
  if (failed.length > 0) say(`failed: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}

const { values, positionals } = parseArgs({
  options: { file: { type: 'string' } },
  allowPositionals: true,
});
// By way of `exit`, so that a bench ends what it started, and this its bench.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));
if (values.file !== undefined) await runOne(values.file);
else process.exitCode = await main(positionals);
