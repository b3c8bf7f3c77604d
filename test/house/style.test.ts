/** The parts of the house style that a text search can hold. */
import { expect, test } from 'vitest';
import { findings, sourcesBelow } from './sources.ts';

const FOLDERS = ['gateway', 'config', 'drivers', 'simulators', 'test', '.ci'];
const all = FOLDERS.flatMap(sourcesBelow);
const product = ['gateway', 'config', 'drivers'].flatMap(sourcesBelow);
const MAX_LINES = 400;

test('the search sees the sources', () => {
  expect(all.length).toBeGreaterThan(150);
  expect(all.map(({ path }) => path)).toContain('gateway/domain/ledger/boundary.ts');
});

test(`no file is longer than ${MAX_LINES} lines`, () => {
  const long = all
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > MAX_LINES);
  expect(long).toEqual([]);
});

test('domain and stages read no clock and draw no chance: both come in', () => {
  const pure = ['gateway/domain', 'gateway/stages'].flatMap(sourcesBelow);
  expect(
    findings(
      pure,
      /\bDate\.now\(|\bMath\.random\(|\bnew Date\(\)|\bperformance\.now\(|\bset(Timeout|Interval)\(/g,
    ),
  ).toEqual([]);
});

test('no mark of unfinished work', () => {
  const others = all.filter(({ path }) => path !== 'test/house/style.test.ts');
  expect(others.filter(({ text }) => /\b(TODO|FIXME|XXX|HACK)\b/.test(text)).map(({ path }) => path)).toEqual(
    [],
  );
});

test('no test is skipped, alone or put off', () => {
  const tests = sourcesBelow('test');
  expect(findings(tests, /\b(?:it|test|describe|bench)\.(?:skip|skipIf|runIf|only|todo|fails)\b/g)).toEqual(
    [],
  );
});

test('what the gateway sends to a meter is a read: Modbus functions 03 and 04 alone', () => {
  const drivers = sourcesBelow('drivers');
  const calls = findings(drivers, /\bclient\.(?:read|write|mask|report|custom)\w*/g).map(
    (found) => found.split('client.')[1],
  );
  expect(new Set(calls)).toEqual(new Set(['readHoldingRegisters', 'readInputRegisters']));
  expect(
    findings(drivers, /\b(?:writeFC\d+|write(?:Coils?|Registers?)|maskWriteRegister|customFunction)\b/g),
  ).toEqual([]);
});

test('no default export but where a tool reads one', () => {
  expect(findings(all, /^export default/gm)).toEqual([
    'gateway/dashboard/web/vite.config.ts: export default',
  ]);
});

test('nobody but the console of the commands and the log writes to the terminal', () => {
  const writers = findings(product, /\bprocess\.std(?:out|err)\b/g).map((found) => found.split(':')[0]);
  expect([...new Set(writers)]).toEqual(['gateway/commands/console.ts', 'gateway/hakaru.mjs']);
});
