/** A broken document is refused with the line and the column of what is wrong in it. */
import { describe, expect, it } from 'vitest';
import { parseCoefficientDocument, readCoefficientDocument } from '../../config/coefficient-document.ts';
import { MAX_DOCUMENT_BYTES } from '../../config/coefficient-text.ts';
import { loadRuleSets } from '../../config/rule-sets.ts';
import { aboutText, CodedError } from '../../gateway/domain/faults.ts';
import { CSV_TEXT, document, JSON_TEXT, shiftJis } from './documents.ts';

const ruleSets = loadRuleSets();
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** `code line:column reason` of the refusal. */
function refusal(input: string | Uint8Array): string {
  try {
    readCoefficientDocument(typeof input === 'string' ? bytes(input) : input, 'file', ruleSets);
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    const { fault } = error;
    const place = /^line (\d+), column (\d+)$/.exec(aboutText(fault, 'where') ?? '');
    return `${fault.code} ${place ? `${place[1]}:${place[2]} ` : ''}${aboutText(fault, 'reason') ?? ''}`.trim();
  }
  return 'accepted';
}

const november = document({
  revision: 2,
  source: '九州電力送配電',
  curtailmentDays: ['2026-11-03', '2026-11-08'],
  tightDays: ['2026-11-20'],
});

const bom = (text: string): Uint8Array => bytes(`\uFEFF${text}`);

describe('a sound document', () => {
  it('says the same as JSON and as CSV, in UTF-8 with or without a mark and in Shift_JIS', () => {
    for (const form of [
      bytes(JSON_TEXT),
      bom(JSON_TEXT),
      bytes(CSV_TEXT),
      bom(CSV_TEXT),
      shiftJis(CSV_TEXT),
      bytes(CSV_TEXT.replaceAll('\n', '\r\n')),
    ]) {
      expect(parseCoefficientDocument(form, 'file')).toEqual(november);
    }
  });

  it('may be padded with empty fields and quoted by a spreadsheet', () => {
    const padded = CSV_TEXT.trim()
      .split('\n')
      .map((line) =>
        `${line
          .split(',')
          .map((field) => `"${field}"`)
          .join(',')},,`
          .split(',')
          .slice(0, 4)
          .join(','),
      );
    expect(parseCoefficientDocument(bytes(padded.join('\r\n')), 'file')).toEqual(november);
  });

  it('names hours under draft-2022, up to 24:00', () => {
    const text = CSV_TEXT.replace('fy2023', 'draft-2022')
      .replace(/curtailment-day.*\n/g, '')
      .replace(/tight-day.*\n/, 'curtailment-hours,2026-11-04,13:00,24:00\n');
    expect(readCoefficientDocument(bytes(text), 'file', ruleSets).curtailmentHours).toEqual([
      { date: '2026-11-04', fromHour: 13, toHour: 24 },
    ]);
  });
});

const BROKEN_JSON: readonly (readonly [change: (text: string) => string, expected: string])[] = [
  [(text) => text.slice(0, 60), 'document-unreadable 3:15 this text is not closed'],
  [(text) => text.slice(0, 40), 'document-unreadable 3:2 a key in double quotes is expected'],
  [
    (text) => text.replace('"revision": 2', '"revision": 02'),
    'document-unreadable 4:16 there is "2" where , or } is expected',
  ],
  [
    (text) => text.replace('"revision": 2', "'revision': 2"),
    'document-unreadable 4:3 a key in double quotes',
  ],
  [
    (text) => text.replace('"2026-11-08"]', '"2026-11-08",]'),
    'document-unreadable 10:50 a value cannot begin with "]"',
  ],
  [(text) => `${text}x`, 'document-unreadable 14:1 there is more text after the end'],
  [(text) => text.replace('"source"', '"area"'), 'document-unreadable 8:3 the key "area" is written twice'],
  [(text) => text.replace('"revision"', '"revison"'), 'document-invalid 1:1 revision is missing'],
  [
    (text) => text.replace('"tightDays"', '"tightDay"'),
    'document-invalid 12:3 the key "tightDay" is not known; did you mean tightDays?',
  ],
  [(text) => text.replace('"revision": 2', '"revision": 2.5'), 'document-invalid 4:15 revision:'],
  [(text) => text.replace('"revision": 2', '"revision": "2"'), 'document-invalid 4:15 revision:'],
  [
    (text) => text.replace('hakaru-coefficients/1', 'hakaru-coefficients/9'),
    'document-invalid 2:13 hakaru-coefficients/9 is not a value of format',
  ],
  [(text) => text.replace('"kyushu"', '"九州"'), 'document-invalid 6:11 九州 is not a value of area'],
  [
    (text) => text.replace('T10:00:00+09:00', 'T10:00:00'),
    'document-invalid 7:15 issuedAt: 2026-11-01T10:00:00 is not an instant with its offset',
  ],
  [
    (text) => text.replace('"2026-11-08"', '"2026-02-30"'),
    'document-invalid 10:37 curtailmentDays: 2026-02-30 is not a date of the calendar',
  ],
  [
    (text) => text.replace('"2026-11-08"', '"2026-11-03"'),
    'document-invalid 10:37 2026-11-03 is listed twice',
  ],
  [
    (text) => text.replace('"2026-11-20"', '"2026-12-20"'),
    'document-invalid 12:17 2026-12-20 is outside the dates',
  ],
  [
    (text) => text.replace('"to": "2026-11-30"', '"to": "2026-10-30"'),
    'document-invalid 9:16 the range ends',
  ],
  [
    (text) =>
      text.replace(
        '"curtailmentHours": []',
        '"curtailmentHours": [{ "date": "2026-11-04", "from": "13:30", "to": "18:00" }]',
      ),
    'document-invalid 11:56 from: 13:30 is not a whole hour',
  ],
  [
    (text) =>
      text.replace(
        '"curtailmentHours": []',
        '"curtailmentHours": [{ "date": "2026-11-04", "from": "13:00", "to": "18:00" }]',
      ),
    'document-invalid 11:24 under fy2023 whole days',
  ],
  [(text) => text.replace('fy2023', 'fy2099'), 'rule-set-unknown'],
  [
    (text) => text.replace('fy2023', 'draft-2022').replace('"2026-11-03", "2026-11-08"', ''),
    'tight-day-without-factor',
  ],
  [() => '[]', 'document-invalid 1:1 the document'],
  [
    (text) => text.replace('"source": "九州電力送配電"', '"__proto__": {}'),
    'document-invalid 1:1 source is missing',
  ],
  [() => '['.repeat(5_000), 'document-unreadable 1:10 this is nested too deeply'],
];

const BROKEN_CSV: readonly (readonly [change: (text: string) => string, expected: string])[] = [
  [() => '', 'document-invalid 1:1 format is missing'],
  [
    (text) => text.replace('tight-day,', 'tight-days,'),
    'document-unreadable 11:1 "tight-days" is not a record',
  ],
  [
    (text) => text.replace('complete,2026-11-01,2026-11-30', 'complete,2026-11-01'),
    'document-unreadable 8:10 complete takes 2 fields, not 1',
  ],
  [
    (text) => text.replace('tight-day,2026-11-20', 'tight-day,2026-11-20,x'),
    'document-unreadable 11:22 tight-day takes 1 field, not 2',
  ],
  [
    (text) => text.replace('revision,2', 'revision,2\nrevision,3'),
    'document-unreadable 4:1 revision is written twice',
  ],
  [
    (text) => text.replace('2026-11-20', '2026-02-30'),
    'document-invalid 11:11 tightDays: 2026-02-30 is not a date',
  ],
  [
    (text) => text.replace('2026-11-20', '2026/11/20'),
    'document-invalid 11:11 tightDays: 2026/11/20 is not a date of the calendar; write it like',
  ],
  [(text) => text.replace('2026-11-20', '2026-12-20'), 'document-invalid 11:11 2026-12-20 is outside'],
  [
    (text) => text.replace(',2026-11-30', ',2026-11-31'),
    'document-invalid 8:21 to: 2026-11-31 is not a date',
  ],
  [(text) => text.replace('revision,2', 'revision,two'), 'document-invalid 3:10 revision:'],
  [(text) => text.replace('revision,2', '\n\nrevision,"two"'), 'document-invalid 5:10 revision:'],
  [(text) => text.replace('source,九', 'source,"九'), 'document-unreadable'],
  [
    (text) => text.replace('area,kyushu', 'area,kyuushuu'),
    'document-invalid 5:6 kyuushuu is not a value of area',
  ],
];

describe('a broken document', () => {
  it.each(BROKEN_JSON.map(([change, expected]) => [expected, change] as const))(
    'in JSON: %s',
    (expected, change) => {
      expect(refusal(change(JSON_TEXT))).toContain(expected);
      expect(change(JSON_TEXT)).not.toBe(JSON_TEXT);
    },
  );

  it.each(BROKEN_CSV.map(([change, expected]) => [expected, change] as const))(
    'in CSV: %s',
    (expected, change) => {
      expect(refusal(change(CSV_TEXT))).toContain(expected);
      expect(change(CSV_TEXT)).not.toBe(CSV_TEXT);
    },
  );

  it('is not read beyond the size limit', () => {
    expect(refusal(new Uint8Array(MAX_DOCUMENT_BYTES + 1))).toBe('document-too-large');
  });

  it('is not guessed at in other encodings', () => {
    expect(refusal(Uint8Array.from([0xff, 0xfe, ...Buffer.from(CSV_TEXT, 'utf16le')]))).toBe(
      'document-unreadable 1:1 the text is neither UTF-8 nor Shift_JIS',
    );
    expect(refusal(shiftJis(JSON_TEXT))).toBe('document-unreadable 1:1 a JSON document must be UTF-8');
  });
});
