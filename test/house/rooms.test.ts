/**
 * The import table bites. A small tree is built in which every file breaks exactly one rule of .dependency-cruiser.mjs,
 * beside files that use each room as the table allows; dependency-cruiser must find the former and nothing else.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CONFIG = join(ROOT, '.dependency-cruiser.mjs');
const DEPCRUISE = join(ROOT, 'node_modules/.bin/depcruise');

/** What each file exports, so that an import of it leads somewhere. */
const TARGETS = [
  'gateway/domain/target.ts',
  'gateway/store/target.ts',
  'gateway/stages/target.ts',
  'gateway/report/target.ts',
  'gateway/uplink/target.ts',
  'gateway/dashboard/target.ts',
  'gateway/dashboard/web/src/target.ts',
  'gateway/platform/target.ts',
  'gateway/commands/target.ts',
  'gateway/target.ts',
  'config/types.ts',
  'config/target.ts',
  'drivers/target.ts',
  'drivers/modbus/bus-budget.ts',
  'gateway/polling.ts',
  'simulators/target.ts',
  'test/target.ts',
  '.ci/target.ts',
];

/** file → [rule it breaks, its text]. Several files may break one rule. */
const BREAKS: Readonly<Record<string, readonly [rule: string, text: string]>> = {
  'gateway/domain/a.ts': ['domain-rooms', "import { x } from '../store/target.ts';"],
  'gateway/domain/b.ts': ['domain-rooms', "import type { X } from '../../config/types.ts';"],
  'gateway/domain/c.ts': ['domain-packages', "import 'zod';"],
  'gateway/domain/d.ts': ['domain-core', "import { readFileSync } from 'node:fs';"],
  'gateway/domain/e.ts': ['domain-rooms', "export * from '../stages/target.ts';"],
  'gateway/domain/f.ts': ['domain-rooms', "export const later = () => import('../uplink/target.ts');"],
  'config/a.ts': ['config-rooms', "import { x } from '../drivers/target.ts';"],
  'config/b.ts': ['config-packages', "import 'mqtt';"],
  'config/c.ts': ['config-core', "import { request } from 'node:https';"],
  'drivers/modbus/a.ts': ['drivers-rooms', "import { x } from '../../gateway/store/target.ts';"],
  'drivers/modbus/b.ts': ['drivers-rooms', "import type { X } from '../../simulators/target.ts';"],
  'drivers/modbus/c.ts': ['drivers-types-only', "import { x } from '../../config/types.ts';"],
  'drivers/modbus/d.ts': ['config-types-file-only', "import type { X } from '../../config/target.ts';"],
  'drivers/modbus/e.ts': ['drivers-packages', "import 'better-sqlite3';"],
  'gateway/store/a.ts': ['store-rooms', "import { x } from '../stages/target.ts';"],
  'gateway/store/b.ts': ['store-packages', "import 'mqtt';"],
  'gateway/store/c.ts': ['store-core', "import { connect } from 'node:net';"],
  'gateway/stages/a.ts': ['stages-rooms', "import type { X } from '../uplink/target.ts';"],
  'gateway/stages/b.ts': ['stages-rooms', "import type { X } from '../../config/types.ts';"],
  'gateway/stages/c.ts': ['stages-packages', "import 'better-sqlite3';"],
  'gateway/stages/d.ts': ['stages-core', "import { readFileSync } from 'node:fs';"],
  'gateway/uplink/a.ts': ['uplink-rooms', "import { x } from '../store/target.ts';"],
  'gateway/uplink/b.ts': ['uplink-packages', "import 'fastify';"],
  'gateway/stages/e.ts': ['stages-packages', "import 'nodemailer';"],
  'gateway/report/a.ts': ['report-rooms', "import { x } from '../platform/target.ts';"],
  'gateway/report/b.ts': ['report-packages', "import 'fastify';"],
  'gateway/report/c.ts': ['report-core', "import { readFileSync } from 'node:fs';"],
  'gateway/dashboard/a.ts': ['dashboard-rooms', "import { x } from '../uplink/target.ts';"],
  'gateway/dashboard/b.ts': ['dashboard-types-only', "import { x } from '../store/target.ts';"],
  'gateway/dashboard/c.ts': ['dashboard-packages', "import 'mqtt';"],
  'gateway/dashboard/web/src/a.tsx': ['web-types-only', "import { x } from '../../target.ts';"],
  'gateway/dashboard/web/src/b.tsx': ['web-rooms', "import type { X } from '../../../store/target.ts';"],
  'gateway/dashboard/web/src/c.tsx': ['web-packages', "import 'zod';"],
  'gateway/dashboard/web/src/d.tsx': ['web-core', "import { readFileSync } from 'node:fs';"],
  'gateway/platform/a.ts': ['platform-rooms', "import { x } from '../stages/target.ts';"],
  'gateway/platform/b.ts': ['platform-types-only', "import { x } from '../uplink/target.ts';"],
  'gateway/platform/c.ts': ['platform-packages', "import 'better-sqlite3';"],
  'gateway/platform/d.ts': ['cron-in-one-file', "import 'node-cron';"],
  'gateway/platform/e.ts': ['holidays-in-one-file', "import '@holiday-jp/holiday_jp';"],
  'gateway/commands/a.ts': ['commands-rooms', "import { x } from '../dashboard/web/src/target.ts';"],
  'gateway/commands/b.ts': ['commands-packages', "import 'mqtt';"],
  'gateway/commands/c.ts': [
    'simulators-not-in-the-gateway',
    "import { x } from '../../simulators/target.ts';",
  ],
  'gateway/gateway-worker.ts': [
    'no-drivers-in-the-ledgers-thread',
    "export const later = () => import('../drivers/target.ts');",
  ],
  'gateway/keeper.ts': ['no-drivers-in-the-ledgers-thread', "import { x } from './polling.ts';"],
  'gateway/parts.ts': ['no-drivers-in-the-ledgers-thread', "import { x } from '../drivers/target.ts';"],
  'gateway/a.ts': ['root-rooms', "import { x } from '../.ci/target.ts';"],
  'gateway/b.ts': ['root-packages', "import 'mqtt';"],
  'simulators/a.ts': ['simulators-rooms', "import type { X } from '../drivers/target.ts';"],
  'simulators/b.ts': ['simulators-rooms', "import type { X } from '../config/types.ts';"],
  'simulators/c.ts': ['simulators-types-only', "import { x } from '../gateway/domain/target.ts';"],
  'simulators/d.ts': ['simulators-packages', "import 'modbus-serial';"],
  'simulators/e.ts': ['nothing-imports-test', "import { x } from '../test/target.ts';"],
  '.ci/a.ts': ['ci-rooms', "import { x } from '../gateway/store/target.ts';"],
  '.ci/b.ts': ['ci-packages', "import 'zod';"],
  'test/a.ts': ['test-packages', "import 'not-in-package-json';"],
  'gateway/uplink/cycle-1.ts': ['no-cycles', "import type { x } from './cycle-2.ts';\nexport type y = 1;"],
  'gateway/uplink/lost.ts': ['resolvable', "import { x } from './nowhere.ts';"],
  'gateway/commands/dev.ts': ['no-dev-package-in-the-product', "import 'vite';"],
  'gateway/cloud/a.ts': ['every-file-has-a-room', "import { x } from '../domain/target.ts';"],
  'gateway/store/alone.ts': ['no-orphans', 'export const x = 1;'],
};

/** One line may break a second rule of necessity. */
const ALSO: Readonly<Record<string, readonly string[]>> = {
  'gateway/commands/dev.ts': ['commands-packages'],
  'simulators/e.ts': ['simulators-rooms'],
};

/** As the table allows. */
const ALLOWED: Readonly<Record<string, string>> = {
  // The other half of a cycle, which is told once.
  'gateway/uplink/cycle-2.ts': "import { type y } from './cycle-1.ts';\nexport type x = 1;",
  'config/fine.ts': "import { x } from '../gateway/domain/target.ts';\nimport 'zod';\nimport 'yaml';",
  'drivers/modbus/fine.ts':
    "import { x } from '../../gateway/domain/target.ts';\nimport type { X } from '../../config/types.ts';\nimport 'modbus-serial';\nimport 'serialport';\nimport 'node:net';",
  'gateway/store/fine.ts':
    "import { x } from '../domain/target.ts';\nimport 'better-sqlite3';\nimport 'node:fs';",
  'gateway/stages/fine.ts':
    "import { x } from '../domain/target.ts';\nimport { y } from '../store/fine.ts';\nimport 'node:crypto';",
  'gateway/uplink/fine.ts':
    "import { x } from '../domain/target.ts';\nimport 'mqtt';\nimport 'zod';\nimport 'nodemailer';",
  'gateway/dashboard/fine.ts':
    "import { x } from '../domain/target.ts';\nimport type { y } from '../store/fine.ts';\nimport 'fastify';",
  'gateway/platform/fine.ts':
    "import { x } from '../domain/target.ts';\nimport type { X } from '../uplink/target.ts';\nimport type { Y } from '../../config/types.ts';",
  'gateway/platform/schedule.ts': "import 'node-cron';",
  'gateway/gateway.ts':
    "import type { X } from '../drivers/target.ts';\nimport type { Y } from './polling.ts';\nimport { x } from '../drivers/modbus/bus-budget.ts';",
  'gateway/commands/demo.ts':
    "import { x } from '../../simulators/target.ts';\nimport { y } from '../../config/target.ts';",
  'simulators/fine.ts':
    "import type { X } from '../gateway/domain/target.ts';\nimport 'serialport';\nimport 'aedes';\nimport 'selfsigned';",
  'test/fine.test.ts':
    "import { x } from '../drivers/target.ts';\nimport { y } from '../simulators/target.ts';\nimport 'mqtt';",
};

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

let violations: readonly Violation[] = [];
let folder = '';

function put(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), `${text}\n`);
}

/** The packages of the project as empty shells: only their names matter here. */
function putPackages(): void {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    readonly dependencies: Record<string, string>;
    readonly devDependencies: Record<string, string>;
  };
  put('package.json', JSON.stringify({ name: 'fixture', type: 'module', dependencies, devDependencies }));
  for (const name of [...Object.keys({ ...dependencies, ...devDependencies }), 'not-in-package-json']) {
    put(`node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    put(`node_modules/${name}/index.js`, 'module.exports = {};');
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hakaru-rooms-'));
  putPackages();
  for (const path of TARGETS) put(path, 'export const x = 1;\nexport type X = typeof x;');
  for (const [path, [, text]] of Object.entries(BREAKS)) put(path, text);
  for (const [path, text] of Object.entries(ALLOWED)) put(path, text);
  const args = [
    '--config',
    CONFIG,
    '--output-type',
    'json',
    'gateway',
    'config',
    'drivers',
    'simulators',
    'test',
    '.ci',
  ];
  const { stdout } = spawnSync(DEPCRUISE, args, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  violations = (JSON.parse(stdout) as { summary: { violations: Violation[] } }).summary.violations;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** file → the rules it breaks, for the files named. */
function broken(paths: readonly string[]): Record<string, string[]> {
  const rulesOf = (path: string) =>
    violations.filter(({ from }) => from === path).map(({ rule }) => rule.name);
  return Object.fromEntries(paths.map((path) => [path, [...new Set(rulesOf(path))].sort()]));
}

test('every file that breaks the import table is found, with the rule it breaks', () => {
  const expected = Object.entries(BREAKS).map(([path, [rule]]) => [
    path,
    [rule, ...(ALSO[path] ?? [])].sort(),
  ]);
  expect(broken(Object.keys(BREAKS))).toEqual(Object.fromEntries(expected));
});

test('every rule of the import table is broken by such a file', () => {
  const print = `import(${JSON.stringify(CONFIG)}).then((it) => console.log(it.default.forbidden.map(({ name }) => name).join()))`;
  const names = execFileSync(process.execPath, ['-e', print], { encoding: 'utf8' }).trim().split(',');
  const bitten = new Set(Object.values(BREAKS).map(([rule]) => rule));
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name) => !bitten.has(name))).toEqual([]);
});

test('what the import table allows is left alone', () => {
  const paths = Object.keys(ALLOWED);
  expect(broken(paths)).toEqual(Object.fromEntries(paths.map((path) => [path, []])));
});
