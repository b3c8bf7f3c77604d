/** Texts from outside: refused with a sentence, or right as a whole; never an accident. */
import { expect, it } from 'vitest';
import { readCoefficientDocument } from '../../config/coefficient-document.ts';
import { readCorrection, writeCorrection } from '../../config/correction-file.ts';
import { loadRuleSets } from '../../config/rule-sets.ts';
import { majorOf } from '../../drivers/libgpiod.ts';
import { createGpiomonReader } from '../../drivers/pulse/gpiomon-text.ts';
import { parseDayQuery, parseHoursQuery, parseNoQuery } from '../../gateway/dashboard/queries.ts';
import { validateDocument } from '../../gateway/domain/coefficients/documents.ts';
import type { RuleSet } from '../../gateway/domain/coefficients/types.ts';
import { CodedError } from '../../gateway/domain/faults.ts';
import { CHANNEL_NAMES } from '../../gateway/domain/meters.ts';
import { instant } from '../../gateway/domain/time.ts';
import { CSV_TEXT, JSON_TEXT } from '../coefficients/documents.ts';
import type { Random } from '../scenarios/support/random.ts';
import { fuzz, inputsFor, LIMIT_MS, pieces, SEED, spoil } from './support/mutate.ts';

const utf8 = new TextEncoder();

/** What `read` gives, or the code with which it refuses; anything else it throws goes on. */
function readOrCode<T>(read: () => T): { value: T } | { code: string } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof CodedError) return { code: error.fault.code };
    throw error;
  }
}

const DOCUMENT_TOKENS = [
  '"',
  '\\u0000',
  '{',
  '}',
  '[',
  ']',
  ',',
  '\n',
  '\r\n',
  ';',
  '2026-11-30',
  '2026-02-30',
  '9999-12-31',
  '-1',
  '1e999',
  '9'.repeat(40),
  'null',
  '__proto__',
  '"revision": 2,',
  'complete,2026-11-01,2026-11-30\n',
  'tight-day,',
  '\uFEFF',
  'ſ',
  '=cmd|',
];

it(`coefficient documents, JSON and CSV (seed ${SEED})`, { timeout: LIMIT_MS }, async () => {
  const ruleSets = loadRuleSets();
  const good = [utf8.encode(JSON_TEXT), utf8.encode(CSV_TEXT)];
  const tally = { refused: 0, right: 0 };
  const codes = new Set([
    'document-unreadable',
    'document-invalid',
    'rule-set-unknown',
    'tight-day-without-factor',
  ]);
  await fuzz('readCoefficientDocument', inputsFor(4), (random) => {
    const text = random.pick(good);
    const bytes = random.chance(50) ? text : spoil(text, random, DOCUMENT_TOKENS);
    const read = readOrCode(() => readCoefficientDocument(bytes, 'fuzz', ruleSets));
    if ('code' in read) {
      tally.refused += 1;
      if (!codes.has(read.code)) throw new Error(`refused with ${read.code}`);
      return;
    }
    tally.right += 1;
    const { value } = read;
    if (validateDocument(value, ruleSets.get(value.ruleSet) as RuleSet) !== null)
      throw new Error('it is not valid');
    const days = [
      ...value.curtailmentDays,
      ...value.tightDays,
      ...value.curtailmentHours.map(({ date }) => date),
    ];
    if (!days.every((day) => value.complete.some(({ from, to }) => from <= day && day <= to)))
      throw new Error(`a day outside of what is complete: ${days.join()}`);
  });
  expect(tally.refused).toBeGreaterThan(inputsFor(4) / 3);
  expect(tally.right).toBeGreaterThan(inputsFor(4) / 50);
});

const CORRECTION_TOKENS = [
  '"',
  '{',
  '}',
  ',',
  ':',
  'null',
  'true',
  '-',
  '9'.repeat(19),
  '1e3',
  '"kind":"dial"',
  '"kind":"wrap"',
  '"__proto__":{}',
  '"sure":true,',
  '\\u0000',
];

function correction(random: Random): Uint8Array {
  const said = {
    id: 'c1',
    by: 'hana',
    saidAtMs: instant(1_780_000_000_000),
    meter: 'press',
    channel: 'energy-import' as const,
    sure: random.chance(500),
  };
  const exchange = {
    kind: 'exchange' as const,
    atMs: instant(1_779_000_000_000),
    finalMicro: 12_300_000n,
    startMicro: 0n,
    serial: random.pick([null, 'A-1']),
  };
  return random.pick([
    () => writeCorrection({ ...said, kind: 'exchange', answer: exchange }),
    () =>
      writeCorrection({
        ...said,
        kind: 'answer',
        era: 2,
        answer: { kind: 'reset', finalMicro: null, startMicro: 0n },
      }),
    () =>
      writeCorrection({ ...said, kind: 'answer', era: 3, answer: { kind: 'wrap', endMicro: 100_000_000n } }),
    () => writeCorrection({ ...said, kind: 'dial', atMs: instant(1_779_000_000_000), dialMicro: 5_000_000n }),
    () => writeCorrection({ ...said, kind: 'setting', setting: 'ct-ratio' }),
  ])();
}

it('corrections in the inbox', { timeout: LIMIT_MS }, async () => {
  const tally = { refused: 0, right: 0 };
  await fuzz('readCorrection', inputsFor(2), (random) => {
    const good = correction(random);
    const read = readOrCode(() =>
      readCorrection(random.chance(50) ? good : spoil(good, random, CORRECTION_TOKENS), 'fuzz'),
    );
    if ('code' in read) {
      tally.refused += 1;
      if (read.code !== 'correction-unreadable') throw new Error(`refused with ${read.code}`);
      return;
    }
    tally.right += 1;
    const { value } = read;
    if (!CHANNEL_NAMES.includes(value.channel) || typeof value.sure !== 'boolean' || !value.id || !value.by)
      throw new Error(
        `taken: ${JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? `${one}` : one))}`,
      );
    // What is taken can be written again and says the same.
    const again = readCorrection(writeCorrection(value), 'again');
    const said = (one: unknown) =>
      JSON.stringify(one, (_, each: unknown) => (typeof each === 'bigint' ? `${each}` : each));
    if (said(again) !== said(value)) throw new Error(`read twice: ${said(value)} and ${said(again)}`);
  });
  expect(tally.refused).toBeGreaterThan(inputsFor(2) / 3);
  expect(tally.right).toBeGreaterThan(inputsFor(2) / 50);
});

const LINE_TOKENS = [
  '\n',
  '\r\n',
  ' ',
  '.',
  '0',
  '99999999999',
  'Monitoring line ',
  '\0',
  '-1',
  'unnamed',
  ' 17 ',
];

it('what gpiomon writes', { timeout: LIMIT_MS }, async () => {
  const tally = { edges: 0, unknown: 0 };
  await fuzz('createGpiomonReader', inputsFor(), (random) => {
    const major = random.pick([1, 2] as const);
    const lines = Array.from({ length: random.int(1, 4) }, () => {
      const [seconds, nanos] = [random.int(0, 99_999), random.int(0, 999_999_999)];
      return major === 1
        ? `${random.int(0, 1)} ${random.int(0, 60)} ${seconds} ${nanos}\n`
        : `${random.int(1, 2)} ${random.int(0, 60)} ${seconds}.${String(nanos).padStart(9, '0')} GPIO17\n`;
    });
    const good = Buffer.from(lines.join(''), 'latin1');
    const bytes = random.chance(400) ? good : spoil(good, random, LINE_TOKENS);
    const text = Buffer.from(bytes).toString('latin1');
    const form = major === 1 ? /^[01] \d{1,5} (\d{1,10}) \d{1,9}$/ : /^[12] \d{1,5} (\d{1,10})\.\d{9} .+$/s;
    const isRight = (line: string): boolean => {
      const seconds = line.length > 120 ? undefined : form.exec(line)?.[1];
      return seconds !== undefined && Number.isSafeInteger((Number(seconds) + 1) * 1_000_000);
    };
    let edges = 0;
    let unknown = 0;
    const reader = createGpiomonReader(major, {
      begun: () => undefined,
      edge: ({ offset, stampUs, name }) => {
        edges += 1;
        if (
          !Number.isSafeInteger(stampUs) ||
          stampUs < 0 ||
          !Number.isInteger(offset) ||
          offset < 0 ||
          (major === 1) !== (name === null)
        )
          throw new Error(`an edge at ${offset}, ${stampUs} µs, ${name}`);
      },
      unknown: () => void unknown++,
    });
    for (const piece of pieces(bytes, random)) reader.push(Buffer.from(piece).toString('latin1'));
    const whole = text.split('\n').slice(0, -1);
    const mayBe = whole.filter(isRight).length;
    if (edges !== mayBe) throw new Error(`${edges} edges, not ${mayBe}, in ${JSON.stringify(text)}`);
    tally.edges += edges;
    tally.unknown += unknown;
    majorOf('gpiomon', text);
  });
  expect(tally.edges).toBeGreaterThan(inputsFor() / 2);
  expect(tally.unknown).toBeGreaterThan(inputsFor() / 20);
});

const QUERY_TOKENS = [
  '2026-11-21',
  '2026-02-30',
  '0000-00-00',
  '9999-12-31',
  'T24:00:00Z',
  'T13:00+09:00',
  '+99:99',
  'main',
  'a'.repeat(5_000),
  '%',
  '\0',
  'constructor',
  '__proto__',
  '-271821-04-20T00:00:00Z',
  '٢٠٢٦',
];

it('queries of the page', { timeout: LIMIT_MS }, async () => {
  const site = { timezone: 'Asia/Tokyo', meters: [{ id: 'main' }, { id: 'press' }] } as unknown as Parameters<
    typeof parseHoursQuery
  >[1];
  const tally = { refused: 0, right: 0 };
  await fuzz('queries', inputsFor(), (random) => {
    const value = (good: string): unknown => {
      if (random.chance(600)) return good;
      const spoilt = new TextDecoder().decode(spoil(utf8.encode(good), random, QUERY_TOKENS));
      return random.pick<() => unknown>([
        () => spoilt,
        () => spoilt,
        () => [spoilt, good],
        () => ({ [spoilt]: good }),
        () => random.int(-9, 9),
        () => null,
      ])();
    };
    const query: Record<string, unknown> = {
      from: value(random.pick(['2026-11-21', '2026-11-21T00:00:00+09:00'])),
      to: value(random.pick(['2026-11-22', '2026-11-22T13:00Z'])),
    };
    if (random.chance(500)) query['meter'] = value('main');
    if (random.chance(50)) query[random.pick(QUERY_TOKENS)] = 'x';
    const read = readOrCode(() => parseHoursQuery(query, site));
    readOrCode(() => parseDayQuery({ date: query['from'] }));
    readOrCode(() => parseNoQuery(query));
    if ('code' in read) {
      tally.refused += 1;
      if (read.code !== 'query-invalid' && read.code !== 'meter-unknown')
        throw new Error(`refused with ${read.code}`);
      return;
    }
    tally.right += 1;
    const { fromMs, toMs, meter } = read.value;
    const spanMs = toMs - fromMs;
    if (
      !(spanMs > 0 && spanMs <= 8_785 * 3_600_000) ||
      (meter !== null && meter !== 'main' && meter !== 'press')
    )
      throw new Error(`taken: ${JSON.stringify(query)}`);
  });
  expect(tally.refused).toBeGreaterThan(inputsFor() / 4);
  expect(tally.right).toBeGreaterThan(inputsFor() / 10);
});
