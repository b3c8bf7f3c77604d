/**
 * Site files with one mistake each. `▶` marks where the problem must be shown; it is taken out before the file is
 * read. Each line: what is changed in the sound file, into what, a part of the reason, a part of the advice.
 */
import { describe, expect, it } from 'vitest';
import { checkSiteText } from '../../config/load-site.ts';
import { type Case, CROSS_CASES, FIELD_CASES, SOUND, UPLINK_CASES, YAML_CASES } from './broken-site-cases.ts';
import { known } from './known.ts';

interface Found {
  readonly place: string;
  readonly reason: string;
  readonly advice: string;
}

function problemsOf(source: string): Found[] {
  return checkSiteText('/etc/hakaru/site.yaml', source, { knowledge: known }).problems.map(
    ({ line, column, reason, advice }) => ({
      place: `${line}:${column}`,
      reason,
      advice,
    }),
  );
}

/** The text without the mark, and the mark's line:column. */
function marked(text: string): { readonly source: string; readonly place: string | null } {
  const at = text.indexOf('▶');
  const before = text.slice(0, Math.max(at, 0)).split('\n');
  return {
    source: text.replace('▶', ''),
    place: at < 0 ? null : `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`,
  };
}

function expectProblem([from, to, reason, advice]: Case, base = SOUND): void {
  expect(base).toContain(from);
  const { source, place } = marked(base.replace(from, to));
  const found = problemsOf(source);
  expect(found).toHaveLength(1);
  expect(found[0]?.reason).toContain(reason);
  expect(found[0]?.advice).toContain(advice);
  if (place !== null) expect(found[0]?.place).toBe(place);
}

it('finds nothing wrong in the file they are made from', () => {
  expect(problemsOf(SOUND)).toEqual([]);
});

const titled = (cases: readonly Case[]): (readonly [string, Case])[] =>
  cases.map((one) => [`${one[1].trim().replaceAll('\n', '⏎').slice(0, 60)}: ${one[2]}`, one]);

describe('what YAML would let pass', () => {
  it.each(titled(YAML_CASES))('%s', (_, one) => expectProblem(one));

  it('shows an alias even when it can be resolved', () => {
    const source = SOUND.replace('unit: 20', 'unit: &u 20').replace('unit: 7', 'unit: *u');
    expect(problemsOf(source)).toMatchObject([
      { place: '22:11', reason: expect.stringContaining('aliases') as string },
    ]);
  });
});

describe('one field', () => {
  it.each(titled(FIELD_CASES))('%s', (_, one) => expectProblem(one));
});

describe('fields that do not fit each other', () => {
  const slow = SOUND.replace(
    'mqtt:',
    '  slow: { line: bus, unit: 3, type: test-primary, role: sub, rated: 5 kW }\nmqtt:',
  ).replace('ttyUSB0', 'ttyUSB0, parity: none');
  it.each(titled(CROSS_CASES))('%s', (_, one) =>
    expectProblem(one, one[2].includes('factory with') ? slow : SOUND),
  );
});

describe('connections and secrets', () => {
  it.each(titled(UPLINK_CASES))('%s', (_, one) => expectProblem(one));
});

it('lists every problem of a file, in its order', () => {
  const source = SOUND.replace('gridArea: kyushu', 'gridArea: kyusyu')
    .replace('line: lan, unit: 1', 'line: lam, unit: 400')
    .replace('role: sub', 'role: subb, nmae: x')
    .replace('energyFactor: city-gas-13a', 'energyFactor: gas')
    .replace('schedule: "30 18 * * *"', 'schedule: often');
  expect(problemsOf(source).map(({ place }) => place)).toEqual([
    '3:13',
    '9:17',
    '9:28',
    '10:71',
    '10:77',
    '19:19',
    '36:15',
  ]);
});

it('lists the sections that an empty file lacks', () => {
  expect(problemsOf('').map(({ reason }) => reason)).toEqual(
    ['site', 'gateway', 'lines', 'meters'].map((key) => `\`${key}\` is missing`),
  );
});

it('does not read a file that is no site file', () => {
  expect(problemsOf(`#${'x'.repeat(1_000_001)}`)[0]?.reason).toContain('larger than 1000000');
});

describe('words that every object knows are no words of a site file', () => {
  it.each([
    ['rated: 60 m3/h', 'rated: ▶60 constructor', '`constructor` is not a rating'],
    ['pulseWeight: 0.1 m3', 'pulseWeight: ▶10 toString', 'cannot weigh `toString`'],
    ['pulseWeight: 0.1 m3', 'pulseWeight: ▶10 pulse/valueOf', 'cannot weigh `pulse/valueOf`'],
    ['unit: kWh', 'unit: ▶valueOf', '`valueOf`'],
    ['role: other', 'role: ▶constructor', '`constructor` is not a value of `role`'],
  ])('%s → %s', (from, to, reason) => expectProblem([from, to, reason, '']));

  it('nor is a key', () => {
    for (const key of ['constructor', 'toString', 'valueOf', 'hasOwnProperty'])
      expect(problemsOf(SOUND.replace('gateway: {', `${key}: 1\ngateway: {`))).toMatchObject([
        { place: '4:1', reason: expect.stringContaining(key) as string },
      ]);
  });

  it('nor is one a time', () => {
    expect(
      problemsOf(SOUND.replace('rated: 600 kW }', 'rated: 600 kW, interval: 1 constructor }')),
    ).toHaveLength(1);
  });
});
