/** What the documents show is true: their examples are accepted, their links lead somewhere, no key is left out. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readCoefficientDocument } from '../../config/coefficient-document.ts';
import { checkSiteText } from '../../config/load-site.ts';
import { readMeterType } from '../../config/meter-types.ts';
import { loadRuleSets } from '../../config/rule-sets.ts';
import { MESSAGES, type MessageName } from '../../gateway/uplink/schemas.ts';
import { ROOT } from './sources.ts';

const pages = new Map(
  [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
  ]
    .filter((path) => path.endsWith('.md'))
    .map((path) => [path, readFileSync(join(ROOT, path), 'utf8')]),
);

/** The text of each fenced block of a language, with the example's name where a comment before it gives one. */
function blocks(
  language: string,
): { readonly path: string; readonly name: string | null; readonly text: string }[] {
  const fence = new RegExp(`(?:<!-- example: ([a-z]+) -->\\n)?\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g');
  return [...pages].flatMap(([path, page]) =>
    [...page.matchAll(fence)].map((found) => ({ path, name: found[1] ?? null, text: found[2] ?? '' })),
  );
}

test('every site file shown is sound', () => {
  const sites = blocks('yaml').filter(({ text }) => text.includes('\nlines:\n'));
  expect(sites.length).toBeGreaterThanOrEqual(5);
  expect(sites.flatMap(({ path, text }) => checkSiteText(path, text).problems)).toEqual([]);
});

test('the meter type shown is sound', () => {
  const types = blocks('yaml').filter(({ text }) => text.startsWith('maker:'));
  expect(types).toHaveLength(1);
  expect(types.flatMap(({ text }) => readMeterType(text, 'example-ex-1').problems)).toEqual([]);
});

test('every message shown is one', () => {
  // `coefficients` marks the documents that come in; the message of that name is not shown.
  const messages = blocks('json').filter(
    ({ name }) => name !== null && name !== 'coefficients' && name in MESSAGES,
  );
  expect(messages.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['hour', 'event', 'status', 'signal']),
  );
  const wrong = messages.flatMap(
    ({ name, text }) => MESSAGES[name as MessageName].safeParse(JSON.parse(text)).error?.issues ?? [],
  );
  expect(wrong).toEqual([]);
});

test('the coefficient document shown reads the same as JSON and as CSV', () => {
  const shown = [...blocks('json'), ...blocks('csv')].filter(({ name }) => name === 'coefficients');
  const [json, csv] = shown.map(({ text }) =>
    readCoefficientDocument(Buffer.from(text), 'docs', loadRuleSets()),
  );
  expect(json?.tightDays).toEqual(['2026-11-20']);
  expect(csv).toEqual(json);
});

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
}

function keysOf(schema: JsonSchema): string[] {
  const { properties = {}, additionalProperties: rest, oneOf = [], anyOf = [] } = schema;
  const inner = [
    ...Object.values(properties),
    ...oneOf,
    ...anyOf,
    ...(typeof rest === 'object' ? [rest] : []),
  ];
  return [...Object.keys(properties), ...inner.flatMap(keysOf)];
}

test('docs/site-file.md names every key of the site file', () => {
  const schema = JSON.parse(
    readFileSync(join(ROOT, 'config/generated/site.schema.json'), 'utf8'),
  ) as JsonSchema;
  const page = pages.get('docs/site-file.md') ?? '';
  const keys = [...new Set(keysOf(schema))];
  expect(keys.length).toBeGreaterThan(60);
  const named = (key: string) => new RegExp(`(?:^|[^A-Za-z0-9-])${key}(?:$|[^A-Za-z0-9-])`, 'm').test(page);
  // Lines and inputs are told as one: voltage-l1…l3, u16 … f64.
  const summed = /^(voltage|current|power)-l\d$/;
  expect(keys.filter((key) => !summed.test(key) && !named(key))).toEqual([]);
});

test('docs/coefficients.md tells of every rule set', () => {
  const page = pages.get('docs/coefficients.md') ?? '';
  expect([...loadRuleSets().keys()].filter((id) => !page.includes(`\`${id}\``))).toEqual([]);
});

test('every link to a file leads to one', () => {
  const broken = [...pages].flatMap(([path, page]) =>
    [...page.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(ROOT, dirname(path), target)))
      .map((target) => `${path}: ${target}`),
  );
  expect(broken).toEqual([]);
});
