/**
 * Everything that must hold, in order: the checks that read the sources (two at a time), then the tests. Each check is
 * one line; its output is shown only when it fails. The last line is `N passed, M failed`, checks and tests together.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Counts, readReport } from './report.ts';

interface Check {
  readonly name: string;
  readonly command: readonly [program: string, ...args: string[]];
}

const ROOMS = ['gateway', 'config', 'drivers', 'simulators', 'test', '.ci'];

const CHECKS: readonly Check[] = [
  { name: 'types', command: ['tsc'] },
  { name: 'types of the page', command: ['tsc', '-p', 'gateway/dashboard/web', '--noEmit'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings', ...ROOMS] },
  { name: 'format', command: ['biome', 'check'] },
  { name: 'rooms', command: ['depcruise', '--config', '.dependency-cruiser.mjs', ...ROOMS] },
  { name: 'dead code', command: ['knip'] },
  { name: 'generated files', command: [process.execPath, '.ci/generate.ts', '--check'] },
  { name: 'lock file', command: [process.execPath, '.ci/lock.ts', '--check'] },
  { name: 'page build', command: ['vite', 'build', 'gateway/dashboard/web', '--logLevel', 'warn'] },
];

/** No check takes minutes; one that does hangs, ms. */
const CHECK_LIMIT_MS = 300_000;
/** All tests together, ms. */
const TESTS_LIMIT_MS = 3_600_000;

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

function run([program, ...args]: Check['command'], limitMs: number, show: boolean): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
      timeout: limitMs,
    });
    const chunks: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => resolve({ code: null, output: error.message }));
    child.on('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString('utf8') }));
  });
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function check({ name, command }: Check): Promise<boolean> {
  const began = performance.now();
  const { code, output } = await run(command, CHECK_LIMIT_MS, false);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  say(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name}  ${seconds} s`);
  if (code !== 0) say(`\n$ ${command.join(' ')}\n${output.trimEnd()}\n`);
  return code === 0;
}

async function checks(): Promise<Counts> {
  const waiting = [...CHECKS];
  const results: boolean[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results.push(await check(next));
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
  const passed = results.filter(Boolean).length;
  return { passed, failed: results.length - passed };
}

async function tests(): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-test-'));
  const file = join(folder, 'report.json');
  try {
    const command = [
      'vitest',
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${file}`,
    ] as const;
    const { code, output } = await run([...command], TESTS_LIMIT_MS, true);
    if (output !== '') say(output);
    return readReport(reportText(file), code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function reportText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Vitest ended before it wrote one; its exit code is judged then.
    return null;
  }
}

const checked = await checks();
const tested = await tests();
say(
  `checks: ${checked.passed} passed, ${checked.failed} failed; tests: ${tested.passed} passed, ${tested.failed} failed`,
);
const failed = checked.failed + tested.failed;
say(`${checked.passed + tested.passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
