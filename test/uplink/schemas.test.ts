import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import { assert, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import type {
  EventMessage,
  HourMessage,
  LiveMessage,
  MetaMessage,
  StatusMessage,
} from '../../gateway/domain/messages.ts';
import { asyncApi } from '../../gateway/uplink/asyncapi.ts';
import { generatedFiles, jsonSchema } from '../../gateway/uplink/generate.ts';
import {
  type eventMessage,
  hourMessage,
  type liveMessage,
  MESSAGE_NAMES,
  MESSAGES,
  type MessageName,
  type metaMessage,
  type statusMessage,
} from '../../gateway/uplink/schemas.ts';
import { topicsOf } from '../../gateway/uplink/topics.ts';

const record = z.record(z.string(), z.unknown());
const FOLDER = join(import.meta.dirname, '../../docs/generated');

/** Both ways, so that a schema with fewer kinds than the type does not compile either. */
type Frozen<T> = T extends string | number | boolean | null | undefined
  ? T
  : { readonly [K in keyof T]: Frozen<T[K]> };
type Same<A, B> = [Frozen<A>] extends [Frozen<B>] ? ([Frozen<B>] extends [Frozen<A>] ? true : false) : false;
const sameShapes: [
  Same<z.output<typeof hourMessage>, HourMessage>,
  Same<z.output<typeof liveMessage>, LiveMessage>,
  Same<z.output<typeof metaMessage>, MetaMessage>,
  Same<z.output<typeof statusMessage>, StatusMessage>,
  Same<z.output<typeof eventMessage>, EventMessage>,
] = [true, true, true, true, true];

const HOUR: HourMessage = {
  v: 1,
  site: 'demo-factory',
  gateway: 'gw1',
  meter: 'main',
  channel: 'energy-import',
  role: 'grid-import',
  start: '2026-11-03T13:00:00+09:00',
  end: '2026-11-03T14:00:00+09:00',
  generation: 1,
  revision: 2,
  seq: 4711,
  quality: 'measured',
  coverage: 1,
  kwh: 412.345678,
  quantity: 412.345678,
  unit: 'kWh',
  demand: [400.1, null],
  demandUnit: 'kW',
  register: { start: 123456.78, end: 123869.125678, unit: 'kWh' },
  coefficient: {
    mjPerKwh: 3.6,
    class: 'curtailment',
    ruleSet: 'fy2023',
    document: 'kyushu-2026-11',
    revision: 2,
    confirmed: true,
  },
  mj: 1484.444441,
  mjAllocated: null,
  producedAt: '2026-11-03T14:01:30+09:00',
};

/** An independent validator that sees nothing but the committed file. */
function committedValidator(name: MessageName): (message: unknown) => boolean {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, formats: fullFormats });
  const text = readFileSync(join(FOLDER, `schemas/${name}.schema.json`), 'utf8');
  const validate = ajv.compile(record.parse(JSON.parse(text)));
  return (message) => validate(message);
}

test('the committed schemas and the AsyncAPI document are what is generated now', () => {
  const files = generatedFiles();
  for (const [path, text] of files) expect(readFileSync(join(FOLDER, path), 'utf8'), path).toBe(text);
  // A report is no message: its schema stands beside these.
  const committed = readdirSync(join(FOLDER, 'schemas'))
    .filter((name) => name !== 'report.schema.json')
    .map((name) => `schemas/${name}`);
  expect(committed.toSorted()).toEqual(
    [...files.keys()].filter((path) => path.startsWith('schemas/')).toSorted(),
  );
  expect(sameShapes).not.toContain(false);
});

test('an hour validates, with the zod schema and with the committed JSON Schema alone', () => {
  expect(hourMessage.parse(HOUR)).toEqual(HOUR);
  const isValid = committedValidator('hour');
  expect(isValid(HOUR)).toBe(true);
  expect(isValid({ ...HOUR, laterField: 1 })).toBe(true);
  const { mj: _mj, ...withoutMj } = HOUR;
  const wrong: unknown[] = [
    withoutMj,
    { ...HOUR, v: 2 },
    { ...HOUR, start: '2026-11-03T13:00:00' },
    { ...HOUR, kwh: '412' },
    { ...HOUR, coverage: 1.1 },
    { ...HOUR, demand: [1] },
    { ...HOUR, demand: [1, 2, 3] },
    { ...HOUR, quality: 'guessed' },
    { ...HOUR, meter: 'Main' },
    { ...HOUR, revision: 0 },
  ];
  for (const message of wrong) {
    expect(isValid(message), JSON.stringify(message)).toBe(false);
    expect(hourMessage.safeParse(message).success).toBe(false);
  }
});

const LIVE: LiveMessage = {
  v: 1,
  meter: 'main',
  readAt: '2026-11-03T13:00:00.250+09:00',
  health: 'ok',
  hints: [
    {
      code: 'ct-reversed',
      since: '2026-11-03T12:55:00+09:00',
      text: 'Power is negative on a meter that only takes energy in.',
    },
  ],
  gauges: { power: { value: 412_345.6789012, unit: 'W' } },
  registers: { 'energy-import': { value: 123456.78, unit: 'kWh' } },
};
const META: MetaMessage = {
  v: 1,
  site: { id: 'demo-factory', name: '実演工場', timezone: 'Asia/Tokyo', gridArea: 'kyushu' },
  gateway: { id: 'gw1', version: '0.1.0' },
  generation: 1,
  meters: [
    {
      id: 'gas',
      name: 'ボイラー都市ガス',
      type: 'generic-pulse-counter',
      role: 'gas',
      parent: null,
      channels: [
        {
          channel: 'gas-volume',
          unit: 'm3',
          keptBy: 'meter',
          unitsPerCount: '1/10',
          kwhFactors: [
            {
              from: '2023-04-01',
              to: null,
              kwhPerUnit: '25/2',
              gauges: [],
              factor: 'city-gas-13a',
              counts: 'metered',
              normalPerUnit: null,
              satpPerUnit: null,
            },
          ],
          since: null,
        },
      ],
    },
  ],
  producedAt: '2026-11-03T13:00:00+09:00',
};
const STATUS: StatusMessage = {
  v: 1,
  state: 'offline',
  version: '0.1.0',
  since: null,
  clockTrust: null,
  backlog: null,
  oldestUnsent: null,
  outageBudgetDays: null,
  clock: null,
  storage: null,
  alarm: null,
  coefficients: null,
  attention: null,
};
const EVENT: EventMessage = {
  v: 1,
  site: 'demo-factory',
  gateway: 'gw1',
  generation: 1,
  seq: 8,
  kind: 'tombstone',
  meter: null,
  channel: null,
  at: '2026-11-03T13:00:00+09:00',
  text: 'A message could not be delivered.',
  detail: {
    topic: 'hakaru/v1/demo-factory/gw1/hour/main/energy-import',
    attempts: 3,
    sent: false,
    reason: null,
  },
  producedAt: '2026-11-03T13:00:00+09:00',
};

test.each([
  ['live', LIVE, { ...LIVE, gauges: { speed: { value: 1, unit: 'm/s' } } }],
  ['meta', META, { ...META, meters: [{ id: 'gas' }] }],
  ['status', STATUS, { ...STATUS, backlog: 0.5 }],
  ['event', EVENT, { ...EVENT, kind: 'party' }],
] as const)('a %s message validates both ways, a wrong one neither way', (name, right, wrong) => {
  const isValid = committedValidator(name);
  expect(isValid(right)).toBe(true);
  expect(MESSAGES[name].parse(right)).toEqual(right);
  expect(isValid(wrong)).toBe(false);
  expect(MESSAGES[name].safeParse(wrong).success).toBe(false);
});

test('every committed schema says what each field is, in which draft, under which name', () => {
  for (const name of MESSAGE_NAMES) {
    committedValidator(name);
    const schema = jsonSchema(name);
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      $id: `urn:hakaru:v1:${name}`,
      title: name,
    });
    // A bare word has no fields.
    for (const [field, one] of Object.entries(record.parse(schema['properties'] ?? {}))) {
      const { description, properties } = record.parse(one);
      expect(description ?? properties, `${name}.${field}`).toBeTruthy();
    }
    expect(JSON.stringify(schema)).not.toContain('multipleOf');
  }
});

const withKwh = (kwh: number) => hourMessage.safeParse({ ...HOUR, kwh }).success;

describe('decimals', () => {
  test('whatever is printed from whole micro-units is accepted', () => {
    // 10^15 micro-kWh are 10^9 kWh, more than a factory takes in a century.
    assert(property(integer({ min: -(10 ** 15), max: 10 ** 15 }), (micro) => withKwh(Number(`${micro}e-6`))));
  });

  test('a seventh digit, or the noise of a sum of floats, is not', () => {
    for (const value of [0.1234567, 0.1 + 0.2, 1e-7, Number.NaN, Number.POSITIVE_INFINITY])
      expect(withKwh(value)).toBe(false);
    for (const value of [0, -0.000001, 0.3, 123456789.123456, 5]) expect(withKwh(value)).toBe(true);
  });
});

test('the AsyncAPI document is whole: every reference leads somewhere, every address has its parameters', () => {
  const text = readFileSync(join(FOLDER, 'asyncapi.yaml'), 'utf8');
  const document = record.parse(parse(text));
  expect(document).toEqual(asyncApi());
  expect(document['asyncapi']).toBe('3.0.0');
  const references = [...text.matchAll(/\$ref: "([^"]+)"/g)].map((match) => match[1]!);
  expect(references.length).toBeGreaterThan(20);
  for (const reference of references) {
    if (reference.startsWith('#/')) {
      const target = reference
        .slice(2)
        .split('/')
        .reduce<unknown>((at, key) => record.parse(at)[key], document);
      expect(target, reference).toBeTypeOf('object');
    } else {
      expect(readFileSync(join(FOLDER, reference), 'utf8').length).toBeGreaterThan(100);
    }
  }
  const topics = topicsOf({ site: 's', gateway: 'g' });
  const built: Record<MessageName, string> = {
    hour: topics.hour('m', 'c'),
    live: topics.live('m'),
    meta: topics.meta,
    status: topics.status,
    event: topics.event,
    demand: topics.demand,
    coefficients: topics.coefficients,
    signal: topics.signal('c'),
    'signal-state': topics.signalState('c'),
  };
  const channels = record.parse(document['channels']);
  expect(Object.keys(channels).toSorted()).toEqual(MESSAGE_NAMES.toSorted());
  for (const name of MESSAGE_NAMES) {
    const channel = z.object({ address: z.string(), parameters: record }).parse(channels[name]);
    const named = [...channel.address.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
    expect(Object.keys(channel.parameters).toSorted()).toEqual(named.toSorted());
    expect(channel.address.replace(/\{(\w)\w+\}/g, '$1')).toBe(built[name]);
  }
});

test('topics: only ids of the contract get in', () => {
  const topics = topicsOf({ site: 'demo-factory', gateway: 'gw1' });
  expect(topics.hour('main', 'energy-import')).toBe('hakaru/v1/demo-factory/gw1/hour/main/energy-import');
  expect(topics.response('5f0e2c1e-6f3c-4d1e-9a57-0d5b2f1f7a10')).toMatch(
    /^hakaru\/v1\/demo-factory\/gw1\/response\/5f0e/,
  );
  expect(topics.requestHours).toBe('hakaru/v1/demo-factory/gw1/request/hours');
  for (const bad of ['', '+', '#', 'a/b', 'Main', '-a', 'a b', '工場', 'a\u0000', 'a\n', 'x'.repeat(33)]) {
    expect(() => topics.live(bad), bad).toThrow(RangeError);
    expect(() => topicsOf({ site: bad, gateway: 'gw1' }), bad).toThrow(RangeError);
  }
});
