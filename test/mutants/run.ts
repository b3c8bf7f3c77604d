/**
 * `npm run mutants`: proves that the tests bite. Each mutant is one small bug put into a fresh copy of the tree; there
 * the one test that is about it must fail, by an assertion. Before that the same tests must pass in an unchanged copy.
 * One line a mutant; the last line is `N passed, M failed`. Words after `--` choose mutants by their names.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mutant } from './mutant.ts';
import { MUTANTS } from './mutants.ts';
import { copyTree, mutate, occurrences } from './tree.ts';
import { type RunReport, type Verdict, verdictOn } from './verdict.ts';

/** One test in one copy; a mutant that makes a test run for ever is not caught by it, ms. */
const ONE_LIMIT_MS = 120_000;
/** All tests of the list in the unchanged copy, ms. */
const ALL_LIMIT_MS = 600_000;

const running = new Set<ChildProcess>();
const folder = mkdtempSync(join(tmpdir(), 'hakaru-mutants-'));
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Ends Vitest with its workers: each run is a process group of its own. */
function end(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended in between.
  }
}

const inPattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Runs tests in one copy. @returns null when the run ended without a report, or did not end in time */
function run(tree: string, tests: readonly Mutant[], limitMs: number): Promise<RunReport | null> {
  const titles = [...new Set(tests.map(({ story }) => inPattern(story)))];
  const files = [...new Set(tests.map(({ test }) => test))];
  return new Promise((resolve) => {
    const child = fork(join(tree, 'test/mutants/vitest-child.ts'), [`(?:${titles.join('|')})$`, ...files], {
      cwd: tree,
      stdio: 'ignore',
      detached: true,
    });
    let report: RunReport | null = null;
    running.add(child);
    const timer = setTimeout(() => end(child), limitMs);
    child.on('message', (message: RunReport) => {
      report = message;
    });
    child.on('exit', () => {
      clearTimeout(timer);
      running.delete(child);
      resolve(report);
    });
  });
}

/** Every test of the list passes as long as nothing is changed. @returns how many do not */
async function unchanged(mutants: readonly Mutant[]): Promise<number> {
  const tree = join(folder, 'unchanged');
  copyTree(tree);
  const began = performance.now();
  const report = await run(tree, mutants, ALL_LIMIT_MS);
  const stories = new Map(mutants.map((mutant) => [`${mutant.test} › ${mutant.story}`, mutant]));
  let failed = 0;
  for (const [about, { test, story }] of stories) {
    const { kind, why } = verdictOn(report, test, story);
    if (kind === 'passed') continue;
    failed += 1;
    say(`FAILS WITHOUT A MUTANT  ${about}: ${why}`);
  }
  const took = Math.round(performance.now() - began);
  say(`unchanged tree: ${stories.size - failed} of ${stories.size} tests pass  ${took} ms`);
  return failed;
}

const WORDS: Readonly<Record<Verdict['kind'], string>> = {
  caught: 'caught  ',
  passed: 'SURVIVED',
  broken: 'BROKEN  ',
};

/** @returns what the mutant's own test says of it, in a copy of its own */
async function verdictOf(mutant: Mutant, index: number): Promise<Verdict> {
  const count = occurrences(mutant);
  if (count !== 1) return { kind: 'broken', why: `its text occurs ${count} times` };
  const tree = join(folder, `mutant-${index}`);
  copyTree(tree);
  mutate(tree, mutant);
  const report = await run(tree, [mutant], ONE_LIMIT_MS);
  rmSync(tree, { recursive: true, force: true });
  return verdictOn(report, mutant.test, mutant.story);
}

async function tryMutant(mutant: Mutant, index: number): Promise<boolean> {
  const began = performance.now();
  const { kind, why } = await verdictOf(mutant, index);
  const took = String(Math.round(performance.now() - began)).padStart(6);
  const about = kind === 'caught' ? mutant.test : `${mutant.file}; ${mutant.test} › ${mutant.story}; ${why}`;
  say(`${WORDS[kind]} ${took} ms  ${mutant.name}  (${about})`);
  return kind === 'caught';
}

async function main(words: readonly string[]): Promise<number> {
  const mutants = MUTANTS.filter(
    ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  const broken = mutants.length === 0 ? 1 : await unchanged(mutants);
  if (broken > 0) {
    say(`0 passed, ${broken} failed`);
    return 1;
  }
  const waiting = [...mutants.entries()];
  const results: boolean[] = [];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      results.push(await tryMutant(next[1], next[0]));
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
  const passed = results.filter(Boolean).length;
  say(`${passed} passed, ${results.length - passed} failed`);
  return passed === results.length ? 0 : 1;
}

function clean(): void {
  for (const child of running) end(child);
  rmSync(folder, { recursive: true, force: true });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    clean();
    process.exit(130);
  });
}
try {
  process.exitCode = await main(process.argv.slice(2));
} finally {
  clean();
}
