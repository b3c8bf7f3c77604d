/** Documents for the stories of this folder. */
import { parseInstant } from '../../gateway/domain/coefficients/jst.ts';
import type { CoefficientDocument } from '../../gateway/domain/coefficients/types.ts';

export function document(
  parts: Partial<CoefficientDocument> & { readonly issued?: string } = {},
): CoefficientDocument {
  const { issued = '2026-11-01T10:00:00+09:00', ...rest } = parts;
  const issuedAt = parseInstant(issued);
  if (issuedAt === null) throw new Error(`not an instant: ${issued}`);
  return {
    document: 'kyushu-2026-11',
    revision: 1,
    ruleSet: 'fy2023',
    area: 'kyushu',
    issuedAt,
    source: 'a test',
    complete: [{ from: '2026-11-01', to: '2026-11-30' }],
    curtailmentDays: [],
    curtailmentHours: [],
    tightDays: [],
    ...rest,
  };
}

/** The JSON text of a sound document, for spoiling. */
export const JSON_TEXT = `{
  "format": "hakaru-coefficients/1",
  "document": "kyushu-2026-11",
  "revision": 2,
  "ruleSet": "fy2023",
  "area": "kyushu",
  "issuedAt": "2026-11-01T10:00:00+09:00",
  "source": "九州電力送配電",
  "complete": [{ "from": "2026-11-01", "to": "2026-11-30" }],
  "curtailmentDays": ["2026-11-03", "2026-11-08"],
  "curtailmentHours": [],
  "tightDays": ["2026-11-20"]
}
`;

/** The same as CSV. */
export const CSV_TEXT = `format,hakaru-coefficients/1
document,kyushu-2026-11
revision,2
ruleSet,fy2023
area,kyushu
issuedAt,2026-11-01T10:00:00+09:00
source,九州電力送配電
complete,2026-11-01,2026-11-30
curtailment-day,2026-11-03
curtailment-day,2026-11-08
tight-day,2026-11-20
`;

/** The source in Shift_JIS: 九州電力送配電 as Excel in Japan writes it. */
export function shiftJis(text: string): Uint8Array {
  const known = new Map(
    Array.from('九州電力送配電', (letter, index) => [letter, SHIFT_JIS[index] ?? [0x3f]]),
  );
  return Uint8Array.from(Array.from(text).flatMap((letter) => known.get(letter) ?? [letter.charCodeAt(0)]));
}

const SHIFT_JIS: readonly (readonly number[])[] = [
  [0x8b, 0xe3],
  [0x8f, 0x42],
  [0x93, 0x64],
  [0x97, 0xcd],
  [0x91, 0x97],
  [0x94, 0x7a],
  [0x93, 0x64],
];
