/**
 * Makes what is committed but made from other files: JSON Schemas for editors (config/generated) and the catalog page
 * (docs/meter-types.md). A test fails when they differ from what this makes. Run: `npm run generate`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { catalogPage } from './catalog-page.ts';
import { coefficientDocumentSchema } from './coefficient-document.ts';
import { loadSiteKnowledge, type SiteKnowledge } from './load-site.ts';
import { loadMeterTypes, meterTypeSchema } from './meter-types.ts';
import { PULSE_TYPES } from './pulse-types.ts';
import { siteSchema } from './site-schema.ts';

const ROOT = join(import.meta.dirname, '..');

type Json = Record<string, unknown>;

function jsonSchema(title: string, schema: z.ZodType): Json {
  return { title, ...(z.toJSONSchema(schema, { io: 'input' }) as Json) };
}

/** The object of properties at a path of the schema. A missing step means that the schema has changed shape. */
function propertyAt(schema: Json, path: readonly string[]): Json {
  let found: unknown = schema;
  for (const step of path) found = (found as Json | undefined)?.[step];
  if (typeof found !== 'object' || found === null)
    throw new Error(`the site schema has no ${path.join('.')}`);
  return found as Json;
}

/** Adds what is only known from the data files: editors then offer the names. */
function siteJsonSchema(knowledge: SiteKnowledge): Json {
  const schema = jsonSchema('hakaru site file', siteSchema);
  const meter = ['properties', 'meters', 'additionalProperties', 'properties'];
  propertyAt(schema, [...meter, 'type']).enum = [
    ...knowledge.meterTypes.keys(),
    ...PULSE_TYPES.keys(),
    'generic',
  ];
  propertyAt(schema, [...meter, 'energyFactor']).enum = [...knowledge.factors.keys()];
  propertyAt(schema, ['properties', 'coefficients', 'properties', 'ruleSet']).enum = [
    ...knowledge.ruleSetIds,
  ];
  return schema;
}

function print(schema: Json): string {
  return `${JSON.stringify(schema, null, 2)}\n`;
}

/** Every generated file: its path from the root of the repository, and its text. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const knowledge = loadSiteKnowledge();
  return new Map([
    ['config/generated/site.schema.json', print(siteJsonSchema(knowledge))],
    ['config/generated/meter-type.schema.json', print(jsonSchema('hakaru meter type', meterTypeSchema))],
    [
      'config/generated/coefficients.schema.json',
      print(jsonSchema('hakaru coefficient document', coefficientDocumentSchema)),
    ],
    ['docs/meter-types.md', catalogPage(loadMeterTypes())],
  ]);
}

if (import.meta.main) {
  for (const [name, text] of generatedFiles()) {
    const path = join(ROOT, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
}
